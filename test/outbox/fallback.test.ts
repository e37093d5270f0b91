import assert from "node:assert/strict";
import { CellularError } from "../../src/errors/cellular-error";
import type { OutboxStore, Relay, Submission } from "../../src/outbox";
import { FakeClock, settled } from "../support/fake-clock";
import { failures, MINUTE, OutboxUnderTest } from "./outbox-under-test";

type Kept = OutboxStore<string, string, string>;

/** Two gateways and the way between them; what they keep outlives them. */
class Two {
  readonly first: OutboxUnderTest;
  readonly second: OutboxUnderTest;
  /** Whether the second one is there. */
  isThere = true;
  /** Runs before a step of the relay; what it throws, the step throws; what never ends is a cut. */
  before: (step: "move" | "settle") => Promise<void> | void = () => undefined;
  isSecondDurable = true;

  constructor(former?: Two) {
    const clock = former?.first.clock ?? new FakeClock();
    const outboxes: Record<string, () => OutboxUnderTest> = { first: () => this.first, second: () => this.second };
    const relay: Relay<string, string, string> = {
      isDurable: () => this.isSecondDurable,
      move: async (entry) => {
        await this.before("move");
        if (!this.isThere) throw new CellularError("CONFIG_MISSING", "Not there.");
        await this.second.outbox.adopt(entry, "first");
      },
      settle: async (entry) => {
        await this.before("settle");
        await outboxes[entry.movedFrom ?? ""]?.().outbox.settle(entry);
      },
    };
    const make = (id: string, kept: Kept | undefined): OutboxUnderTest =>
      new OutboxUnderTest({ id, relay, clock, ...(kept === undefined ? {} : { kept }) });
    this.first = make("first", former?.first.store.kept);
    this.second = make("second", former?.second.store.kept);
  }

  async submit(job: string, wishes: Partial<Submission<string, string>> = {}): Promise<void> {
    await this.first.submit(job, { fallback: { to: "second", job: `${job} by the second`, after: MINUTE }, ...wishes });
  }

  /** The process ends here; the next one finds what lies there. */
  async cut(change: (next: Two) => void = () => undefined): Promise<Two> {
    for (const test of [this.first, this.second]) test.outbox.pause();
    this.before = () => new Promise(() => undefined);
    const next = new Two(this);
    change(next);
    await settled();
    return next;
  }

  /** What has left, by either. */
  get transmitted(): string[] {
    return [...this.first.transmitted, ...this.second.transmitted];
  }

  get outcomes(): string[] {
    return [...this.first.outcomes, ...this.second.outcomes];
  }

  async stored(): Promise<string[]> {
    return [...(await this.first.stored()), ...(await this.second.stored())];
  }
}

describe("A message with a fallback", () => {
  it("stays with its gateway while that takes it", async () => {
    const two = new Two();
    await two.submit("a");
    await two.first.attempt.accept();
    assert.deepEqual(two.outcomes, ["a accepted"]);
    assert.deepEqual(two.second.transmitted, []);
  });

  it("moves at once when time does not heal what happened, and ends under its id, with its attempts", async () => {
    const two = new Two();
    await two.submit("a");
    await two.first.attempt.fail(failures.refused());
    assert.deepEqual(two.second.transmitted, ["a by the second"]);
    assert.deepEqual(await two.stored(), ["a moved", "a by the second sending"]);
    await two.second.attempt.accept();
    assert.deepEqual(two.first.outcomes, []);
    const [report] = two.second.finished;
    assert.deepEqual([report?.ending.outcome, report?.attempts, report?.by], ["accepted", 2, "second"]);
    assert.deepEqual(await two.stored(), []);
    assert.deepEqual(two.first.outbox.entries, []);
  });

  it("waits for its gateway as long as it may, then moves, also in the middle of a wait", async () => {
    const two = new Two();
    await two.submit("a");
    await two.first.attempt.fail(failures.busy(10 * MINUTE));
    await two.first.clock.advance(MINUTE - 1);
    assert.deepEqual(two.second.transmitted, []);
    await two.first.clock.advance(1);
    assert.deepEqual(two.second.transmitted, ["a by the second"]);
  });

  it("moves when an attempt fails after that time", async () => {
    const two = new Two();
    await two.submit("a");
    await two.first.clock.advance(2 * MINUTE);
    assert.deepEqual(two.second.transmitted, []);
    await two.first.attempt.fail(failures.unreachable());
    assert.deepEqual(two.second.transmitted, ["a by the second"]);
  });

  it("moves with all that waits when the login is refused", async () => {
    const two = new Two();
    for (const job of ["a", "b", "c"]) await two.submit(job);
    await two.first.attempt.fail(failures.login());
    await two.second.acceptAll();
    assert.deepEqual(
      two.second.transmitted,
      ["a", "b", "c"].map((job) => `${job} by the second`),
    );
    assert.equal(two.outcomes.length, 3);
  });

  it("does not move after an unknown outcome, unless it asks for it", async () => {
    const two = new Two();
    await two.submit("a");
    await two.first.attempt.fail(failures.timeout());
    assert.deepEqual(two.outcomes, ["a unknown TIMEOUT"]);
    await two.submit("b", { onUnknown: "fallback" });
    await two.first.attempt.fail(failures.timeout());
    assert.deepEqual(two.second.transmitted, ["b by the second"]);
    await two.second.attempt.fail(failures.refused());
    assert.deepEqual(two.outcomes, ["a unknown TIMEOUT", "b by the second unknown TIMEOUT"]);
  });

  it("goes no further than the fallback, and is given up in its time", async () => {
    const two = new Two();
    await two.submit("a", { expireAfter: 3 * MINUTE });
    await two.first.attempt.fail(failures.refused());
    await two.second.attempt.fail(failures.busy(2 * MINUTE));
    await two.first.clock.advance(3 * MINUTE);
    await two.second.attempt.fail(failures.unreachable());
    assert.deepEqual(two.outcomes, ["a by the second not-sent EXPIRED"]);
    assert.deepEqual(await two.stored(), []);
  });

  it("ends as its own gateway said if the fallback cannot take it", async () => {
    const two = new Two();
    two.isThere = false;
    await two.submit("a");
    await two.first.attempt.fail(failures.refused());
    assert.deepEqual(two.outcomes, ["a not-sent REFUSED"]);
    assert.deepEqual(await two.stored(), []);
  });

  it("goes on waiting for both if time may heal it and the fallback cannot take it yet", async () => {
    const two = new Two();
    two.isThere = false;
    await two.submit("a");
    await two.first.attempt.fail(failures.busy(10 * MINUTE));
    await two.first.clock.advance(2 * MINUTE);
    assert.deepEqual(await two.stored(), ["a queued"]);
    two.isThere = true;
    await two.first.clock.advance(5000);
    assert.deepEqual(two.second.transmitted, ["a by the second"]);
  });

  it("has one key, at the gateway that took it first", async () => {
    const two = new Two();
    await two.submit("a", { key: "door" });
    await two.first.attempt.fail(failures.refused());
    await two.submit("again", { key: "door" });
    await two.second.attempt.accept();
    await two.submit("later", { key: "door" });
    const id = two.second.finished[0]?.id;
    assert.deepEqual(two.first.repeats, [
      { id, origin: "node of again", outcome: "accepted" },
      { id, origin: "node of later", outcome: "accepted" },
    ]);
    assert.deepEqual(two.transmitted, ["a", "a by the second"]);
  });

  it("is not interrupted there when its first gateway is deleted", async () => {
    const two = new Two();
    await two.submit("a");
    await two.first.attempt.fail(failures.refused());
    await two.first.outbox.end();
    await two.second.attempt.accept();
    assert.deepEqual(two.outcomes, ["a by the second accepted"]);
  });
});

describe("A move that is cut", () => {
  const never = (): Promise<void> => new Promise(() => undefined);

  it("before the second gateway has it: it is made again, and the message leaves once", async () => {
    const two = new Two();
    two.before = never;
    await two.submit("a");
    await two.first.attempt.fail(failures.refused());
    assert.deepEqual(await two.stored(), ["a moved"]);
    const next = await two.cut();
    await next.second.acceptAll();
    assert.deepEqual(next.transmitted, ["a by the second"]);
    assert.deepEqual(next.outcomes, ["a by the second accepted"]);
    assert.deepEqual(await next.stored(), []);
  });

  it("while the second gateway has it: it goes on there, once", async () => {
    const two = new Two();
    two.second.outbox.pause();
    await two.submit("a");
    await two.first.attempt.fail(failures.refused());
    assert.deepEqual(await two.stored(), ["a moved", "a by the second queued"]);
    const next = await two.cut();
    await next.second.acceptAll();
    assert.deepEqual(next.transmitted, ["a by the second"]);
    assert.deepEqual(await next.stored(), []);
  });

  it("after the second gateway has sent it: it is not sent again, though the first still holds it", async () => {
    const two = new Two();
    await two.submit("a", { key: "door" });
    await two.first.attempt.fail(failures.refused());
    two.before = never;
    await two.second.attempt.accept();
    assert.deepEqual(await two.stored(), ["a moved", "a by the second finished"]);
    const next = await two.cut();
    assert.deepEqual(next.transmitted, []);
    assert.deepEqual(next.outcomes, ["a by the second accepted"]);
    assert.equal(next.second.finished[0]?.id, two.second.finished[0]?.id);
    assert.deepEqual(await next.stored(), []);
    await next.submit("again", { key: "door" });
    assert.deepEqual(
      next.first.repeats.map(({ outcome }) => outcome),
      ["accepted"],
    );
  });

  it("while the first gateway cannot write that it has ended: the second keeps its record until it can", async () => {
    const two = new Two();
    await two.submit("a");
    await two.first.attempt.fail(failures.refused());
    two.first.store.beforeRemove = () => {
      throw failures.storage();
    };
    await two.second.attempt.accept();
    assert.deepEqual(await two.stored(), ["a moved", "a by the second finished"]);
    two.first.store.beforeRemove = () => undefined;
    await two.first.clock.advance(5000);
    assert.deepEqual(await two.stored(), []);
    assert.deepEqual(two.outcomes, ["a by the second accepted"]);
  });

  it("to a gateway that only remembers: nobody knows what became of it", async () => {
    const two = new Two();
    two.isSecondDurable = false;
    await two.submit("a");
    await two.first.attempt.fail(failures.refused());
    assert.deepEqual(await two.first.stored(), ["a sending"]);
    const next = await two.cut();
    assert.deepEqual(next.first.outcomes, ["a unknown INTERRUPTED"]);
    assert.deepEqual(next.first.transmitted, []);
  });

  it("to a gateway that is gone for good: it is unknown when its time is over", async () => {
    const two = new Two();
    two.before = never;
    await two.submit("a", { expireAfter: 10 * MINUTE });
    await two.first.attempt.fail(failures.refused());
    const next = await two.cut((after) => (after.isThere = false));
    assert.deepEqual(await next.first.stored(), ["a moved"]);
    await next.first.clock.advance(11 * MINUTE);
    assert.deepEqual(next.outcomes, ["a unknown INTERRUPTED"]);
    assert.deepEqual(next.transmitted, []);
    assert.deepEqual(await next.first.stored(), []);
  });
});
