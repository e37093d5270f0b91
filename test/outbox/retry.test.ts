import assert from "node:assert/strict";
import { CellularError } from "../../src/errors/cellular-error";
import { errorOf, failures, HOUR, MINUTE, OutboxUnderTest } from "./outbox-under-test";

const WITHOUT_END = { expireAfter: 0 };

describe("What is certain not to have been sent, and time can heal", () => {
  it("is tried again after 1 s, doubling to 60 s, give or take 20 %", async () => {
    const test = new OutboxUnderTest();
    await test.submit("a", WITHOUT_END);
    for (const seconds of [1, 2, 4, 8, 16, 32, 60, 60]) {
      await test.attempt.fail(failures.unreachable());
      const wait = test.held("retry");
      assert.ok(wait >= 800 * seconds && wait <= 1200 * seconds, `${String(wait)} ms instead of ${String(seconds)} s`);
      const before = test.attempts.length;
      await test.clock.advance(wait - 1);
      assert.equal(test.attempts.length, before);
      await test.clock.advance(1);
      assert.equal(test.attempts.length, before + 1);
    }
  });

  it("shows as the gateway's trouble for as long as it lasts, whatever waits behind", async () => {
    const test = new OutboxUnderTest();
    for (const job of ["a", "b", "c"]) await test.submit(job);
    await test.attempt.fail(failures.unreachable());
    assert.equal(test.lane.health?.code, "UNREACHABLE");
    await test.clock.advance(2000);
    assert.equal(test.lane.health.code, "UNREACHABLE");
    await test.attempt.accept();
    assert.equal(test.lane.health, null);
  });

  it("does not come back in step with others", async () => {
    const test = new OutboxUnderTest();
    await test.submit("a", WITHOUT_END);
    const waits = new Set<number>();
    for (let round = 0; round < 20; round++) {
      await test.attempt.fail(failures.unreachable());
      waits.add(test.held("retry"));
      await test.clock.advance(test.held("retry"));
    }
    assert.ok(waits.size > 15);
  });

  it("comes again when the gateway asks it to, sooner or later than the backoff", async () => {
    const test = new OutboxUnderTest();
    await test.submit("a", WITHOUT_END);
    for (const wish of [10, 25_000, 600_000]) {
      await test.attempt.fail(failures.busy(wish));
      assert.equal(test.held("retry"), wish);
      await test.clock.advance(wish);
    }
    await test.attempt.fail(failures.unreachable());
    assert.ok(test.held("retry") >= 6400, "the backoff goes on where it was");
  });

  it("backs off as ever where the gateway asks to come again at once", async () => {
    const test = new OutboxUnderTest();
    await test.submit("a");
    await test.attempt.fail(failures.busy(0));
    assert.ok(test.held("retry") >= 800);
  });

  it("holds back everything behind it, and begins at 1 s again after a success", async () => {
    const test = new OutboxUnderTest();
    for (const job of ["a", "b"]) await test.submit(job);
    for (let round = 0; round < 4; round++) {
      await test.attempt.fail(failures.unreachable());
      await test.clock.advance(test.held("retry"));
    }
    await test.attempt.accept();
    assert.deepEqual(test.transmitted.slice(-2), ["a", "b"]);
    await test.attempt.fail(failures.unreachable());
    assert.ok(test.held("retry") <= 1200);
  });
});

describe("What time cannot heal", () => {
  it("ends at once, and the backoff with it", async () => {
    const test = new OutboxUnderTest();
    for (const job of ["a", "b"]) await test.submit(job);
    await test.attempt.fail(failures.unreachable());
    await test.clock.advance(2000);
    await test.attempt.fail(failures.refused());
    assert.deepEqual(test.outcomes, ["a not-sent REFUSED"]);
    assert.deepEqual(test.transmitted, ["a", "a", "b"]);
    await test.attempt.fail(failures.unreachable());
    assert.ok(test.held("retry") <= 1200);
  });

  it("follows what the error says of itself, not its code", async () => {
    const test = new OutboxUnderTest();
    await test.submit("a");
    await test.attempt.fail(new CellularError("UNREACHABLE", "No such host.", { retryable: false }));
    await test.submit("b");
    await test.attempt.fail(new CellularError("REFUSED", "Not now.", { retryable: true }));
    assert.deepEqual(test.outcomes, ["a not-sent UNREACHABLE"]);
    assert.ok(test.held("retry") > 0);
  });
});

describe("A refused login", () => {
  it("ends all that waits, without an attempt", async () => {
    const test = new OutboxUnderTest();
    for (const job of ["a", "b", "c"]) await test.submit(job);
    await test.attempt.fail(failures.login());
    assert.deepEqual(test.transmitted, ["a"]);
    assert.deepEqual(test.outcomes, ["a not-sent AUTH_FAILED", "b not-sent AUTH_FAILED", "c not-sent AUTH_FAILED"]);
    assert.deepEqual(await test.stored(), []);
  });

  it("ends what comes later at once, for 5 minutes", async () => {
    const test = new OutboxUnderTest();
    await test.submit("a");
    await test.attempt.fail(failures.login());
    await test.clock.advance(5 * MINUTE - 1);
    await test.submit("b");
    assert.deepEqual(test.outcomes, ["a not-sent AUTH_FAILED", "b not-sent AUTH_FAILED"]);
    await test.clock.advance(1);
    await test.submit("c");
    assert.deepEqual(test.transmitted, ["a", "c"]);
    await test.attempt.fail(failures.login());
    await test.clock.advance(10 * MINUTE - 1);
    await test.submit("d");
    assert.deepEqual(test.transmitted, ["a", "c"]);
  });

  it("ends also what a pause between sends or the limit per hour holds back", async () => {
    for (const limits of [{ minInterval: HOUR }, { maxPerHour: 1 }]) {
      const test = new OutboxUnderTest({ limits });
      for (const job of ["a", "b"]) await test.submit(job);
      await test.attempt.accept();
      await test.lane.run("poll", () => Promise.reject(failures.login())).catch(() => undefined);
      await test.submit("c");
      assert.deepEqual(test.outcomes, ["a accepted", "b not-sent AUTH_FAILED", "c not-sent AUTH_FAILED"]);
    }
  });

  it("that a poll met ends what waits for its next attempt", async () => {
    const test = new OutboxUnderTest();
    await test.submit("a");
    await test.attempt.fail(failures.busy(HOUR / 2));
    await test.lane.run("poll", () => Promise.reject(failures.login())).catch(() => undefined);
    await test.clock.advance(0);
    assert.deepEqual(test.outcomes, ["a not-sent AUTH_FAILED"]);
  });

  it("does not hold back what comes after the configuration has changed", async () => {
    const test = new OutboxUnderTest();
    await test.submit("a");
    await test.attempt.fail(failures.login());
    test.lane.forgive();
    await test.submit("b");
    assert.deepEqual(test.transmitted, ["a", "b"]);
  });
});

describe("An unknown outcome", () => {
  it("is reported once and never repeated by itself", async () => {
    const test = new OutboxUnderTest();
    for (const job of ["a", "b"]) await test.submit(job);
    await test.attempt.fail(failures.timeout());
    await test.attempt.accept();
    await test.clock.advance(2 * HOUR);
    assert.deepEqual(test.transmitted, ["a", "b"]);
    assert.deepEqual(test.outcomes, ["a unknown TIMEOUT", "b accepted"]);
  });

  it("is what a failure that nobody foresaw comes to", async () => {
    const test = new OutboxUnderTest();
    await test.submit("a");
    const odd = new RangeError("odd");
    await test.attempt.fail(odd);
    assert.deepEqual(test.outcomes, ["a unknown BAD_RESPONSE"]);
    assert.equal(errorOf(test.finished[0]!).cause, odd);
  });

  it("is followed by one more attempt if asked for, before what waits behind", async () => {
    const test = new OutboxUnderTest();
    await test.submit("a", { onUnknown: "resend" });
    await test.submit("b");
    await test.attempt.fail(failures.timeout());
    assert.deepEqual(test.outcomes, []);
    await test.acceptAll();
    assert.deepEqual(test.transmitted, ["a", "a", "b"]);
    assert.deepEqual(test.outcomes, ["a accepted", "b accepted"]);
    assert.equal(test.finished[0]?.attempts, 2);
  });

  it("twice is the end", async () => {
    const test = new OutboxUnderTest();
    await test.submit("a", { onUnknown: "resend" });
    await test.attempt.fail(failures.timeout());
    await test.attempt.fail(failures.timeout());
    await test.clock.advance(2 * HOUR);
    assert.deepEqual(test.transmitted, ["a", "a"]);
    assert.deepEqual(test.outcomes, ["a unknown TIMEOUT"]);
  });

  it("stays unknown if the further attempt is refused", async () => {
    const test = new OutboxUnderTest();
    await test.submit("a", { onUnknown: "resend" });
    await test.attempt.fail(failures.timeout());
    await test.attempt.fail(failures.refused());
    assert.deepEqual(test.outcomes, ["a unknown TIMEOUT"]);
  });

  it("stays unknown if the further attempt never comes", async () => {
    const test = new OutboxUnderTest({ limits: { minInterval: 2 * HOUR } });
    await test.submit("expires", { onUnknown: "resend" });
    await test.attempt.fail(failures.timeout());
    await test.clock.advance(HOUR);
    const other = new OutboxUnderTest({ limits: { minInterval: 2 * HOUR } });
    await other.submit("removed", { onUnknown: "resend" });
    await other.attempt.fail(failures.timeout());
    await other.outbox.end();
    assert.deepEqual([...test.outcomes, ...other.outcomes], ["expires unknown TIMEOUT", "removed unknown TIMEOUT"]);
  });

  it("leaves room for what certainly does not leave in between", async () => {
    const test = new OutboxUnderTest();
    await test.submit("a", { onUnknown: "resend" });
    await test.attempt.fail(failures.unreachable());
    await test.clock.advance(2000);
    await test.attempt.fail(failures.timeout());
    await test.attempt.fail(failures.unreachable());
    await test.clock.advance(3000);
    await test.attempt.accept();
    assert.deepEqual(test.outcomes, ["a accepted"]);
    assert.equal(test.attempts.length, 4);
  });
});
