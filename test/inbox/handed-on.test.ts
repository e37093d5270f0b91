import assert from "node:assert/strict";
import { ALICE, BOB, FULL, InboxUnderTest } from "./inbox-under-test";

const UNDATED = { timestamp: null, date: "Sat Nov 21 19:04:11 2026" };

describe("What is handed on", () => {
  it("comes oldest first, with sender, time, parts and SIM", async () => {
    const test = new InboxUnderTest();
    test.sim.receive("second", { timestamp: 20 });
    test.sim.receive("first", { timestamp: 10, from: BOB });
    const receiver = await test.subscribe();
    assert.deepEqual(receiver.texts, ["first", "second"]);
    const [{ from, timestamp, parts, sim }] = receiver.got as [(typeof receiver.got)[0]];
    assert.deepEqual({ from, timestamp, sim }, { from: BOB, timestamp: 10, sim: { connId: 1, iccid: "8944" } });
    assert.deepEqual(
      parts.map(({ id }) => id),
      [2],
    );
  });

  it("is one SMS for the parts of one", async () => {
    const test = new InboxUnderTest();
    test.sim.receive(FULL);
    test.sim.receive("between", { from: BOB });
    test.sim.receive(" end");
    const receiver = await test.subscribe();
    assert.deepEqual(receiver.texts, [`${FULL} end`, "between"]);
    assert.deepEqual(
      receiver.got[0]?.parts.map(({ id }) => id),
      [1, 3],
    );
  });

  it("is each part for itself, and at once, without join", async () => {
    const test = new InboxUnderTest();
    test.sim.receive(FULL);
    test.sim.receive("second part");
    test.sim.receive(FULL, { timestamp: 5 });
    const receiver = await test.subscribe({ join: false });
    assert.deepEqual(receiver.texts, [FULL, FULL, "second part"]);
    assert.deepEqual(
      receiver.got.map(({ parts }) => parts.length),
      [1, 1, 1],
    );
  });

  it("comes from the senders asked for only, with or without spaces in the number", async () => {
    const test = new InboxUnderTest();
    test.sim.receive("from Alice", { from: "+44 7700 900101" });
    test.sim.receive("from Bob", { from: BOB });
    test.sim.receive("from a name", { from: "Tarif info" });
    const receiver = await test.subscribe({ from: [ALICE, "Tarifinfo"] });
    assert.deepEqual(receiver.texts, ["from Alice", "from a name"]);
    assert.equal(receiver.got[0]?.from, "+44 7700 900101");
    await test.poll();
    assert.equal(receiver.got.length, 2);
  });

  it("is what came while the filter let it through, not what it kept out before", async () => {
    const test = new InboxUnderTest();
    test.sim.receive("from Bob", { from: BOB });
    await test.subscribe({ from: [ALICE] });
    const widened = await test.subscribe({ from: [ALICE, BOB] });
    await test.poll();
    assert.deepEqual(widened.texts, []);
  });
});

describe("An SMS whose last part is full", () => {
  it("waits one poll for its rest", async () => {
    const test = new InboxUnderTest();
    const receiver = await test.subscribe();
    test.sim.receive(FULL);
    await test.poll();
    assert.deepEqual(receiver.texts, []);
    test.sim.receive(" end");
    await test.poll();
    assert.deepEqual(receiver.texts, [`${FULL} end`]);
    await test.poll();
    assert.equal(receiver.got.length, 1);
  });

  it("goes as it is if nothing comes", async () => {
    const test = new InboxUnderTest();
    const receiver = await test.subscribe();
    test.sim.receive(FULL);
    for (let poll = 0; poll < 4; poll++) await test.poll();
    assert.deepEqual(receiver.texts, [FULL]);
  });

  it("waits once more for each further full part, and holds nothing else back", async () => {
    const test = new InboxUnderTest();
    const receiver = await test.subscribe();
    test.sim.receive(FULL);
    test.sim.receive("other", { from: BOB });
    await test.poll();
    assert.deepEqual(receiver.texts, ["other"]);
    test.sim.receive(FULL);
    await test.poll();
    assert.deepEqual(receiver.texts, ["other"]);
    test.sim.receive(" end");
    await test.poll();
    assert.deepEqual(receiver.texts, ["other", `${FULL}${FULL} end`]);
  });

  it("is joined also without a timestamp", async () => {
    const test = new InboxUnderTest();
    const receiver = await test.subscribe();
    test.sim.receive(FULL, UNDATED);
    await test.poll();
    test.sim.receive(" end", UNDATED);
    await test.poll();
    assert.deepEqual(receiver.texts, [`${FULL} end`]);
  });

  it("waits for each receiver by itself", async () => {
    const test = new InboxUnderTest();
    const first = await test.subscribe({ id: "first" });
    test.sim.receive(FULL);
    await test.poll();
    const second = await test.subscribe({ id: "second", start: "all" });
    await test.poll();
    assert.deepEqual([first.texts, second.texts], [[FULL], []]);
    await test.poll();
    assert.deepEqual([first.texts, second.texts], [[FULL], [FULL]]);
  });

  it("is not taken for a new one when its rest comes too late: the rest comes alone", async () => {
    const test = new InboxUnderTest();
    const receiver = await test.subscribe();
    test.sim.receive(FULL);
    await test.poll();
    await test.poll();
    test.sim.receive(" end");
    await test.poll();
    assert.deepEqual(receiver.texts, [FULL, " end"]);
  });
});
