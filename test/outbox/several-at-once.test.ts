import assert from "node:assert/strict";
import { settled } from "../support/fake-clock";
import { failures, HOUR, OutboxUnderTest, submission } from "./outbox-under-test";

const EIGHT = ["0", "1", "2", "3", "4", "5", "6", "7"];

async function withEightOut(options: ConstructorParameters<typeof OutboxUnderTest>[0] = {}): Promise<OutboxUnderTest> {
  const test = new OutboxUnderTest({ width: 8, ...options });
  await Promise.all([...EIGHT, "8", "9"].map((job) => test.outbox.submit(submission(job))));
  await settled();
  return test;
}

describe("An outbox whose gateway takes eight requests at once", () => {
  it("has eight out and no more, and fills each place that becomes free", async () => {
    const test = await withEightOut();
    assert.deepEqual(test.transmitted, EIGHT);
    assert.equal(test.outbox.waiting, 2);
    await test.attempts[5]?.accept();
    assert.deepEqual(test.transmitted, [...EIGHT, "8"]);
    await test.acceptAll();
    assert.equal(test.finished.length, 10);
    assert.equal(test.mostAtOnce, 8);
  });

  it("lets one that failed go first again, at its place", async () => {
    const test = await withEightOut();
    await test.attempts[3]?.fail(failures.unreachable());
    assert.equal(test.attempts.length, 8);
    await test.clock.advance(1200);
    assert.deepEqual(test.transmitted.slice(8), ["3"]);
  });

  it("takes the failures of one outage for one", async () => {
    const test = await withEightOut();
    for (const attempt of test.attempts.slice(0, 8)) await attempt.fail(failures.unreachable());
    assert.ok(test.held("retry") <= 1200);
    await test.clock.advance(1200);
    assert.deepEqual(test.transmitted.slice(8), EIGHT);
    for (const attempt of test.attempts.slice(8)) await attempt.fail(failures.unreachable());
    assert.ok(test.held("retry") > 1200 && test.held("retry") <= 2400);
  });

  it("keeps to the longest wait that the gateway asks for, whatever the others that were out come to", async () => {
    const test = await withEightOut();
    await test.attempts[0]?.fail(failures.busy(20_000));
    await test.attempts[1]?.fail(failures.unreachable());
    await test.attempts[2]?.fail(failures.busy(30_000));
    await test.attempts[3]?.accept();
    await test.attempts[4]?.fail(failures.refused());
    assert.equal(test.held("retry"), 30_000);
    assert.equal(test.attempts.length, 8);
  });

  it("holds back what was still being written down when another was told to come again later", async () => {
    const test = new OutboxUnderTest({ width: 2 });
    await test.submit("a");
    let write = (): void => undefined;
    const written = new Promise<void>((resolve) => (write = resolve));
    test.store.before = ({ job, state }) => (job === "b" && state === "sending" ? written : undefined);
    await test.submit("b");
    await test.attempts[0]?.fail(failures.busy(20_000));
    write();
    await settled();
    assert.deepEqual(test.transmitted, ["a"]);
    assert.deepEqual(await test.stored(), ["a queued", "b queued"]);
    await test.clock.advance(20_000);
    await test.acceptAll();
    assert.deepEqual(
      test.finished.map(({ job, attempts }) => `${job} ${String(attempts)}`),
      ["a 2", "b 1"],
    );
  });

  it("keeps to maxPerHour also when all start together", async () => {
    const test = await withEightOut({ limits: { maxPerHour: 3 } });
    assert.deepEqual(test.transmitted, ["0", "1", "2"]);
    await test.acceptAll();
    assert.equal(test.attempts.length, 3);
    assert.equal(test.held("quota"), HOUR);
  });

  it("ends all that waits when one login is refused, and lets the others that are out end", async () => {
    const test = await withEightOut();
    await test.attempts[2]?.fail(failures.login());
    assert.deepEqual(test.outcomes, ["2 not-sent AUTH_FAILED", "8 not-sent AUTH_FAILED", "9 not-sent AUTH_FAILED"]);
    for (const attempt of test.attempts.filter(({ job }) => job !== "2")) await attempt.fail(failures.login());
    assert.equal(test.finished.length, 10);
    assert.equal(test.attempts.length, 8);
  });

  it("lets nobody take a message that is being written down for its next attempt", async () => {
    const test = new OutboxUnderTest({ width: 8 });
    await test.submit("a", { onUnknown: "resend" });
    let write = (): void => undefined;
    test.store.before = ({ job, state }) =>
      job === "a" && state === "queued" ? new Promise((resolve) => (write = resolve)) : undefined;
    await test.attempt.fail(failures.timeout());
    await test.submit("b");
    assert.deepEqual(test.transmitted, ["a", "b"]);
    write();
    await settled();
    await test.acceptAll();
    assert.deepEqual(test.transmitted, ["a", "b", "a"]);
    assert.deepEqual(test.outcomes, ["b accepted", "a accepted"]);
  });
});
