import assert from "node:assert/strict";
import { CellularError, type Outcome } from "../../src/errors/cellular-error";
import { Lane } from "../../src/lane";
import { Outbox, type OutboxLimits, type Submission, type Transmit } from "../../src/outbox";
import { FakeClock, settled } from "../support/fake-clock";
import { failures, HOUR, outcomeOf, type TestFinished } from "./outbox-under-test";
import { BreakableStore } from "./breakable-store";

/** How an attempt can end. */
export const ANSWERS = {
  accepted: () => undefined,
  unreachable: failures.unreachable,
  busy: () => failures.busy(20_000),
  refused: failures.refused,
  login: failures.login,
  timeout: failures.timeout,
  odd: () => new RangeError("odd"),
} as const;
export type Answer = keyof typeof ANSWERS;

interface Attempt {
  readonly message: Message;
  readonly start: number;
  /** What is certain once it has ended. */
  outcome?: Outcome;
  end(answer: Answer): void;
}

interface Message {
  readonly submission: Submission<string, string>;
  readonly attempts: Attempt[];
  /** The burst that brought it, and its place among all that were submitted. */
  readonly burst: number;
  taken: boolean;
  deadline: number;
  reports: TestFinished[];
}

/** An outbox beside a simple account of what it may do; each step is checked against the account. */
export class OutboxModel {
  readonly #clock = new FakeClock();
  readonly #store = new BreakableStore();
  readonly #lane: Lane;
  readonly #limits: OutboxLimits;
  readonly #outbox: Outbox<string, string, string>;
  readonly #messages = new Map<string, Message>();
  #out: Attempt[] = [];
  #burst = 0;
  #paused = false;
  /** Assertions that fail inside the outbox's calls would be taken for failures of the gateway. */
  readonly #violations: string[] = [];

  constructor(width: number, limits: OutboxLimits) {
    this.#lane = new Lane(width, this.#clock);
    this.#limits = limits;
    this.#outbox = new Outbox({
      id: "gateway",
      label: "the gateway",
      lane: this.#lane,
      store: this.#store,
      limits,
      clock: this.#clock,
      transmit: this.#transmit(),
      observer: {
        moved: () => undefined,
        repeated: () => undefined,
        finished: (entry) => {
          this.#reported(entry);
        },
      },
    });
    this.#outbox.resume();
  }

  async submit(burst: readonly Omit<Submission<string, string>, "job" | "origin">[]): Promise<void> {
    this.#burst += 1;
    const submissions = burst.map((wishes) => {
      const job = `sms ${String(this.#messages.size)}`;
      const submission = { job, origin: job, ...wishes };
      const deadline = wishes.expireAfter === 0 ? Infinity : this.#clock.now() + wishes.expireAfter;
      const message: Message = { submission, attempts: [], burst: this.#burst, taken: false, deadline, reports: [] };
      this.#messages.set(job, message);
      return this.#outbox.submit(submission).then(
        () => (message.taken = true),
        (error: unknown) => {
          assert.ok(error instanceof CellularError);
          assert.ok(["QUEUE_FULL", "STORAGE_FAILED"].includes(error.code), error.code);
        },
      );
    });
    await Promise.all(submissions);
    await settled();
  }

  /** Ends one of the attempts that are out, if there is one. */
  async answer(which: number, answer: Answer): Promise<void> {
    this.#out[which % this.#out.length]?.end(answer);
    await settled();
  }

  async advance(milliseconds: number): Promise<void> {
    await this.#clock.advance(milliseconds);
  }

  async pause(): Promise<void> {
    this.#outbox.pause();
    this.#paused = true;
    await settled();
  }

  async resume(): Promise<void> {
    this.#paused = false;
    this.#outbox.resume();
    await settled();
  }

  async configure(): Promise<void> {
    this.#lane.forgive();
    this.#outbox.configure({ label: "the gateway", limits: this.#limits, transmit: this.#transmit() });
    await settled();
  }

  breakStore(isBroken: boolean): void {
    this.#store.isBroken = isBroken;
  }

  /** Lets everything come to its end, or ends the outbox, and looks at what is left. */
  async finish(how: "drain" | "end"): Promise<void> {
    this.#store.isBroken = false;
    if (how === "end") await this.#outbox.end();
    else await this.resume();
    // Sending one takes an hour at most, with every limit; some rounds more than messages are enough.
    for (let round = 0; round < this.#messages.size + 10; round++) {
      for (const attempt of [...this.#out]) attempt.end(how === "end" ? "timeout" : "accepted");
      await this.#clock.advance(HOUR);
    }
    this.check();
    for (const message of this.#messages.values()) this.#checkEnd(message);
    assert.deepEqual((await this.#store.load()).entries, []);
    assert.equal(this.#outbox.waiting, 0);
    assert.equal(this.#clock.timers, 0);
  }

  check(): void {
    assert.deepEqual(this.#violations, []);
  }

  #transmit(): Transmit<string, string> {
    return (job) => {
      const message = this.#messages.get(job);
      assert.ok(message);
      return new Promise((resolve, reject) => {
        const attempt: Attempt = {
          message,
          start: this.#clock.now(),
          end: (answer) => {
            this.#out = this.#out.filter((other) => other !== attempt);
            const error = ANSWERS[answer]();
            if (error === undefined) attempt.outcome = "accepted";
            else attempt.outcome = error instanceof CellularError ? error.outcome : "unknown";
            if (error === undefined) resolve(`receipt of ${job}`);
            else reject(error);
          },
        };
        this.#checkStart(message);
        message.attempts.push(attempt);
        this.#out.push(attempt);
        this.#expect(this.#out.length <= this.#lane.width, `${job} is one too many at once`);
        this.#checkQuota(job);
      });
    };
  }

  #checkStart(message: Message): void {
    const { submission, attempts, deadline, burst } = message;
    const { job, priority, onUnknown } = submission;
    const mayHaveLeft = attempts.filter(({ outcome }) => outcome !== "not-sent");
    const allowed = onUnknown === "resend" && mayHaveLeft.length === 1 && mayHaveLeft[0]?.outcome === "unknown";
    this.#expect(mayHaveLeft.length === 0 || allowed, `${job} is sent once more than it may`);
    this.#expect(message.reports.length === 0, `${job} is sent after its report`);
    this.#expect(deadline > this.#clock.now(), `${job} is sent after its time`);
    this.#expect(this.#store.stateOf(job) === "sending", `${job} is sent before that is written down`);
    this.#expect(!this.#paused, `${job} is sent during a pause`);
    this.#expect(this.#lane.refusal === undefined, `${job} is sent with a refused login`);
    const before = [...this.#messages.values()].find(
      (other) =>
        other !== message &&
        other.burst < this.#burst &&
        this.#waits(other) &&
        (other.submission.priority === priority ? other.burst < burst : other.submission.priority === "high"),
    );
    this.#expect(before === undefined, `${job} is sent before ${String(before?.submission.job)}`);
  }

  #waits({ submission, taken, reports, attempts, deadline }: Message): boolean {
    if (this.#store.refused.has(submission.job)) return false;
    return taken && reports.length === 0 && deadline > this.#clock.now() && attempts.every(({ outcome }) => outcome);
  }

  #checkQuota(job: string): void {
    const { maxPerHour } = this.#limits;
    // Waits are fractions of a millisecond; a sum of them may be off by a rounding.
    const hour = HOUR - 0.001;
    const recent = [...this.#messages.values()]
      .flatMap(({ attempts }) => attempts)
      .filter(({ start, outcome }) => outcome !== "not-sent" && this.#clock.now() - start < hour);
    this.#expect(maxPerHour === 0 || recent.length <= maxPerHour, `${job} is one too many in an hour`);
  }

  #reported(entry: TestFinished): void {
    const message = this.#messages.get(entry.job);
    const isWritten = this.#store.isBroken || this.#store.stateOf(entry.job) === "finished";
    this.#expect(isWritten, `${entry.job} is reported before that is written down`);
    message?.reports.push(entry);
    void this.#outbox.remove(entry.id);
  }

  #checkEnd({ submission: { job }, attempts, taken, reports }: Message): void {
    assert.equal(reports.length, taken ? 1 : 0, `reports of ${job}`);
    const outcomes = attempts.map(({ outcome }) => outcome);
    const [report] = reports;
    if (report === undefined) return;
    const certain = (["accepted", "unknown"] as const).find((outcome) => outcomes.includes(outcome)) ?? "not-sent";
    assert.equal(report.ending.outcome, certain, `${job} ended as ${outcomeOf(report)} after ${outcomes.join(", ")}`);
    assert.equal(report.attempts, attempts.length, `attempts of ${job}`);
  }

  #expect(isSo: boolean, violation: string): void {
    if (!isSo) this.#violations.push(violation);
  }
}
