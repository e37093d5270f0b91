import assert from "node:assert/strict";
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { browserOrSkip, findChromium, launchBrowser } from "./browser.js";

describe("the browser of the editor tests", () => {
  it("is the one that CHROMIUM names", () => {
    assert.equal(findChromium({ CHROMIUM: "/opt/my/browser", PATH: process.env.PATH }), "/opt/my/browser");
  });

  it("is found on the PATH by its usual names, if it can be run", async () => {
    const folder = await mkdtemp(join(tmpdir(), "browser-"));
    try {
      const file = join(folder, "google-chrome");
      await writeFile(file, "");
      assert.equal(findChromium({ PATH: folder }), undefined);
      await chmod(file, 0o755);
      assert.equal(findChromium({ PATH: folder }), file);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it("is missed with an error where it is required", function () {
    assert.throws(() => browserOrSkip(this, { PATH: "", REQUIRE_BROWSER: "1" }), /one is required/);
  });

  it("opens a page", async function () {
    this.timeout(60_000);
    const browser = await launchBrowser(browserOrSkip(this));
    try {
      const page = await browser.newPage();
      await page.setContent("<title>cabinet</title>");
      assert.equal(await page.title(), "cabinet");
    } finally {
      await browser.close();
    }
  });
});
