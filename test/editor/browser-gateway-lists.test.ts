import assert from "node:assert/strict";
import type { Browser } from "playwright-core";
import { browserOrSkip, launchBrowser } from "../support/browser";
import { NodeRedProcess } from "../support/node-red-process";
import { EditorPage, openGateway } from "./editor-page";
import { isRefused, shownFields } from "./form-fields";
import { flows } from "./kinds-flow";

describe("the lists of gateways in the editor", function () {
  this.timeout(60_000);
  let red: NodeRedProcess;
  let browser: Browser;
  let editor: EditorPage;

  before(async function () {
    const path = browserOrSkip(this);
    red = await NodeRedProcess.start({ flows });
    browser = await launchBrowser(path);
  });

  beforeEach(async () => {
    editor = await EditorPage.open(browser, red.url);
  });

  afterEach(async () => {
    assert.deepEqual(editor.complaints, []);
    await editor.close();
  });

  after(async () => {
    await (browser as Browser | undefined)?.close();
    await (red as NodeRedProcess | undefined)?.stop();
  });

  for (const [id, offered] of [
    ["receive", ["by peplink", "by router-cgi", "by satellite"]],
    ["delete", ["by peplink", "by router-cgi", "by satellite"]],
  ] as const) {
    it(`cellular-sms-${id}: offers only gateways that can, and asks for a connection only where there are several`, async () => {
      const form = await editor.edit(id);
      assert.deepEqual(await form.field("gateway").locator("option").allTextContents(), [...offered, "none"]);
      for (const kind of ["router-cgi", "peplink", "router-cgi"]) {
        await form.field("gateway").selectOption(kind);
        assert.equal(await form.field("connId").isVisible(), kind === "peplink");
        if (id === "delete") assert.equal(await form.field("iccid").isVisible(), kind === "peplink");
      }
      await form.save();
      const { gateway, connId } = await editor.saved(id);
      assert.deepEqual([gateway, connId], ["router-cgi", ""]);
      await untilMarked(id, false);
    });
  }

  it("cellular-ussd: keeps a chosen gateway that cannot, marked as wrong, and offers no other one that cannot", async () => {
    await untilMarked("ussd", true);
    const form = await editor.edit("ussd");
    assert.equal(await form.field("gateway").inputValue(), "brevis-one");
    assert.equal(await isRefused(form, "gateway"), true);
    const offered = await form.field("gateway").locator("option").allTextContents();
    assert.deepEqual(offered, ["by brevis-one", "by peplink", "by satellite", "none"]);
    await form.field("gateway").selectOption("peplink");
    assert.equal(await isRefused(form, "gateway"), false);
    assert.deepEqual(await shownFields(form, ["connId", "iccid"]), ["connId", "iccid"]);
    await form.save();
    await untilMarked("ussd", false);
  });

  it("cellular-ussd: does not take another gateway by itself where the chosen one is changed, or a new one cannot", async () => {
    const form = await editor.edit("ussd");
    await form.field("gateway").selectOption("peplink");
    const changed = await openGateway(editor);
    await changed.field("kind").selectOption("router-cgi");
    await changed.save();
    await form.field("connId").waitFor({ state: "hidden" });
    assert.equal(await form.field("gateway").inputValue(), "peplink");
    assert.equal(await isRefused(form, "gateway"), true);

    await form.field("gateway").selectOption("satellite");
    await editor.page.locator("#node-input-btn-gateway-add").click();
    const added = await editor.configForm();
    await added.field("kind").selectOption("brevis-one");
    await added.field("url").fill("https://192.0.2.2");
    await added.save();
    await form.field("gateway").and(editor.page.locator(":has(option[value='satellite']:checked)")).waitFor();
    await form.save();
    assert.equal((await editor.saved("ussd")).gateway, "satellite");
  });

  it("cellular-ussd: takes a new gateway that can, and none for one that is deleted", async () => {
    const form = await editor.edit("ussd");
    await editor.page.locator("#node-input-btn-gateway-add").click();
    const added = await editor.configForm();
    await added.field("name").fill("cabinet 9");
    await added.field("url").fill("https://192.0.2.9");
    await added.save();
    const choice = form.field("gateway").locator("option:checked");
    await form.field("connId").waitFor();
    assert.equal(await choice.innerText(), "cabinet 9");

    const deleted = await openGateway(editor);
    await editor.page.locator(".red-ui-tray").last().locator("button.leftButton").click();
    await deleted.ok.waitFor({ state: "detached" });
    await form.field("connId").waitFor({ state: "hidden" });
    assert.equal(await choice.innerText(), "none");
    assert.equal(await isRefused(form, "gateway"), true);
    await form.cancel();
  });

  /** Resolves when the canvas is drawn with, or without, the mark of a node that is not complete. */
  async function untilMarked(id: string, isMarked: boolean): Promise<void> {
    await editor
      .drawn(id)
      .locator(".red-ui-flow-node-error")
      .waitFor({ state: isMarked ? "visible" : "hidden" });
  }
});
