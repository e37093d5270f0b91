import assert from "node:assert/strict";
import { Lab, WORD, recordOf, verdictOf, type Message } from "./lab.js";

const A = "+447700900101";
const B = "+447700900102";
const C = "+447700900103";

describe("sms send with several recipients", () => {
  let lab: Lab;

  before(async () => {
    lab = await Lab.start();
    await lab.deploy(lab.sending());
  });

  after(async () => {
    await lab.stop();
  });

  /** Sends, waits for so many outcomes at a listener, and returns them in the order of their parts. */
  async function outcomes(msg: Message, node: string, count: number): Promise<readonly Message[]> {
    const tag = await lab.send(msg);
    const found: Message[] = [];
    while (found.length < count) found.push(await lab.arrival(node, tag));
    return found.toSorted((one, other) => indexOf(one) - indexOf(other));
  }

  for (const [what, to] of [
    ["an array", [A, B, C]],
    ["a list with commas", `${A}, ${B},${C}`],
    ["a list with semicolons and blanks", ` ${A} ;${B}; ${C};`],
    ["lists in an array", [`${A},${B}`, C]],
    ["doubles", [A, B, A, " +44 7700 900102 ", C, C]],
  ] as const) {
    it(`sends one SMS to each: ${what}`, async () => {
      const from = lab.device.sent.length;
      const [first, second, third] = await outcomes({ to }, "out", 3);
      assert.deepEqual(
        lab.device.sent.slice(from).map((sms) => sms.to),
        [A, B, C],
      );
      assert.ok(first);
      const partsId = (first.parts as Message).id;
      assert.deepEqual(
        [first, second, third].map((msg) => [recordOf(msg!).to, msg!.parts]),
        [A, B, C].map((one, index) => [one, { id: partsId, index, count: 3 }]),
      );
      assert.equal(typeof partsId, "string");
      assert.equal(new Set([first, second, third].map((msg) => recordOf(msg!).id)).size, 3);
      assert.deepEqual(first.to, to);
      await lab.arrival("done", first.tag);
      assert.deepEqual(lab.arrived(first.tag).toSorted(), ["done", "out", "out", "out"]);
    });
  }

  it("gives each outcome a message of its own", async () => {
    const change = {
      id: "change",
      type: "function",
      z: "tab",
      func: "msg.own.push(msg.parts.index); return msg;",
      outputs: 1,
      wires: [["out"]],
    };
    await lab.deploy([...lab.sending({ send: { wires: [["change"], []] } }), change]);
    const found = await outcomes({ to: [A, B], own: [] }, "out", 2);
    assert.deepEqual(
      found.map(({ own }) => own),
      [[0], [1]],
    );
    await lab.deploy(lab.sending());
  });

  it("does not let one bad recipient harm the others", async () => {
    const from = lab.device.sent.length;
    const tag = await lab.send({ to: [A, "letters", B] });
    const caught = await lab.arrival("caught", tag);
    assert.equal(verdictOf(caught), "not-sent ADDRESS_INVALID");
    assert.equal(recordOf(caught).to, "letters");
    assert.deepEqual(pick(caught.parts, "index", "count"), { index: 1, count: 3 });
    await lab.arrival("done", tag);
    assert.deepEqual(lab.arrived(tag).toSorted(), ["caught", "done", "out", "out"]);
    assert.deepEqual(
      lab.device.sent.slice(from).map((sms) => sms.to),
      [A, B],
    );
  });

  it("tells Catch nodes of each failure once where none was accepted, and no Complete node", async () => {
    const found = await outcomes({ to: ["x", "y", "z"], payload: WORD }, "caught", 3);
    assert.deepEqual(
      found.map((msg) => [recordOf(msg).to, indexOf(msg), msg.payload]),
      [
        ["x", 0, WORD],
        ["y", 1, WORD],
        ["z", 2, WORD],
      ],
    );
    await lab.sendsStill();
    assert.deepEqual(lab.arrived(found[0]?.tag), ["caught", "caught", "caught"]);
  });

  for (const [what, msg, verdict, text] of [
    ["an option that is none", { smsOptions: { colour: "red" } }, "not-sent OPTION_INVALID", WORD],
    ["no text", { payload: "" }, "not-sent TEXT_EMPTY", null],
    ["a text that is none", { payload: null }, "not-sent TEXT_INVALID", null],
  ] as const) {
    it(`gives each an outcome of its own where ${what} is what fails all of them`, async () => {
      const found = await outcomes({ to: [A, B], payload: WORD, ...msg }, "caught", 2);
      assert.deepEqual(
        found.map((one) => [verdictOf(one), recordOf(one).to, recordOf(one).text, indexOf(one)]),
        [
          [verdict, A, text, 0],
          [verdict, B, text, 1],
        ],
      );
      await lab.sendsStill();
      assert.deepEqual(lab.arrived(found[0]?.tag), ["caught", "caught"]);
    });
  }

  it("does the same for failures of the router", async () => {
    lab.device.fail("refuse", { times: 2, on: "send" });
    const found = await outcomes({ to: [A, B] }, "caught", 2);
    assert.deepEqual(found.map(verdictOf), ["not-sent REFUSED", "not-sent REFUSED"]);
    await lab.sendsStill();
    assert.deepEqual(lab.arrived(found[0]?.tag), ["caught", "caught"]);
  });

  it("tells the failure in the middle and the good ones around it", async () => {
    const messages = [A, B, C].join(",");
    const tag = lab.tag();
    lab.device.once("sent", () => {
      lab.device.fail("refuse", { times: 1, on: "send" });
    });
    await lab.red.send("source", { to: messages, payload: WORD, tag });
    const caught = await lab.arrival("caught", tag);
    assert.equal(recordOf(caught).to, B);
    await lab.arrival("done", tag);
    assert.deepEqual(lab.arrived(tag).toSorted(), ["caught", "done", "out", "out"]);
  });

  describe("and messages that are parts themselves", () => {
    const join = {
      id: "join",
      type: "join",
      z: "tab",
      mode: "auto",
      build: "object",
      wires: [["out"]],
    };

    it("lets a join node bring its recipients together again, and then the outer parts", async () => {
      const outer = { id: "outer", type: "array", index: 1, count: 2 };
      await lab.deploy([...lab.sending({ send: { wires: [["join"], []] } }), join]);
      const tag = await lab.send({ to: [A, B], payload: WORD, parts: outer });
      const msg = await lab.arrival("out", tag);
      assert.deepEqual(msg.payload, [WORD, WORD]);
      assert.deepEqual(msg.parts, outer);
    });

    it("keeps two inputs with the same message id apart", async () => {
      const gateway = { url: lab.line.url };
      await lab.deploy([...lab.sending({ gateway, send: { wires: [["join"], []] } }), join]);
      const taken = lab.heldAt("sent");
      const smsOptions = { priority: "high" };
      const one = await lab.send({ to: [A, B], payload: `${WORD} 1`, _msgid: "same" });
      await taken;
      const other = await lab.send({ to: [C, A], payload: `${WORD} 2`, _msgid: "same", smsOptions });
      await lab.inTime(() => lab.journal("gw").includes(other), "both of them on disk");
      lab.line.letGo();
      assert.deepEqual((await lab.arrival("out", one)).payload, [`${WORD} 1`, `${WORD} 1`]);
      assert.deepEqual((await lab.arrival("out", other)).payload, [`${WORD} 2`, `${WORD} 2`]);
    });
  });

  describe("and a second output", () => {
    before(async () => {
      await lab.deploy(lab.sending({ send: { failureOutput: true, outputs: 2 } }));
    });

    it("lets a failure leave by it, with its error, and ends the input without one", async () => {
      const tag = await lab.send({ to: "nobody", topic: "t" });
      const msg = await lab.arrival("failed", tag);
      await lab.arrival("done", tag);
      const { code, reason, outcome } = recordOf(msg);
      assert.deepEqual({ code, outcome }, { code: "ADDRESS_INVALID", outcome: "not-sent" });
      assert.deepEqual(msg.error, { message: reason, code });
      assert.equal(msg.topic, "t");
      assert.deepEqual(lab.arrived(tag).toSorted(), ["done", "failed"]);
    });

    it("parts the good from the bad", async () => {
      const tag = await lab.send({ to: ["x", A, "y", B] });
      await lab.arrival("done", tag);
      assert.deepEqual(lab.arrived(tag).toSorted(), ["done", "failed", "failed", "out", "out"]);
    });

    it("takes bad input there as well", async () => {
      const tag = await lab.send({ smsOptions: "x" });
      const msg = await lab.arrival("failed", tag);
      assert.equal(verdictOf(msg), "not-sent OPTION_INVALID");
      await lab.arrival("done", tag);
      assert.deepEqual(lab.arrived(tag).toSorted(), ["done", "failed"]);
    });

    it("lets all of them leave by it", async () => {
      const found = await outcomes({ to: ["x", "y"] }, "failed", 2);
      await lab.arrival("done", found[0]?.tag);
      assert.deepEqual(lab.arrived(found[0]?.tag).toSorted(), ["done", "failed", "failed"]);
    });

    it("lets a failure leave by it whose reason is a wrong setting of the node", async () => {
      await lab.deploy(lab.sending({ send: { failureOutput: true, outputs: 2, mode: "pigeon" } }));
      const tag = await lab.send();
      assert.equal(verdictOf(await lab.arrival("failed", tag)), "not-sent CONFIG_MISSING");
      await lab.arrival("done", tag);
      assert.deepEqual(lab.arrived(tag).toSorted(), ["done", "failed"]);
    });
  });

  describe("and failures by a second output that the node has not", () => {
    it("are heard by Catch nodes, and not lost", async () => {
      await lab.deploy(lab.sending({ send: { failureOutput: true, wires: [["out"]] } }));
      const tag = await lab.send({ to: "nobody" });
      assert.equal(verdictOf(await lab.arrival("caught", tag)), "not-sent ADDRESS_INVALID");
    });

    it("are seen at the second wire where the flow lacks the number of outputs", async () => {
      await lab.deploy(lab.sending({ send: { failureOutput: true, wires: [["out"], ["failed"]] } }));
      const tag = await lab.send({ to: "nobody" });
      assert.equal(verdictOf(await lab.arrival("failed", tag)), "not-sent ADDRESS_INVALID");
    });
  });
});

function indexOf(msg: Message): number {
  return Number((msg.parts as Message | undefined)?.index);
}

function pick(value: unknown, ...names: readonly string[]): Message {
  return Object.fromEntries(Object.entries(Object(value) as object).filter(([name]) => names.includes(name)));
}
