import assert from "node:assert/strict";
import { settled } from "../support/fake-clock";
import { codeOf, failures, HOUR, OutboxUnderTest, submission } from "./outbox-under-test";

const KEY = { key: "door 7" };

describe("A key stands for one message", () => {
  it("that waits: whoever comes with it hears the same outcome, under the same id", async () => {
    const test = new OutboxUnderTest();
    await test.submit("a", KEY);
    await test.submit("again", { ...KEY, origin: "other input" });
    assert.deepEqual(test.transmitted, ["a"]);
    assert.deepEqual(test.repeats, []);
    await test.attempt.accept();
    assert.deepEqual(test.outcomes, ["a accepted"]);
    const id = test.finished[0]?.id;
    assert.deepEqual(test.repeats, [{ id, origin: "other input", outcome: "accepted" }]);
    assert.deepEqual(test.transmitted, ["a"]);
  });

  it("that was accepted: the outcome is told again, without a request, for 24 h", async () => {
    const test = new OutboxUnderTest();
    await test.submit("a", KEY);
    await test.attempt.accept();
    await test.clock.advance(23 * HOUR);
    await test.submit("again", KEY);
    assert.deepEqual(
      test.repeats.map(({ outcome }) => outcome),
      ["accepted"],
    );
    await test.clock.advance(HOUR);
    await test.submit("next day", KEY);
    assert.deepEqual(test.transmitted, ["a", "next day"]);
  });

  it("that was accepted: resend does not send it again, for what became of it is known", async () => {
    const test = new OutboxUnderTest();
    await test.submit("a", KEY);
    await test.attempt.accept();
    await test.outbox.submit(submission("again", KEY), true);
    assert.equal(test.repeats.length, 1);
    assert.deepEqual(test.transmitted, ["a"]);
  });

  it("that was not sent: the key is free again", async () => {
    const test = new OutboxUnderTest();
    await test.submit("a", KEY);
    await test.attempt.fail(failures.refused());
    await test.submit("again", KEY);
    assert.deepEqual(test.transmitted, ["a", "again"]);
    await test.attempt.accept();
    assert.deepEqual(test.outcomes, ["a not-sent REFUSED", "again accepted"]);
    assert.notEqual(test.finished[0]?.id, test.finished[1]?.id);
  });

  it("whose outcome is unknown: only resend sends again, as a message of its own", async () => {
    const test = new OutboxUnderTest();
    await test.submit("a", KEY);
    await test.attempt.fail(failures.timeout());
    await test.submit("again", KEY);
    assert.deepEqual(test.repeats, [{ id: test.finished[0]?.id, origin: "node of again", outcome: "unknown TIMEOUT" }]);
    assert.deepEqual(test.transmitted, ["a"]);
    await test.outbox.submit(submission("resent", KEY), true);
    await settled();
    assert.deepEqual(test.transmitted, ["a", "resent"]);
    await test.attempt.accept();
    await test.submit("once more", KEY);
    assert.deepEqual(test.repeats.at(-1), {
      id: test.finished[1]?.id,
      origin: "node of once more",
      outcome: "accepted",
    });
  });

  it("whose outcome is unknown and that was resent in vain: the key is free again", async () => {
    const test = new OutboxUnderTest();
    await test.submit("a", KEY);
    await test.attempt.fail(failures.timeout());
    await test.outbox.submit(submission("resent", KEY), true);
    await settled();
    await test.attempt.fail(failures.refused());
    await test.submit("once more", KEY);
    assert.deepEqual(test.transmitted, ["a", "resent", "once more"]);
  });

  it("and not for those without it, or with another one", async () => {
    const test = new OutboxUnderTest({ width: 3 });
    await test.submit("a", KEY);
    await test.submit("b");
    await test.submit("c", { key: "door 8" });
    assert.deepEqual(test.transmitted, ["a", "b", "c"]);
  });

  it("that could not be taken: those who waited for it hear the same, and the key is free", async () => {
    const test = new OutboxUnderTest();
    test.store.before = async () => {
      await settled();
      throw failures.storage();
    };
    const both = [submission("a", KEY), submission("again", KEY)].map((one) => codeOf(test.outbox.submit(one)));
    assert.deepEqual(await Promise.all(both), ["STORAGE_FAILED", "STORAGE_FAILED"]);
    test.store.before = () => undefined;
    await test.submit("later", KEY);
    assert.deepEqual(test.transmitted, ["later"]);
  });

  it("when two come with it at once: one is sent", async () => {
    const test = new OutboxUnderTest();
    await Promise.all(["a", "b"].map((job) => test.outbox.submit(submission(job, KEY))));
    await test.acceptAll();
    assert.deepEqual(test.transmitted, ["a"]);
    assert.equal(test.finished.length + test.repeats.length, 2);
  });
});

describe("After a restart a key", () => {
  async function restarted(former: OutboxUnderTest): Promise<OutboxUnderTest> {
    former.outbox.pause();
    const test = new OutboxUnderTest({ kept: former.store.kept, clock: former.clock });
    await settled();
    return test;
  }

  it("still stands for what was accepted before", async () => {
    const former = new OutboxUnderTest();
    await former.submit("a", KEY);
    await former.attempt.accept();
    const test = await restarted(former);
    await test.submit("again", KEY);
    assert.deepEqual(test.repeats, [{ id: former.finished[0]?.id, origin: "node of again", outcome: "accepted" }]);
    assert.deepEqual(test.transmitted, []);
  });

  it("stands for what waits, and for what was cut", async () => {
    const former = new OutboxUnderTest();
    former.removes = false;
    await former.submit("a", KEY);
    await former.submit("b", { key: "door 8" });
    const test = await restarted(former);
    await test.submit("again a", KEY);
    await test.submit("again b", { key: "door 8" });
    await test.acceptAll();
    assert.deepEqual(test.transmitted, ["b"]);
    assert.deepEqual(
      test.repeats.map(({ origin, outcome }) => `${origin} ${outcome}`),
      ["node of again a unknown INTERRUPTED", "node of again b accepted"],
    );
  });

  it("is free for what was found as not sent", async () => {
    const former = new OutboxUnderTest();
    former.removes = false;
    await former.submit("a", KEY);
    await former.attempt.fail(failures.refused());
    const test = await restarted(former);
    await test.submit("again", KEY);
    assert.deepEqual(test.transmitted, ["again"]);
  });

  it("is forgotten on disk once its time is over", async () => {
    const former = new OutboxUnderTest();
    await former.submit("a", KEY);
    await former.attempt.accept();
    await former.clock.advance(24 * HOUR);
    await former.submit("b");
    await former.attempt.accept();
    assert.deepEqual((await former.store.load()).claims, []);
  });
});
