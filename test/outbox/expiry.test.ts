import assert from "node:assert/strict";
import { settled } from "../support/fake-clock";
import { errorOf, failures, HOUR, MINUTE, OutboxUnderTest } from "./outbox-under-test";

describe("A message that waits longer than it may", () => {
  it("ends as EXPIRED, with the last failure as the cause", async () => {
    const test = new OutboxUnderTest();
    await test.submit("a", { expireAfter: 90_000 });
    const failure = failures.busy(HOUR);
    await test.attempt.fail(failure);
    await test.clock.advance(89_999);
    assert.deepEqual(test.outcomes, []);
    await test.clock.advance(1);
    assert.deepEqual(test.outcomes, ["a not-sent EXPIRED"]);
    const error = errorOf(test.finished[0]!);
    assert.equal(error.cause, failure);
    assert.match(error.message, /^the gateway: .* within 1\.5 min .*Last reason: Come again\.$/);
    assert.deepEqual(await test.stored(), []);
  });

  it("names the trouble of the gateway if it was never tried itself", async () => {
    const test = new OutboxUnderTest();
    await test.submit("a");
    await test.submit("b", { expireAfter: MINUTE });
    const failure = failures.busy(2 * MINUTE);
    await test.attempt.fail(failure);
    await test.clock.advance(MINUTE);
    assert.deepEqual(test.outcomes, ["b not-sent EXPIRED"]);
    assert.equal(errorOf(test.finished[0]!).cause, failure);
  });

  it("names the limit per hour if that held it back", async () => {
    const test = new OutboxUnderTest({ limits: { maxPerHour: 1 } });
    await test.submit("a");
    await test.submit("b", { expireAfter: MINUTE });
    await test.attempt.accept();
    await test.clock.advance(MINUTE);
    const { cause } = errorOf(test.finished[1]!);
    assert.match(String(cause), /limit of 1 an hour/);
  });

  it("has no cause if others were just before it", async () => {
    const test = new OutboxUnderTest();
    await test.submit("a");
    await test.submit("b", { expireAfter: MINUTE });
    await test.clock.advance(MINUTE);
    assert.equal(errorOf(test.finished[0]!).cause, undefined);
    assert.deepEqual(test.outcomes, ["b not-sent EXPIRED"]);
  });

  it("ends also while the outbox is paused", async () => {
    const test = new OutboxUnderTest({ idle: true });
    await test.submit("a", { expireAfter: MINUTE });
    await test.clock.advance(MINUTE);
    assert.deepEqual(test.outcomes, ["a not-sent EXPIRED"]);
  });

  it("does not take the others with it, whatever the order of their deadlines", async () => {
    const test = new OutboxUnderTest({ idle: true });
    const minutes = [3, 1, 4, 2, 5];
    for (const end of minutes) await test.submit(String(end), { expireAfter: end * MINUTE });
    for (const end of [...minutes].sort()) {
      await test.clock.advance(MINUTE - 1);
      assert.equal(test.finished.length, end - 1);
      await test.clock.advance(1);
      assert.equal(test.finished.at(-1)?.job, String(end));
    }
    assert.equal(test.clock.timers, 0);
  });

  it("ends while a later one is written down, which does not delay its own end", async () => {
    const test = new OutboxUnderTest({ idle: true });
    await test.submit("a", { expireAfter: MINUTE });
    let release = (): void => undefined;
    test.store.before = ({ job }) =>
      job === "a"
        ? new Promise((resolve) => {
            release = resolve;
          })
        : undefined;
    await test.clock.advance(MINUTE);
    await test.submit("b", { expireAfter: 1000 });
    await test.clock.advance(1000);
    release();
    await settled();
    assert.deepEqual([...test.outcomes].sort(), ["a not-sent EXPIRED", "b not-sent EXPIRED"]);
  });

  it("is never sent, even if the timer is late", async () => {
    const test = new OutboxUnderTest();
    await test.submit("a");
    await test.submit("b", { expireAfter: MINUTE });
    test.clock.block(MINUTE);
    await test.attempt.accept();
    assert.deepEqual(test.transmitted, ["a"]);
    assert.deepEqual(test.outcomes, ["a accepted", "b not-sent EXPIRED"]);
  });

  it("is given up, not tried again, if its time ran out during an attempt that failed", async () => {
    const test = new OutboxUnderTest();
    await test.submit("a", { expireAfter: MINUTE });
    await test.clock.advance(2 * MINUTE);
    const failure = failures.unreachable();
    await test.attempt.fail(failure);
    assert.deepEqual(test.outcomes, ["a not-sent EXPIRED"]);
    assert.equal(errorOf(test.finished[0]!).cause, failure);
  });

  it("is given up when its time ends with the wait for the next attempt", async () => {
    const test = new OutboxUnderTest();
    await test.submit("a", { expireAfter: MINUTE });
    await test.attempt.fail(failures.busy(MINUTE));
    await test.clock.advance(MINUTE);
    assert.deepEqual(test.transmitted, ["a"]);
    assert.deepEqual(test.outcomes, ["a not-sent EXPIRED"]);
  });
});

describe("A message does not expire", () => {
  it("while it is being sent", async () => {
    const test = new OutboxUnderTest();
    await test.submit("a", { expireAfter: MINUTE });
    await test.clock.advance(HOUR);
    assert.deepEqual(test.outcomes, []);
    await test.attempt.accept();
    assert.deepEqual(test.outcomes, ["a accepted"]);
  });

  it("with expireAfter 0", async () => {
    const test = new OutboxUnderTest({ idle: true });
    await test.submit("a", { expireAfter: 0 });
    await test.clock.advance(1000 * 24 * HOUR);
    assert.deepEqual(test.outcomes, []);
    assert.equal(test.outbox.waiting, 1);
  });

  it("because the wall clock jumps by years", async () => {
    const test = new OutboxUnderTest({ idle: true });
    test.clock.setDate(new Date(0));
    await test.submit("a");
    test.clock.setDate(new Date(Date.UTC(2026, 10, 21)));
    await test.clock.advance(HOUR - 1);
    test.outbox.resume();
    await test.acceptAll();
    assert.deepEqual(test.outcomes, ["a accepted"]);
  });
});
