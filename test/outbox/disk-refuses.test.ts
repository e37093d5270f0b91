import assert from "node:assert/strict";
import { Lane } from "../../src/lane";
import { MemoryOutboxStore, Outbox, type OutboxStore, type Relay } from "../../src/outbox";
import { FakeClock, settled } from "../support/fake-clock";
import { failures, outcomeOf, submission, type TestEntry, type TestFinished } from "./outbox-under-test";

/** An outbox over a store that refuses what the test says, with a fallback that takes nothing, for the present. */
class Restartable {
  readonly clock = new FakeClock();
  readonly lane = new Lane(1, this.clock);
  readonly told: string[] = [];
  readonly transmitted: string[] = [];
  /** Jobs that the fallback was given. */
  readonly moved: string[] = [];
  /** What an attempt ends with. */
  failure = failures.refused();
  takesMoves = false;
  readonly #kept: MemoryOutboxStore<string, string, string>;
  readonly outbox: Outbox<string, string, string>;
  /** Writes that the disk refuses; undefined: a removal. */
  refuses: (entry: TestEntry | undefined) => boolean = () => false;

  /** @param before One whose process has ended: this one finds what it has written. */
  constructor(before?: Restartable) {
    this.#kept = before === undefined ? new MemoryOutboxStore() : before.#kept;
    const store: OutboxStore<string, string, string> = {
      isDurable: true,
      load: () => this.#kept.load(),
      write: (entry) => (this.refuses(entry) ? Promise.reject(failures.storage()) : this.#kept.write(entry)),
      remove: (id, changes) =>
        this.refuses(undefined) ? Promise.reject(failures.storage()) : this.#kept.remove(id, changes),
    };
    const relay: Relay<string, string, string> = {
      isDurable: () => true,
      move: ({ job }) => {
        if (!this.takesMoves) return Promise.reject(failures.storage());
        this.moved.push(job);
        return Promise.resolve();
      },
      settle: () => Promise.resolve(),
    };
    this.outbox = new Outbox({
      id: "gateway",
      label: "the gateway",
      lane: this.lane,
      store,
      relay,
      limits: { minInterval: 0, maxPerHour: 0, queueLimit: 10 },
      clock: this.clock,
      transmit: (job) => {
        this.transmitted.push(job);
        return Promise.reject(this.failure);
      },
      observer: {
        moved: () => undefined,
        repeated: () => undefined,
        finished: (entry: TestFinished) => {
          this.told.push(`${entry.job} ${outcomeOf(entry)}`);
          void this.outbox.remove(entry.id);
        },
      },
    });
    this.outbox.resume();
  }

  async submit(job: string): Promise<void> {
    await this.outbox.submit(submission(job, { fallback: { to: "spare", job, after: 1000 } }));
    await settled();
  }
}

function isEnd(entry: TestEntry | undefined): boolean {
  return entry === undefined || entry.state === "finished";
}

describe("While the disk refuses", () => {
  it("nobody is told that a message was not sent that would move to the fallback after a crash", async () => {
    const first = new Restartable();
    first.refuses = isEnd;
    await first.submit("a");
    assert.deepEqual(first.transmitted, ["a"]);
    const toldBefore = [...first.told];

    const second = new Restartable(first);
    second.takesMoves = true;
    await settled();
    assert.deepEqual(second.moved, ["a"]);
    assert.deepEqual(toldBefore, [], "it was told as not sent");
  });

  it("a message that did not move is told as not sent once that is written down", async () => {
    const test = new Restartable();
    test.refuses = isEnd;
    await test.submit("a");
    test.refuses = () => false;
    await test.clock.advance(5000);
    assert.deepEqual(test.told, ["a not-sent REFUSED"]);
    assert.equal(test.clock.timers, 0);
  });

  it("the modem is free for polls, and what else waits is sent when it takes steps again", async () => {
    const test = new Restartable();
    test.failure = failures.timeout();
    test.refuses = (entry) => entry?.state !== "queued";
    await test.submit("a");
    await test.submit("b");
    await test.lane.run("poll", () => Promise.resolve());
    assert.deepEqual(test.told, []);
    test.refuses = () => false;
    await test.clock.advance(5000);
    assert.deepEqual(test.transmitted, ["b"]);
    assert.deepEqual(test.told, ["a not-sent STORAGE_FAILED", "b unknown TIMEOUT"]);
  });
});
