import { deepEqual, equal, match, ok } from "node:assert/strict";
import { nodeSources, optionsOf, savedNode, type NodeSource } from "./node-source";

/** What the contract gives to the nodes of Super SIM, besides `version` and `name`. */
const DEFAULTS: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  "supersim-account": {
    ...{ provider: "twilio", auth: "token", url: "", tokenUrl: "", publicUrl: "", tls: "", fingerprint: "", proxy: "" },
    ...{ concurrency: 8, timeout: 30, maxPerHour: 0, expireAfter: 60, queueLimit: 1000, durable: true },
  },
  "supersim-command": {
    ...{ account: "", sim: "sim", simType: "msg", text: "payload", textType: "msg", api: "sms-commands" },
    ...{ callbackUrl: "", callbackMethod: "POST", wait: "none", waitTimeout: 300, onUnknown: "report" },
    ...{ failureOutput: false, outputs: 1, allowOverrides: true },
  },
  "supersim-events": {
    ...{ account: "", source: "webhook", path: "", verify: "signature", interval: 60, direction: "any" },
  },
};

/** The values that the contract lists for a choice. */
const CHOICES: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  "supersim-account": { provider: ["twilio", "kore"], auth: ["token", "apikey", "oauth"] },
  "supersim-command": {
    api: ["sms-commands", "commands"],
    callbackMethod: ["POST", "GET"],
    wait: ["none", "sent", "delivered"],
    onUnknown: ["report", "resend"],
  },
  "supersim-events": {
    source: ["webhook", "poll"],
    verify: ["signature", "fetch"],
    direction: ["any", "from_sim", "to_sim"],
  },
};

/** The options of a message that the contract names. */
const OPTIONS = [
  ...["api", "callbackUrl", "callbackMethod", "wait", "waitTimeout", "onUnknown"],
  ...["priority", "expireAfter", "key", "resend"],
];

describe("Super SIM in the editor", () => {
  for (const [type, defaults] of Object.entries(DEFAULTS)) {
    it(`${type}: has the properties and defaults of the contract`, () => {
      const values = Object.entries(source(type).definition.defaults).map(([name, { value }]) => [name, value]);
      deepEqual(Object.fromEntries(values), { version: 1, name: "", ...defaults });
    });

    it(`${type}: offers the values of the contract`, () => {
      const { template } = source(type);
      for (const [name, values] of Object.entries(CHOICES[type]!)) deepEqual(optionsOf(template, name), values, name);
    });
  }

  it("keeps each secret as a password, and each name as a text", () => {
    const { credentials } = source("supersim-account").definition;
    const [text, password] = [{ type: "text" }, { type: "password" }];
    deepEqual(structuredClone(credentials), {
      ...{ accountSid: text, authToken: password, apiKeySid: text, apiKeySecret: password },
      ...{ clientId: text, clientSecret: password, webhookSecret: password },
    });
  });

  it("asks for an account, and takes TLS and a proxy of Node-RED's own", () => {
    for (const type of ["supersim-command", "supersim-events"]) {
      const { type: reference, required, label } = source(type).definition.defaults.account!;
      deepEqual([reference, required], ["supersim-account", true], type);
      match(label!, new RegExp(`${type}\\.label\\.account$`));
    }
    const { tls, proxy } = source("supersim-account").definition.defaults;
    deepEqual([tls?.type, tls?.required], ["tls-config", false]);
    deepEqual([proxy?.type, proxy?.required], ["http proxy", false]);
  });

  it("asks for a login that the provider knows, if it knows several", () => {
    const said = (provider: string, auth: string): boolean | string =>
      ask("supersim-account", "auth", { provider, auth });
    for (const auth of ["token", "apikey"]) equal(said("twilio", auth), true);
    match(String(said("twilio", "oauth")), /choose one/);
    for (const auth of ["oauth", "token"]) equal(said("kore", auth), true);
    for (const auth of ["token", "apikey", "oauth"]) equal(said("${PROVIDER}", auth), true);
  });

  it("looks at the address of tokens only where there are tokens", () => {
    const said = (provider: string, tokenUrl: string): boolean | string =>
      ask("supersim-account", "tokenUrl", { provider, tokenUrl });
    equal(said("twilio", "nowhere"), true);
    match(String(said("kore", "nowhere")), /https:\/\//);
    for (const tokenUrl of ["", "https://api.example.com/auth/token"]) equal(said("kore", tokenUrl), true);
  });

  it("takes a callback address with plain HTTP, but not for KORE", () => {
    const said = (account: string, callbackUrl: string): boolean | string =>
      ask("supersim-command", "callbackUrl", { account, callbackUrl });
    for (const account of ["at-twilio", "gone", ""]) equal(said(account, "http://192.0.2.1/supersim"), true, account);
    match(String(said("at-kore", "http://192.0.2.1/supersim")), /KORE/);
    for (const url of ["", "https://192.0.2.1/supersim"]) equal(said("at-kore", url), true);
    match(String(said("at-twilio", `https://192.0.2.1/${"a".repeat(2048)}`)), /Callback address/);
  });

  it("asks for a path only where callbacks are to come, and for a gap only where the account is asked", () => {
    const said = (source: string, name: "path" | "interval", value: string): boolean | string =>
      ask("supersim-events", name, { source, [name]: value });
    equal(said("poll", "path", ""), true);
    match(String(said("webhook", "path", "")), /Path/);
    equal(said("webhook", "interval", "0"), true);
    for (const interval of ["0", "-1", "soon"]) match(String(said("poll", "interval", interval)), /above 0/);
    for (const interval of ["", "60", "0.5"]) equal(said("poll", "interval", interval), true);
  });

  it("names in the help each option of a message, and each code that comes after a command was accepted", () => {
    const { help } = source("supersim-command");
    const part = /<h4>msg\.commandOptions<\/h4>.*?<\/dl>/s.exec(help)![0];
    const named = [...part.matchAll(/<dt class="optional">(\w+)/g)].map(([, name]) => name!);
    deepEqual(named.sort(), [...OPTIONS].sort());
    for (const code of ["COMMAND_FAILED", "WAIT_TIMEOUT"]) match(help, new RegExp(`<dt>${code}</dt>\\s*<dd>\\s*After`));
    match(help, /billable after 5 SMS Commands/);
    match(help, /160 bytes of UTF-8/);
  });

  it("says in the help of events what a callback is answered, and what keeps it away", () => {
    const { help } = source("supersim-events");
    for (const word of ["403", "413", "503", "256 KiB", "httpNodeAuth", "https://", "24 hours"]) {
      ok(help.includes(word), word);
    }
  });
});

function source(type: string): NodeSource {
  return nodeSources().find((one) => one.type === type)!;
}

/** What the validator of a property says of a node that is saved like this. */
function ask(type: string, name: string, saved: Readonly<Record<string, string>>): boolean | string {
  const node = source(type);
  return node.definition.defaults[name]!.validate!.call(savedNode(node, saved), saved[name], {});
}
