import assert from "node:assert/strict";
import type { Browser, Locator, Page } from "playwright-core";
import { BrevisOneSimulator, HandsetPage, SuperSimSimulator } from "../../src/simulators/index.js";
import { browserOrSkip, launchBrowser } from "../support/browser.js";
import { SIM, SuperSimClient } from "./super-sim-client.js";

describe("the handset page in a browser", function () {
  this.timeout(60_000);
  let browser: Browser;
  let account: SuperSimSimulator;
  let page: HandsetPage;
  let view: Page;
  let complaints: string[];

  before(async function () {
    browser = await launchBrowser(browserOrSkip(this));
  });
  beforeEach(async () => {
    account = await new SuperSimSimulator().start();
    const line = { id: "router", label: "Router", number: "+447700900101", device: new BrevisOneSimulator() };
    page = await new HandsetPage({ lines: [line], fleet: { account, suggestions: ["SOS"] } }).start();
    complaints = [];
    view = await browser.newPage({ viewport: { width: 1200, height: 860 } });
    view.setDefaultTimeout(20_000);
    view.on("pageerror", ({ message }) => complaints.push(message));
    view.on("console", (message) => {
      if (message.type() === "error") complaints.push(message.text());
    });
    await view.goto(page.url);
  });
  afterEach(async () => {
    await view.close();
    await page.stop();
    await account.stop();
  });
  after(async () => {
    // Without a browser the tests were skipped.
    if ((browser as Browser | undefined) !== undefined) await browser.close();
  });

  const tab = (name: string): Locator => view.getByRole("tab", { name });
  const rows = (): Locator => view.locator("#commands .command");
  const send = (text: string, sim = SIM) => new SuperSimClient(account.url).create({ Sim: sim, Payload: text });

  it("shows a command to a tracker in each of its states, in one row", async () => {
    await send("wake");
    await rows().getByText("queued").waitFor();
    for (const status of ["sent", "delivered", "failed"] as const) {
      account.advance(account.sent[0]!.sid, status);
      await rows().getByText(status).waitFor();
    }
    assert.equal(await rows().count(), 1);
    await tab("tracker-1").getByText("failed").waitFor();
    assert.deepEqual(complaints, []);
  });

  it("lets the chosen tracker report what is typed and what is tapped, and sleep", async () => {
    await tab("tracker-2").click();
    await view.getByRole("textbox", { name: "What the tracker reports" }).fill("<b>door</b> open");
    await view.keyboard.press("Enter");
    await rows().getByText("<b>door</b> open").waitFor();
    await view.getByRole("button", { name: "Report SOS" }).click();
    await rows().getByText("SOS").waitFor();
    await view.getByRole("switch", { name: "Asleep", checked: false }).click();
    await view.getByRole("switch", { name: "Asleep", checked: true }).waitFor();
    await view.getByText("3 trackers, 1 asleep").waitFor();
    assert.deepEqual(
      account.asleep.map(({ uniqueName }) => uniqueName),
      ["tracker-2"],
    );
    assert.deepEqual(
      account.commands.map(({ payload, simSid }) => [payload, simSid.slice(-1)]),
      [
        ["<b>door</b> open", "2"],
        ["SOS", "2"],
      ],
    );
    assert.deepEqual(complaints, []);
  });

  it("says why a tracker reports nothing, and keeps the text", async () => {
    const field = view.getByRole("textbox", { name: "What the tracker reports" });
    await field.fill("ü".repeat(90));
    await view.keyboard.press("Enter");
    await view.getByRole("alert").getByText("Not reported").waitFor();
    assert.equal(await field.inputValue(), "ü".repeat(90));
    assert.deepEqual(account.commands, []);
  });

  it("shows phone or fleet where there is no room for both, and nothing is wider than the window", async () => {
    await view.setViewportSize({ width: 390, height: 800 });
    const fleet = view.getByRole("tab", { name: "tracker-1" });
    assert.equal(await fleet.isVisible(), false);
    await view.getByRole("button", { name: "Fleet" }).click();
    await fleet.waitFor();
    assert.equal(await view.getByRole("heading", { name: "Router" }).isVisible(), false);
    assert.equal(await view.evaluate("document.documentElement.scrollWidth"), 390);
    await view.getByRole("button", { name: "Phone" }).click();
    await view.getByRole("heading", { name: "Router" }).waitFor();
    assert.deepEqual(complaints, []);
  });

  it("is a phone alone where there is no fleet", async () => {
    const alone = await new HandsetPage({ lines: [] }).start();
    await view.goto(alone.url);
    await view.getByText("live").first().waitFor();
    assert.equal(await view.getByText("Simulated fleet").isVisible(), false);
    assert.equal(await view.getByRole("button", { name: "Fleet" }).isVisible(), false);
    await alone.stop();
  });
});
