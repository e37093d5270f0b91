import assert from "node:assert/strict";
import { Lab, RECIPIENT, WORD, recordOf, without, type Changes, type Message } from "./lab.js";

interface Reading {
  readonly what: string;
  readonly send: Changes;
  readonly msg?: Message;
  readonly sent: Message;
}

const typed: readonly Reading[] = [
  {
    what: "a fixed text with a variable in it",
    send: { text: `${WORD} at \${PLACE}`, textType: "str" },
    sent: { text: `${WORD} at the pump` },
  },
  { what: "a variable as recipient", send: { to: "OPERATOR", toType: "env" }, sent: { to: "+447700900111" } },
  { what: "a variable of the flow", send: { to: "FLOW_OPERATOR", toType: "env" }, sent: { to: "+447700900112" } },
  {
    what: "another property of the message",
    send: { text: "alarm.text", textType: "msg" },
    msg: { alarm: { text: `${WORD} deep` } },
    sent: { text: `${WORD} deep` },
  },
  {
    what: "an expression",
    send: { text: `$uppercase(topic) & " ${WORD}"`, textType: "jsonata" },
    msg: { topic: "pump" },
    sent: { text: `PUMP ${WORD}` },
  },
  {
    what: "a variable of the flow's context",
    send: { text: "text", textType: "flow" },
    sent: { text: `${WORD} flow` },
  },
  { what: "a global variable", send: { to: "to", toType: "global" }, sent: { to: "+447700900113" } },
  {
    what: "properties of the message without a name",
    send: { to: "", text: " ", textType: "msg" },
    sent: { to: RECIPIENT },
  },
  { what: "a number as text", send: { text: "42", textType: "num" }, sent: { text: "42" } },
  { what: "a connection of a variable", send: { connId: "${WAN}" }, sent: { connId: 6 } },
  { what: "a connection as a number", send: { connId: 6 }, sent: { connId: 6 } },
  { what: "a connection as text", send: { connId: "6" }, sent: { connId: 6 } },
];

const options: readonly Reading[] = [
  { what: "another connection", send: {}, msg: { smsOptions: { connId: 6 } }, sent: { connId: 6 } },
  { what: "a connection as text", send: {}, msg: { smsOptions: { connId: "6" } }, sent: { connId: 6 } },
  { what: "nothing", send: { connId: 6 }, msg: { smsOptions: {} }, sent: { connId: 6 } },
  { what: "null", send: { connId: 6 }, msg: { smsOptions: { connId: null, key: null } }, sent: { connId: 6 } },
  {
    what: "nothing where the node does not allow it, right or wrong",
    send: { allowOverrides: false },
    msg: { smsOptions: { connId: 6, nonsense: true } },
    sent: { connId: 2 },
  },
  {
    what: 'nothing where allowOverrides is the text "false"',
    send: { allowOverrides: "false" },
    msg: { smsOptions: "x" },
    sent: { connId: 2 },
  },
];

describe("sms send", () => {
  let lab: Lab;

  before(async () => {
    lab = await Lab.start({}, { OPERATOR: "+447700900111", PLACE: "the pump", WAN: "6" });
  });

  after(async () => {
    await lab.stop();
  });

  describe("with a message that is accepted", () => {
    before(async () => {
      await lab.deploy(lab.sending());
    });

    it("passes it on with a record beside the payload, and lets a Complete node know", async () => {
      const before = Date.now();
      const payload = `${WORD} with € and {braces}`;
      const tag = await lab.send({ payload, topic: "t", _msgid: "abc", nested: { deep: [1] }, to: "+44 7700 900-123" });
      const msg = await lab.arrival("out", tag);
      const { sms, ...rest } = msg;
      assert.deepEqual(rest, {
        payload,
        topic: "t",
        _msgid: "abc",
        nested: { deep: [1] },
        to: "+44 7700 900-123",
        tag,
      });
      const { id, queuedAt, finishedAt, ...record } = sms as Message;
      assert.match(String(id), /^[0-9a-f-]{36}$/);
      for (const time of [queuedAt, finishedAt]) {
        assert.equal(new Date(String(time)).toISOString(), time);
        assert.ok(Date.parse(String(time)) >= before && Date.parse(String(time)) <= Date.now());
      }
      assert.deepEqual(record, {
        outcome: "accepted",
        gateway: { id: "gw", name: "Cabinet", kind: "peplink" },
        to: "+447700900123",
        text: payload,
        encoding: "gsm7",
        segments: 1,
        attempts: 1,
      });
      await lab.arrival("done", tag);
      assert.deepEqual(lab.arrived(tag).toSorted(), ["done", "out"]);
      await lab.untilBadge("send", /^green dot accepted \d\d:\d\d$/);
    });

    it("counts a text outside of the GSM alphabet in UCS-2", async () => {
      const tag = await lab.send({ payload: `${WORD} Привет `.repeat(6) });
      const { encoding, segments } = recordOf(await lab.arrival("out", tag));
      assert.deepEqual({ encoding, segments }, { encoding: "ucs2", segments: 2 });
    });

    for (const [payload, text] of [
      [21.5, "21.5"],
      [0, "0"],
      [false, "false"],
      [true, "true"],
      [" ", " "],
    ] as const) {
      it(`sends ${JSON.stringify(payload)} as text and leaves the payload what it is`, async () => {
        const tag = await lab.send({ payload });
        const msg = await lab.arrival("out", tag);
        assert.equal(msg.payload, payload);
        assert.equal(recordOf(msg).text, text);
        assert.equal(lab.device.sent.at(-1)?.text, text);
      });
    }

    it("leaves the parts of a message to one recipient alone, even if it stands in an array", async () => {
      const parts = { id: "outer", index: 0, count: 2 };
      const withParts = await lab.send({ parts });
      const inArray = await lab.send({ to: [RECIPIENT, RECIPIENT] });
      assert.deepEqual((await lab.arrival("out", withParts)).parts, parts);
      assert.equal((await lab.arrival("out", inArray)).parts, undefined);
    });

    it("passes on what an earlier node said of an error", async () => {
      const error = { message: "earlier" };
      const tag = await lab.send({ error });
      assert.deepEqual((await lab.arrival("out", tag)).error, error);
    });

    it("keeps the order of a burst", async () => {
      const from = lab.device.sent.length;
      const texts = Array.from({ length: 50 }, (_, index) => `${WORD} burst ${String(index)}`);
      await lab.red.sendMany(
        "source",
        texts.map((payload) => ({ payload, to: RECIPIENT, tag: payload })),
      );
      await lab.arrival("out", texts.at(-1));
      assert.deepEqual(
        lab.device.sent.slice(from).map(({ text }) => text),
        texts,
      );
    });

    it("names the gateway as it is called now", async () => {
      await lab.deploy(lab.sending({ gateway: { name: "Basement" } }));
      const tag = await lab.send();
      const { gateway } = recordOf(await lab.arrival("out", tag));
      assert.deepEqual(gateway, { id: "gw", name: "Basement", kind: "peplink" });
    });
  });

  describe("reads from its fields", () => {
    for (const { what, send, msg, sent } of typed) {
      it(what, async () => {
        await lab.deploy([...withContext(lab, send)]);
        await lab.red.inject("fill", {});
        await lab.red.nextProbe(({ node }) => node === "filled");
        const tag = await lab.send(msg);
        await lab.arrival("out", tag);
        assertSubset(lab.device.sent.at(-1), sent);
      });
    }

    it("the defaults, where a saved node has no properties but its gateway", async () => {
      const flow = lab.sending().map((item) => (item.id === "gw" ? without(item, "kind", "name") : item));
      await lab.deploy(flow);
      const tag = await lab.send();
      const { gateway } = recordOf(await lab.arrival("out", tag));
      assert.deepEqual(gateway, { id: "gw", name: "", kind: "peplink" });
      assertSubset(lab.device.sent.at(-1), { to: RECIPIENT, text: `${WORD} ${tag}`, connId: 2 });
    });

    it("a version that is not known yet", async () => {
      await lab.deploy(lab.sending({ gateway: { version: 99 }, send: { version: 99 } }));
      await lab.sendsStill();
    });

    it("numbers and flags of the gateway that were saved as text, with blanks and variables", async () => {
      const gateway = {
        url: " ${ROUTER} ",
        timeout: "30",
        minInterval: "0",
        maxPerHour: "${PER_HOUR}",
        maxSegments: " 10 ",
        expireAfter: "0.5",
        queueLimit: "1000",
        connId: "6",
        version: "1",
      };
      const env = [
        { name: "ROUTER", value: lab.device.url, type: "str" },
        { name: "PER_HOUR", value: "0", type: "num" },
      ];
      const globalEnv = { id: "global", type: "global-config", env };
      await lab.deploy([globalEnv, ...lab.sending({ gateway })]);
      await lab.sendsStill();
      assert.equal(lab.device.sent.at(-1)?.connId, 6);
      await lab.deploy(lab.sending());
    });
  });

  describe("takes from msg.smsOptions", () => {
    for (const { what, send, msg, sent } of options) {
      it(what, async () => {
        await lab.deploy(lab.sending({ send }));
        const tag = await lab.send(msg);
        assert.deepEqual((await lab.arrival("out", tag)).smsOptions, msg?.smsOptions);
        assertSubset(lab.device.sent.at(-1), sent);
      });
    }

    it("what counts for one message only", async () => {
      await lab.deploy(lab.sending());
      await lab.arrival("out", await lab.send({ smsOptions: { connId: 6 } }));
      await lab.arrival("out", await lab.send());
      assert.deepEqual(
        lab.device.sent.slice(-2).map(({ connId }) => connId),
        [6, 2],
      );
    });

    it("the priority: high goes ahead of all that waits", async () => {
      await lab.deploy(lab.sending({ gateway: { url: lab.line.url } }));
      const from = lab.device.sent.length;
      const taken = lab.heldAt("sent");
      await lab.send({ payload: `${WORD} first` });
      await taken;
      for (const name of ["second", "third"]) await lab.send({ payload: `${WORD} ${name}` });
      const tag = await lab.send({ payload: `${WORD} urgent`, smsOptions: { priority: "high" } });
      const last = await lab.send({ payload: `${WORD} last` });
      // What is written down before the first one's outcome waits for its turn when that comes.
      await lab.inTime(() => lab.journal("gw").includes(last), "all of them on disk");
      lab.line.letGo();
      await lab.arrival("out", tag);
      await lab.arrival("out", last);
      assert.deepEqual(
        lab.device.sent.slice(from).map(({ text }) => text.slice(WORD.length + 1)),
        ["first", "urgent", "second", "third", "last"],
      );
    });
  });

  describe("in a subflow", () => {
    it("sends with the recipient that the instance names, and its outcome leaves the subflow", async () => {
      await lab.deploy([
        { id: "tab", type: "tab", label: "flow" },
        lab.gateway(),
        {
          id: "sub",
          type: "subflow",
          name: "alarm",
          in: [{ wires: [{ id: "inner" }] }],
          out: [{ wires: [{ id: "inner", port: 0 }] }],
          env: [],
        },
        { id: "inner", type: "cellular-sms-send", z: "sub", gateway: "gw", to: "WHO", toType: "env", wires: [[]] },
        {
          id: "instance",
          type: "subflow:sub",
          z: "tab",
          env: [{ name: "WHO", value: "+447700900144", type: "str" }],
          wires: [["out"]],
        },
        { id: "source", type: "test-source", z: "tab", wires: [["instance"]] },
        { id: "out", type: "test-probe", z: "tab", wires: [] },
      ]);
      const tag = await lab.send();
      assert.equal(recordOf(await lab.arrival("out", tag)).to, "+447700900144");
    });
  });
});

/** The sending flow with variables in its contexts and its environment. */
function withContext(lab: Lab, send: Changes): readonly ReturnType<Lab["gateway"]>[] {
  const env = [{ name: "FLOW_OPERATOR", value: "+447700900112", type: "str" }];
  const fill = {
    id: "fill",
    type: "function",
    z: "tab",
    func: `flow.set("text", "${WORD} flow"); global.set("to", "+447700900113"); return msg;`,
    outputs: 1,
    wires: [["filled"]],
  };
  const filled = { id: "filled", type: "test-probe", z: "tab", wires: [] };
  return [...lab.sending({ send }).map((item) => (item.id === "tab" ? { ...item, env } : item)), fill, filled];
}

function assertSubset(actual: object | undefined, expected: Message): void {
  const picked = Object.fromEntries(Object.entries(actual ?? {}).filter(([name]) => name in expected));
  assert.deepEqual(picked, expected);
}
