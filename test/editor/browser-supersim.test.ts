import assert from "node:assert/strict";
import type { Browser, Locator } from "playwright-core";
import { browserOrSkip, launchBrowser } from "../support/browser";
import { NodeRedProcess } from "../support/node-red-process";
import { EditorPage, openConfig, type Form } from "./editor-page";
import { enter, fill, isRefused, read, shownFields, type Values } from "./form-fields";
import { nodeSources, type NodeSource } from "./node-source";
import { applyTheme, assertReadable } from "./theme";

const CREDENTIALS = ["accountSid", "authToken", "apiKeySid", "apiKeySecret", "clientId", "clientSecret"];
/** Nobody listens there. */
const URL = "http://127.0.0.1:9";

/** Saved by hand: everything that can be left out is. */
const BARE = [
  { id: "bare-account", type: "supersim-account", name: "bare" },
  { id: "kore", type: "supersim-account", name: "by kore", provider: "kore", publicUrl: "https://kore.example.com/" },
  { id: "later", type: "supersim-account", name: "later", provider: "${PROVIDER}", auth: "apikey", tokenUrl: URL },
  { id: "command", type: "supersim-command", z: "tab", account: "bare-account", x: 800, y: 60, wires: [[]] },
  { id: "events", type: "supersim-events", z: "tab", account: "bare-account", path: "p", x: 800, y: 120, wires: [[]] },
];

const ACCOUNT: Values = {
  ...{ name: "fleet", provider: "twilio", auth: "token", url: URL, accountSid: `AC${"0".repeat(32)}` },
  ...{ authToken: "simulated-token", webhookSecret: "simulated-key", publicUrl: "https://flows.example.com" },
  ...{ fingerprint: "0123456789abcdef".repeat(4), durable: false },
};

const VALUES: Values = {
  ...{ name: "pump 1", account: "fleet", sim: "pump-1", text: "wake", path: "/supersim/one" },
  ...{ callbackUrl: "https://flows.example.com/pump", source: "webhook" },
};

const SIM = `HS${"0".repeat(31)}`;
/** What the account's list of SIMs is answered with. */
const SIMS = [
  { sid: `${SIM}1`, uniqueName: "pump-1", status: "active" },
  { sid: `${SIM}2`, uniqueName: "pump-10", status: "ready" },
  { sid: `${SIM}3`, uniqueName: null, status: null },
];

const sources = nodeSources();
const source = (type: string): NodeSource => sources.find((one) => one.type === type)!;
const account = source("supersim-account");

describe("the forms of Super SIM", function () {
  this.timeout(60_000);
  let red: NodeRedProcess;
  let browser: Browser;
  let editor: EditorPage;

  before(async function () {
    const path = browserOrSkip(this);
    red = await NodeRedProcess.start({ flows: [{ id: "tab", type: "tab", label: "Flow 1" }, ...BARE] });
    browser = await launchBrowser(path);
  });

  beforeEach(async () => {
    editor = await EditorPage.open(browser, red.url);
    await editor.page.route("**/supersim-account/*/sims", (route) =>
      route.fulfill(
        route.request().url().includes("/kore/") ? { status: 404, json: { code: "CONFIG_MISSING" } } : { json: SIMS },
      ),
    );
  });

  afterEach(async function () {
    if (this.currentTest?.state === "failed") await editor.screenshot("supersim-failed");
    assert.deepEqual(editor.complaints, []);
    await editor.close();
  });

  after(async () => {
    await (browser as Browser | undefined)?.close();
    await (red as NodeRedProcess | undefined)?.stop();
  });

  for (const id of ["command", "events"]) {
    it(`supersim-${id}: shows what is taken for each property that a saved flow lacks, and saves just that`, async () => {
      const form = await editor.edit(id);
      const shown = [await read(form, source(`supersim-${id}`))];
      const config = await openConfig(editor, "account");
      shown.push(await read(config, account));
      await config.save();
      await form.save();
      const saved = [await editor.saved(id), await editor.saved("bare-account")];
      for (const [index, { definition }] of [source(`supersim-${id}`), account].entries()) {
        for (const [name, { value, type }] of Object.entries(definition.defaults)) {
          if (type !== undefined || ["version", "name", "path"].includes(name)) continue;
          if (name in shown[index]!) assert.equal(String(shown[index]![name]), String(value), name);
          assert.equal(String(saved[index]![name]), String(value), name);
        }
      }
    });
  }

  it("come from the palette, keep what is filled in, and give the secrets away to nobody", async () => {
    const command = await editor.drop("supersim-command", 300, 200);
    const form = await editor.edit(command);
    assert.equal(await isRefused(form, "account"), true, "none is chosen");
    const added = await openConfig(editor, "account", "add");
    await added.body.locator("summary").click();
    await fill(added, account, ACCOUNT);
    await added.save();
    await fill(form, source("supersim-command"), VALUES);
    const ofCommand = await read(form, source("supersim-command"));
    await form.save();
    const { outputs, onUnknown, wait, api } = await editor.saved(command);
    assert.deepEqual([Number(outputs), onUnknown, wait, api], [2, "resend", "delivered", "commands"]);

    const events = await editor.drop("supersim-events", 300, 300);
    const other = await editor.edit(events);
    await fill(other, source("supersim-events"), VALUES);
    const ofEvents = await read(other, source("supersim-events"));
    await other.save();
    await editor.deploy();
    await editor.page.reload();
    await editor.ready();

    const again = await editor.edit(command);
    assert.deepEqual(await read(again, source("supersim-command")), ofCommand);
    const config = await openConfig(editor, "account");
    const kept = await read(config, account);
    for (const [name, value] of Object.entries(ACCOUNT)) {
      const isSecret = account.definition.credentials?.[name]?.type === "password";
      assert.equal(kept[name], isSecret ? "__PWRD__" : value, name);
    }
    assert.equal(await config.body.locator("details").getAttribute("open"), "", "there is a limit that was changed");
    await config.cancel();
    await again.cancel();
    const last = await editor.edit(events);
    assert.deepEqual(await read(last, source("supersim-events")), ofEvents);
    await last.cancel();
    assert.doesNotMatch(await editor.page.content(), /simulated-(token|key)/);
  });

  it("supersim-account: asks for the login of the provider, and says what lacks", async () => {
    const { form, config } = await openAccount("bare-account");
    const lacks = config.body.locator(".supersim-account-hint:visible");
    for (const [provider, auth, fields, url, hint] of [
      ["twilio", "token", ["accountSid", "authToken"], /twilio/, /auth token/],
      ["twilio", "apikey", ["authToken", "apiKeySid", "apiKeySecret"], /twilio/, /API key/],
      ["kore", undefined, ["clientId", "clientSecret"], /korewireless/, /client ID/],
      ["twilio", undefined, ["accountSid", "authToken"], /twilio/, /auth token/],
    ] as const) {
      await config.field("provider").selectOption(provider);
      if (auth !== undefined) await config.field("auth").selectOption(auth);
      assert.deepEqual(await shownFields(config, CREDENTIALS), fields);
      assert.equal(await config.field("auth").isVisible(), provider === "twilio");
      assert.equal(await config.field("tokenUrl").isVisible(), provider === "kore");
      assert.equal(await hintOf(config, "signatures").isVisible(), auth === "apikey");
      assert.match((await config.field("url").getAttribute("placeholder")) ?? "", url);
      assert.match(await lacks.innerText(), hint);
    }
    await config.field("accountSid").fill("AC");
    await config.field("authToken").fill("simulated-token");
    assert.equal(await lacks.count(), 0);
    await config.field("provider").selectOption("kore");
    await config.field("tokenUrl").fill(URL);
    await config.field("provider").selectOption("twilio");
    await config.save();
    const { provider, auth, tokenUrl } = await editor.saved("bare-account");
    assert.deepEqual([provider, auth, tokenUrl], ["twilio", "token", ""]);
    await form.cancel();
  });

  it("supersim-account: says what is read on the way, and where callbacks do not come", async () => {
    const { form, config } = await openAccount("bare-account");
    const seen = async (): Promise<readonly string[]> => {
      const names = ["http", "public", "kore", "secret"];
      const shown = await Promise.all(names.map((name) => hintOf(config, name).isVisible()));
      return names.filter((_, index) => shown[index]);
    };
    assert.deepEqual(await seen(), ["public"]);
    await config.field("url").fill("http://192.0.2.1");
    await config.field("publicUrl").fill("http://flows.example.com");
    assert.deepEqual(await seen(), ["http", "secret"]);
    await config.field("provider").selectOption("kore");
    assert.deepEqual(await seen(), ["http", "kore", "secret"]);
    await config.field("publicUrl").fill("https://flows.example.com");
    await config.field("webhookSecret").fill("simulated-key");
    await config.field("url").fill("");
    assert.deepEqual(await seen(), []);
    await config.field("tokenUrl").fill("http://192.0.2.1/token");
    assert.deepEqual(await seen(), ["http"]);
    await config.save();
    assert.equal((await editor.saved("bare-account")).auth, "oauth");
    await form.cancel();
  });

  it("supersim-account: leaves a provider alone that it does not know, and shows each login for it", async () => {
    const { form, config } = await openAccount("later");
    assert.equal(await config.field("provider").inputValue(), "${PROVIDER}");
    for (const auth of ["token", "oauth", "apikey"]) await config.field("auth").selectOption(auth);
    await config.save();
    const { provider, auth, tokenUrl } = await editor.saved("later");
    assert.deepEqual([provider, auth, tokenUrl], ["${PROVIDER}", "apikey", URL]);
    await form.cancel();
  });

  it("supersim-account: marks a bad value, and a good one not", async () => {
    const { form, config } = await openAccount("kore");
    await config.body.locator("summary").click();
    await assertMarks(config, {
      ...{ url: ["no address", "https://192.0.2.1"], tokenUrl: ["no address", ""], publicUrl: ["//", URL] },
      ...{ fingerprint: ["AB:CD", ""], concurrency: ["0", "2"], timeout: ["0", "0.5"], maxPerHour: ["-1", "0"] },
      ...{ expireAfter: ["soon", "0"], queueLimit: ["0", "1"] },
    });
    await config.cancel();
    await form.cancel();
  });

  it("supersim-command: asks how long to wait only if it waits, and says what the legacy resource is", async () => {
    const form = await editor.edit("command");
    assert.equal(await form.field("waitTimeout").isVisible(), false);
    for (const wait of ["sent", "delivered"]) {
      await form.field("wait").selectOption(wait);
      assert.equal(await form.field("waitTimeout").isVisible(), true, wait);
    }
    await assertMarks(form, { waitTimeout: ["0", "10"], sim: [" ", "pump-1"], text: [" ", "wake"] });
    const legacy = form.body.locator("#supersim-command-hint-commands");
    assert.equal(await legacy.isVisible(), false);
    await form.field("api").selectOption("commands");
    assert.match(await legacy.innerText(), /March 2022/);
    await form.cancel();
  });

  it("supersim-command: looks again at a callback address when another account is chosen, and keeps the account", async () => {
    const form = await editor.edit("command");
    await enter(form, { name: "callbackUrl", sort: "text" }, "http://192.0.2.1/supersim");
    assert.equal(await isRefused(form, "callbackUrl"), false);
    await form.field("account").selectOption("kore");
    assert.equal(await isRefused(form, "callbackUrl"), true);
    const config = await openConfig(editor, "account");
    await config.field("name").fill("z");
    await config.save();
    assert.equal(await form.field("account").inputValue(), "kore");
    await enter(form, { name: "callbackUrl", sort: "text" }, "");
    await form.save();
    assert.equal((await editor.saved("command")).account, "kore");
  });

  it("supersim-command: proposes the SIMs of the account, and stays as it is where none can be listed", async () => {
    const form = await editor.edit("command");
    await enter(form, { name: "sim", sort: "typed" }, "");
    const field = form.body.locator(".red-ui-typedInput-input").first();
    const proposals = editor.page.locator(".red-ui-autoComplete-container a");
    await field.pressSequentially("PUMP");
    assert.deepEqual(await textsOf(proposals, 2), [`pump-1 ${SIM}1 (active)`, `pump-10 ${SIM}2 (ready)`]);
    await field.pressSequentially("-1");
    assert.deepEqual(await textsOf(proposals, 2), [`pump-1 ${SIM}1 (active)`, `pump-10 ${SIM}2 (ready)`]);
    await proposals.last().click();
    assert.equal(await form.field("sim").inputValue(), "pump-10");
    await field.fill("");
    await field.pressSequentially(SIM.toLowerCase());
    assert.deepEqual(await textsOf(proposals, 3), [
      ...[`pump-1 ${SIM}1 (active)`, `pump-10 ${SIM}2 (ready)`],
      `${SIM}3`,
    ]);
    await field.fill("pump-");
    await field.pressSequentially("1");
    await proposals.first().waitFor({ state: "detached" });
    await form.field("account").selectOption("kore");
    const refused = editor.page.waitForResponse("**/supersim-account/kore/sims");
    await field.pressSequentially("0");
    assert.equal((await refused).status(), 404);
    await form.save();
    assert.equal((await editor.saved("command")).sim, "pump-10");
    assert.match(editor.complaints.pop() ?? "", /404/, "the browser says so by itself");
  });

  it("supersim-events: asks for what its source needs, and shows the address that is called", async () => {
    const form = await editor.edit("events");
    const rows = ["path", "verify", "interval"];
    const address = form.body.locator("#supersim-events-address");
    assert.deepEqual(await shownFields(form, rows), ["path", "verify"]);
    await assertMarks(form, { path: ["super sim", "supersim/"] });
    assert.match(await address.innerText(), / \/supersim\. .*no public address/);
    await form.field("account").selectOption("kore");
    assert.match(await address.innerText(), / https:\/\/kore\.example\.com\/supersim\. .*httpNodeAuth/);
    const hint = form.body.locator(".supersim-events-hint:visible");
    assert.match(await hint.innerText(), /403/);
    await form.field("verify").selectOption("fetch");
    assert.match(await hint.innerText(), /SID/);
    await form.field("source").selectOption("poll");
    assert.deepEqual(await shownFields(form, rows), ["interval"]);
    await assertMarks(form, { interval: ["0", "30"] });
    await form.save();
    const { source, path, interval, direction } = await editor.saved("events");
    assert.deepEqual([source, path, interval, direction], ["poll", "supersim/", "30", "any"]);
  });

  for (const theme of ["light", "dark"] as const) {
    it(`can be read in a ${theme} theme`, async () => {
      await applyTheme(editor, theme);
      const form = await editor.edit("command");
      for (const choice of ["api", "wait", "onUnknown"]) await form.field(choice).selectOption({ index: 1 });
      await assertReadable(form, `supersim-command-${theme}`);
      const config = await openConfig(editor, "account");
      await assertReadable(config, `supersim-account-twilio-token-${theme}`);
      await config.field("auth").selectOption("apikey");
      await config.field("publicUrl").fill("http://flows.example.com");
      await config.field("url").fill("http://192.0.2.1");
      await assertReadable(config, `supersim-account-twilio-apikey-${theme}`);
      await config.field("provider").selectOption("kore");
      await config.field("durable").scrollIntoViewIfNeeded();
      await config.body.locator("summary").click();
      await config.field("durable").uncheck();
      await assertReadable(config, `supersim-account-kore-${theme}`);
      await config.cancel();
      await form.cancel();
      for (const source of ["webhook", "poll"]) {
        const events = await editor.edit("events");
        await events.field("source").selectOption(source);
        await assertReadable(events, `supersim-events-${source}-${theme}`);
        await events.cancel();
      }
      await editor.screenshot(`supersim-canvas-${theme}`);
    });
  }

  async function openAccount(id: string): Promise<{ readonly form: Form; readonly config: Form }> {
    const form = await editor.edit("command");
    await form.field("account").selectOption(id);
    return { form, config: await openConfig(editor, "account") };
  }
});

/** The texts of so many elements, once they are there. */
async function textsOf(elements: Locator, count: number): Promise<readonly string[]> {
  await elements.nth(count - 1).waitFor();
  return (await elements.allInnerTexts()).map((text) => text.replace(/\s+/g, " ").trim());
}

function hintOf(form: Form, name: string): Locator {
  return form.body.locator(`#supersim-account-hint-${name}`);
}

/** Each field refuses the first of its values and takes the second. */
async function assertMarks(form: Form, values: Readonly<Record<string, readonly [string, string]>>): Promise<void> {
  for (const [name, [bad, good]] of Object.entries(values)) {
    const sort = ["sim", "text"].includes(name) ? "typed" : "text";
    await enter(form, { name, sort }, bad);
    assert.equal(await isRefused(form, name), true, `${name}: ${bad}`);
    await enter(form, { name, sort }, good);
    assert.equal(await isRefused(form, name), false, `${name}: ${good}`);
  }
}
