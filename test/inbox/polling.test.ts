import assert from "node:assert/strict";
import { settled } from "../support/fake-clock";
import { ALICE, BOB, gate, InboxUnderTest, INTERVAL, TestReceiver, TestSim, trouble } from "./inbox-under-test";

function addConnection(test: InboxUnderTest, connId: number): TestSim {
  const sim = new TestSim({ connId, iccid: `894${String(connId)}` });
  test.router.sims.set(connId, sim);
  return sim;
}

describe("The polls of a gateway", () => {
  it("are one for all receivers, at the shortest interval, each with its own filter", async () => {
    const test = new InboxUnderTest();
    const fast = await test.subscribe({ id: "fast", interval: 10_000, from: [ALICE] });
    const slow = await test.subscribe({ id: "slow", interval: 60_000, from: [BOB] });
    test.router.asked.length = 0;
    test.sim.receive("from Alice", { from: ALICE });
    test.sim.receive("from Bob", { from: BOB });
    await test.clock.advance(9999);
    assert.deepEqual(test.router.asked, []);
    await test.clock.advance(1);
    assert.deepEqual(test.router.asked, ["mailboxes", 1]);
    assert.deepEqual([fast.texts, slow.texts], [["from Alice"], ["from Bob"]]);
    await test.clock.advance(50_000);
    assert.equal(test.router.asked.length, 12);
  });

  it("become rarer when the receiver with the shortest interval is gone, and stop with the last", async () => {
    const test = new InboxUnderTest();
    const leave = test.inbox.subscribe(new TestReceiver({ id: "fast", interval: 10_000 }));
    const leaveToo = test.inbox.subscribe(new TestReceiver({ id: "slow", interval: 60_000 }));
    await test.clock.advance(0);
    leave();
    test.router.asked.length = 0;
    await test.clock.advance(59_999);
    assert.deepEqual(test.router.asked, []);
    await test.clock.advance(1);
    assert.equal(test.router.asked.length, 2);
    leaveToo();
    assert.equal(test.clock.timers, 0);
  });

  it("read the connections asked for, and all if one receiver wants all", async () => {
    const test = new InboxUnderTest();
    addConnection(test, 2).receive("on 2");
    test.sim.receive("on 1");
    const two = await test.subscribe({ id: "two", connId: 2 });
    assert.deepEqual(test.router.asked, [2]);
    const seven = await test.subscribe({ id: "seven", connId: 7 });
    const all = await test.subscribe({ id: "all" });
    test.router.asked.length = 0;
    await test.poll();
    assert.deepEqual(test.router.asked, ["mailboxes", 1, 2, 7]);
    assert.deepEqual([two.texts, all.texts, seven.texts], [["on 2"], ["on 1", "on 2"], []]);
  });

  it("wait for the lane behind what is to be sent", async () => {
    const test = new InboxUnderTest();
    const receiver = await test.subscribe();
    test.sim.receive("OFF");
    const sending = gate();
    const send = test.lane.run("send", () => sending.passed);
    await test.poll();
    await test.poll();
    assert.deepEqual(receiver.texts, []);
    await sending.open();
    await send;
    assert.deepEqual(receiver.texts, ["OFF"]);
    assert.equal(receiver.polls.length, 2);
  });

  it("stop in a pause, and go on after it when they are due", async () => {
    const test = new InboxUnderTest();
    const receiver = await test.subscribe();
    test.inbox.pause();
    assert.equal(test.clock.timers, 0);
    await test.clock.advance(10_000);
    test.inbox.resume();
    await test.clock.advance(INTERVAL - 10_001);
    assert.equal(receiver.polls.length, 1);
    await test.clock.advance(1);
    assert.equal(receiver.polls.length, 2);
    test.inbox.pause();
    await test.clock.advance(10 * INTERVAL);
    test.inbox.resume();
    await test.clock.advance(0);
    assert.equal(receiver.polls.length, 3);
  });
});

describe("A poll that is asked for", () => {
  it("comes at once, tells how it ended, and puts off the next one", async () => {
    const test = new InboxUnderTest();
    const receiver = await test.subscribe();
    await test.clock.advance(INTERVAL - 1);
    test.sim.receive("OFF");
    assert.equal(await test.inbox.pollNow(), null);
    assert.deepEqual(receiver.texts, ["OFF"]);
    await test.clock.advance(INTERVAL - 1);
    assert.equal(receiver.polls.length, 2);
    await test.clock.advance(1);
    assert.equal(receiver.polls.length, 3);
  });

  it("is the only kind with interval 0", async () => {
    const test = new InboxUnderTest();
    const receiver = await test.subscribe({ interval: 0 });
    await test.clock.advance(100 * INTERVAL);
    assert.deepEqual(test.router.asked, []);
    assert.equal(test.clock.timers, 0);
    test.sim.receive("OFF");
    await test.inbox.pollNow();
    assert.deepEqual(receiver.texts, ["OFF"]);
    await test.clock.advance(100 * INTERVAL);
    assert.equal(receiver.polls.length, 1);
  });

  it("during another one comes once more right after it, however many ask", async () => {
    const test = new InboxUnderTest();
    const receiver = await test.subscribe();
    const answer = gate();
    test.router.before = () => answer.passed;
    const first = test.inbox.pollNow();
    await settled();
    const late = [test.inbox.pollNow(), test.inbox.pollNow()];
    test.sim.receive("after the first list");
    test.router.before = () => undefined;
    await answer.open();
    await first;
    await test.clock.advance(0);
    assert.deepEqual(await Promise.all(late), [null, null]);
    assert.deepEqual(receiver.texts, ["after the first list"]);
    assert.equal(receiver.polls.length, 3);
  });

  it("in a pause comes when it is over", async () => {
    const test = new InboxUnderTest();
    const receiver = await test.subscribe({ interval: 0 });
    test.inbox.pause();
    const asked = test.inbox.pollNow();
    await test.clock.advance(1000);
    assert.deepEqual(test.router.asked, []);
    test.inbox.resume();
    await test.clock.advance(0);
    assert.equal(await asked, null);
    assert.equal(receiver.polls.length, 1);
  });

  it("tells of the failure of the connection that is of interest only", async () => {
    const test = new InboxUnderTest();
    addConnection(test, 2);
    await test.subscribe();
    test.router.failures.set(2, trouble.refused());
    const asked = [test.inbox.pollNow(1), test.inbox.pollNow(2), test.inbox.pollNow()];
    await test.clock.advance(0);
    const failures = await Promise.all(asked);
    assert.deepEqual(
      failures.map((failure) => failure?.code),
      [undefined, "REFUSED", "REFUSED"],
    );
  });
});

describe("A poll that fails", () => {
  it("is told to the receivers, and the next one comes as ever", async () => {
    const test = new InboxUnderTest();
    test.router.trouble = trouble.unreachable();
    const receiver = await test.subscribe();
    test.sim.receive("OFF");
    await test.poll();
    test.router.trouble = undefined;
    await test.poll();
    assert.deepEqual(receiver.polls, ["UNREACHABLE", "UNREACHABLE", null]);
    assert.deepEqual(receiver.texts, ["OFF"]);
  });

  it("at one mailbox does not keep the other from being read", async () => {
    const test = new InboxUnderTest();
    addConnection(test, 2).receive("on 2");
    test.router.failures.set(1, trouble.refused());
    const one = new TestReceiver({ id: "one", connId: 1 });
    const two = new TestReceiver({ id: "two", connId: 2 });
    const all = new TestReceiver({ id: "all" });
    for (const receiver of [one, two, all]) test.inbox.subscribe(receiver);
    await test.clock.advance(0);
    assert.deepEqual([two.texts, all.texts], [["on 2"], ["on 2"]]);
    assert.deepEqual([one.polls, two.polls, all.polls], [["REFUSED"], [null], ["REFUSED"]]);
  });

  it("with something that is no CellularError is told as one, and polls go on", async () => {
    const test = new InboxUnderTest();
    const receiver = await test.subscribe();
    test.router.failures.set(1, new RangeError("odd"));
    await test.poll();
    test.router.failures.clear();
    test.router.trouble = "odd";
    await test.poll();
    test.router.trouble = undefined;
    await test.poll();
    assert.deepEqual(receiver.polls, [null, "BAD_RESPONSE", "BAD_RESPONSE", null]);
  });

  it("because of a refused login asks the device for nothing until that is over", async () => {
    const test = new InboxUnderTest();
    await test.lane.run("ask", () => Promise.reject(trouble.login())).catch(() => undefined);
    const receiver = await test.subscribe();
    await test.clock.advance(299_999);
    assert.deepEqual(test.router.asked, []);
    assert.deepEqual([...new Set(receiver.polls)], ["AUTH_FAILED"]);
    await test.poll();
    assert.equal(receiver.polls.at(-1), null);
  });
});

describe("A deploy in the middle of a poll", () => {
  it("holds back what was read until SMS can be handed on", async () => {
    const test = new InboxUnderTest();
    const receiver = await test.subscribe();
    const deployed = gate();
    test.ready = () => deployed.passed;
    test.sim.receive("OFF");
    await test.poll();
    assert.deepEqual(receiver.texts, []);
    await deployed.open();
    assert.deepEqual(receiver.texts, ["OFF"]);
  });

  for (const moment of ["the list", "the ledger", "the deploy's end"] as const) {
    it(`while it waits for ${moment}: the new receiver gets the SMS, once`, async () => {
      const test = new InboxUnderTest();
      const old = new TestReceiver();
      const leave = test.inbox.subscribe(old);
      await test.clock.advance(0);
      const wait = gate();
      if (moment === "the list") test.router.before = () => wait.passed;
      else if (moment === "the ledger") test.ledgers.before = (step) => (step === "load" ? wait.passed : undefined);
      else test.ready = () => wait.passed;
      test.sim.receive("OFF");
      await test.poll();
      leave();
      const replacement = await test.subscribe();
      await wait.open();
      await test.poll();
      assert.deepEqual([old.texts, replacement.texts], [[], ["OFF"]]);
    });

    it(`while it waits for ${moment}: nothing is lost if the receiver is not back yet`, async () => {
      const test = new InboxUnderTest();
      const leave = test.inbox.subscribe(new TestReceiver());
      await test.clock.advance(0);
      const wait = gate();
      if (moment === "the list") test.router.before = () => wait.passed;
      else if (moment === "the ledger") test.ledgers.before = (step) => (step === "load" ? wait.passed : undefined);
      else test.ready = () => wait.passed;
      test.sim.receive("OFF");
      await test.poll();
      leave();
      await wait.open();
      const replacement = await test.subscribe();
      await test.poll();
      assert.deepEqual(replacement.texts, ["OFF"]);
    });
  }

  it("takes a receiver away only if it is still the one in force", async () => {
    const test = new InboxUnderTest();
    const leave = test.inbox.subscribe(new TestReceiver());
    const replacement = await test.subscribe();
    leave();
    test.sim.receive("OFF");
    await test.poll();
    assert.deepEqual(replacement.texts, ["OFF"]);
  });

  it("does not hand on to one whose new form is for another connection", async () => {
    const test = new InboxUnderTest();
    addConnection(test, 2);
    await test.subscribe({ connId: 1 });
    const wait = gate();
    test.router.before = () => wait.passed;
    test.sim.receive("on 1");
    await test.poll();
    const changed = await test.subscribe({ connId: 2 });
    await wait.open();
    await test.poll();
    assert.deepEqual(changed.texts, []);
  });
});
