import assert from "node:assert/strict";
import type { Browser, Locator, Route } from "playwright-core";
import { PeplinkSimulator } from "../../src/simulators";
import { browserOrSkip, launchBrowser } from "../support/browser";
import { NodeRedProcess } from "../support/node-red-process";
import { EditorPage, type Form } from "./editor-page";
import { enter, fieldsOf, fill, isRefused, read, type Field, type Values } from "./form-fields";
import { nodeSources, type NodeSource } from "./node-source";
import { applyTheme, shownTexts, type ShownText } from "./theme";

const PHONE = "+447700900101";
const LOGIN = { username: "flows", password: "simulated-password" };
/** Of these, each field that looks at its value refuses one. */
const BAD_VALUES = ["; x", "-1", " "];

const sources = nodeSources();
const gateway = sources.find(({ type }) => type === "cellular-gateway")!;
const send = sources.find(({ type }) => type === "cellular-sms-send")!;
const flowNodes = sources.filter(({ definition }) => definition.category !== "config");
/** Those whose story is told here: the nodes of Super SIM have one of their own. */
const gatewayNodes = flowNodes.filter(({ definition }) => "gateway" in definition.defaults);

/** Saved before the later properties were there, or written by hand: everything that can be left out is. */
const BARE = [
  { id: "bare-gateway", type: "cellular-gateway", name: "cabinet 3", url: "https://192.168.50.3" },
  { id: "bare-send", type: "cellular-sms-send", z: "tab", gateway: "bare-gateway", x: 800, y: 60, wires: [[]] },
];

/** What is typed in; a field that is not named here gets a `2`. */
const VALUES: Values = {
  name: "pump 1",
  gateway: "cabinet 4",
  fallback: "cabinet 3",
  to: PHONE,
  text: "pump 1 too hot",
  interval: "0",
  from: PHONE,
  code: "*109#",
  ids: "all",
  iccid: "8999901000000000121",
};

describe("the editor", function () {
  this.timeout(60_000);
  let device: PeplinkSimulator;
  let red: NodeRedProcess;
  let browser: Browser;
  let editor: EditorPage;
  let gatewayValues: Values;
  let isBroken = false;
  const ids = new Map<string, { readonly node: string; readonly inject: string }>();

  before(async function () {
    const path = browserOrSkip(this);
    device = await new PeplinkSimulator({ tls: true, ...LOGIN }).start();
    red = await NodeRedProcess.start({ flows: [{ id: "tab", type: "tab", label: "Flow 1" }, ...BARE] });
    browser = await launchBrowser(path);
    editor = await EditorPage.open(browser, red.url);
    gatewayValues = {
      ...LOGIN,
      name: "cabinet 4",
      kind: "peplink",
      auth: "password",
      url: device.url,
      fingerprint: device.fingerprint ?? "",
      timeout: "20",
      maxPerHour: "1000",
      durable: false,
    };
  });

  // The tests are one story: after a failure the rest would only fail for the same reason.
  beforeEach(function () {
    if (isBroken) this.skip();
  });

  afterEach(async function () {
    if (this.currentTest?.state !== "failed") return;
    isBroken = true;
    await editor.screenshot("failed");
  });

  after(async () => {
    await (browser as Browser | undefined)?.close();
    await (red as NodeRedProcess | undefined)?.stop();
    await (device as PeplinkSimulator | undefined)?.stop();
  });

  it("offers each node in the palette by its name", async () => {
    for (const { type, catalog } of flowNodes) {
      const { palette } = catalog[type] as { readonly palette: string };
      const label = await editor.paletteNode(type).locator(".red-ui-palette-label").innerText();
      // A long one goes over two lines.
      assert.equal(label.replace("\n", " "), palette);
    }
  });

  it("runs the script of a form only once what all forms share has come, however late", async () => {
    const { page, complaints } = await EditorPage.blank(browser);
    const registered = `${JSON.stringify(sources.map(({ type }) => type))}.filter((type) => RED.nodes.getType(type))`;
    const held = new Promise<Route>((resolve) => void page.route("**/cellular-editor.js", resolve, { times: 1 }));
    // Its load event may wait for what is held.
    await page.goto(red.url, { waitUntil: "commit" });
    const shared = await held;
    assert.deepEqual(await page.evaluate(registered), []);
    await shared.continue();
    for (const { type } of flowNodes) await page.locator(`[data-palette-type='${type}']`).waitFor();
    assert.deepEqual(
      await page.evaluate(registered),
      sources.map(({ type }) => type),
    );
    assert.deepEqual(complaints, []);
    await page.context().close();
  });

  it("shows what is taken for each property that a saved flow lacks, and saves just that", async () => {
    const form = await editor.edit("bare-send");
    const ofSend = await read(form, send);
    await editor.page.locator("#node-input-btn-gateway-edit").click();
    const config = await editor.configForm();
    const shown = [await read(config, gateway), ofSend];
    await config.save();
    await form.save();
    const saved = [await editor.saved("bare-gateway"), await editor.saved("bare-send")];
    for (const [index, { definition }] of [gateway, send].entries()) {
      const lacking = Object.entries(definition.defaults).filter(
        ([name, { type }]) => !type && !(name in BARE[index]!),
      );
      for (const [name, { value }] of lacking) {
        if (name in shown[index]!) assert.equal(String(shown[index]![name]), String(value), name);
        if (name !== "version") assert.equal(String(saved[index]![name]), String(value), name);
      }
    }
  });

  for (const [index, source] of gatewayNodes.entries()) {
    it(`${source.type}: comes from the palette, and keeps what is filled in`, async () => {
      const y = 60 + 80 * index;
      const node = await editor.drop(source.type, 420, y);
      const inject = await editor.drop("inject", 130, y);
      ids.set(source.type, { node, inject });
      await editor.wire(inject, node);

      const form = await editor.edit(node);
      if (index === 0) {
        await editor.page.locator("#node-input-btn-gateway-add").click();
        const config = await editor.configForm();
        assert.equal(await isRefused(config, "url"), true, "an empty address is marked");
        await config.body.locator("summary").click();
        await fill(config, gateway, gatewayValues);
        await config.save();
      }
      await fill(form, source, VALUES);
      const filledIn = await read(form, source);
      await form.save();

      const again = await editor.edit(node);
      assert.deepEqual(await read(again, source), filledIn);
      await again.cancel();
    });
  }

  it("cellular-gateway: keeps what is filled in, and gives the password away to nobody", async () => {
    await editor.deploy();
    await editor.page.reload();
    await editor.ready();
    const form = await editor.edit(ids.get(gatewayNodes[0]!.type)!.node);
    await editor.page.locator("#node-input-btn-gateway-edit").click();
    const config = await editor.configForm();
    const values = await read(config, gateway);
    for (const [name, value] of Object.entries(gatewayValues)) {
      assert.equal(values[name], name === "password" ? "__PWRD__" : value, name);
    }
    assert.equal(await config.body.locator("details").getAttribute("open"), "");
    await config.cancel();
    await form.cancel();
    assert.doesNotMatch(await editor.page.content(), new RegExp(LOGIN.password));
  });

  for (const source of gatewayNodes) {
    it(`${source.type}: works when the inject is pressed, and says so in its badge`, async () => {
      const { node, inject } = ids.get(source.type)!;
      device.receive({ from: PHONE, text: "OFF" });
      await editor.press(inject);
      const badge = editor.drawn(node).locator(".red-ui-flow-node-status-group");
      await badge.locator(".red-ui-flow-node-status-dot-green").waitFor();
      assert.match((await badge.locator(".red-ui-flow-node-status-label").textContent()) ?? "", /^\S.* \d\d:\d\d$/);
    });
  }

  for (const source of gatewayNodes) {
    it(`${source.type}: marks a bad value, in the form and on the canvas, and a good one not`, async () => {
      const { node } = ids.get(source.type)!;
      const mark = editor.drawn(node).locator(".red-ui-flow-node-error");
      await mark.waitFor({ state: "hidden" });
      const form = await editor.edit(node);
      const [field, good] = await assertMarks(form, source);
      await enterBad(form, field);
      await form.save();
      await mark.waitFor();
      const again = await editor.edit(node);
      await enter(again, field, good);
      await again.save();
      await mark.waitFor({ state: "hidden" });
    });
  }

  it("cellular-sms-send: asks how long to wait only if there is a fallback, and refuses the gateway itself as one", async () => {
    const form = await editor.edit("bare-send");
    const field = (name: "fallback" | "fallbackAfter" | "onUnknown"): Locator => form.field(name);
    assert.equal(await field("fallbackAfter").isVisible(), false);
    await field("onUnknown").selectOption("fallback");
    assert.equal(await isRefused(form, "onUnknown"), true, "there is no fallback");

    await field("fallback").selectOption({ label: "cabinet 3" });
    assert.equal(await isRefused(form, "fallback"), true, "that is the gateway");
    assert.equal(await isRefused(form, "onUnknown"), false);
    await field("fallback").selectOption({ label: "cabinet 4" });
    assert.equal(await isRefused(form, "fallback"), false);
    assert.equal(await field("fallbackAfter").isVisible(), true);

    await field("fallback").selectOption("_ADD_");
    assert.equal(await field("fallbackAfter").isVisible(), false);
    assert.equal(await isRefused(form, "fallback"), false);
    assert.equal(await isRefused(form, "onUnknown"), true, "there is no fallback any more");
    await form.cancel();
  });

  it("cellular-gateway: marks a bad value, and a good one not", async () => {
    const form = await editor.edit(ids.get(gatewayNodes[0]!.type)!.node);
    await editor.page.locator("#node-input-btn-gateway-edit").click();
    const config = await editor.configForm();
    await assertMarks(config, gateway);
    await config.cancel();
    await form.cancel();
  });

  for (const theme of ["light", "dark"] as const) {
    it(`shows every text of the forms so that it can be read in a ${theme} theme`, async () => {
      await applyTheme(editor, theme);
      const hard = new Map<string, readonly ShownText[]>();
      const look = async (form: Form, type: string): Promise<void> => {
        await editor.screenshot(`${type}-${theme}`);
        const texts = await shownTexts(form);
        assert.ok(texts.length > 5, type);
        hard.set(
          type,
          texts.filter(({ contrast }) => contrast < 4.5),
        );
      };
      for (const { type } of gatewayNodes) {
        const form = await editor.edit(ids.get(type)!.node);
        await look(form, type);
        if (type === gatewayNodes[0]!.type) {
          await editor.page.locator("#node-input-btn-gateway-edit").click();
          const config = await editor.configForm();
          await look(config, gateway.type);
          await config.field("url").fill("http://192.168.50.1");
          await config.field("password").fill("");
          await config.field("timeout").fill("abc");
          await config.field("timeout").blur();
          await look(config, `${gateway.type}-hints`);
          await config.cancel();
        }
        await form.cancel();
      }
      await editor.screenshot(`canvas-${theme}`);
      assert.deepEqual([...hard.values()].flat(), []);
    });
  }

  it("has met no error in the page and none in the console", () => {
    assert.deepEqual(editor.complaints, []);
  });
});

/** Each field to write in that looks at its value refuses a bad one and takes the good one back; returns the last one. */
async function assertMarks(form: Form, source: NodeSource): Promise<readonly [Field, string]> {
  let last: readonly [Field, string] | undefined;
  const written = fieldsOf(source).filter(({ sort }) => sort === "text" || sort === "typed");
  for (const field of written.filter(({ name }) => source.definition.defaults[name]?.validate)) {
    if (field.sort === "text" && !(await form.field(field.name).isVisible())) continue;
    const good = await form.field(field.name).inputValue();
    assert.equal(await isRefused(form, field.name), false, `${field.name}: ${good}`);
    await enterBad(form, field);
    await enter(form, field, good);
    assert.equal(await isRefused(form, field.name), false, field.name);
    last = [field, good];
  }
  assert.ok(last);
  return last;
}

async function enterBad(form: Form, field: Field): Promise<void> {
  for (const bad of BAD_VALUES) {
    await enter(form, field, bad);
    if (await isRefused(form, field.name)) return;
  }
  assert.fail(`${field.name} refuses nothing`);
}
