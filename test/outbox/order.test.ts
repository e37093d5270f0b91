import assert from "node:assert/strict";
import { failures, OutboxUnderTest, submission } from "./outbox-under-test";

describe("The order of an outbox", () => {
  it("is first in, first out, one at a time", async () => {
    const test = new OutboxUnderTest();
    for (const job of ["a", "b", "c"]) await test.submit(job);
    assert.deepEqual(test.transmitted, ["a"]);
    await test.acceptAll();
    assert.deepEqual(test.outcomes, ["a accepted", "b accepted", "c accepted"]);
    assert.equal(test.mostAtOnce, 1);
  });

  it("is the same for what is submitted in parallel", async () => {
    const test = new OutboxUnderTest();
    const jobs = Array.from({ length: 50 }, (_, index) => `sms ${String(index)}`);
    await Promise.all(jobs.map((job) => test.outbox.submit(submission(job))));
    await test.acceptAll();
    assert.deepEqual(test.transmitted, jobs);
  });

  it("puts high before normal, each as they came, and never breaks off what is out", async () => {
    const test = new OutboxUnderTest();
    for (const job of ["normal 1", "normal 2", "normal 3"]) await test.submit(job);
    for (const job of ["high 1", "high 2"]) await test.submit(job, { priority: "high" });
    await test.acceptAll();
    assert.deepEqual(test.transmitted, ["normal 1", "high 1", "high 2", "normal 2", "normal 3"]);
  });

  it("lets a message keep its place while it is tried again", async () => {
    const test = new OutboxUnderTest();
    for (const job of ["a", "b"]) await test.submit(job);
    for (let round = 0; round < 3; round++) {
      await test.attempt.fail(failures.unreachable());
      await test.clock.advance(test.held("retry"));
    }
    await test.acceptAll();
    assert.deepEqual(test.transmitted, ["a", "a", "a", "a", "b"]);
    assert.deepEqual(test.outcomes, ["a accepted", "b accepted"]);
    assert.equal(test.finished[0]?.attempts, 4);
  });

  it("lets a high one that comes meanwhile go before the one that is tried again", async () => {
    const test = new OutboxUnderTest();
    await test.submit("normal");
    await test.attempt.fail(failures.unreachable());
    await test.submit("high", { priority: "high" });
    await test.clock.advance(2000);
    await test.acceptAll();
    assert.deepEqual(test.transmitted, ["normal", "high", "normal"]);
  });

  it("lets the next one go at once when one message is refused", async () => {
    const test = new OutboxUnderTest();
    for (const job of ["a", "b"]) await test.submit(job);
    await test.attempt.fail(failures.refused());
    await test.attempt.accept();
    assert.deepEqual(test.transmitted, ["a", "b"]);
    assert.deepEqual(test.outcomes, ["a not-sent REFUSED", "b accepted"]);
  });

  it("puts what is to be sent before a poll that waits for the same modem", async () => {
    const test = new OutboxUnderTest();
    const polled: string[][] = [];
    for (const job of ["a", "b"]) await test.submit(job);
    const poll = test.lane.run("poll", () => Promise.resolve(polled.push([...test.transmitted])));
    await test.acceptAll();
    await poll;
    assert.deepEqual(polled, [["a", "b"]]);
  });

  it("shows what has not ended, in the order in which it goes", async () => {
    const test = new OutboxUnderTest();
    for (const job of ["a", "b", "c"]) await test.submit(job);
    await test.submit("high", { priority: "high" });
    assert.deepEqual(
      test.outbox.entries.map(({ job, state }) => `${job} ${state}`),
      ["high queued", "a sending", "b queued", "c queued"],
    );
    assert.equal(test.outbox.waiting, 3);
    await test.acceptAll();
    assert.deepEqual(test.outbox.entries, []);
    assert.equal(test.outbox.waiting, 0);
  });

  it("gives the transmit function the job, and the report all that was submitted with it", async () => {
    const test = new OutboxUnderTest();
    await test.submit("a");
    const [entry] = test.outbox.entries;
    await test.attempt.accept();
    const [report] = test.finished;
    assert.equal(report?.id, entry?.id);
    assert.equal(report?.origin, "node of a");
    assert.deepEqual(report.ending, { outcome: "accepted", receipt: "receipt of a" });
    assert.deepEqual(report.queuedAt, entry?.queuedAt);
  });
});
