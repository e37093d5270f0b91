import assert from "node:assert/strict";
import { DiskOutboxStore, type Codec } from "../../src/outbox";
import { MemoryJournal } from "../../src/store";
import { FakeClock, settled } from "../support/fake-clock";
import { FollowedOutbox } from "./followed-outbox";
import { failures } from "./outbox-under-test";

const SECOND = 1000;
const MINUTE = 60 * SECOND;

const asText: Codec<string> = { encode: (value) => value, decode: String };

/** A machine on which one process follows the other; the journal is what they share. */
class Machine {
  boot = "one";
  readonly journal = new MemoryJournal();
  #up = 5 * MINUTE;
  #wall = Date.UTC(2026, 10, 22, 12);

  sinceBoot(): number {
    return this.#up;
  }

  wall(): number {
    return this.#wall;
  }

  start(): FollowedOutbox {
    const clock = new FakeClock();
    const codec = { job: asText, origin: asText, receipt: asText };
    const kept = new DiskOutboxStore({ open: () => Promise.resolve(this.journal), codec, clock, machine: this });
    return new FollowedOutbox({ kept, clock, width: 8 });
  }

  /** Time passes in which nothing runs. */
  pass(milliseconds: number): void {
    this.#up += milliseconds;
    this.#wall += milliseconds;
  }

  /** As `pass`, and then the machine starts again. */
  reboot(milliseconds: number): void {
    this.pass(milliseconds);
    this.boot = "two";
    this.#up = MINUTE;
  }
}

describe("What was followed when the process ended", () => {
  let machine: Machine;

  beforeEach(() => {
    machine = new Machine();
  });

  /** Ends a process that has accepted a job and follows it. */
  async function cut(patience: number): Promise<void> {
    const followed = machine.start();
    await followed.follow("a", patience, { key: "key" });
    followed.test.outbox.pause();
  }

  async function startAgain(): Promise<FollowedOutbox> {
    const followed = machine.start();
    await settled();
    return followed;
  }

  it("is asked for at once, then at gaps as ever, and neither sent again nor told before", async () => {
    await cut(100 * SECOND);
    machine.pass(2 * SECOND);
    const followed = await startAgain();
    assert.deepEqual(followed.askedAt, [0]);
    assert.equal(followed.question.about, "a taken");
    await followed.question.answer("a sent");
    followed.answers = (about) => about;
    await followed.test.clock.advance(7 * SECOND);
    assert.deepEqual(followed.askedAt, [0, 1, 3, 7]);
    assert.deepEqual([followed.test.transmitted, followed.ends], [[], []]);
    await followed.hear("a delivered");
    assert.deepEqual(followed.ends, ["a accepted, a delivered"]);
    assert.deepEqual(await followed.test.stored(), []);
  });

  for (const [what, pass] of [
    ["the process", "pass"],
    ["the machine", "reboot"],
  ] as const) {
    it(`is followed for what is left of its time after a restart of ${what}`, async () => {
      await cut(100 * SECOND);
      machine[pass](40 * SECOND);
      const followed = await startAgain();
      followed.answers = (about) => about;
      await followed.question.answer("a taken");
      await followed.test.clock.advance(59 * SECOND);
      assert.deepEqual(followed.ends, []);
      await followed.test.clock.advance(SECOND);
      assert.equal(followed.askedAt.at(-1), 60);
      assert.deepEqual(followed.ends, ["a accepted WAIT_TIMEOUT, a taken"]);
    });
  }

  for (const [answer, end] of [
    ["a delivered", "a accepted, a delivered"],
    ["a sent", "a accepted WAIT_TIMEOUT, a sent"],
  ] as const) {
    it(`is asked for once although its time is up, and then told: ${end}`, async () => {
      await cut(10 * SECOND);
      machine.reboot(60 * MINUTE);
      const followed = await startAgain();
      assert.deepEqual(followed.ends, []);
      await followed.question.answer(answer);
      assert.deepEqual(followed.ends, [end]);
      assert.deepEqual(followed.askedAt, [0]);
      assert.equal(followed.test.clock.timers, 0);
    });
  }

  it("ends 5 s after the start where its time is up and no answer comes", async () => {
    await cut(10 * SECOND);
    machine.pass(MINUTE);
    const followed = await startAgain();
    await followed.test.clock.advance(4.9 * SECOND);
    assert.deepEqual(followed.ends, []);
    await followed.test.clock.advance(0.1 * SECOND);
    assert.deepEqual(followed.ends, ["a accepted WAIT_TIMEOUT, a taken"]);
  });

  it("still answers for its key", async () => {
    await cut(100 * SECOND);
    const followed = await startAgain();
    await followed.test.submit("a", { key: "key", origin: "second", patience: 100 * SECOND });
    assert.deepEqual(followed.test.transmitted, []);
    await followed.hear("a delivered");
    assert.deepEqual(
      followed.test.repeats.map(({ origin, outcome }) => `${origin}: ${outcome}`),
      ["second: accepted"],
    );
  });

  it("is told once more as it ended, where it had not been removed", async () => {
    const first = machine.start();
    first.test.removes = false;
    await first.follow("a", 100 * SECOND);
    await first.hear("a failed");
    first.test.outbox.pause();
    const followed = await startAgain();
    assert.deepEqual(followed.ends, ["a accepted COMMAND_FAILED, a failed"]);
    assert.deepEqual(followed.questions, []);
  });

  it("is followed in spite of a disk that refuses to note it, and unknown if the process ends then", async () => {
    const first = machine.start();
    first.test.store.before = ({ state }) => {
      if (state === "waiting") throw failures.storage();
    };
    for (const job of ["a", "b"]) await first.follow(job, 100 * SECOND);
    await first.hear("a delivered");
    assert.deepEqual(first.ends, ["a accepted, a delivered"]);
    first.test.outbox.pause();

    const second = await startAgain();
    assert.deepEqual(second.test.outcomes, ["b unknown INTERRUPTED"]);
    assert.deepEqual(second.test.transmitted, []);
  });
});
