import assert from "node:assert/strict";
import type { Browser } from "playwright-core";
import { SuperSimSimulator } from "../../src/simulators";
import { browserOrSkip, launchBrowser } from "../support/browser";
import { NodeRedProcess } from "../support/node-red-process";
import { EditorPage, openConfig } from "./editor-page";
import { enter } from "./form-fields";

const LOGIN = { accountSid: `AC${"0".repeat(32)}`, authToken: "simulated-token" };

describe("super sim command, set up in the editor", function () {
  this.timeout(60_000);
  let account: SuperSimSimulator;
  let red: NodeRedProcess;
  let browser: Browser;

  before(async function () {
    const path = browserOrSkip(this);
    account = await new SuperSimSimulator({ ...LOGIN, pace: 50 }).start();
    red = await NodeRedProcess.start({ flows: [{ id: "tab", type: "tab", label: "Flow 1" }] });
    browser = await launchBrowser(path);
  });

  after(async () => {
    await (browser as Browser | undefined)?.close();
    await (red as NodeRedProcess | undefined)?.stop();
    await (account as SuperSimSimulator | undefined)?.stop();
  });

  it("sends to a SIM that the account proposes, waits until it is delivered, and says so in its badge", async () => {
    const editor = await EditorPage.open(browser, red.url);
    const node = await editor.drop("supersim-command", 420, 60);
    const inject = await editor.drop("inject", 130, 60);
    await editor.wire(inject, node);
    const form = await editor.edit(node);
    const config = await openConfig(editor, "account", "add");
    await config.field("url").fill(account.url);
    await config.field("accountSid").fill(LOGIN.accountSid);
    await config.field("authToken").fill(LOGIN.authToken);
    await config.save();
    await enter(form, { name: "text", sort: "typed" }, "wake");
    await form.field("wait").selectOption("delivered");
    await form.save();
    await editor.deploy();

    const again = await editor.edit(node);
    await enter(again, { name: "sim", sort: "typed" }, "");
    await again.body.locator(".red-ui-typedInput-input").first().pressSequentially("er-2");
    await editor.page.locator(".red-ui-autoComplete-container a", { hasText: "tracker-2" }).click();
    await again.save();
    await editor.deploy();
    await editor.press(inject);
    const badge = editor.drawn(node).locator(".red-ui-flow-node-status-group");
    await badge.locator(".red-ui-flow-node-status-dot-green").waitFor();
    assert.match((await badge.locator(".red-ui-flow-node-status-label").textContent()) ?? "", /^delivered \d\d:\d\d$/);
    assert.deepEqual(
      account.sent.map(({ simSid }) => simSid),
      account.sims.filter(({ uniqueName }) => uniqueName === "tracker-2").map(({ sid }) => sid),
    );
    assert.deepEqual(editor.complaints, []);
    await editor.page.context().close();
  });
});
