import assert from "node:assert/strict";
import { SuperSimSimulator } from "../../src/simulators/index.js";
import {
  ACCOUNT_SID,
  NO_CREDENTIALS,
  recordOf,
  SIM,
  SIM_SID,
  SMS_COMMANDS,
  SupersimLab,
  WORD,
  type Changes,
  type FlowChanges,
  type Message,
} from "./supersim-lab.js";

interface Reading {
  readonly what: string;
  readonly command?: Changes;
  readonly msg?: Message;
  /** What the service took. */
  readonly sent: Message;
}

const OTHER_SIM = `HS${"2".padStart(32, "0")}`;
const CALLBACK = "http://127.0.0.1:9/heard";

const typed: readonly Reading[] = [
  {
    what: "a fixed text with a variable in it",
    command: { text: `${WORD} at \${PLACE}`, textType: "str" },
    sent: { payload: `${WORD} at the pump` },
  },
  { what: "a SIM of a variable", command: { sim: "DEVICE", simType: "env" }, sent: { simSid: OTHER_SIM } },
  {
    what: "a SIM with a variable in it",
    command: { sim: "tracker-${NUMBER}", simType: "str" },
    sent: { simSid: OTHER_SIM },
  },
  {
    what: "other properties of the message",
    command: { sim: "device.name", simType: "msg", text: "device.text", textType: "msg" },
    msg: { device: { name: "tracker-2", text: `${WORD} deep` } },
    sent: { simSid: OTHER_SIM, payload: `${WORD} deep` },
  },
  {
    what: "an expression",
    command: { text: `$uppercase(topic) & " ${WORD}"`, textType: "jsonata" },
    msg: { topic: "pump" },
    sent: { payload: `PUMP ${WORD}` },
  },
  {
    what: "a variable of the flow's context",
    command: { text: "text", textType: "flow" },
    sent: { payload: `${WORD} flow` },
  },
  { what: "a global variable", command: { sim: "sim", simType: "global" }, sent: { simSid: OTHER_SIM } },
  { what: "a number as text", command: { text: "42", textType: "num" }, sent: { payload: "42" } },
  { what: "a SID, with blanks around it", msg: { sim: ` ${OTHER_SIM} ` }, sent: { simSid: OTHER_SIM } },
];

const callbacks: readonly Reading[] = [
  { what: "none where none is set", sent: { callbackUrl: null } },
  {
    what: "that of the node, by POST",
    command: { callbackUrl: CALLBACK },
    sent: { callbackUrl: CALLBACK, callbackMethod: "POST" },
  },
  {
    what: "that of the node, by GET and from a variable",
    command: { callbackUrl: "http://127.0.0.1:9/${NUMBER}", callbackMethod: "GET" },
    sent: { callbackUrl: "http://127.0.0.1:9/2", callbackMethod: "GET" },
  },
  {
    what: "that of the message",
    command: { callbackUrl: "http://127.0.0.1:9/other" },
    msg: { commandOptions: { callbackUrl: CALLBACK, callbackMethod: "GET" } },
    sent: { callbackUrl: CALLBACK, callbackMethod: "GET" },
  },
  {
    what: "none for a method alone",
    command: { callbackMethod: "GET" },
    sent: { callbackUrl: null },
  },
  {
    what: "that of the node where a message may say nothing, right or wrong",
    command: { callbackUrl: CALLBACK, allowOverrides: false },
    msg: { commandOptions: { callbackUrl: "http://127.0.0.1:9/other", nonsense: true } },
    sent: { callbackUrl: CALLBACK },
  },
  {
    what: 'that of the node where allowOverrides is the text "false"',
    command: { callbackUrl: CALLBACK, allowOverrides: "false" },
    msg: { commandOptions: "x" },
    sent: { callbackUrl: CALLBACK },
  },
];

describe("super sim command", () => {
  let lab: SupersimLab;

  before(async () => {
    lab = await SupersimLab.start(
      {},
      { DEVICE: "tracker-2", NUMBER: "2", PLACE: "the pump", SECRET: "simulated-token" },
    );
  });

  after(async () => {
    await lab.stop();
  });

  async function sentBy({ command, msg }: Reading): Promise<Message> {
    await lab.deploy(withContext(lab, { command: command ?? {} }));
    await lab.red.inject("fill", {});
    await lab.red.nextProbe(({ node }) => node === "filled");
    const from = lab.device.sent.length;
    const tag = await lab.send(msg);
    const out = await lab.arrival("out", tag);
    assert.deepEqual(out.commandOptions, msg?.commandOptions);
    assert.equal(lab.device.sent.length, from + 1);
    return { ...lab.device.sent.at(-1) };
  }

  describe("with a command that is accepted", () => {
    before(async () => {
      await lab.deploy(lab.commanding());
    });

    it("passes the message on with the record as the service gave it, and lets a Complete node know", async () => {
      const payload = `${WORD} with {braces}`;
      const tag = await lab.send({ payload, topic: "t", _msgid: "abc", nested: { deep: [1] } });
      const { command, ...rest } = await lab.arrival("out", tag);
      assert.deepEqual(rest, { payload, topic: "t", _msgid: "abc", nested: { deep: [1] }, sim: SIM, tag });
      const { sid = "" } = lab.device.sent.at(-1) ?? {};
      assert.match(sid, /^HC[0-9a-f]{32}$/);
      const { dateCreated, dateUpdated, ...record } = command as Message;
      for (const date of [dateCreated, dateUpdated]) assert.match(String(date), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
      assert.deepEqual(record, {
        sid,
        accountSid: ACCOUNT_SID,
        simSid: SIM_SID,
        payload,
        status: "queued",
        direction: "to_sim",
        url: `${lab.device.url}${SMS_COMMANDS}/${sid}`,
        outcome: "accepted",
      });
      await lab.arrival("done", tag);
      assert.deepEqual(lab.arrived(tag).toSorted(), ["done", "out"]);
      await lab.untilBadge("command", /^green dot accepted \d\d:\d\d$/);
    });

    for (const [payload, text] of [
      [21.5, "21.5"],
      [0, "0"],
      [false, "false"],
      [" ", " "],
    ] as const) {
      it(`sends ${JSON.stringify(payload)} as text and leaves the payload what it is`, async () => {
        const msg = await lab.arrival("out", await lab.send({ payload }));
        assert.equal(msg.payload, payload);
        assert.equal(recordOf(msg).payload, text);
        assert.equal(lab.device.sent.at(-1)?.payload, text);
      });
    }

    it("takes a text of 160 characters to its last one", async () => {
      const payload = `${WORD} `.repeat(23).slice(0, 160);
      assert.equal(payload.length, 160);
      assert.equal(recordOf(await lab.arrival("out", await lab.send({ payload }))).payload, payload);
    });

    it("passes on what earlier nodes said of an error and of parts", async () => {
      const before = { error: { message: "earlier" }, parts: { id: "outer", index: 0, count: 2 } };
      const { error, parts } = await lab.arrival("out", await lab.send(before));
      assert.deepEqual({ error, parts }, before);
    });

    it("does not follow it unless it is asked to", async () => {
      const { sid } = recordOf(await lab.arrival("out", await lab.send()));
      await lab.sendsStill();
      assert.equal(lab.asked(String(sid)), 0);
    });
  });

  describe("reads from its fields", () => {
    for (const reading of typed) {
      it(reading.what, async () => {
        assertSubset(await sentBy(reading), reading.sent);
      });
    }

    it("the defaults, where account and node have no properties but what they must have", async () => {
      await lab.deploy(lab.commanding({ account: { name: undefined } }));
      const tag = await lab.send();
      await lab.arrival("out", tag);
      const { simSid, payload } = lab.device.sent.at(-1) ?? {};
      assert.deepEqual({ simSid, payload }, { simSid: SIM_SID, payload: `${WORD} ${tag}` });
      assert.equal(lab.device.requests.at(-1)?.path, SMS_COMMANDS);
    });

    it("a version that is not known yet", async () => {
      await lab.deploy(lab.commanding({ account: { version: 99 }, command: { version: 99 } }));
      await lab.sendsStill();
    });
  });

  describe("names as callback address", () => {
    for (const reading of callbacks) {
      it(reading.what, async () => {
        assertSubset(await sentBy(reading), reading.sent);
      });
    }
  });

  describe("by the legacy resource", () => {
    for (const { what, command, msg } of [
      { what: "where the node says so", command: { api: "commands" }, msg: {} },
      { what: "where the message says so", command: {}, msg: { commandOptions: { api: "commands" } } },
    ]) {
      it(`sends and gives its text as payload, ${what}`, async () => {
        await lab.deploy(lab.commanding({ command }));
        const tag = await lab.send(msg);
        const record = recordOf(await lab.arrival("out", tag));
        assert.equal(record.payload, `${WORD} ${tag}`);
        assert.equal(record.url, `${lab.device.url}/v1/Commands/${String(record.sid)}`);
        assert.ok(!("command" in record));
        assert.equal(lab.device.requests.at(-1)?.path, "/v1/Commands");
      });
    }
  });

  describe("with an account", () => {
    it("whose fields and secrets name variables, with blanks", async () => {
      const credentials = { ...NO_CREDENTIALS, accountSid: ACCOUNT_SID, authToken: "${SECRET}" };
      const account = {
        ...{ url: " ${SERVICE} ", timeout: "30", concurrency: " 2 ", maxPerHour: "${PER_HOUR}" },
        ...{ expireAfter: "0.5", queueLimit: "1000", durable: "true", version: "1", credentials },
      };
      const env = [
        { name: "SERVICE", value: lab.device.url, type: "str" },
        { name: "PER_HOUR", value: "0", type: "num" },
      ];
      await lab.deploy([{ id: "global", type: "global-config", env }, ...lab.commanding({ account })]);
      await lab.sendsStill();
    });

    it("that has an API key", async () => {
      const key = { apiKeySid: "SKffeeddccbbaa99887766554433221100", apiKeySecret: "simulated-secret" };
      await lab.deploy(
        lab.commanding({
          account: { auth: "apikey", credentials: { ...NO_CREDENTIALS, accountSid: ACCOUNT_SID, ...key } },
        }),
      );
      await lab.sendsStill();
    });

    it("at KORE, with one token for all and a new one when it ended", async () => {
      const kore = await new SuperSimSimulator({ provider: "kore" }).start();
      const credentials = { ...NO_CREDENTIALS, clientId: "simulated-client", clientSecret: "simulated-secret" };
      const account = { provider: "kore", url: kore.url, tokenUrl: kore.tokenUrl, credentials };
      const tokens = (): number => kore.requests.filter(({ path }) => path === new URL(kore.tokenUrl).pathname).length;
      try {
        await lab.deploy(lab.commanding({ account }));
        const tags = await Promise.all([1, 2, 3].map(() => lab.send()));
        for (const tag of tags) await lab.arrival("done", tag);
        assert.equal(tokens(), 1);
        kore.endTokens();
        await lab.arrival("done", await lab.send());
        assert.equal(tokens(), 2);
        assert.equal(kore.sent.length, 4);
      } finally {
        await kore.stop();
      }
    });
  });

  it("in a subflow sends to the SIM that the instance names", async () => {
    await lab.deploy([
      { id: "tab", type: "tab", label: "flow" },
      lab.account(),
      {
        ...{ id: "sub", type: "subflow", name: "wake", env: [] },
        in: [{ wires: [{ id: "inner" }] }],
        out: [{ wires: [{ id: "inner", port: 0 }] }],
      },
      {
        id: "inner",
        type: "supersim-command",
        z: "sub",
        account: "account",
        sim: "WHICH",
        simType: "env",
        wires: [[]],
      },
      {
        ...{ id: "instance", type: "subflow:sub", z: "tab", wires: [["out"]] },
        env: [{ name: "WHICH", value: "tracker-2", type: "str" }],
      },
      { id: "source", type: "test-source", z: "tab", wires: [["instance"]] },
      { id: "out", type: "test-probe", z: "tab", wires: [] },
    ]);
    assert.equal(recordOf(await lab.arrival("out", await lab.send())).simSid, OTHER_SIM);
  });
});

/** The flow with variables in its contexts. */
function withContext(lab: SupersimLab, changes: FlowChanges): ReturnType<SupersimLab["commanding"]> {
  const fill = {
    ...{ id: "fill", type: "function", z: "tab", outputs: 1, wires: [["filled"]] },
    func: `flow.set("text", "${WORD} flow"); global.set("sim", "tracker-2"); return msg;`,
  };
  return [...lab.commanding(changes), fill, { id: "filled", type: "test-probe", z: "tab", wires: [] }];
}

function assertSubset(actual: Message, expected: Message): void {
  const picked = Object.fromEntries(Object.entries(actual).filter(([name]) => name in expected));
  assert.deepEqual(picked, expected);
}
