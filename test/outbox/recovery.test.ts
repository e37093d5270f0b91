import assert from "node:assert/strict";
import { settled } from "../support/fake-clock";
import { codeOf, failures, OutboxUnderTest, submission } from "./outbox-under-test";

/** An outbox whose process ends here: nothing of it goes on. */
async function cut(prepare: (test: OutboxUnderTest) => Promise<void>): Promise<OutboxUnderTest> {
  const test = new OutboxUnderTest();
  test.removes = false;
  await prepare(test);
  test.outbox.pause();
  return test;
}

/** The process that finds what that one left. */
async function after(former: OutboxUnderTest, doubtful: readonly string[] = []): Promise<OutboxUnderTest> {
  const test = new OutboxUnderTest({ kept: former.store.kept, idle: true });
  const { entries } = await former.store.load();
  for (const { id, job } of entries) if (doubtful.includes(job)) test.store.doubtful.add(id);
  test.outbox.resume();
  await settled();
  return test;
}

describe("What an outbox finds when it starts", () => {
  it("waiting: it is sent, in its order, before what comes now", async () => {
    const former = await cut(async (test) => {
      test.outbox.pause();
      for (const job of ["a", "b"]) await test.submit(job);
      await test.submit("c", { priority: "high" });
    });
    const test = await after(former);
    await test.submit("d");
    await test.acceptAll();
    assert.deepEqual(test.transmitted, ["c", "a", "b", "d"]);
    assert.deepEqual(test.outcomes, ["c accepted", "a accepted", "b accepted", "d accepted"]);
    assert.deepEqual(await test.stored(), []);
  });

  it("being sent: nobody knows whether it left, it is not sent again, and the next one goes", async () => {
    const former = await cut(async (test) => {
      for (const job of ["a", "b"]) await test.submit(job);
    });
    assert.deepEqual(await former.stored(), ["a sending", "b queued"]);
    const test = await after(former);
    assert.deepEqual(test.outcomes, ["a unknown INTERRUPTED"]);
    assert.deepEqual(test.transmitted, ["b"]);
    assert.deepEqual(await test.stored(), ["b sending"]);
  });

  it("being sent although it asked for resend: it is not sent again by itself", async () => {
    const former = await cut((test) => test.submit("a", { onUnknown: "resend" }));
    const test = await after(former);
    assert.deepEqual(test.outcomes, ["a unknown INTERRUPTED"]);
    assert.deepEqual(test.transmitted, []);
  });

  it("finished: it is reported again under its id, and not sent again", async () => {
    const former = await cut(async (test) => {
      await test.submit("a");
      await test.attempt.accept();
    });
    assert.deepEqual(await former.stored(), ["a finished"]);
    const test = await after(former);
    assert.deepEqual(test.outcomes, ["a accepted"]);
    assert.equal(test.finished[0]?.id, former.finished[0]?.id);
    assert.deepEqual(test.transmitted, []);
    assert.deepEqual(await test.stored(), []);
  });

  it("waiting with a record whose end is damaged: it may have left, and is not sent", async () => {
    const former = await cut(async (test) => {
      test.outbox.pause();
      for (const job of ["a", "b"]) await test.submit(job);
    });
    const test = await after(former, ["a"]);
    assert.deepEqual(test.outcomes, ["a unknown STORAGE_FAILED"]);
    assert.deepEqual(test.transmitted, ["b"]);
  });

  it("waiting after failures: its attempts go on from there", async () => {
    const former = await cut(async (test) => {
      await test.submit("a");
      await test.attempt.fail(failures.unreachable());
    });
    const test = await after(former);
    await test.attempt.accept();
    assert.equal(test.finished[0]?.attempts, 2);
  });

  it("waiting with a doubt from before: a later refusal leaves it unknown", async () => {
    const former = await cut(async (test) => {
      await test.submit("a", { onUnknown: "resend" });
      test.store.before = ({ state }) => (state === "sending" ? new Promise(() => undefined) : undefined);
      await test.attempt.fail(failures.timeout());
    });
    const test = await after(former);
    await test.attempt.fail(failures.refused());
    assert.deepEqual(test.outcomes, ["a unknown TIMEOUT"]);
  });
});

describe("An outbox whose store cannot be opened", () => {
  it("takes nothing, says so at once, and takes up what lies there when it can", async () => {
    const former = await cut(async (test) => {
      test.outbox.pause();
      await test.submit("a");
    });
    const test = new OutboxUnderTest({ kept: former.store.kept, idle: true });
    test.store.beforeLoad = () => {
      throw failures.storage();
    };
    test.outbox.resume();
    assert.equal(await codeOf(test.outbox.submit(submission("b"))), "STORAGE_FAILED");
    assert.deepEqual(test.transmitted, []);
    test.store.beforeLoad = () => undefined;
    await test.clock.advance(5000);
    assert.deepEqual(test.transmitted, ["a"]);
    await test.acceptAll();
    assert.deepEqual(test.outcomes, ["a accepted"]);
  });

  it("opens for the next message, without waiting for its time", async () => {
    const test = new OutboxUnderTest({ idle: true });
    test.store.beforeLoad = () => {
      throw new Error("EACCES");
    };
    test.outbox.resume();
    const refusal = test.outbox.submit(submission("a"));
    assert.equal(await codeOf(refusal), "STORAGE_FAILED");
    test.store.beforeLoad = () => undefined;
    await test.submit("b");
    await test.acceptAll();
    assert.deepEqual(test.outcomes, ["b accepted"]);
  });

  it("takes messages in their order that come while it opens", async () => {
    const test = new OutboxUnderTest({ idle: true });
    let open = (): void => undefined;
    test.store.beforeLoad = () => new Promise((resolve) => (open = resolve));
    test.outbox.resume();
    const taken = ["a", "b", "c"].map((job) => test.outbox.submit(submission(job)));
    await settled();
    assert.deepEqual(test.log, []);
    open();
    await Promise.all(taken);
    await test.acceptAll();
    assert.deepEqual(test.transmitted, ["a", "b", "c"]);
  });

  it("is not tried again after its end", async () => {
    const test = new OutboxUnderTest({ idle: true });
    test.store.beforeLoad = () => {
      throw failures.storage();
    };
    test.outbox.resume();
    await settled();
    await test.outbox.end();
    assert.equal(test.clock.timers, 0);
  });
});

describe("A report that the disk will not let go of", () => {
  it("is removed when the disk lets it, and is not made again meanwhile", async () => {
    const test = new OutboxUnderTest();
    test.store.beforeRemove = () => {
      throw failures.storage();
    };
    await test.submit("a");
    await test.attempt.accept();
    await test.clock.advance(20_000);
    assert.deepEqual(await test.stored(), ["a finished"]);
    test.store.beforeRemove = () => undefined;
    await test.clock.advance(5000);
    assert.deepEqual(await test.stored(), []);
    assert.deepEqual(test.outcomes, ["a accepted"]);
  });

  it("is removed as soon as the disk takes something else", async () => {
    const test = new OutboxUnderTest();
    test.store.beforeRemove = () => {
      throw failures.storage();
    };
    await test.submit("a");
    await test.attempt.accept();
    test.store.beforeRemove = () => undefined;
    await test.submit("b");
    assert.deepEqual(await test.stored(), ["b sending"]);
  });

  it("counts for the gateway's deletion from when it ended, also while that is being written down", async () => {
    const test = new OutboxUnderTest();
    await test.submit("a");
    let write = (): void => undefined;
    test.store.before = ({ state }) => (state === "finished" ? new Promise((resolve) => (write = resolve)) : undefined);
    await test.attempt.accept();
    let isEmpty = false;
    void test.outbox.emptied().then(() => (isEmpty = true));
    await settled();
    assert.equal(isEmpty, false);
    write();
    await settled();
    assert.equal(isEmpty, true);
  });

  it("does not let go of the gateway's deletion before", async () => {
    const test = new OutboxUnderTest();
    test.removes = false;
    await test.submit("a");
    await test.attempt.accept();
    let isEmpty = false;
    void test.outbox.emptied().then(() => (isEmpty = true));
    await settled();
    assert.equal(isEmpty, false);
    await test.outbox.remove(test.finished[0]!.id);
    await settled();
    assert.equal(isEmpty, true);
  });
});
