import { deepEqual, equal, match, ok } from "node:assert/strict";
import { canDeleteSms, canReadSms, canSendUssd } from "../../src/gateways/gateway";
import { GATEWAY_KINDS } from "../../src/gateways/kinds";
import { kindsOfForms, lookUp, nodeSources, optionsOf, savedNode, type NodeSource } from "./node-source";

const kinds = kindsOfForms();
const names = Object.keys(kinds);
const sources = nodeSources();

/** Defaults that the contract gives to what not every kind of gateway knows, and to `transliterate`. */
const DEFAULTS: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  "cellular-gateway": {
    kind: "peplink",
    auth: "password",
    method: "POST",
    connId: "",
    lineBreak: "lf",
    numberFormat: "as-is",
    timeout: 30,
  },
  "cellular-sms-send": {
    connId: "",
    mode: "number",
    telauto: true,
    list: "",
    regex: "",
    encoding: "text",
    hexCharset: "utf-8",
    flash: false,
    ring: false,
    transliterate: false,
  },
  "cellular-sms-receive": { connId: "" },
  "cellular-sms-delete": { connId: "", iccid: "" },
  "cellular-ussd": { connId: "", iccid: "" },
};

/** The values that the contract lists for a choice. */
const CHOICES: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  "cellular-gateway": {
    kind: ["peplink", "brevis-one", "router-cgi"],
    auth: ["password", "client"],
    method: ["POST", "GET"],
    lineBreak: ["lf", "percent-n"],
    numberFormat: ["as-is", "00"],
  },
  "cellular-sms-send": {
    mode: ["number", "user", "group", "telnumber", "teluser", "telgroup"],
    list: ["", "white", "black"],
    encoding: ["text", "hex"],
    hexCharset: ["utf-8", "latin1"],
  },
};

/** Which kinds the list of gateways of a node offers; sending is what all of them do. */
const OFFERED: Readonly<Record<string, readonly string[]>> = {
  "cellular-sms-receive": ["peplink", "router-cgi"],
  "cellular-sms-delete": ["peplink", "router-cgi"],
  "cellular-ussd": ["peplink"],
};

describe("kinds of gateway in the editor", () => {
  it("are those that a gateway can be, each with a name and a word on its login", () => {
    const { template, catalog } = source("cellular-gateway");
    deepEqual(names, Object.keys(GATEWAY_KINDS));
    deepEqual(optionsOf(template, "kind"), names);
    for (const kind of names) {
      for (const text of ["kind", "login"]) equal(typeof lookUp(catalog, `cellular-gateway.${text}.${kind}`), "string");
    }
  });

  for (const [kind, { timeout, fields }] of Object.entries(kinds)) {
    it(`${kind}: has the time for a request and the options that its driver has`, () => {
      const { create, defaultTimeout, auth } = GATEWAY_KINDS[kind]!;
      const driver = create({
        ...{ url: "https://192.0.2.1", auth: "password", username: "flows", password: "simulated-password" },
        ...{ clientId: "", clientSecret: "", connId: undefined, timeout: 1000, maxSegments: 10 },
      });
      equal(timeout, defaultTimeout);
      equal(fields["cellular-gateway"]!.includes("auth"), auth.length > 1);
      deepEqual([...fields["cellular-sms-send"]!].sort(), [...driver.options].sort());
      equal("cellular-sms-receive" in fields, canReadSms(driver));
      equal("cellular-sms-delete" in fields, canDeleteSms(driver));
      equal("cellular-ussd" in fields, canSendUssd(driver));
    });

    it(`${kind}: names only fields that the forms have, each in a row of its own`, () => {
      for (const [type, ofType] of Object.entries(fields)) {
        const { template } = source(type);
        for (const name of ofType) {
          const row = template.split('<div class="form-row').find((part) => part.includes(`input-${name}"`)) ?? "";
          match(row, /^( cellular-check)?">/, name);
          equal(row.match(/ id="node-(config-)?input-/g)?.length, 1, name);
        }
      }
    });
  }

  for (const [type, defaults] of Object.entries(DEFAULTS)) {
    it(`${type}: has the defaults of the contract`, () => {
      const { definition } = source(type);
      for (const [name, value] of Object.entries(defaults)) equal(definition.defaults[name]?.value, value, name);
    });
  }

  for (const [type, choices] of Object.entries(CHOICES)) {
    it(`${type}: offers the values of the contract`, () => {
      const { template } = source(type);
      for (const [name, values] of Object.entries(choices)) deepEqual(optionsOf(template, name), values, name);
    });
  }

  for (const { type, definition } of sources.filter(({ definition }) => "gateway" in definition.defaults)) {
    const { filter, validate } = definition.defaults.gateway!;
    const offered = OFFERED[type];

    if (offered === undefined) {
      it(`${type}: offers every gateway`, () => {
        equal(filter, undefined);
        equal(validate, undefined);
      });
      continue;
    }

    it(`${type}: offers only gateways that can, and those of which nobody knows`, () => {
      deepEqual(
        names.filter((kind) => filter!({ kind })),
        offered,
      );
      equal(filter!({}), true, "saved without a kind, as a Peplink router may be");
      equal(filter!({ kind: "${KIND}" }), true);
    });

    it(`${type}: says that a gateway cannot, is incomplete, gone or not chosen`, () => {
      const said = (gateway: string): boolean | string =>
        validate!.call(savedNode(source(type), { gateway }), gateway, { label: "Gateway" });
      for (const kind of names) {
        const answer = said(`by-${kind}`);
        if (offered.includes(kind)) equal(answer, true, kind);
        else match(String(answer), /choose another one/, kind);
      }
      equal(said("of-later"), true);
      match(String(said("unfinished")), /invalid-config/);
      match(String(said("gone")), /missing-config/);
      match(String(said("_ADD_")), /missing-required-prop/);
    });
  }

  it("have no say in fields that they do not know: what stands there is not used", () => {
    for (const type of ["cellular-sms-send", "cellular-sms-receive", "cellular-sms-delete"]) {
      const said = (gateway?: string): boolean | string =>
        source(type).definition.defaults.connId!.validate!.call(savedNode(source(type), { gateway }), "two", {});
      equal(said("by-router-cgi"), true, type);
      for (const gateway of ["by-peplink", "of-later", "gone", undefined]) match(String(said(gateway)), /whole number/);
    }
    const gateway = source("cellular-gateway");
    const said = (kind: string): boolean | string =>
      gateway.definition.defaults.connId!.validate!.call(savedNode(gateway, { kind }), "two", {});
    equal(said("brevis-one"), true);
    match(String(said("peplink")), /whole number/);
  });

  it("ask for a pattern where numbers are chosen by one", () => {
    const send = source("cellular-sms-send");
    const said = (saved: object, regex: string): boolean | string =>
      send.definition.defaults.regex!.validate!.call(savedNode(send, saved), regex, {});
    match(String(said({ gateway: "by-brevis-one", list: "white" }, "")), /Pattern/);
    equal(said({ gateway: "by-brevis-one", list: "black" }, "^0"), true);
    equal(said({ gateway: "by-brevis-one", list: "" }, ""), true);
    equal(said({ gateway: "by-peplink", list: "white" }, ""), true);
  });

  it("are marked where they are not known", () => {
    const gateway = source("cellular-gateway");
    const said = (kind: unknown): boolean | string =>
      gateway.definition.defaults.kind!.validate!.call(savedNode(gateway), kind, {});
    for (const kind of [...names, undefined, ""]) equal(said(kind), true);
    for (const kind of ["satellite", "toString"]) match(String(said(kind)), /choose one/);
  });

  it("stand in the help of every node that works by them, with what each can do", () => {
    const byKind = sources.filter(({ definition: { defaults } }) => "kind" in defaults || "gateway" in defaults);
    ok(byKind.length > 1);
    for (const { type, help } of byKind) {
      const table = /<table>.*?<\/table>/s.exec(help)?.[0] ?? "";
      for (const name of ["Peplink", "brevis.one", "CGI router"]) ok(table.includes(name), `${type}: ${name}`);
    }
  });
});

function source(type: string): NodeSource {
  return sources.find((one) => one.type === type)!;
}
