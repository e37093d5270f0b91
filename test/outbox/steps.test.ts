import assert from "node:assert/strict";
import type { EntryState } from "../../src/outbox";
import { settled } from "../support/fake-clock";
import { codeOf, errorOf, failures, outcomeOf, OutboxUnderTest, submission, type TestEntry } from "./outbox-under-test";

/** Makes each write of a state fail from now on. */
function failOn(test: OutboxUnderTest, state: EntryState, error: unknown = failures.storage()): void {
  test.store.before = (entry) => {
    if (entry.state === state) throw error;
  };
}

/** Makes each write of a state wait until the function returned is called. */
function waitOn(test: OutboxUnderTest, isMeant: (entry: TestEntry) => boolean): () => Promise<void> {
  let release = (): void => undefined;
  const gate = new Promise<void>((resolve) => {
    release = resolve;
  });
  test.store.before = (entry) => (isMeant(entry) ? gate : undefined);
  return async () => {
    release();
    await settled();
  };
}

describe("An outbox writes down", () => {
  it("each step before the next begins", async () => {
    const test = new OutboxUnderTest();
    await test.submit("a");
    await test.attempt.accept();
    assert.deepEqual(test.log, [
      "a written queued",
      "a moved queued",
      "a written sending",
      "a moved sending",
      "a transmitted",
      "a written finished",
      "a finished accepted",
      "a removed",
    ]);
    assert.deepEqual(await test.stored(), []);
  });

  it("that a message waits again before it is tried again, with its attempts and its failure", async () => {
    const test = new OutboxUnderTest();
    await test.submit("a");
    test.log.length = 0;
    await test.attempt.fail(failures.unreachable());
    const [kept] = (await test.store.load()).entries;
    assert.equal(kept?.state, "queued");
    assert.equal(kept.attempts, 1);
    assert.equal(kept.lastFailure?.code, "UNREACHABLE");
    await test.clock.advance(2000);
    assert.deepEqual(test.log, [
      "a written queued",
      "a moved queued",
      "a written sending",
      "a moved sending",
      "a transmitted",
    ]);
  });

  it("what it takes before it says so", async () => {
    const test = new OutboxUnderTest();
    const release = waitOn(test, ({ state }) => state === "queued");
    let hasTaken = false;
    const taken = test.outbox.submit(submission("a")).then(() => (hasTaken = true));
    await settled();
    assert.equal(hasTaken, false);
    assert.deepEqual(test.log, []);
    await release();
    await taken;
    assert.deepEqual(test.transmitted, ["a"]);
  });

  it("that it sends before the first byte can leave", async () => {
    const test = new OutboxUnderTest();
    const release = waitOn(test, ({ state }) => state === "sending");
    await test.submit("a");
    assert.deepEqual(test.transmitted, []);
    await release();
    assert.deepEqual(test.transmitted, ["a"]);
  });

  it("how a message ended before it says so", async () => {
    const test = new OutboxUnderTest();
    await test.submit("a");
    const release = waitOn(test, ({ state }) => state === "finished");
    await test.attempt.accept();
    assert.deepEqual(test.outcomes, []);
    await release();
    assert.deepEqual(test.outcomes, ["a accepted"]);
  });

  it("keeps the modem for the message until its outcome is written down", async () => {
    const test = new OutboxUnderTest();
    for (const job of ["a", "b"]) await test.submit(job);
    const release = waitOn(test, ({ job, state }) => job === "a" && state === "finished");
    await test.attempt.accept();
    assert.deepEqual(test.transmitted, ["a"]);
    await release();
    assert.deepEqual(test.transmitted, ["a", "b"]);
  });
});

describe("A store that fails", () => {
  it("when a message is taken: it is not taken", async () => {
    const test = new OutboxUnderTest();
    failOn(test, "queued");
    assert.equal(await codeOf(test.outbox.submit(submission("a"))), "STORAGE_FAILED");
    await settled();
    assert.deepEqual(test.log, []);
    assert.equal(test.outbox.waiting, 0);
    assert.equal(test.clock.timers, 0);
  });

  it("when a message is taken: it takes no place from those that come when the disk has room again", async () => {
    const test = new OutboxUnderTest({ limits: { queueLimit: 1 }, idle: true });
    failOn(test, "queued");
    for (const job of ["a", "b", "c"]) await codeOf(test.outbox.submit(submission(job)));
    test.store.before = () => undefined;
    await test.submit("d");
    assert.equal(test.outbox.waiting, 1);
  });

  it("before a message is sent: nothing leaves, it ends as not sent, and says nothing of the gateway", async () => {
    const test = new OutboxUnderTest();
    failOn(test, "sending");
    await test.submit("a");
    assert.deepEqual(test.transmitted, []);
    assert.deepEqual(test.outcomes, ["a not-sent STORAGE_FAILED"]);
    assert.equal(test.finished[0]?.attempts, 0);
    assert.equal(test.lane.health, undefined);
    assert.deepEqual(await test.stored(), []);
  });

  it("before a message is sent: it does not count for the limit per hour", async () => {
    const test = new OutboxUnderTest({ limits: { maxPerHour: 1 } });
    failOn(test, "sending");
    await test.submit("a");
    test.store.before = () => undefined;
    await test.submit("b");
    assert.deepEqual(test.transmitted, ["b"]);
  });

  it("after an attempt that time can heal: the message keeps its place, and is tried again", async () => {
    const test = new OutboxUnderTest();
    for (const job of ["a", "b"]) await test.submit(job);
    failOn(test, "queued");
    await test.attempt.fail(failures.unreachable());
    assert.deepEqual(test.outcomes, []);
    assert.deepEqual(await test.stored(), ["a sending", "b queued"]);
    await test.clock.advance(2000);
    assert.deepEqual(test.transmitted, ["a", "a"]);
  });

  it("after an attempt that may have left: it is sent once more as it was asked for", async () => {
    const test = new OutboxUnderTest();
    await test.submit("a", { onUnknown: "resend" });
    failOn(test, "queued");
    await test.attempt.fail(failures.timeout());
    assert.deepEqual(test.transmitted, ["a", "a"]);
    await test.attempt.fail(failures.refused());
    assert.deepEqual(test.outcomes, ["a unknown TIMEOUT"]);
  });

  it("when time runs out: nobody is told that it was not sent before a crash can no longer send it", async () => {
    const test = new OutboxUnderTest({ idle: true });
    await test.submit("a", { expireAfter: 1000 });
    failOn(test, "finished");
    await test.clock.advance(20_000);
    assert.deepEqual(test.outcomes, []);
    assert.deepEqual(await test.stored(), ["a queued"]);
    test.store.before = () => undefined;
    await test.clock.advance(5000);
    assert.deepEqual(test.outcomes, ["a not-sent EXPIRED"]);
    assert.deepEqual(await test.stored(), []);
    assert.equal(test.clock.timers, 0);
  });

  it("after the end: the outcome is certain and is reported, once", async () => {
    const test = new OutboxUnderTest();
    await test.submit("a");
    failOn(test, "finished");
    await test.attempt.accept();
    assert.deepEqual(test.outcomes, ["a accepted"]);
    assert.deepEqual(await test.stored(), []);
  });

  it("with an error of its own: as with the one agreed upon", async () => {
    const test = new OutboxUnderTest();
    const full = new Error("ENOSPC");
    failOn(test, "queued", full);
    assert.equal(await codeOf(test.outbox.submit(submission("a"))), "STORAGE_FAILED");
    failOn(test, "sending", full);
    await test.submit("b");
    assert.equal(errorOf(test.finished[0]!).cause, full);
    failOn(test, "finished", full);
    await test.submit("c");
    await test.attempt.accept();
    assert.deepEqual(test.outcomes, ["b not-sent STORAGE_FAILED", "c accepted"]);
  });

  it("while time runs out for what it writes: one report, not two", async () => {
    const test = new OutboxUnderTest();
    await test.submit("a", { expireAfter: 1000 });
    let fail = (): void => undefined;
    test.store.before = ({ state }) =>
      state === "queued"
        ? new Promise((_, reject) => {
            fail = () => {
              reject(failures.storage());
            };
          })
        : undefined;
    await test.attempt.fail(failures.unreachable());
    await test.clock.advance(2000);
    fail();
    await settled();
    assert.equal(test.finished.length, 1);
    assert.equal(outcomeOf(test.finished[0]!), "not-sent EXPIRED");
  });
});
