import assert from "node:assert/strict";
import { CellularError } from "../../src/errors/cellular-error";
import { settled } from "../support/fake-clock";
import { FollowedOutbox } from "./followed-outbox";
import { codeOf, failures, OutboxUnderTest, submission } from "./outbox-under-test";

const SECOND = 1000;

describe("What was accepted and is followed", () => {
  let followed: FollowedOutbox;

  beforeEach(() => {
    followed = new FollowedOutbox({ width: 8 });
  });

  describe("by asking", () => {
    it("is asked for after 1 s, then at gaps that double up to 30 s, and a last time when its time is up", async () => {
      followed.answers = (about) => about;
      await followed.follow("a", 130 * SECOND);
      await followed.test.clock.advance(129 * SECOND);
      assert.deepEqual(followed.askedAt, [1, 3, 7, 15, 31, 61, 91, 121]);
      assert.deepEqual(followed.ends, []);
      await followed.test.clock.advance(SECOND);
      assert.equal(followed.askedAt.at(-1), 130);
      assert.deepEqual(followed.ends, ["a accepted WAIT_TIMEOUT, a taken"]);
      assert.equal(followed.test.clock.timers, 0);
    });

    it("counts the gap from the answer, however long that took", async () => {
      await followed.follow("a", 100 * SECOND);
      await followed.test.clock.advance(6 * SECOND);
      assert.deepEqual(followed.askedAt, [1]);
      await followed.question.answer("a taken");
      await followed.test.clock.advance(2 * SECOND);
      assert.deepEqual(followed.askedAt, [1, 8]);
    });

    it("ends as soon as it has got as far as asked, with what is known then", async () => {
      await followed.follow("a", 100 * SECOND);
      await followed.test.clock.advance(SECOND);
      await followed.question.answer("a sent");
      assert.deepEqual(followed.ends, []);
      await followed.test.clock.advance(2 * SECOND);
      assert.equal(followed.question.about, "a sent");
      await followed.question.answer("a delivered");
      assert.deepEqual(followed.ends, ["a accepted, a delivered"]);
      assert.deepEqual(await followed.test.stored(), []);
      assert.equal(followed.test.clock.timers, 0);
    });

    it("ends as accepted with the reason where it never will", async () => {
      await followed.follow("a", 100 * SECOND);
      await followed.test.clock.advance(SECOND);
      await followed.question.answer("a failed");
      assert.deepEqual(followed.ends, ["a accepted COMMAND_FAILED, a failed"]);
    });

    it("is done without a question where the answer to the request says enough", async () => {
      await followed.follow("a", 100 * SECOND, { receipt: "a delivered" });
      assert.deepEqual(followed.ends, ["a accepted, a delivered"]);
      assert.ok(!followed.test.log.includes("a written waiting"));
      assert.equal(followed.test.clock.timers, 0);
    });

    it("takes the last answer if that brings it", async () => {
      await followed.follow("a", 1.2 * SECOND);
      followed.answers = (about) => (followed.askedAt.length === 0 ? about : "a delivered");
      await followed.test.clock.advance(1.2 * SECOND);
      assert.deepEqual(followed.askedAt, [1, 1.2]);
      assert.deepEqual(followed.ends, ["a accepted, a delivered"]);
    });

    it("ends 5 s after its time where the last answer never comes, and a late one changes nothing", async () => {
      await followed.follow("a", 10 * SECOND);
      await followed.test.clock.advance(SECOND);
      const { question } = followed;
      assert.equal(question.timeout, 14 * SECOND);
      await followed.test.clock.advance(13.9 * SECOND);
      assert.deepEqual(followed.ends, []);
      await followed.test.clock.advance(0.1 * SECOND);
      assert.deepEqual(followed.ends, ["a accepted WAIT_TIMEOUT, a taken"]);
      assert.equal(question.signal.aborted, true);
      await question.answer("a delivered");
      assert.deepEqual(followed.ends, ["a accepted WAIT_TIMEOUT, a taken"]);
      assert.equal(followed.test.clock.timers, 0);
    });

    it("goes on after a question that failed, and names the last failure when its time is up", async () => {
      const failure = new CellularError("BAD_RESPONSE", "No answer of ours.", { outcome: "not-sent" });
      followed.answers = () => failure;
      await followed.follow("a", 4 * SECOND);
      await followed.test.clock.advance(4 * SECOND);
      assert.deepEqual(followed.askedAt, [1, 3, 4]);
      assert.deepEqual(followed.ends, ["a accepted WAIT_TIMEOUT, a taken"]);
      assert.equal(followed.test.finished[0]?.ending.error?.cause, failure);
    });

    it("names no failure that an answer has followed", async () => {
      await followed.follow("a", 3 * SECOND);
      followed.answers = (about) => (followed.askedAt.length === 0 ? failures.refused() : about);
      await followed.test.clock.advance(3 * SECOND);
      assert.equal(followed.test.finished[0]?.ending.error?.cause, undefined);
    });

    it("is not asked for sooner than the other end wishes", async () => {
      await followed.follow("a", 100 * SECOND);
      followed.answers = (about) =>
        followed.askedAt.length === 0 ? new CellularError("RATE_LIMITED", "Later.", { retryAfter: 20_000 }) : about;
      await followed.test.clock.advance(30 * SECOND);
      assert.deepEqual(followed.askedAt, [1, 21, 25]);
    });

    it("asks nothing while a refused login is in force, and is told that as the reason", async () => {
      await followed.follow("a", 10 * SECOND);
      followed.answers = () => failures.login();
      await followed.test.clock.advance(10 * SECOND);
      assert.deepEqual(followed.askedAt, [1]);
      assert.deepEqual(followed.ends, ["a accepted WAIT_TIMEOUT, a taken"]);
      const cause = followed.test.finished[0]?.ending.error?.cause;
      assert.equal(cause instanceof CellularError && cause.code, "AUTH_FAILED");
    });
  });

  describe("by news", () => {
    it("ends with news as with an answer, and is asked for no more", async () => {
      await followed.follow("a", 100 * SECOND);
      await followed.hear("a sent");
      assert.deepEqual(followed.ends, []);
      await followed.hear("a delivered");
      assert.deepEqual(followed.ends, ["a accepted, a delivered"]);
      assert.equal(followed.test.clock.timers, 0);
      assert.deepEqual(followed.questions, []);
    });

    it("gives a question up that is out", async () => {
      await followed.follow("a", 100 * SECOND);
      await followed.test.clock.advance(SECOND);
      await followed.hear("a failed");
      assert.equal(followed.question.signal.aborted, true);
      await followed.question.fail(failures.timeout());
      assert.deepEqual(followed.ends, ["a accepted COMMAND_FAILED, a failed"]);
      assert.equal(followed.test.clock.timers, 0);
    });

    it("learns nothing from older news", async () => {
      await followed.follow("a", 2 * SECOND);
      await followed.hear("a sent");
      await followed.hear("a taken");
      followed.answers = () => "a taken";
      await followed.test.clock.advance(2 * SECOND);
      assert.deepEqual(followed.ends, ["a accepted WAIT_TIMEOUT, a sent"]);
    });

    it("changes nothing by news of something else, or after its end", async () => {
      await followed.follow("a", 100 * SECOND);
      await followed.hear("b delivered");
      assert.deepEqual(followed.ends, []);
      await followed.hear("a delivered");
      await followed.hear("a failed");
      assert.deepEqual(followed.ends, ["a accepted, a delivered"]);
    });

    it("hears of news that came before the answer to the request", async () => {
      await followed.test.submit("a", { patience: 100 * SECOND, expireAfter: 0 });
      await followed.hear("a delivered");
      await followed.test.attempt.accept("a taken");
      assert.deepEqual(followed.ends, ["a accepted, a delivered"]);
      assert.deepEqual(followed.questions, []);
    });

    it("puts several early news together, whatever their order", async () => {
      await followed.test.submit("a", { patience: SECOND });
      await followed.hear("a sent");
      await followed.hear("a taken");
      await followed.test.attempt.accept("a taken");
      followed.answers = (about) => about;
      await followed.test.clock.advance(SECOND);
      assert.deepEqual(followed.ends, ["a accepted WAIT_TIMEOUT, a sent"]);
    });

    it("hears of news while it is written down that it is followed", async () => {
      await followed.test.submit("a", { patience: 100 * SECOND, expireAfter: 0 });
      let write = (): void => undefined;
      const written = new Promise<void>((resolve) => (write = resolve));
      followed.test.store.before = () => written;
      await followed.test.attempt.accept("a taken");
      await followed.hear("a delivered");
      assert.deepEqual(followed.ends, []);
      write();
      await settled();
      assert.deepEqual(followed.ends, ["a accepted, a delivered"]);
      assert.deepEqual(await followed.test.stored(), []);
      assert.equal(followed.test.clock.timers, 0);
    });

    it("reaches two that were given one name", async () => {
      await followed.follow("a", 100 * SECOND, { receipt: "same taken" });
      await followed.follow("b", 100 * SECOND, { receipt: "same taken" });
      assert.equal(followed.test.outbox.entries.length, 2);
      await followed.hear("same delivered");
      assert.deepEqual(followed.ends, ["a accepted, same delivered", "b accepted, same delivered"]);
    });
  });

  describe("beside what else the outbox does", () => {
    it("holds nobody back, and does not count as queued", async () => {
      followed = new FollowedOutbox({ queueLimit: 1 });
      for (let index = 0; index < 20; index += 1) await followed.follow(`a${String(index)}`, 100 * SECOND);
      assert.equal(followed.test.outbox.waiting, 0);
      assert.equal(followed.test.outbox.entries.length, 20);
      await followed.test.submit("b");
      assert.equal(followed.test.transmitted.at(-1), "b");
    });

    it("lets what is to be sent go before its questions", async () => {
      followed = new FollowedOutbox();
      for (const job of ["a", "b"]) await followed.follow(job, 100 * SECOND);
      await followed.test.submit("c");
      await followed.test.submit("d");
      await followed.test.clock.advance(SECOND);
      assert.deepEqual(followed.questions, []);
      await followed.test.attempt.accept();
      assert.deepEqual([followed.test.transmitted.at(-1), followed.questions.length], ["d", 0]);
      await followed.test.attempt.accept();
      assert.equal(followed.questions.length, 1);
    });

    it("drops a question that has become needless while it waited for its turn", async () => {
      followed = new FollowedOutbox();
      await followed.follow("a", 100 * SECOND);
      await followed.test.submit("b");
      await followed.test.clock.advance(SECOND);
      await followed.hear("a delivered");
      await followed.test.attempt.accept();
      assert.deepEqual(followed.questions, []);
      assert.deepEqual(followed.ends, ["a accepted, a delivered", "b accepted, receipt of b"]);
    });

    it("answers all who come with its key, when it ends and later", async () => {
      await followed.follow("a", 100 * SECOND, { key: "key" });
      await followed.test.outbox.submit(submission("a", { key: "key", origin: "second" }));
      assert.equal(followed.test.repeats.length, 0);
      await followed.hear("a failed");
      await followed.test.outbox.submit(submission("a", { key: "key", origin: "third" }));
      assert.deepEqual(
        followed.test.repeats.map(({ origin, outcome }) => `${origin}: ${outcome}`),
        ["second: accepted COMMAND_FAILED", "third: accepted COMMAND_FAILED"],
      );
      assert.deepEqual(followed.test.transmitted, ["a"]);
    });

    it("comes to the end of its time also where the settings cannot be used, and says why", async () => {
      await followed.follow("a", 100 * SECOND);
      followed.test.outbox.pause();
      followed.answers = () => new CellularError("CONFIG_MISSING", "No.");
      followed.test.outbox.goOnFollowing();
      await followed.test.clock.advance(110 * SECOND);
      assert.deepEqual(followed.ends, ["a accepted WAIT_TIMEOUT, a taken"]);
    });

    it("is asked for nothing while all is paused, and what came due is asked when it goes on", async () => {
      for (const job of ["a", "b", "c"]) await followed.follow(job, 100 * SECOND);
      followed.test.outbox.pause();
      await followed.test.clock.advance(10 * SECOND);
      assert.deepEqual(followed.questions, []);
      await followed.hear("b delivered");
      followed.test.outbox.resume();
      await settled();
      assert.deepEqual(
        followed.questions.map(({ about }) => about),
        ["a taken", "c taken"],
      );
      await followed.question.answer("c delivered");
      assert.deepEqual(followed.ends, ["b accepted, b delivered", "c accepted, c delivered"]);
    });

    it("whose time is up in a pause is asked for once more", async () => {
      await followed.follow("a", 5 * SECOND);
      followed.test.outbox.pause();
      await followed.test.clock.advance(60 * SECOND);
      assert.deepEqual(followed.ends, []);
      followed.test.outbox.resume();
      await settled();
      await followed.question.answer("a delivered");
      assert.deepEqual(followed.ends, ["a accepted, a delivered"]);
    });
  });

  describe("at the end of its outbox", () => {
    const INTERRUPTED = "accepted INTERRUPTED";

    it("is told as accepted and interrupted, whether a question is out or not", async () => {
      await followed.follow("a", 100 * SECOND);
      await followed.test.clock.advance(SECOND);
      await followed.follow("b", 100 * SECOND);
      await followed.test.outbox.end();
      await followed.test.outbox.emptied();
      assert.deepEqual(followed.ends, [`a ${INTERRUPTED}, a taken`, `b ${INTERRUPTED}, b taken`]);
      assert.match(followed.test.finished[0]?.ending.error?.message ?? "", /accepted.*may still arrive/);
      assert.equal(followed.question.signal.aborted, true);
      assert.equal(followed.test.clock.timers, 0);
      assert.deepEqual(await followed.test.stored(), []);
      assert.equal(await codeOf(followed.test.outbox.submit(submission("c"))), "INTERRUPTED");
    });

    it("is told so at once where its answer comes after that", async () => {
      await followed.test.submit("a", { patience: 100 * SECOND, expireAfter: 0 });
      await followed.test.outbox.end();
      await followed.test.attempt.accept("a taken");
      assert.deepEqual(followed.ends, [`a ${INTERRUPTED}, a taken`]);
      assert.equal(followed.test.clock.timers, 0);
    });
  });
});

describe("What is not followed", () => {
  const STEPS = [
    ...["a written queued", "a moved queued", "a written sending", "a moved sending", "a transmitted"],
    ...["a written finished", "a finished accepted", "a removed"],
  ];

  it("takes the same steps as ever where nothing is followed at all, whatever patience it asks for", async () => {
    for (const patience of [undefined, 100 * SECOND]) {
      const test = new OutboxUnderTest();
      await test.submit("a", patience === undefined ? {} : { patience });
      await test.attempt.accept();
      assert.deepEqual(test.log, STEPS);
    }
  });

  it("takes the same steps where others are followed and it asks for no patience", async () => {
    const followed = new FollowedOutbox();
    await followed.test.submit("a", { expireAfter: 0 });
    await followed.test.attempt.accept();
    assert.deepEqual(followed.test.log, STEPS);
    assert.equal(followed.test.clock.timers, 0);
  });
});
