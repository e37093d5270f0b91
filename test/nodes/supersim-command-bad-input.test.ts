import assert from "node:assert/strict";
import {
  ACCOUNT_SID,
  NO_CREDENTIALS,
  recordOf,
  SIM,
  SIM_SID,
  SupersimLab,
  TOKEN,
  verdictOf,
  WORD,
  type Changes,
  type Message,
} from "./supersim-lab.js";

interface BadInput {
  readonly what: string;
  readonly msg?: Message;
  readonly command?: Changes;
  readonly account?: Changes;
  readonly verdict: string;
  readonly badge?: RegExp;
  /** What the message must say, so that a person knows what to do. */
  readonly says?: RegExp;
}

const NOT_SENT = /^red ring not sent \d\d:\d\d$/;
const NO_ACCOUNT = /^red ring no account$/;
const MISCONFIGURED = /^red ring configuration$/;
const SHORT_SID = SIM_SID.slice(0, -1);

function options(commandOptions: unknown): Message {
  return { commandOptions };
}

const ofMessage: readonly BadInput[] = [
  { what: "no SIM", msg: { sim: undefined }, verdict: "not-sent ADDRESS_INVALID", says: /HS/ },
  { what: "an empty SIM", msg: { sim: "  " }, verdict: "not-sent ADDRESS_INVALID" },
  { what: "a SIM that is an object", msg: { sim: { sid: SIM_SID } }, verdict: "not-sent ADDRESS_INVALID" },
  { what: "several SIMs", msg: { sim: [SIM, SIM] }, verdict: "not-sent ADDRESS_INVALID" },
  { what: "a SID with a digit less", msg: { sim: SHORT_SID }, verdict: "not-sent ADDRESS_INVALID", says: /32/ },
  { what: "the SID of an account", msg: { sim: ACCOUNT_SID }, verdict: "not-sent ADDRESS_INVALID", says: /HS/ },
  { what: "an empty text", msg: { payload: "" }, verdict: "not-sent TEXT_EMPTY" },
  { what: "no text", msg: { payload: undefined }, verdict: "not-sent TEXT_EMPTY" },
  { what: "a text that is an object", msg: { payload: { a: 1 } }, verdict: "not-sent TEXT_INVALID" },
  { what: "a text that is an array", msg: { payload: [WORD] }, verdict: "not-sent TEXT_INVALID" },
  { what: "a text that is a Buffer", msg: { payload: Buffer.from(WORD) }, verdict: "not-sent TEXT_INVALID" },
  { what: "a text that is null", msg: { payload: null }, verdict: "not-sent TEXT_INVALID" },
  { what: "half of an emoji", msg: { payload: "\ud83d" }, verdict: "not-sent TEXT_INVALID" },
  { what: "161 characters", msg: { payload: "x".repeat(161) }, verdict: "not-sent TEXT_TOO_LONG", says: /161.*160/ },
  {
    what: "81 characters of two bytes",
    msg: { payload: "é".repeat(81) },
    verdict: "not-sent TEXT_TOO_LONG",
    says: /162.*160.*count as 2 to 4/,
  },
  { what: "41 emoji", msg: { payload: "👍".repeat(41) }, verdict: "not-sent TEXT_TOO_LONG", says: /164/ },
  { what: "msg.commandOptions = text", msg: options("x"), verdict: "not-sent OPTION_INVALID" },
  { what: "msg.commandOptions = array", msg: options([]), verdict: "not-sent OPTION_INVALID" },
  { what: "an unknown option", msg: options({ wiat: "sent" }), verdict: "not-sent OPTION_INVALID", says: /wiat/ },
  {
    what: "the option of another node",
    msg: options({ connId: 2 }),
    verdict: "not-sent OPTION_INVALID",
    says: /connId/,
  },
  {
    what: "a wait that is none",
    msg: options({ wait: "received" }),
    verdict: "not-sent OPTION_INVALID",
    says: /delivered/,
  },
  { what: "a waitTimeout of 0", msg: options({ waitTimeout: 0 }), verdict: "not-sent OPTION_INVALID" },
  { what: "a waitTimeout in words", msg: options({ waitTimeout: "long" }), verdict: "not-sent OPTION_INVALID" },
  { what: "an api that is none", msg: options({ api: "sms" }), verdict: "not-sent OPTION_INVALID" },
  { what: "a method that is none", msg: options({ callbackMethod: "PUT" }), verdict: "not-sent OPTION_INVALID" },
  { what: "a callback to a file", msg: options({ callbackUrl: "file:///x" }), verdict: "not-sent OPTION_INVALID" },
  {
    what: "a callback without a scheme",
    msg: options({ callbackUrl: "example.com/x" }),
    verdict: "not-sent OPTION_INVALID",
  },
  { what: "a callback that is a number", msg: options({ callbackUrl: 7 }), verdict: "not-sent OPTION_INVALID" },
  { what: "onUnknown = fallback", msg: options({ onUnknown: "fallback" }), verdict: "not-sent OPTION_INVALID" },
  { what: "a priority that is none", msg: options({ priority: 1 }), verdict: "not-sent OPTION_INVALID" },
  { what: "a negative expireAfter", msg: options({ expireAfter: -1 }), verdict: "not-sent OPTION_INVALID" },
  { what: "an empty key", msg: options({ key: "" }), verdict: "not-sent OPTION_INVALID" },
];

const ofNode: readonly BadInput[] = [
  { what: "no account", command: { account: "" }, verdict: "not-sent CONFIG_MISSING", badge: NO_ACCOUNT },
  {
    what: "an account that is gone",
    command: { account: "gone" },
    verdict: "not-sent CONFIG_MISSING",
    badge: NO_ACCOUNT,
  },
  {
    what: "an account that is something else",
    command: { account: "out" },
    verdict: "not-sent CONFIG_MISSING",
    badge: NO_ACCOUNT,
  },
  { what: "a disabled account", account: { d: true }, verdict: "not-sent CONFIG_MISSING", badge: NO_ACCOUNT },
  {
    what: "an unset variable",
    command: { text: "${NOWHERE}", textType: "str" },
    verdict: "not-sent CONFIG_MISSING",
    says: /NOWHERE/,
  },
  {
    what: "an unset SIM",
    command: { sim: "NOWHERE", simType: "env" },
    verdict: "not-sent CONFIG_MISSING",
    says: /NOWHERE/,
  },
  {
    what: "a SIM field of a type that is none",
    command: { sim: "tracker-1", simType: "sim" },
    verdict: "not-sent CONFIG_MISSING",
    says: /"sim" is of a type that is none/,
  },
  { what: "an empty text field", command: { text: "", textType: "str" }, verdict: "not-sent TEXT_EMPTY" },
  { what: "an empty SIM field", command: { sim: "", simType: "str" }, verdict: "not-sent ADDRESS_INVALID" },
  {
    what: "an expression that is none",
    command: { text: "$sum(", textType: "jsonata" },
    verdict: "not-sent OPTION_INVALID",
    says: /"text"/,
  },
  { what: "an address that is none", command: { callbackUrl: "nowhere" }, verdict: "not-sent OPTION_INVALID" },
  ...[
    { what: "an api that is none", command: { api: "pigeon" }, says: /"api"/ },
    { what: "a wait that is none", command: { wait: "read" }, says: /"wait"/ },
    { what: "a waitTimeout of 0", command: { waitTimeout: "0" }, says: /"waitTimeout"/ },
    { what: "a method that is none", command: { callbackMethod: "PUT" }, says: /"callbackMethod"/ },
    { what: "onUnknown = fallback", command: { onUnknown: "fallback" }, says: /"onUnknown"/ },
    { what: "a flag that is none", command: { failureOutput: "maybe" }, says: /"failureOutput"/ },
    { what: "an unset variable in a field", command: { waitTimeout: "${NOWHERE}" }, says: /NOWHERE/ },
  ].map((bad) => ({ ...bad, verdict: "not-sent CONFIG_MISSING", badge: MISCONFIGURED })),
];

const ofAccount: readonly (Omit<BadInput, "verdict"> & { readonly account: Changes })[] = [
  { what: "no credentials", account: { credentials: NO_CREDENTIALS }, says: /account SID/ },
  { what: "no token", account: { credentials: { ...NO_CREDENTIALS, accountSid: ACCOUNT_SID } }, says: /auth token/ },
  {
    what: "an account SID that is none",
    account: { credentials: { accountSid: "AC12", authToken: TOKEN } },
    says: /AC/,
  },
  {
    what: "an API key without its secret",
    account: {
      auth: "apikey",
      credentials: { ...NO_CREDENTIALS, accountSid: ACCOUNT_SID, apiKeySid: "SKffeeddccbbaa99887766554433221100" },
    },
    says: /API key secret/,
  },
  { what: "a token from an unset variable", account: { credentials: { authToken: "${NOWHERE}" } }, says: /NOWHERE/ },
  { what: "KORE without a client", account: { provider: "kore", credentials: NO_CREDENTIALS }, says: /client id/ },
  { what: "a provider that is none", account: { provider: "pigeon" }, says: /"provider"/ },
  { what: "a login that is none", account: { auth: "oauth" }, says: /"auth"/ },
  { what: "a URL that is none", account: { url: "service" } },
  { what: "a public URL that is none", account: { publicUrl: "my house" }, says: /"publicUrl"/ },
  { what: "a concurrency of 0", account: { concurrency: "0" }, says: /"concurrency"/ },
  { what: "half a request at once", account: { concurrency: 1.5 }, says: /"concurrency"/ },
  { what: "a timeout in words", account: { timeout: "long" }, says: /"timeout"/ },
  { what: "a fingerprint that is none", account: { fingerprint: "AB:CD" } },
  { what: "a TLS node that is gone", account: { tls: "gone" } },
];

describe("bad input at super sim command", () => {
  let lab: SupersimLab;

  before(async () => {
    lab = await SupersimLab.start();
  });

  after(async () => {
    await lab.stop();
  });

  /** One message in, one error out, nothing at the service. */
  async function refused(bad: BadInput): Promise<void> {
    const requests = lab.device.requests.length;
    const msg = { payload: `${WORD} in`, topic: "t", own: { kept: true }, ...bad.msg };
    const tag = await lab.send(msg);
    const caught = await lab.arrival("caught", tag);
    assert.equal(verdictOf(caught), bad.verdict);
    const reason = String(recordOf(caught).reason);
    assert.match(reason, bad.says ?? /./);
    assert.doesNotMatch(reason, /Sesame/);
    assert.deepEqual({ topic: caught.topic, own: caught.own }, { topic: "t", own: { kept: true } });
    const sent = Buffer.isBuffer(msg.payload) ? msg.payload.toJSON() : msg.payload;
    assert.deepEqual(caught.payload, sent);
    assert.equal((caught.error as { source: { id: string } }).source.id, "command");
    assert.equal(lab.device.requests.length, requests);
    if (bad.badge !== undefined) assert.match(lab.badge("command"), bad.badge);
    assert.deepEqual(lab.arrived(tag), ["caught"]);
  }

  describe("in a message", () => {
    before(async () => {
      await lab.deploy(lab.commanding());
    });

    for (const bad of ofMessage) {
      it(`${bad.what} is ${bad.verdict}`, async () => {
        await refused({ badge: NOT_SENT, ...bad });
      });
    }

    it("harms no other message, not even among others in a burst", async () => {
      const seen = lab.red.probes.length;
      const messages = ofMessage.flatMap((bad, index) => [
        { sim: SIM, payload: WORD, ...bad.msg, tag: "burst" },
        { sim: SIM, payload: `${WORD} ${String(index)}`, tag: "burst" },
      ]);
      await lab.red.sendMany("source", messages);
      const count = ofMessage.length;
      await lab.red.until(() => lab.at("done", seen).length === count && lab.at("caught", seen).length === count);
      assert.deepEqual(
        lab.device.sent.map(({ payload }) => payload).toSorted(),
        ofMessage.map((_, index) => `${WORD} ${String(index)}`).toSorted(),
      );
      await lab.sendsStill();
    });

    for (const [sim, simSid] of [
      [SIM_SID, SIM_SID],
      [SIM, null],
    ]) {
      it(`shows in the record what was to be sent, with the SID of the SIM where that is known: ${String(simSid)}`, async () => {
        const tag = await lab.send({ sim, payload: WORD, commandOptions: { callbackUrl: "x" } });
        const { reason, ...record } = recordOf(await lab.arrival("caught", tag));
        assert.equal(typeof reason, "string");
        assert.deepEqual(record, {
          ...{ sid: null, accountSid: null, simSid, payload: WORD, status: null, direction: "to_sim" },
          ...{ dateCreated: null, dateUpdated: null, url: null, outcome: "not-sent", code: "OPTION_INVALID" },
        });
      });
    }

    it("reaches the second output where there is one, and counts as done", async () => {
      await lab.deploy(lab.commanding({ command: { failureOutput: true, outputs: 2 } }));
      const tag = await lab.send({ payload: "" });
      const msg = await lab.arrival("failed", tag);
      assert.equal(verdictOf(msg), "not-sent TEXT_EMPTY");
      assert.deepEqual(Object.keys(msg.error as Message).toSorted(), ["code", "message"]);
      await lab.arrival("done", tag);
      assert.deepEqual(lab.arrived(tag).toSorted(), ["done", "failed"]);
    });
  });

  describe("in the node", () => {
    for (const bad of ofNode) {
      it(`${bad.what} is ${bad.verdict}`, async () => {
        await lab.deploy(lab.commanding(bad));
        await refused(bad);
      });
    }
  });

  describe("in the account", () => {
    for (const bad of ofAccount) {
      it(`${bad.what} is CONFIG_MISSING, in the badge, for each message and in the log`, async () => {
        const from = lab.red.logs.length;
        await lab.deploy(lab.commanding(bad));
        await refused({ badge: MISCONFIGURED, verdict: "not-sent CONFIG_MISSING", ...bad });
        const warnings = lab.red.logs.slice(from).filter(({ id, level }) => id === "account" && level === "warn");
        assert.equal(warnings.length, 1);
        assert.match(String(warnings[0]?.msg), /^The account "Fleet" cannot be used\. /);
      });
    }

    it("is told with the account's name, also by the nodes that use it", async () => {
      await lab.deploy(lab.commanding({ account: { queueLimit: "some" } }));
      const says = /^The account "Fleet" cannot be used\. The setting "queueLimit" is not a whole number above 0\./;
      await refused({ what: "", verdict: "not-sent CONFIG_MISSING", says, badge: MISCONFIGURED });
    });

    it("that is KORE's, a callback by http is OPTION_INVALID", async () => {
      const credentials = { ...NO_CREDENTIALS, clientId: "simulated-client", clientSecret: "simulated-secret" };
      await lab.deploy(
        lab.commanding({ account: { provider: "kore", credentials }, command: { callbackUrl: "http://127.0.0.1:9/" } }),
      );
      await refused({ what: "http", verdict: "not-sent OPTION_INVALID", says: /https:.*KORE/, badge: NOT_SENT });
    });
  });

  describe("that is mended", () => {
    it("leaves no trace", async () => {
      await lab.deploy(lab.commanding());
      await lab.untilBadge("command", /^grey ring ready$/);
      await lab.sendsStill();
      await lab.untilBadge("command", /^green dot accepted \d\d:\d\d$/);
    });
  });
});
