import assert from "node:assert/strict";
import { BOB, InboxUnderTest, TestReceiver, TestSim, trouble } from "./inbox-under-test";

const OTHER_SIM = { connId: 1, iccid: "8945" };

describe("The first list that a receiver sees of a SIM", () => {
  it("is handed on with start all", async () => {
    const test = new InboxUnderTest();
    test.sim.receive("stored");
    const receiver = await test.subscribe({ start: "all" });
    assert.deepEqual(receiver.texts, ["stored"]);
  });

  it("is not handed on with start new; what comes after it is", async () => {
    const test = new InboxUnderTest();
    test.sim.receive("stored");
    const receiver = await test.subscribe({ start: "new" });
    assert.deepEqual(receiver.texts, []);
    test.sim.receive("fresh");
    await test.poll();
    assert.deepEqual(receiver.texts, ["fresh"]);
  });

  it("counts also if it is empty", async () => {
    const test = new InboxUnderTest();
    const receiver = await test.subscribe({ start: "new" });
    test.sim.receive("fresh");
    await test.poll();
    assert.deepEqual(receiver.texts, ["fresh"]);
  });

  it("does not count if it cannot be read", async () => {
    const test = new InboxUnderTest();
    test.sim.receive("stored");
    test.router.failures.set(1, trouble.refused());
    const receiver = await test.subscribe({ start: "new" });
    test.router.failures.clear();
    await test.poll();
    assert.deepEqual(receiver.texts, []);
    assert.deepEqual(receiver.polls, ["REFUSED", null]);
  });

  it("is one for each SIM: that of a SIM put in later is no news, and the first SIM is still known after it", async () => {
    const test = new InboxUnderTest();
    const first = test.sim;
    first.receive("on the first");
    const receiver = await test.subscribe({ start: "new" });
    const second = new TestSim(OTHER_SIM);
    second.receive("on the second");
    test.router.sims.set(1, second);
    await test.poll();
    second.receive("fresh on the second");
    await test.poll();
    test.router.sims.set(1, first);
    first.receive("fresh on the first");
    await test.poll();
    assert.deepEqual(receiver.texts, ["fresh on the second", "fresh on the first"]);
  });

  it("goes by the slot where the firmware does not name the SIM", async () => {
    const test = new InboxUnderTest();
    for (const connId of [1, 2]) {
      const sim = new TestSim({ connId });
      sim.receive(`stored ${String(connId)}`);
      test.router.sims.set(connId, sim);
    }
    const receiver = await test.subscribe({ start: "new" });
    for (const connId of [1, 2]) test.router.sims.get(connId)?.receive(`fresh ${String(connId)}`);
    for (let poll = 0; poll < 4; poll++) await test.poll();
    assert.deepEqual(receiver.texts, ["fresh 1", "fresh 2"]);
  });

  it("is one for each receiver, the same over a redeploy and a restart", async () => {
    const test = new InboxUnderTest();
    test.sim.receive("stored");
    const old = await test.subscribe({ id: "a", start: "new" });
    await test.subscribe({ id: "a", start: "new" });
    test.sim.receive("meanwhile");
    test.inbox.pause();
    const restarted = test.start();
    const again = new TestReceiver({ id: "a", start: "new" });
    const other = new TestReceiver({ id: "b", start: "new" });
    restarted.subscribe(again);
    restarted.subscribe(other);
    await test.clock.advance(0);
    assert.deepEqual(old.texts, []);
    assert.deepEqual(again.texts, ["meanwhile"]);
    assert.deepEqual(other.texts, []);
  });

  it("is the first again for a receiver that was forgotten, written down or not", async () => {
    const test = new InboxUnderTest();
    test.sim.receive("stored");
    const receiver = await test.subscribe({ start: "all" });
    await test.inbox.forget(receiver.id);
    test.ledgers.before = (step) => {
      if (step === "save") throw trouble.storage();
    };
    await test.poll();
    assert.deepEqual(receiver.texts, ["stored", "stored"]);
    await test.inbox.forget(receiver.id);
    await test.poll();
    assert.deepEqual(receiver.texts, ["stored", "stored", "stored"]);
  });
});

describe("An SMS that was handed on", () => {
  it("is not handed on again while it stays", async () => {
    const test = new InboxUnderTest();
    const receiver = await test.subscribe();
    test.sim.receive("OFF");
    for (let poll = 0; poll < 10; poll++) await test.poll();
    assert.deepEqual(receiver.texts, ["OFF"]);
  });

  it("is another one when its slot holds another text, sender or time", async () => {
    const test = new InboxUnderTest();
    const receiver = await test.subscribe();
    const fields = [{}, { from: BOB }, { timestamp: 1_700_000_001 }];
    for (const changed of fields) {
      test.sim.entries = [];
      test.sim.receive("OFF", changed);
      await test.poll();
    }
    test.sim.entries = [];
    test.sim.receive("ON");
    await test.poll();
    assert.deepEqual(receiver.texts, ["OFF", "OFF", "OFF", "ON"]);
  });

  it("stays known through one list without it", async () => {
    const test = new InboxUnderTest();
    const receiver = await test.subscribe();
    test.sim.receive("other", { timestamp: 1 });
    test.sim.receive("OFF");
    const all = [...test.sim.entries];
    await test.poll();
    for (let round = 0; round < 3; round++) {
      test.sim.remove("OFF");
      await test.poll();
      test.sim.entries = all;
      await test.poll();
    }
    assert.deepEqual(receiver.texts, ["other", "OFF"]);
  });

  it("is forgotten after two lists without it", async () => {
    const test = new InboxUnderTest();
    const receiver = await test.subscribe();
    test.sim.receive("other", { timestamp: 1 });
    test.sim.receive("OFF");
    const all = [...test.sim.entries];
    await test.poll();
    test.sim.remove("OFF");
    await test.poll();
    await test.poll();
    test.sim.entries = all;
    await test.poll();
    assert.deepEqual(receiver.texts, ["other", "OFF", "OFF"]);
  });

  it("stays known through any number of empty and failed lists, alone or after one without it", async () => {
    const test = new InboxUnderTest();
    const receiver = await test.subscribe();
    test.sim.receive("other", { timestamp: 1 });
    test.sim.receive("OFF");
    const all = [...test.sim.entries];
    await test.poll();
    test.sim.remove("OFF");
    await test.poll();
    test.sim.entries = [];
    for (let poll = 0; poll < 5; poll++) await test.poll();
    test.router.failures.set(1, trouble.unreachable());
    for (let poll = 0; poll < 5; poll++) await test.poll();
    test.router.failures.clear();
    test.sim.entries = all;
    await test.poll();
    assert.deepEqual(receiver.texts, ["other", "OFF"]);
    assert.deepEqual([...new Set(receiver.polls)], [null, "UNREACHABLE"]);
  });

  it("is handed on once although its slot is listed twice", async () => {
    const test = new InboxUnderTest();
    const receiver = await test.subscribe();
    test.sim.receive("OFF");
    test.sim.entries = [...test.sim.entries, { ...test.sim.entries[0]! }];
    await test.poll();
    await test.poll();
    assert.deepEqual(receiver.texts, ["OFF"]);
  });
});

describe("The ledger of a receiver", () => {
  it("is written after the SMS was handed on", async () => {
    const test = new InboxUnderTest();
    const receiver = new TestReceiver();
    const got: number[] = [];
    test.ledgers.before = (step) => {
      if (step === "save") got.push(receiver.got.length);
    };
    test.sim.receive("OFF");
    test.inbox.subscribe(receiver);
    await test.clock.advance(0);
    assert.deepEqual(got, [1]);
  });

  it("that cannot be written is still known in memory: the poll has failed, the SMS comes once", async () => {
    const test = new InboxUnderTest();
    const receiver = await test.subscribe();
    test.ledgers.before = (step) => {
      if (step === "save") throw trouble.storage();
    };
    test.sim.receive("OFF");
    for (let poll = 0; poll < 3; poll++) await test.poll();
    assert.deepEqual(receiver.texts, ["OFF"]);
    assert.deepEqual(receiver.polls, [null, "STORAGE_FAILED", "STORAGE_FAILED", "STORAGE_FAILED"]);

    test.ledgers.before = () => undefined;
    await test.poll();
    test.inbox.pause();
    const again = new TestReceiver();
    test.start().subscribe(again);
    await test.clock.advance(0);
    assert.deepEqual(again.texts, [], "it was written when that was possible again");
  });

  it("that cannot be read hands nothing on, which comes later", async () => {
    const test = new InboxUnderTest();
    test.sim.receive("OFF");
    test.ledgers.before = () => {
      throw trouble.storage();
    };
    const receiver = await test.subscribe();
    assert.deepEqual(receiver.texts, []);
    test.ledgers.before = () => undefined;
    await test.poll();
    assert.deepEqual(receiver.texts, ["OFF"]);
  });

  it("holds neither number nor text", async () => {
    const test = new InboxUnderTest();
    await test.subscribe();
    test.sim.receive("secret word");
    await test.poll();
    const kept = JSON.stringify([...test.ledgers.journal.records]);
    assert.match(kept, /passed-over|handed-on/);
    assert.doesNotMatch(kept, /secret|7700|8944/);
  });
});
