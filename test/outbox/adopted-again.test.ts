import assert from "node:assert/strict";
import { settled } from "../support/fake-clock";
import { OutboxUnderTest, submission, type TestEntry } from "./outbox-under-test";

/** An entry that has moved, as the outbox that took it first knows it. */
function moved(job: string): TestEntry {
  return {
    ...submission(job),
    id: `id of ${job}`,
    state: "moved",
    fallback: { to: "gateway", job, after: 1000 },
    attempts: 1,
    queuedAt: new Date(0),
    deadline: Infinity,
    moveAt: Infinity,
    keyUntil: Infinity,
  };
}

describe("An entry that is given to the outbox of its fallback once more", () => {
  it("is not sent again while it is written down that a crash cut it off", async () => {
    const test = new OutboxUnderTest({ idle: true });
    await test.store.kept.write({ ...moved("a"), state: "sending", movedFrom: "first" });
    let release = (): void => undefined;
    test.store.before = () =>
      new Promise((resolve) => {
        release = resolve;
      });
    test.outbox.resume();
    await settled();
    assert.deepEqual(test.outcomes, []);
    const again = test.outbox.adopt(moved("a"), "first");
    release();
    await again;
    await settled();
    assert.deepEqual(test.transmitted, []);
    assert.deepEqual(test.outcomes, ["a unknown INTERRUPTED"]);
  });

  it("is not sent again while its outcome is written down", async () => {
    const test = new OutboxUnderTest();
    await test.outbox.adopt(moved("a"), "first");
    await settled();
    let release = (): void => undefined;
    test.store.before = () =>
      new Promise((resolve) => {
        release = resolve;
      });
    await test.attempt.accept();
    const again = test.outbox.adopt(moved("a"), "first");
    release();
    await again;
    await settled();
    assert.deepEqual(test.transmitted, ["a"]);
    assert.deepEqual(test.outcomes, ["a accepted"]);
  });
});
