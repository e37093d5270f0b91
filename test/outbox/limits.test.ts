import assert from "node:assert/strict";
import { settled } from "../support/fake-clock";
import { codeOf, failures, HOUR, MINUTE, OutboxUnderTest, submission } from "./outbox-under-test";

const WITHOUT_END = { expireAfter: 0 };

describe("minInterval", () => {
  it("is kept from the end of one send to the start of the next", async () => {
    const test = new OutboxUnderTest({ limits: { minInterval: 3000 } });
    for (const job of ["a", "b"]) await test.submit(job);
    await test.clock.advance(10_000);
    await test.attempt.accept();
    assert.equal(test.held("interval"), 3000);
    await test.clock.advance(2999);
    assert.deepEqual(test.transmitted, ["a"]);
    await test.clock.advance(1);
    assert.deepEqual(test.transmitted, ["a", "b"]);
  });

  it("does not hold back the first one, nor one that comes after it has passed", async () => {
    const test = new OutboxUnderTest({ limits: { minInterval: 3000 } });
    await test.submit("a");
    await test.attempt.accept();
    await test.clock.advance(3000);
    await test.submit("b");
    assert.deepEqual(test.transmitted, ["a", "b"]);
  });

  it("is kept after a failure too", async () => {
    const test = new OutboxUnderTest({ limits: { minInterval: 3000 } });
    for (const job of ["a", "b"]) await test.submit(job);
    await test.attempt.fail(failures.refused());
    assert.equal(test.held("interval"), 3000);
  });
});

describe("maxPerHour", () => {
  it("lets no more through in any 60 minutes", async () => {
    const test = new OutboxUnderTest({ limits: { maxPerHour: 2 } });
    const sends: number[] = [];
    for (let job = 0; job < 6; job++) await test.submit(String(job), WITHOUT_END);
    const start = test.clock.now();
    for (let minute = 0; minute < 200; minute++) {
      for (const attempt of test.attempts.slice(sends.length)) {
        sends.push((test.clock.now() - start) / MINUTE);
        await test.clock.advance(10_000);
        await attempt.accept();
      }
      await test.clock.advance(MINUTE - ((test.clock.now() - start) % MINUTE));
    }
    assert.equal(sends.length, 6);
    sends.forEach((send, index) => {
      assert.ok(index < 2 || send - sends[index - 2]! >= 60, `sent at minutes ${sends.join(", ")}`);
    });
  });

  it("goes by the start of each send, to the millisecond", async () => {
    const test = new OutboxUnderTest({ limits: { maxPerHour: 1 } });
    for (const job of ["a", "b"]) await test.submit(job, WITHOUT_END);
    await test.clock.advance(MINUTE);
    await test.attempt.accept();
    assert.equal(test.held("quota"), HOUR - MINUTE);
    await test.clock.advance(HOUR - MINUTE - 1);
    assert.deepEqual(test.transmitted, ["a"]);
    await test.clock.advance(1);
    assert.deepEqual(test.transmitted, ["a", "b"]);
  });

  it("does not count what certainly was not sent", async () => {
    const test = new OutboxUnderTest({ limits: { maxPerHour: 1 } });
    for (const job of ["a", "b"]) await test.submit(job);
    await test.attempt.fail(failures.unreachable());
    await test.clock.advance(2000);
    await test.attempt.fail(failures.refused());
    assert.deepEqual(test.transmitted, ["a", "a", "b"]);
  });

  it("counts what may have been sent", async () => {
    const test = new OutboxUnderTest({ limits: { maxPerHour: 1 } });
    for (const job of ["a", "b"]) await test.submit(job);
    await test.attempt.fail(failures.timeout());
    assert.deepEqual(test.transmitted, ["a"]);
    assert.equal(test.held("quota"), HOUR);
  });
});

describe("queueLimit", () => {
  it("refuses one more than may wait, beside the one that is being sent", async () => {
    const test = new OutboxUnderTest({ limits: { queueLimit: 2 } });
    for (const job of ["a", "b", "c"]) await test.submit(job);
    assert.equal(await codeOf(test.outbox.submit(submission("d"))), "QUEUE_FULL");
    await test.attempt.accept();
    await test.submit("e");
    await test.acceptAll();
    assert.deepEqual(test.transmitted, ["a", "b", "c", "e"]);
  });

  it("is the same for what comes in one burst", async () => {
    for (const idle of [true, false]) {
      const test = new OutboxUnderTest({ limits: { queueLimit: 3 }, idle });
      const jobs = ["a", "b", "c", "d", "e", "f"];
      const taken = await Promise.allSettled(jobs.map((job) => test.outbox.submit(submission(job))));
      const expected = idle ? 3 : 4;
      taken.forEach(({ status }, index) => {
        assert.equal(
          status,
          index < expected ? "fulfilled" : "rejected",
          `${String(jobs[index])}, idle: ${String(idle)}`,
        );
      });
      test.outbox.resume();
      await test.acceptAll();
      assert.deepEqual(test.transmitted, jobs.slice(0, expected));
    }
  });

  it("takes one after the other as fast as they go, with room for one only", async () => {
    const test = new OutboxUnderTest({ limits: { queueLimit: 1 } });
    for (let job = 0; job < 20; job++) {
      await test.outbox.submit(submission(String(job)));
      await settled();
      await test.attempt.accept();
    }
    assert.equal(test.outcomes.length, 20);
  });

  it("counts what waits for its next attempt", async () => {
    const test = new OutboxUnderTest({ limits: { queueLimit: 1 } });
    await test.submit("a");
    await test.attempt.fail(failures.unreachable());
    assert.equal(await codeOf(test.outbox.submit(submission("b"))), "QUEUE_FULL");
  });

  it("writes nothing of what it refuses", async () => {
    const test = new OutboxUnderTest({ limits: { queueLimit: 1 }, idle: true });
    await test.submit("a");
    await codeOf(test.outbox.submit(submission("b")));
    assert.deepEqual(await test.stored(), ["a queued"]);
    assert.deepEqual(test.outcomes, []);
  });
});
