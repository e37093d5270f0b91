import assert from "node:assert/strict";
import { CellularError } from "../../src/errors/cellular-error";
import { deleteFromStore, type RememberedSms } from "../../src/inbox";
import { assertFailure, failureOf } from "../support/failure";
import { ALICE, BOB, FULL, gate, InboxUnderTest, TestReceiver, TestSim, trouble } from "./inbox-under-test";

const OTHER_SIM = { connId: 1, iccid: "8945" };

function stored(sim: TestSim): readonly string[] {
  return sim.entries.map(({ text }) => text);
}

describe("An SMS that was handed on", () => {
  it("is deleted where its receiver asks for it, in one request with the SIM's ICCID", async () => {
    const test = new InboxUnderTest();
    const receiver = await test.subscribe({ after: "delete" });
    test.sim.receive("one", { timestamp: 1 });
    test.sim.receive("two", { timestamp: 2 });
    await test.poll();
    assert.deepEqual(receiver.texts, ["one", "two"]);
    assert.deepEqual(test.router.deletions, [{ connId: 1, iccid: "8944", ids: [1, 2] }]);
    await test.poll();
    assert.deepEqual([stored(test.sim), receiver.got.length, test.router.deletions.length], [[], 2, 1]);
    assert.deepEqual([...new Set(receiver.polls)], [null]);
  });

  for (const after of ["keep", "flow"] as const) {
    it(`stays with ${after}`, async () => {
      const test = new InboxUnderTest();
      const receiver = await test.subscribe({ after });
      test.sim.receive("one");
      for (let poll = 0; poll < 3; poll += 1) await test.poll();
      assert.deepEqual([receiver.texts, stored(test.sim), test.router.deletions], [["one"], ["one"], []]);
    });
  }

  it("goes with all of its parts", async () => {
    const test = new InboxUnderTest();
    await test.subscribe({ after: "delete" });
    test.sim.receive(FULL);
    test.sim.receive("other", { from: BOB, timestamp: 5 });
    test.sim.receive(" end");
    await test.poll();
    assert.deepEqual(test.router.deletions[0]?.ids, [1, 2, 3]);
  });

  it("stays while one whose filter it passes has not got it, and goes once that one has", async () => {
    const test = new InboxUnderTest();
    await test.subscribe({ id: "deletes", after: "delete" });
    const late = await test.subscribe({ id: "keeps", from: [ALICE] });
    test.ledgers.before = (step) => {
      if (step === "load") throw trouble.storage();
    };
    test.sim.receive("one");
    await test.poll();
    assert.deepEqual([late.texts, test.router.deletions], [[], []]);
    test.ledgers.before = () => undefined;
    await test.poll();
    assert.deepEqual([late.texts, stored(test.sim)], [["one"], []]);
  });

  it("stays while the flow of another one is to delete it, and goes where that one never gets it", async () => {
    const test = new InboxUnderTest();
    await test.subscribe({ id: "deletes", after: "delete" });
    const owner = await test.subscribe({ id: "owns", after: "flow", from: [ALICE] });
    test.sim.receive("one", { timestamp: 1 });
    test.sim.receive("two", { from: BOB, timestamp: 2 });
    await test.poll();
    await test.poll();
    assert.deepEqual([owner.texts, stored(test.sim)], [["one"], ["one"]]);
  });

  it("does not wait for one whose filter keeps it out, nor for one of another connection", async () => {
    const test = new InboxUnderTest();
    test.router.sims.set(2, new TestSim({ connId: 2, iccid: "8946" }));
    await test.subscribe({ id: "deletes", after: "delete", connId: 1 });
    await test.subscribe({ id: "stranger", from: [BOB] });
    await test.subscribe({ id: "elsewhere", connId: 2 });
    test.sim.receive("one");
    await test.poll();
    assert.deepEqual(stored(test.sim), []);
  });

  it("stays where only one that it was kept from asks", async () => {
    const test = new InboxUnderTest();
    await test.subscribe({ id: "deletes", after: "delete", from: [BOB] });
    const keeper = await test.subscribe({ id: "keeps" });
    test.sim.receive("from Alice", { timestamp: 1 });
    test.sim.receive("from Bob", { from: BOB, timestamp: 2 });
    await test.poll();
    assert.deepEqual([keeper.texts, stored(test.sim)], [["from Alice", "from Bob"], ["from Alice"]]);
  });

  it("stays where it did not arrive, and goes once it did", async () => {
    const test = new InboxUnderTest();
    const receiver = new TestReceiver({ after: "delete", interval: 0 });
    const arrivals = [false, true];
    test.inbox.subscribe(Object.assign(receiver, { hasArrived: () => Promise.resolve(arrivals.shift() ?? true) }));
    test.sim.receive("one");
    await test.inbox.pollNow();
    assert.deepEqual([receiver.texts, test.router.deletions], [["one"], []]);
    await test.clock.advance(0);
    assert.deepEqual([receiver.texts, stored(test.sim)], [["one", "one"], []]);
  });

  it("goes also where the ledger cannot be written: it comes no second time", async () => {
    const test = new InboxUnderTest();
    const receiver = await test.subscribe({ after: "delete" });
    test.ledgers.before = (step) => {
      if (step === "save") throw trouble.storage();
    };
    test.sim.receive("one");
    await test.poll();
    await test.poll();
    assert.deepEqual([receiver.texts, stored(test.sim)], [["one"], []]);
    assert.equal(receiver.polls.at(-1), "STORAGE_FAILED");
  });
});

describe("What is never deleted", () => {
  it("is what lay there before the first list", async () => {
    const test = new InboxUnderTest();
    test.sim.receive("old", { timestamp: 1 });
    const receiver = await test.subscribe({ start: "new", after: "delete" });
    test.sim.receive("fresh", { timestamp: 2 });
    for (let poll = 0; poll < 3; poll += 1) await test.poll();
    assert.deepEqual([receiver.texts, stored(test.sim)], [["fresh"], ["old"]]);
    assert.deepEqual(
      test.router.deletions.map(({ ids }) => ids),
      [[2]],
    );
  });

  it("is what lay on a SIM before its first list, also when the SIM comes later", async () => {
    const test = new InboxUnderTest();
    const receiver = await test.subscribe({ start: "new", after: "delete" });
    const other = new TestSim(OTHER_SIM);
    other.receive("old on the other");
    test.router.sims.set(1, other);
    await test.poll();
    await test.poll();
    assert.deepEqual([receiver.texts, stored(other), test.router.deletions], [[], ["old on the other"], []]);
  });

  it("is a part that waits for its rest: both go together", async () => {
    const test = new InboxUnderTest();
    const receiver = await test.subscribe({ after: "delete" });
    test.sim.receive(FULL);
    await test.poll();
    assert.deepEqual([receiver.texts, test.router.deletions], [[], []]);
    test.sim.receive(" end");
    await test.poll();
    assert.deepEqual([receiver.texts, stored(test.sim)], [[`${FULL} end`], []]);
  });

  it("is a part that still waits at one receiver, though another had it alone", async () => {
    const test = new InboxUnderTest();
    const single = await test.subscribe({ id: "single", join: false, after: "delete" });
    const joined = await test.subscribe({ id: "joined" });
    test.sim.receive(FULL);
    await test.poll();
    assert.deepEqual([single.texts, joined.texts, stored(test.sim)], [[FULL], [], [FULL]]);
    test.sim.receive(" end");
    await test.poll();
    assert.deepEqual([single.texts, joined.texts, stored(test.sim)], [[FULL, " end"], [`${FULL} end`], []]);
  });

  it("is another SMS in a slot that was used again between list and deletion", async () => {
    const test = new InboxUnderTest();
    await test.subscribe({ after: "delete" });
    test.sim.receive("gone", { timestamp: 1 });
    test.sim.receive("handed on", { timestamp: 2 });
    const sending = gate();
    test.ledgers.before = (step) => (step === "save" ? sending.passed : undefined);
    await test.poll();
    test.sim.remove("gone");
    test.sim.receive("new in slot 1", { timestamp: 3 });
    test.ledgers.before = () => undefined;
    await sending.open();
    assert.deepEqual(stored(test.sim), ["new in slot 1"]);
    assert.deepEqual(test.router.deletions[0]?.ids, [2]);
  });

  for (const [what, identity] of [
    ["swapped", OTHER_SIM],
    ["pulled out", { connId: 1 }],
  ] as const) {
    it(`is anything of a SIM that was ${what} between list and deletion`, async () => {
      const test = new InboxUnderTest();
      const receiver = await test.subscribe({ after: "delete" });
      test.sim.receive("one");
      const first = test.sim;
      const saved = gate();
      test.ledgers.before = (step) => (step === "save" ? saved.passed : undefined);
      await test.poll();
      const other = new TestSim(identity);
      // The same SMS to the letter, in the same slot, but on another SIM.
      other.receive("one");
      test.router.sims.set(1, other);
      test.ledgers.before = () => undefined;
      await saved.open();
      assert.deepEqual([stored(first), stored(other), test.router.deletions], [["one"], ["one"], []]);
      test.router.sims.set(1, first);
      await test.poll();
      assert.deepEqual([stored(first), receiver.texts], [[], ["one"]]);
    });
  }
});

describe("A deletion that fails", () => {
  for (const [what, make] of [
    ["a refusal", trouble.refused],
    ["a gateway that is gone", trouble.unreachable],
    ["something that is no CellularError", () => new RangeError("odd")],
  ] as const) {
    it(`with ${what} is the failure of that poll, and is tried again at the next; the SMS comes once`, async () => {
      const test = new InboxUnderTest();
      const receiver = await test.subscribe({ after: "delete" });
      test.router.deletionTrouble = make();
      test.sim.receive("one");
      await test.poll();
      await test.poll();
      test.router.deletionTrouble = undefined;
      await test.poll();
      const code = what.startsWith("something") ? "BAD_RESPONSE" : (make() as CellularError).code;
      assert.deepEqual(receiver.polls, [null, code, code, null]);
      assert.deepEqual([receiver.texts, stored(test.sim), test.router.deletions.length], [["one"], [], 3]);
    });
  }

  it("because the gateway cannot delete is UNSUPPORTED at each poll, and every SMS is handed on all the same", async () => {
    const test = new InboxUnderTest();
    test.router.deletionTrouble = new CellularError("UNSUPPORTED", "This firmware cannot.");
    const receiver = await test.subscribe({ after: "delete" });
    for (const text of ["one", "two"]) {
      test.sim.receive(text, { timestamp: test.sim.entries.length });
      await test.poll();
    }
    assert.deepEqual(
      [receiver.texts, receiver.polls],
      [
        ["one", "two"],
        [null, "UNSUPPORTED", "UNSUPPORTED"],
      ],
    );
  });

  it("at one connection keeps nothing from the other", async () => {
    const test = new InboxUnderTest();
    const second = new TestSim({ connId: 2, iccid: "8946" });
    test.router.sims.set(2, second);
    const one = await test.subscribe({ id: "one", connId: 1, after: "delete" });
    const two = await test.subscribe({ id: "two", connId: 2, after: "delete" });
    test.router.deletionTrouble = trouble.refused();
    test.sim.receive("on 1");
    await test.poll();
    assert.deepEqual([one.polls.at(-1), two.polls.at(-1)], ["REFUSED", null]);
  });

  it("waits for what is to be sent", async () => {
    const test = new InboxUnderTest();
    const sending = gate();
    let isSent = false;
    let wasSentFirst = false;
    const receiver = await test.subscribe({ after: "delete" });
    receiver.handOn = () => {
      void test.lane.run("send", async () => {
        await sending.passed;
        isSent = true;
      });
    };
    test.sim.receive("one");
    await test.poll();
    assert.deepEqual(test.router.deletions, []);
    test.router.before = () => {
      wasSentFirst = isSent;
    };
    await sending.open();
    assert.deepEqual([wasSentFirst, stored(test.sim)], [true, []]);
  });
});

describe("A deletion that somebody asks for", () => {
  function remembered(test: InboxUnderTest, ...slots: readonly number[]): RememberedSms {
    return { from: ALICE, parts: slots.map((slot) => test.sim.entries.find(({ id }) => id === slot)!) };
  }

  function filled(): InboxUnderTest {
    const test = new InboxUnderTest();
    for (const [index, text] of ["one", "two", "three"].entries()) test.sim.receive(text, { timestamp: index });
    return test;
  }

  for (const [what, deletion, left] of [
    ["an id", { what: [2] }, ["one", "three"]],
    ["several ids", { what: [3, 1] }, ["two"]],
    ["everything", { what: "all" }, []],
  ] as const) {
    it(`of ${what} deletes that and nothing else`, async () => {
      const test = filled();
      await deleteFromStore(test.router, deletion);
      assert.deepEqual(stored(test.sim), left);
      assert.equal(test.router.deletions[0]?.iccid, "8944");
    });
  }

  it("of an SMS that is remembered deletes its parts", async () => {
    const test = filled();
    await deleteFromStore(test.router, { what: remembered(test, 1, 3), iccid: "8944" });
    assert.deepEqual(stored(test.sim), ["two"]);
  });

  it("names each id once, however often it is given", async () => {
    const test = filled();
    await deleteFromStore(test.router, { what: [2, 2, 1] });
    assert.deepEqual(test.router.deletions[0]?.ids, [2, 1]);
  });

  it("goes to the gateway's own connection where none is named", async () => {
    const test = filled();
    test.router.sims.set(2, new TestSim({ connId: 2, iccid: "8946" }));
    test.router.connId = 1;
    await deleteFromStore(test.router, { what: [1] });
    assert.deepEqual(stored(test.sim), ["two", "three"]);
  });

  for (const [what, change] of [
    ["is gone", { text: "gone" }],
    ["has another text", { text: "other" }],
    ["has another sender", { from: BOB }],
    ["has another time", { timestamp: 99 }],
    ["has no time", { timestamp: null }],
  ] as const) {
    it(`is NOT_FOUND where one part ${what}, and no other part is deleted`, async () => {
      const test = filled();
      const sms = remembered(test, 1, 2);
      if (what === "is gone") test.sim.remove("two");
      else test.sim.entries = test.sim.entries.map((entry) => (entry.id === 2 ? { ...entry, ...change } : entry));
      assertFailure(await failureOf(deleteFromStore(test.router, { what: sms })), "NOT_FOUND", "not-sent");
      assert.deepEqual(test.router.deletions, []);
    });
  }

  for (const [what, deletion] of [
    ["an id that does not exist, beside others", { what: [1, 2, 9] }],
    ["an SMS of a SIM that is not active now", { what: [1], iccid: "8945" }],
    ["everything of a SIM that is not active now", { what: "all", iccid: "8945" }],
    ["an SMS without parts", { what: { from: ALICE, parts: [] } }],
    ["an SMS that had no slot", { what: { from: ALICE, parts: [{ id: null, timestamp: 0, text: "one" }] } }],
  ] as const) {
    it(`of ${what} is NOT_FOUND, and nothing is deleted`, async () => {
      const test = filled();
      assertFailure(await failureOf(deleteFromStore(test.router, deletion)), "NOT_FOUND", "not-sent");
      assert.deepEqual([stored(test.sim).length, test.router.deletions], [3, []]);
    });
  }

  for (const count of [0, 2]) {
    it(`is OPTION_INVALID among ${count} connections where none is named`, async () => {
      const test = filled();
      if (count === 0) test.router.sims.clear();
      else test.router.sims.set(2, new TestSim({ connId: 2, iccid: "8946" }));
      const error = await failureOf(deleteFromStore(test.router, { what: "all" }));
      assertFailure(error, "OPTION_INVALID", "not-sent");
      assert.match(error.message, /Name the connection id/);
      assert.deepEqual(test.router.deletions, []);
    });
  }
});
