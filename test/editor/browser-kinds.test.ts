import assert from "node:assert/strict";
import type { Browser } from "playwright-core";
import { browserOrSkip, launchBrowser } from "../support/browser";
import { NodeRedProcess } from "../support/node-red-process";
import { EditorPage, openGateway } from "./editor-page";
import { isRefused, read, shownFields } from "./form-fields";
import { DEFAULT_SEND, flows, FULL_SEND, KINDS, type Saved } from "./kinds-flow";
import { nodeSources, type NodeSource } from "./node-source";
import { applyTheme, assertReadable } from "./theme";

/** The rows of a gateway's form above its login that not every kind has, and those of its login. */
const GATEWAY_ROWS = ["method", "lineBreak", "numberFormat", "connId", "auth"];
const OF_GATEWAY: Saved = {
  peplink: ["connId", "auth"],
  "brevis-one": ["method"],
  "router-cgi": ["method", "lineBreak", "numberFormat"],
};

const SEND_ROWS = ["mode", "telauto", "list", "regex", "encoding", "hexCharset", "flash", "ring", "connId"];
const OF_SEND: Saved = {
  peplink: ["connId"],
  "brevis-one": ["mode", "list", "encoding", "flash", "ring"],
  "router-cgi": [],
  satellite: [],
  none: [],
};

const sources = nodeSources();
const source = (type: string): NodeSource => sources.find((one) => one.type === type)!;

describe("the editor with several kinds of gateway", function () {
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

  afterEach(async function () {
    if (this.currentTest?.state === "failed") await editor.screenshot("kinds-failed");
    assert.deepEqual(editor.complaints, []);
    await editor.close();
  });

  after(async () => {
    await (browser as Browser | undefined)?.close();
    await (red as NodeRedProcess | undefined)?.stop();
  });

  it("cellular-gateway: shows what the kind knows, and changes a time for requests that nobody has changed", async () => {
    const form = await editor.edit("send-plain");
    const config = await openGateway(editor);
    await config.body.locator("summary").click();
    for (const [kind, seconds] of [
      ["router-cgi", "150"],
      ["brevis-one", "30"],
      ["router-cgi", "150"],
      ["peplink", "30"],
    ] as const) {
      await config.field("kind").selectOption(kind);
      assert.deepEqual(await shownFields(config, GATEWAY_ROWS), OF_GATEWAY[kind]);
      assert.equal(await config.field("timeout").inputValue(), seconds);
      assert.equal(await config.field("timeout").getAttribute("placeholder"), `${seconds} s`);
    }
    await config.field("timeout").fill("20");
    await config.field("kind").selectOption("router-cgi");
    assert.equal(await config.field("timeout").inputValue(), "20");
    await config.field("timeout").fill("");
    await config.field("kind").selectOption("brevis-one");
    assert.equal(await config.field("timeout").inputValue(), "");
    await config.cancel();
    await form.cancel();
  });

  it("cellular-gateway: says what GET gives away, and asks for the login of the kind", async () => {
    const form = await editor.edit("send-plain");
    const config = await openGateway(editor);
    const hint = config.body.locator("#cellular-gateway-hint-get");
    const login = config.body.locator("#cellular-gateway-hint-password");
    await config.field("kind").selectOption("brevis-one");
    assert.equal(await hint.isVisible(), false);
    assert.match(await login.innerText(), /HTTP API/);
    await config.field("method").selectOption("GET");
    assert.match(await hint.innerText(), /URL/);
    await config.field("kind").selectOption("router-cgi");
    assert.equal(await hint.isVisible(), true);
    assert.match(await login.innerText(), /web admin/);
    await config.field("kind").selectOption("peplink");
    assert.equal(await hint.isVisible(), false);
    await config.field("auth").selectOption("client");
    assert.equal(await config.field("username").isVisible(), false);
    await config.field("kind").selectOption("router-cgi");
    assert.equal(await config.field("username").isVisible(), true, "there is no other login");
    await config.cancel();
    await form.cancel();
  });

  for (const [kind, seconds] of [
    ["brevis-one", "30"],
    ["router-cgi", "150"],
  ] as const) {
    it(`cellular-gateway: saved as ${kind}, has the defaults of what the kind does not know`, async () => {
      const form = await editor.edit("send");
      await form.field("gateway").selectOption(kind);
      const config = await openGateway(editor);
      assert.equal(await config.field("timeout").inputValue(), seconds, "nothing else was saved");
      await config.field("method").selectOption("GET");
      await config.save();
      const { connId, auth, method, lineBreak, numberFormat, timeout } = await editor.saved(kind);
      const own = kind === "router-cgi" ? ["percent-n", "00"] : ["lf", "as-is"];
      assert.deepEqual([connId, auth, method, lineBreak, numberFormat], ["", "password", "GET", ...own]);
      assert.equal(String(timeout), seconds);
      await form.cancel();
    });
  }

  it("cellular-gateway: leaves a kind alone that it does not know", async () => {
    const form = await editor.edit("send-later");
    const config = await openGateway(editor);
    assert.equal(await config.field("kind").inputValue(), "satellite");
    assert.equal(await isRefused(config, "kind"), true);
    assert.deepEqual(await shownFields(config, GATEWAY_ROWS), []);
    await config.save();
    const { kind, connId, numberFormat } = await editor.saved("satellite");
    assert.deepEqual([kind, connId, numberFormat], ["satellite", "7", "00"]);
    await form.cancel();
  });

  it("cellular-sms-send: shows at once what the kind of the chosen gateway knows", async () => {
    const form = await editor.edit("send-plain");
    assert.deepEqual(await form.field("gateway").locator("option").allTextContents(), [
      ...["by brevis-one", "by peplink", "by router-cgi", "by satellite"],
      "none",
    ]);
    for (const [kind, rows] of Object.entries(OF_SEND)) {
      await form.field("gateway").selectOption(kind === "none" ? "_ADD_" : kind);
      assert.deepEqual(await shownFields(form, SEND_ROWS), rows, kind);
      assert.equal(await form.field("transliterate").isVisible(), true, kind);
    }
    await form.cancel();
  });

  it("cellular-sms-send: asks for what an option needs only where that is chosen", async () => {
    const form = await editor.edit("send-plain");
    await form.field("gateway").selectOption("brevis-one");
    for (const [mode, isTelegram] of [
      ["user", false],
      ["group", false],
      ["telnumber", true],
      ["teluser", true],
      ["telgroup", true],
      ["number", false],
    ] as const) {
      await form.field("mode").selectOption(mode);
      assert.equal(await form.field("telauto").isVisible(), isTelegram, mode);
    }
    await form.field("encoding").selectOption("hex");
    assert.equal(await form.field("hexCharset").isVisible(), true);
    await form.field("list").selectOption("black");
    assert.equal(await isRefused(form, "regex"), true, "there is no pattern yet");
    await form.field("regex").fill("^0");
    await form.field("regex").blur();
    assert.equal(await isRefused(form, "regex"), false);
    await form.field("list").selectOption("");
    assert.equal(await form.field("regex").isVisible(), false);
    await form.save();
    const { list, regex, encoding } = await editor.saved("send-plain");
    assert.deepEqual([list, regex, encoding], ["", "", "hex"]);
  });

  it("cellular-sms-send: keeps what the kind knows when saved and opened again, and resets the rest", async () => {
    const form = await editor.edit("send");
    const filledIn = await read(form, source("cellular-sms-send"));
    assert.equal(filledIn.telauto, false);
    await form.save();
    const kept = await editor.saved("send");
    assert.deepEqual(
      Object.keys(DEFAULT_SEND).map((name) => kept[name]),
      Object.keys(DEFAULT_SEND).map((name) => ({ ...FULL_SEND, connId: "" })[name as keyof typeof DEFAULT_SEND]),
    );
    const again = await editor.edit("send");
    assert.deepEqual(await read(again, source("cellular-sms-send")), { ...filledIn, connId: "" });
    await again.field("gateway").selectOption("router-cgi");
    await again.save();
    const reset = await editor.saved("send");
    for (const [name, value] of Object.entries(DEFAULT_SEND)) assert.equal(reset[name], value, name);
  });

  it("cellular-sms-send: resets nothing where it does not know the kind", async () => {
    const form = await editor.edit("send-later");
    await form.save();
    const saved = await editor.saved("send-later");
    for (const name of SEND_ROWS) assert.equal(saved[name], { ...FULL_SEND, connId: "7" }[name as "mode"], name);
  });

  it("cellular-sms-send: follows a gateway whose kind is changed from the form", async () => {
    const form = await editor.edit("send-plain");
    const config = await openGateway(editor);
    await config.field("kind").selectOption("brevis-one");
    await config.save();
    await form.field("mode").waitFor();
    assert.equal(await form.field("gateway").inputValue(), "peplink");
    assert.deepEqual(await shownFields(form, SEND_ROWS), OF_SEND["brevis-one"]);
    await form.cancel();
  });

  for (const theme of ["light", "dark"] as const) {
    it(`shows the forms of each kind so that they can be read in a ${theme} theme`, async () => {
      await applyTheme(editor, theme);
      for (const kind of KINDS) {
        const form = await editor.edit("send");
        await form.field("gateway").selectOption(kind);
        await assertReadable(form, `send-${kind}-${theme}`);
        const config = await openGateway(editor);
        if (kind !== "peplink") await config.field("method").selectOption("GET");
        await assertReadable(config, `gateway-${kind}-${theme}`);
        await config.cancel();
        await form.cancel();
      }
    });
  }
});
