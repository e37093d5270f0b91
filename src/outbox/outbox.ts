import { randomUUID } from "node:crypto";
import { asCellularError, CellularError } from "../errors/cellular-error";
import { NO_REQUEST, systemClock, type Clock, type Lane } from "../lane";
import { withDoubt, type Ending, type Entry, type FinishedEntry, type Submission } from "./entry";
import { ExpiryTimer, expiredError } from "./expiry";
import { Pace, quotaError, type Hold, type PacedSend, type PaceLimits } from "./pace";
import type { OutboxStore } from "./store";
import { WaitingLine } from "./waiting-line";

export interface OutboxLimits extends PaceLimits {
  /** Most entries that may wait. */
  readonly queueLimit: number;
}

/** Makes one attempt. Never repeats one by itself; fails with a `CellularError` that says what is certain. */
export type Transmit<Job, Receipt> = (job: Job, signal: AbortSignal) => Promise<Receipt>;

/** Who is told what happens. Must not throw. */
export interface OutboxObserver<Job, Origin, Receipt> {
  /** An entry has ended. Once it is reported, `remove` it. */
  finished(entry: FinishedEntry<Job, Origin, Receipt>): void;
  /** The entry is waiting, being sent, or waiting again. */
  moved(entry: Entry<Job, Origin, Receipt>): void;
}

export interface OutboxOptions<Job, Origin, Receipt> {
  /** The name of the gateway for error messages. */
  readonly label: string;
  readonly lane: Lane;
  readonly store: OutboxStore<Job, Origin, Receipt>;
  readonly limits: OutboxLimits;
  readonly transmit: Transmit<Job, Receipt>;
  readonly observer: OutboxObserver<Job, Origin, Receipt>;
  readonly clock?: Clock;
}

/**
 * Store-and-forward for what must leave once. Every entry ends in exactly one outcome; only what is certain not to have
 * been sent is sent again.
 *
 * | an attempt ends with | then |
 * |---|---|
 * | a receipt | `accepted` |
 * | `not-sent`, retryable | the entry keeps its place and the gateway is left alone for the backoff; at its deadline it ends with `EXPIRED` |
 * | `not-sent`, not retryable | `not-sent` at once; after a refused login all that waits ends so |
 * | `unknown` | `unknown`, or one more attempt if the entry asks for `resend` |
 */
export class Outbox<Job, Origin, Receipt> {
  readonly #lane: Lane;
  readonly #store: OutboxStore<Job, Origin, Receipt>;
  readonly #observer: OutboxObserver<Job, Origin, Receipt>;
  readonly #clock: Clock;
  readonly #pace: Pace;
  readonly #expiry: ExpiryTimer;
  readonly #line = new WaitingLine<Job, Origin, Receipt>();
  readonly #abort = new AbortController();
  #label: string;
  #limits: OutboxLimits;
  #transmit: Transmit<Job, Receipt>;
  #running = false;
  #requestedTurns = 0;
  /** Entries that are being written down for the first time. */
  #arriving = 0;
  readonly #unwatch: () => void;
  #cancelWake: (() => void) | undefined;

  constructor(options: OutboxOptions<Job, Origin, Receipt>) {
    this.#label = options.label;
    this.#lane = options.lane;
    this.#store = options.store;
    this.#observer = options.observer;
    this.#clock = options.clock ?? systemClock;
    this.#limits = options.limits;
    this.#transmit = options.transmit;
    this.#pace = new Pace(options.limits, this.#clock);
    this.#expiry = new ExpiryTimer(this.#clock, () => {
      this.#expireDue();
    });
    this.#unwatch = this.#lane.watch(() => {
      // Also a poll can find the login refused.
      if (this.#lane.refusal !== undefined) this.#pump();
    });
  }

  /** How many entries wait for their turn. */
  get waiting(): number {
    return this.#line.waiting;
  }

  /** All entries that have not ended, in the order in which they go. */
  get entries(): readonly Entry<Job, Origin, Receipt>[] {
    return this.#line.snapshot();
  }

  /** What holds the next send back, or undefined. */
  get hold(): Hold | undefined {
    return this.#pace.hold();
  }

  /** Takes new settings. What is on its way ends as it began; failures of the old settings are forgotten. */
  configure(settings: Pick<OutboxOptions<Job, Origin, Receipt>, "label" | "limits" | "transmit">): void {
    this.#label = settings.label;
    this.#limits = settings.limits;
    this.#transmit = settings.transmit;
    this.#pace.limits = settings.limits;
    this.#pace.forgive();
    this.#pump();
  }

  /** Begins, or goes on, to send what waits. */
  resume(): void {
    this.#running = true;
    this.#pump();
  }

  /** Starts no further attempt until `resume`. What is on its way goes on. */
  pause(): void {
    this.#running = false;
    this.#cancelWake?.();
  }

  /**
   * Takes an entry. Resolves when it is written down: from then on it has an outcome.
   * @throws CellularError `QUEUE_FULL`, `STORAGE_FAILED`, or `INTERRUPTED` after the end; then it was not taken.
   */
  async submit(submission: Submission<Job, Origin>): Promise<Entry<Job, Origin, Receipt>> {
    if (this.#hasEnded()) throw this.#interruption();
    const { queueLimit } = this.#limits;
    if (this.#line.waiting + this.#arriving - this.#readyTurns() >= queueLimit) {
      throw new CellularError(
        "QUEUE_FULL",
        `${this.#label}: ${String(queueLimit)} messages wait already. Send less, or raise the queue limit.`,
      );
    }
    const entry: Entry<Job, Origin, Receipt> = {
      ...submission,
      id: randomUUID(),
      state: "queued",
      attempts: 0,
      queuedAt: this.#clock.date(),
      deadline: submission.expireAfter === 0 ? Infinity : this.#clock.now() + submission.expireAfter,
    };
    this.#arriving += 1;
    try {
      await this.#write(entry);
    } finally {
      this.#arriving -= 1;
    }
    this.#line.put(entry);
    this.#observer.moved(entry);
    if (this.#hasEnded()) {
      void this.failAll(this.#interruption());
    } else {
      this.#expiry.expect(entry.deadline);
      this.#pump();
    }
    return entry;
  }

  /** Forgets an entry that has been reported. */
  async remove(id: string): Promise<void> {
    await this.#store.remove(id);
  }

  /** Ends everything that waits with one failure that time cannot heal. All of it leaves the line at once. */
  async failAll(error: CellularError): Promise<void> {
    const waiting = this.#line.snapshot().filter(({ state }) => state === "queued");
    await Promise.all(waiting.map((entry) => this.#finish(entry, { outcome: "not-sent", error })));
  }

  /** The end of this outbox: cuts off what is on its way, and ends what waits. Every entry is still reported. */
  async end(): Promise<void> {
    this.pause();
    this.#unwatch();
    this.#expiry.cancel();
    const error = this.#interruption();
    this.#abort.abort(error);
    await this.failAll(error);
  }

  #hasEnded(): boolean {
    return this.#abort.signal.aborted;
  }

  #interruption(): CellularError {
    return new CellularError("INTERRUPTED", `${this.#label}: the gateway was removed before the message was sent.`);
  }

  /** Turns that will be taken at once, so that an entry about to go does not count as waiting. */
  #readyTurns(): number {
    return this.#running && this.#pace.hold() === undefined ? this.#lane.free : 0;
  }

  #pump(): void {
    this.#cancelWake?.();
    if (!this.#running) return;
    const { refusal } = this.#lane;
    if (refusal !== undefined) {
      void this.failAll(refusal);
      return;
    }
    const hold = this.#pace.hold();
    if (hold !== undefined) {
      const wake = (): void => {
        this.#pump();
      };
      if (this.#line.waiting > 0) this.#cancelWake = this.#clock.after(hold.remaining, wake);
      return;
    }
    const turns = Math.min(this.#line.waiting, this.#lane.width);
    while (this.#requestedTurns < turns) {
      this.#requestedTurns += 1;
      void this.#takeTurn();
    }
  }

  async #takeTurn(): Promise<void> {
    const turn = { hasCome: false };
    try {
      await this.#lane.run("send", async () => {
        turn.hasCome = true;
        this.#requestedTurns -= 1;
        // Between the request for a turn and the turn, all may have changed.
        const entry = this.#running && this.#pace.hold() === undefined ? this.#next() : undefined;
        return entry === undefined ? NO_REQUEST : await this.#attempt(entry);
      });
    } catch {
      // A failed attempt has dealt with its entry; what waits when a turn is refused is dealt with next.
      if (!turn.hasCome) this.#requestedTurns -= 1;
    }
    this.#pump();
  }

  /** The entry whose turn it is. One whose time is up is given up here, should the timer be late. */
  #next(): Entry<Job, Origin, Receipt> | undefined {
    let entry = this.#line.next();
    while (entry !== undefined && entry.deadline <= this.#clock.now()) {
      void this.#expire(entry);
      entry = this.#line.next();
    }
    return entry;
  }

  /** One attempt, in the lane. Throws what the gateway said, so that the lane sees it too. */
  async #attempt(queued: Entry<Job, Origin, Receipt>): Promise<typeof NO_REQUEST | undefined> {
    const entry = { ...queued, state: "sending" as const, attempts: queued.attempts + 1 };
    this.#line.put(entry);
    const send = this.#pace.started();
    try {
      await this.#write(entry);
      if (this.#hasEnded()) throw this.#interruption();
    } catch (error) {
      this.#pace.uncount(send);
      await this.#finish(queued, { outcome: "not-sent", error: asCellularError(error, this.#label) });
      return NO_REQUEST;
    }
    this.#observer.moved(entry);
    let receipt: Receipt;
    try {
      receipt = await this.#transmit(entry.job, this.#abort.signal);
    } catch (error) {
      const failure = asCellularError(error, this.#label);
      if (failure.outcome === "not-sent") this.#pace.uncount(send);
      await this.#failed(entry, failure, send);
      throw failure;
    }
    this.#pace.ended(send);
    await this.#finish(entry, { outcome: "accepted", receipt });
    return undefined;
  }

  async #failed(entry: Entry<Job, Origin, Receipt>, error: CellularError, send: PacedSend): Promise<void> {
    if (error.outcome === "not-sent" && error.retryable && !this.#hasEnded()) {
      this.#pace.failed(send, error);
      await this.#requeue({ ...entry, state: "queued", lastFailure: error });
      return;
    }
    this.#pace.ended(send);
    const mayResend = entry.onUnknown === "resend" && entry.doubt === undefined && !this.#hasEnded();
    if (error.outcome === "unknown" && mayResend) {
      await this.#requeue({ ...entry, state: "queued", doubt: error });
      return;
    }
    await this.#finish(entry, { outcome: error.outcome === "unknown" ? "unknown" : "not-sent", error });
  }

  /** Until it is written down as waiting, the entry stands in the line as being sent: nobody takes or ends it. */
  async #requeue(entry: Entry<Job, Origin, Receipt>): Promise<void> {
    if (entry.deadline > this.#clock.now()) {
      try {
        await this.#write(entry);
      } catch (error) {
        await this.#finish(entry, { outcome: "not-sent", error: asCellularError(error, this.#label) });
        return;
      }
    }
    this.#line.put(entry);
    if (this.#hasEnded()) await this.#finish(entry, { outcome: "not-sent", error: this.#interruption() });
    else if (entry.deadline <= this.#clock.now()) await this.#expire(entry);
    else this.#observer.moved(entry);
  }

  async #finish(entry: Entry<Job, Origin, Receipt>, ending: Ending<Receipt>): Promise<void> {
    const finished: FinishedEntry<Job, Origin, Receipt> = {
      ...entry,
      state: "finished",
      ending: withDoubt(entry, ending),
      finishedAt: this.#clock.date(),
    };
    this.#line.remove(entry);
    try {
      await this.#write(finished);
    } catch {
      // The outcome is certain, only its record is not: after a crash it may be reported again, or as INTERRUPTED.
    }
    this.#observer.finished(finished);
  }

  async #write(entry: Entry<Job, Origin, Receipt>): Promise<void> {
    try {
      await this.#store.write(entry);
    } catch (error) {
      if (error instanceof CellularError) throw error;
      throw new CellularError("STORAGE_FAILED", `${this.#label}: the message could not be written down.`, {
        cause: error,
      });
    }
  }

  #expire(entry: Entry<Job, Origin, Receipt>): Promise<void> {
    const cause = entry.lastFailure ?? this.#reasonForDelay();
    const error = expiredError(this.#label, entry.expireAfter, cause);
    return this.#finish(entry, { outcome: "not-sent", error });
  }

  #reasonForDelay(): CellularError | undefined {
    const { health } = this.#lane;
    if (health !== null && health !== undefined) return health;
    return this.#pace.hold()?.reason === "quota" ? quotaError(this.#limits.maxPerHour) : undefined;
  }

  #expireDue(): void {
    const now = this.#clock.now();
    for (const entry of this.#line.snapshot()) {
      if (entry.deadline > now) this.#expiry.expect(entry.deadline);
      else if (entry.state === "queued") void this.#expire(entry);
    }
  }
}
