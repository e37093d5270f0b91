import assert from "node:assert/strict";
import { settled } from "../support/fake-clock";
import { codeOf, failures, HOUR, OutboxUnderTest, submission, type Attempt } from "./outbox-under-test";

/** Puts new settings into force; returns the attempts that are made with them. */
function reconfigure(test: OutboxUnderTest): Attempt[] {
  const attempts: Attempt[] = [];
  test.outbox.configure({ label: "the same gateway", limits: test.limits, transmit: test.transmit(attempts) });
  return attempts;
}

describe("New settings of an outbox", () => {
  it("send the next one, while the one in flight ends on the old", async () => {
    const test = new OutboxUnderTest();
    for (const job of ["a", "b"]) await test.submit(job);
    const attempts = reconfigure(test);
    await settled();
    assert.equal(attempts.length, 0);
    assert.equal(test.attempt.signal.aborted, false);
    await test.attempt.accept();
    await attempts[0]?.accept();
    assert.deepEqual(test.transmitted, ["a"]);
    assert.deepEqual(test.outcomes, ["a accepted", "b accepted"]);
  });

  it("end the wait after a failure at once, and leave no timer behind", async () => {
    const test = new OutboxUnderTest();
    await test.submit("a", { expireAfter: 0 });
    await test.attempt.fail(failures.busy(HOUR));
    const attempts = reconfigure(test);
    await settled();
    assert.equal(attempts[0]?.job, "a");
    assert.equal(test.clock.timers, 0);
    await attempts[0].fail(failures.unreachable());
    assert.ok(test.held("retry") <= 1200);
  });

  it("are not held back by a failure of the old ones that comes in later", async () => {
    const test = new OutboxUnderTest();
    await test.submit("a");
    const attempts = reconfigure(test);
    await test.attempt.fail(failures.busy(HOUR));
    assert.deepEqual(
      attempts.map(({ job }) => job),
      ["a"],
    );
  });

  it("do not make what waits end by a login that the old ones had refused", async () => {
    const test = new OutboxUnderTest();
    for (const job of ["a", "b"]) await test.submit(job);
    const attempts = reconfigure(test);
    test.lane.forgive();
    await test.attempt.fail(failures.login());
    assert.deepEqual(test.outcomes, ["a not-sent AUTH_FAILED"]);
    await attempts[0]?.accept();
    assert.deepEqual(test.outcomes, ["a not-sent AUTH_FAILED", "b accepted"]);
  });

  it("bring new limits into force for what waits already", async () => {
    const test = new OutboxUnderTest({ limits: { maxPerHour: 1, queueLimit: 1 } });
    for (const job of ["a", "b"]) await test.submit(job);
    await test.attempt.accept();
    assert.equal(await codeOf(test.outbox.submit(submission("c"))), "QUEUE_FULL");
    const attempts: Attempt[] = [];
    const limits = { minInterval: 0, maxPerHour: 2, queueLimit: 2 };
    test.outbox.configure({ label: "the gateway", limits, transmit: test.transmit(attempts) });
    await settled();
    assert.equal(attempts[0]?.job, "b");
    for (const job of ["d", "e"]) await test.submit(job);
    assert.equal(await codeOf(test.outbox.submit(submission("f"))), "QUEUE_FULL");
  });
});

describe("A paused outbox", () => {
  it("takes messages and sends none until it goes on", async () => {
    const test = new OutboxUnderTest();
    test.outbox.pause();
    await test.submit("a");
    await test.clock.advance(1000);
    assert.deepEqual(test.transmitted, []);
    test.outbox.resume();
    await test.acceptAll();
    assert.deepEqual(test.outcomes, ["a accepted"]);
  });

  it("lets what is in flight end, and reports it", async () => {
    const test = new OutboxUnderTest();
    for (const job of ["a", "b"]) await test.submit(job);
    test.outbox.pause();
    await test.attempt.accept();
    await test.clock.advance(1000);
    assert.deepEqual(test.transmitted, ["a"]);
    assert.deepEqual(test.outcomes, ["a accepted"]);
    test.outbox.resume();
    await settled();
    assert.deepEqual(test.transmitted, ["a", "b"]);
  });

  it("keeps to the wait after a failure when it goes on, before or after its end", async () => {
    for (const pause of [10, 5000]) {
      const test = new OutboxUnderTest();
      await test.submit("a");
      await test.attempt.fail(failures.busy(1000));
      test.outbox.pause();
      await test.clock.advance(pause);
      assert.deepEqual(test.transmitted, ["a"]);
      test.outbox.resume();
      await test.clock.advance(1000 - Math.min(pause, 1000));
      assert.deepEqual(test.transmitted, ["a", "a"]);
    }
  });

  it("gives back a turn that comes while it is paused, and asks for another when it goes on", async () => {
    const test = new OutboxUnderTest();
    let endPoll = (): void => undefined;
    const poll = test.lane.run("poll", () => new Promise<void>((resolve) => (endPoll = resolve)));
    await test.submit("a");
    test.outbox.pause();
    endPoll();
    await poll;
    await settled();
    assert.deepEqual(test.transmitted, []);
    assert.equal(test.lane.free, 1);
    test.outbox.resume();
    await settled();
    assert.deepEqual(test.transmitted, ["a"]);
  });

  it("does not say that the gateway is well because a turn was given back", async () => {
    const test = new OutboxUnderTest();
    const failing = test.lane.run("poll", () => Promise.reject(failures.unreachable())).catch(() => undefined);
    await test.submit("a");
    test.outbox.pause();
    await failing;
    await settled();
    assert.equal(test.lane.health?.code, "UNREACHABLE");
  });

  it("goes on once, however often it is told to", async () => {
    const test = new OutboxUnderTest({ idle: true });
    for (const job of ["a", "b"]) await test.submit(job);
    for (let time = 0; time < 5; time++) test.outbox.resume();
    await settled();
    assert.deepEqual(test.transmitted, ["a"]);
    await test.acceptAll();
    assert.deepEqual(test.transmitted, ["a", "b"]);
  });
});

describe("The end of an outbox", () => {
  it("aborts what is in flight, and reports every message once", async () => {
    const test = new OutboxUnderTest();
    for (const job of ["a", "b", "c"]) await test.submit(job);
    await test.outbox.end();
    assert.equal(test.attempt.signal.aborted, true);
    assert.deepEqual(test.outcomes, ["b not-sent INTERRUPTED", "c not-sent INTERRUPTED"]);
    await test.attempt.fail(failures.timeout());
    await test.clock.advance(2 * HOUR);
    assert.deepEqual(test.outcomes.slice(2), ["a unknown TIMEOUT"]);
    assert.deepEqual(test.transmitted, ["a"]);
    assert.deepEqual(await test.stored(), []);
    assert.equal(test.clock.timers, 0);
  });

  it("reports what is in flight as it ends, also if it would have been tried again", async () => {
    for (const failure of [failures.unreachable(), failures.timeout()]) {
      const test = new OutboxUnderTest();
      await test.submit("a", { onUnknown: "resend" });
      await test.outbox.end();
      await test.attempt.fail(failure);
      await test.clock.advance(2 * HOUR);
      assert.deepEqual(test.outcomes, [`a ${failure.outcome} ${failure.code}`]);
    }
  });

  it("comes in the middle of each step: nothing more is sent, and the message is reported once", async () => {
    for (const state of ["queued", "sending", "queued again", "finished"]) {
      const test = new OutboxUnderTest();
      let release = (): void => undefined;
      let isOut = false;
      test.store.before = (entry) =>
        entry.state === state || (state === "queued again" && entry.state === "queued" && isOut)
          ? new Promise((resolve) => {
              release = resolve;
            })
          : undefined;
      const taken = test.outbox.submit(submission("a"));
      await settled();
      isOut = test.attempts.length > 0;
      if (isOut) await test.attempt.fail(state === "finished" ? failures.refused() : failures.unreachable());
      const ended = test.outbox.end();
      release();
      await Promise.all([taken, ended]);
      release();
      await test.clock.advance(2 * HOUR);
      const code = state === "finished" ? "REFUSED" : "INTERRUPTED";
      assert.deepEqual(test.outcomes, [`a not-sent ${code}`], state);
      assert.deepEqual(test.transmitted, isOut ? ["a"] : [], state);
      assert.deepEqual(await test.stored(), [], state);
    }
  });

  it("lets nothing more in", async () => {
    const test = new OutboxUnderTest();
    await test.outbox.end();
    assert.equal(await codeOf(test.outbox.submit(submission("a"))), "INTERRUPTED");
    assert.deepEqual(test.log, []);
  });

  it("leaves no timer behind, whatever was going on", async () => {
    const test = new OutboxUnderTest({ limits: { minInterval: 1000 } });
    for (const job of ["a", "b", "c"]) await test.submit(job);
    await test.attempt.fail(failures.unreachable());
    await test.outbox.end();
    assert.equal(test.clock.timers, 0);
    await test.lane.run("poll", () => Promise.reject(failures.login())).catch(() => undefined);
    assert.equal(test.finished.length, 3);
  });
});
