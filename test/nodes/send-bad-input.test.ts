import assert from "node:assert/strict";
import { Lab, RECIPIENT, WORD, recordOf, verdictOf, type Changes, type Message } from "./lab.js";

interface BadInput {
  readonly what: string;
  readonly msg?: Message;
  readonly send?: Changes;
  readonly gateway?: Changes;
  readonly verdict: string;
  readonly badge?: RegExp;
  /** What the message must say, so that a person knows what to do. */
  readonly says?: RegExp;
}

const NOT_SENT = /^red ring not sent \d\d:\d\d$/;
const NO_GATEWAY = /^red ring no gateway$/;
const MISCONFIGURED = /^red ring configuration$/;

/** Node-RED keeps a credential that a deploy does not name. */
const NONE = { username: "", password: "", clientId: "", clientSecret: "" };

const ofMessage: readonly BadInput[] = [
  { what: "an address without +", msg: { to: "447700900100" }, verdict: "not-sent ADDRESS_INVALID" },
  { what: "an address with letters", msg: { to: "+44call" }, verdict: "not-sent ADDRESS_INVALID" },
  { what: "an address of one digit", msg: { to: "+4" }, verdict: "not-sent ADDRESS_INVALID" },
  { what: "no address", msg: { to: undefined }, verdict: "not-sent ADDRESS_INVALID" },
  { what: "an address that is null", msg: { to: null }, verdict: "not-sent ADDRESS_INVALID" },
  { what: "an empty array of addresses", msg: { to: [] }, verdict: "not-sent ADDRESS_INVALID" },
  { what: "a list of nothing but commas", msg: { to: " , ;," }, verdict: "not-sent ADDRESS_INVALID" },
  { what: "an address that is a number", msg: { to: 447700900100 }, verdict: "not-sent ADDRESS_INVALID" },
  { what: "an address that is an object", msg: { to: { number: RECIPIENT } }, verdict: "not-sent ADDRESS_INVALID" },
  { what: "an empty text", msg: { payload: "" }, verdict: "not-sent TEXT_EMPTY" },
  { what: "no text", msg: { payload: undefined }, verdict: "not-sent TEXT_EMPTY" },
  { what: "a text that is an object", msg: { payload: { a: 1 } }, verdict: "not-sent TEXT_INVALID" },
  { what: "a text that is an array", msg: { payload: [WORD] }, verdict: "not-sent TEXT_INVALID" },
  { what: "a text that is a Buffer", msg: { payload: Buffer.from(WORD) }, verdict: "not-sent TEXT_INVALID" },
  { what: "a text that is null", msg: { payload: null }, verdict: "not-sent TEXT_INVALID" },
  { what: "a text that is NaN", msg: { payload: NaN }, verdict: "not-sent TEXT_INVALID" },
  { what: "half of an emoji", msg: { payload: "\ud83d" }, verdict: "not-sent TEXT_INVALID" },
  { what: "a text of 11 segments", msg: { payload: "x".repeat(1531) }, verdict: "not-sent TEXT_TOO_LONG" },
  { what: "msg.smsOptions = text", msg: { smsOptions: "x" }, verdict: "not-sent OPTION_INVALID" },
  { what: "msg.smsOptions = array", msg: { smsOptions: [] }, verdict: "not-sent OPTION_INVALID" },
  { what: "an unknown option", msg: { smsOptions: { conId: 2 } }, verdict: "not-sent OPTION_INVALID", says: /conId/ },
  { what: "an option with a wrong value", msg: { smsOptions: { connId: "two" } }, verdict: "not-sent OPTION_INVALID" },
  { what: "a priority that is none", msg: { smsOptions: { priority: 1 } }, verdict: "not-sent OPTION_INVALID" },
  { what: "a negative expireAfter", msg: { smsOptions: { expireAfter: -1 } }, verdict: "not-sent OPTION_INVALID" },
];

const ofNode: readonly BadInput[] = [
  { what: "no gateway", send: { gateway: "" }, verdict: "not-sent CONFIG_MISSING", badge: NO_GATEWAY },
  { what: "a gateway that is gone", send: { gateway: "gone" }, verdict: "not-sent CONFIG_MISSING", badge: NO_GATEWAY },
  {
    what: "a gateway that is something else",
    send: { gateway: "out" },
    verdict: "not-sent CONFIG_MISSING",
    badge: NO_GATEWAY,
  },
  { what: "a disabled gateway", gateway: { d: true }, verdict: "not-sent CONFIG_MISSING", badge: NO_GATEWAY },
  {
    what: "an unset variable in a number field",
    send: { connId: "${NOWHERE_SET}" },
    verdict: "not-sent CONFIG_MISSING",
    badge: MISCONFIGURED,
    says: /NOWHERE_SET/,
  },
  {
    what: "an unset variable in a typed field",
    send: { text: "${NOWHERE_SET} degrees", textType: "str" },
    verdict: "not-sent CONFIG_MISSING",
    says: /NOWHERE_SET/,
  },
  {
    what: "a field that takes an unset variable",
    send: { to: "NOWHERE_SET", toType: "env" },
    verdict: "not-sent CONFIG_MISSING",
    says: /NOWHERE_SET/,
  },
  {
    what: "a recipient field of a type that is none",
    send: { to: RECIPIENT, toType: "phone" },
    verdict: "not-sent CONFIG_MISSING",
    says: /"to" is of a type that is none/,
  },
  {
    what: "a text field of a type that Node-RED evaluates nowhere but in settings of its own",
    send: { text: WORD, textType: "cred" },
    verdict: "not-sent CONFIG_MISSING",
    says: /"text" is of a type that is none/,
  },
  { what: "an empty text field", send: { text: "", textType: "str" }, verdict: "not-sent TEXT_EMPTY" },
  { what: "an empty recipient field", send: { to: "", toType: "str" }, verdict: "not-sent ADDRESS_INVALID" },
  {
    what: "an expression that is none",
    send: { text: "$sum(", textType: "jsonata" },
    verdict: "not-sent OPTION_INVALID",
    says: /"text"/,
  },
  {
    what: "an expression that fails",
    send: { text: "$number(payload)", textType: "jsonata" },
    verdict: "not-sent OPTION_INVALID",
  },
  {
    what: "a flag that is none",
    send: { failureOutput: "maybe" },
    verdict: "not-sent CONFIG_MISSING",
    badge: MISCONFIGURED,
    says: /failureOutput/,
  },
  {
    what: "a choice that is none",
    send: { onUnknown: "panic" },
    verdict: "not-sent CONFIG_MISSING",
    badge: MISCONFIGURED,
  },
];

const ofGateway: readonly BadInput[] = [
  { what: "no URL", gateway: { url: "" }, verdict: "not-sent CONFIG_MISSING" },
  { what: "a URL that is none", gateway: { url: "router" }, verdict: "not-sent CONFIG_MISSING" },
  { what: "a URL of another scheme", gateway: { url: "ftp://127.0.0.1" }, verdict: "not-sent CONFIG_MISSING" },
  { what: "no credentials", gateway: { credentials: NONE }, verdict: "not-sent CONFIG_MISSING", says: /user name/ },
  {
    what: "no password",
    gateway: { credentials: { ...NONE, username: "admin" } },
    verdict: "not-sent CONFIG_MISSING",
    says: /password/,
  },
  {
    what: "a client login without its secret",
    gateway: { auth: "client", credentials: { ...NONE, clientId: "id" } },
    verdict: "not-sent CONFIG_MISSING",
    says: /client/,
  },
  {
    what: "a password from an unset variable",
    gateway: { credentials: { username: "admin", password: "${NOWHERE_SET}" } },
    verdict: "not-sent CONFIG_MISSING",
    says: /NOWHERE_SET/,
  },
  { what: "a kind that is none", gateway: { kind: "pigeon" }, verdict: "not-sent CONFIG_MISSING", says: /"kind"/ },
  { what: "a timeout in words", gateway: { timeout: "long" }, verdict: "not-sent CONFIG_MISSING", says: /"timeout"/ },
  { what: "a timeout of 0", gateway: { timeout: 0 }, verdict: "not-sent CONFIG_MISSING" },
  { what: "a timeout that no timer can hold", gateway: { timeout: 3_000_000 }, verdict: "not-sent CONFIG_MISSING" },
  { what: "half a segment", gateway: { maxSegments: "1.5" }, verdict: "not-sent CONFIG_MISSING" },
  { what: "a negative gap", gateway: { minInterval: -5 }, verdict: "not-sent CONFIG_MISSING" },
  { what: "a fingerprint that is none", gateway: { fingerprint: "AB:CD" }, verdict: "not-sent CONFIG_MISSING" },
  { what: "a TLS node that is gone", gateway: { tls: "gone" }, verdict: "not-sent CONFIG_MISSING" },
];

describe("bad input at sms send", () => {
  let lab: Lab;

  before(async () => {
    lab = await Lab.start();
  });

  after(async () => {
    await lab.stop();
  });

  /** One message in, one error out, nothing at the router. */
  async function refused(bad: BadInput): Promise<void> {
    const requests = commands(lab).length;
    const msg = { payload: `${WORD} in`, to: RECIPIENT, topic: "t", ...bad.msg };
    const tag = await lab.send({ own: { kept: true }, ...msg });
    const caught = await lab.arrival("caught", tag);
    assert.equal(verdictOf(caught), bad.verdict);
    assert.match(String(recordOf(caught).reason), bad.says ?? /./);
    assert.deepEqual(caught.own, { kept: true });
    assert.equal(caught.topic, "t");
    assert.deepEqual(caught.payload, plain(msg.payload));
    assert.equal(caught.parts, undefined);
    assert.equal((caught.error as { source: { id: string } }).source.id, "send");
    assert.equal(commands(lab).length, requests);
    if (bad.badge !== undefined) assert.match(lab.badge("send"), bad.badge);
    assert.deepEqual(lab.arrived(tag), ["caught"]);
  }

  describe("in a message", () => {
    before(async () => {
      await lab.deploy(lab.sending());
    });

    for (const bad of ofMessage) {
      it(`${bad.what} is ${bad.verdict}`, async () => {
        await refused({ badge: NOT_SENT, ...bad });
      });
    }

    it("harms no other message, not even among others in a burst", async () => {
      const seen = lab.red.probes.length;
      const messages = ofMessage.flatMap((bad, index) => [
        { to: RECIPIENT, payload: WORD, ...bad.msg, tag: "burst" },
        { to: RECIPIENT, payload: `${WORD} ${String(index)}`, tag: "burst" },
      ]);
      await lab.red.sendMany("source", messages);
      const count = ofMessage.length;
      await lab.red.until(() => lab.at("done", seen).length === count && lab.at("caught", seen).length === count);
      assert.deepEqual(
        lab.device.sent.map(({ text }) => text),
        ofMessage.map((_, index) => `${WORD} ${String(index)}`),
      );
      await lab.sendsStill();
    });

    it("shows what became of a message that failed, in the record", async () => {
      const tag = await lab.send({ to: "0", payload: WORD });
      const { id, finishedAt, reason, ...record } = recordOf(await lab.arrival("caught", tag));
      assert.equal(typeof id, "string");
      assert.equal(typeof reason, "string");
      assert.ok(Date.now() - Date.parse(String(finishedAt)) < 60_000);
      assert.deepEqual(record, {
        outcome: "not-sent",
        code: "ADDRESS_INVALID",
        gateway: { id: "gw", name: "Cabinet", kind: "peplink" },
        to: "0",
        text: WORD,
        encoding: null,
        segments: null,
        attempts: 0,
        queuedAt: null,
      });
    });
  });

  describe("in the node", () => {
    for (const bad of ofNode) {
      it(`${bad.what} is ${bad.verdict}`, async () => {
        await lab.deploy(lab.sending(bad));
        await refused(bad);
      });
    }
  });

  describe("in the gateway", () => {
    for (const bad of ofGateway) {
      it(`${bad.what} is ${bad.verdict}`, async () => {
        await lab.deploy(lab.sending(bad));
        await refused({ badge: MISCONFIGURED, ...bad });
        const warnings = lab.red.logs.filter(({ id, level }) => id === "gw" && level === "warn");
        assert.match(String(warnings.at(-1)?.msg), /^The gateway "Cabinet" cannot be used\. /);
      });
    }
  });

  describe("that is mended", () => {
    it("leaves no trace", async () => {
      await lab.deploy(lab.sending());
      await lab.untilBadge("send", /^grey ring ready$/);
      await lab.sendsStill();
      await lab.untilBadge("send", /^green dot accepted \d\d:\d\d$/);
    });
  });
});

/** What the router was asked, without the logouts of drivers that were replaced. */
function commands({ device }: Lab): readonly string[] {
  return device.requests.map(({ path }) => path).filter((path) => path !== "/api/logout");
}

/** A value as it comes out of the probe, which speaks JSON. */
function plain(value: unknown): unknown {
  return Buffer.isBuffer(value) ? value.toJSON() : value;
}
