import { asCellularError, CellularError } from "../errors/cellular-error";
import { NO_REQUEST, type Clock, type Lane } from "../lane";
import type { Entry } from "./entry";
import { ExpiryTimer, expiredError } from "./expiry";
import { Pace, quotaError, type Hold, type PacedSend, type PaceLimits } from "./pace";
import type { Relay } from "./relay";
import type { OutboxObserver, Steps } from "./steps";
import type { WaitingLine } from "./waiting-line";

/** Milliseconds until a move is tried again that the other outbox or the disk refused. */
const MOVE_AGAIN_MS = 5000;

/** Makes one attempt. Never repeats one by itself; fails with a `CellularError` that says what is certain. */
export type Transmit<Job, Receipt> = (job: Job, signal: AbortSignal) => Promise<Receipt>;

/** What changes with the configuration. */
export interface SenderSettings<Job, Receipt> {
  /** The name of the gateway for error messages. */
  readonly label: string;
  readonly limits: PaceLimits;
  readonly transmit: Transmit<Job, Receipt>;
}

export interface SenderOptions<Job, Origin, Receipt> {
  readonly lane: Lane;
  readonly line: WaitingLine<Job, Origin, Receipt>;
  readonly steps: Steps<Job, Origin, Receipt>;
  readonly observer: Pick<OutboxObserver<Job, Origin, Receipt>, "moved">;
  /** Takes over what the gateway has accepted. */
  readonly accepted: (entry: Entry<Job, Origin, Receipt>, receipt: Receipt) => Promise<void>;
  readonly relay: Relay<Job, Origin, Receipt> | undefined;
  readonly clock: Clock;
}

/**
 * Takes what waits in a line through the lane, one turn after the other, and decides what an attempt means.
 *
 * | an attempt ends with | then |
 * |---|---|
 * | a receipt | `accepted`, or followed further if the entry asks for it |
 * | `not-sent`, retryable | the entry keeps its place and the gateway is left alone for the backoff; after `fallback.after` it moves to its fallback, and at its deadline it ends with `EXPIRED` |
 * | `not-sent`, not retryable | it moves to its fallback, or ends as `not-sent`, at once; after a refused login so does all that waits |
 * | `unknown` | `unknown`, or one more attempt here (`resend`) or by the fallback (`fallback`) if the entry asks for it |
 */
export class Sender<Job, Origin, Receipt> {
  readonly #lane: Lane;
  readonly #line: WaitingLine<Job, Origin, Receipt>;
  readonly #steps: Steps<Job, Origin, Receipt>;
  readonly #options: SenderOptions<Job, Origin, Receipt>;
  readonly #clock: Clock;
  readonly #pace: Pace;
  readonly #timer: ExpiryTimer;
  readonly #abort = new AbortController();
  readonly #unwatch: () => void;
  #settings: SenderSettings<Job, Receipt>;
  #running = false;
  #requestedTurns = 0;
  /** Entries that could not be sent because the disk refused, while that is written down. */
  #unwritten = 0;
  #cancelWake: (() => void) | undefined;
  readonly #turns = new Set<Promise<void>>();

  constructor(options: SenderOptions<Job, Origin, Receipt>, settings: SenderSettings<Job, Receipt>) {
    const { lane, line, steps, clock } = options;
    this.#options = options;
    this.#settings = settings;
    this.#lane = lane;
    this.#line = line;
    this.#steps = steps;
    this.#clock = clock;
    this.#pace = new Pace(settings.limits, clock);
    this.#timer = new ExpiryTimer(clock, () => {
      this.#lookAtTimes();
    });
    this.#unwatch = lane.watch(() => {
      // Also a poll can find the login refused.
      if (lane.refusal !== undefined) this.pump();
    });
  }

  /** What holds the next send back, or undefined. */
  get hold(): Hold | undefined {
    return this.#pace.hold();
  }

  hasEnded(): boolean {
    return this.#abort.signal.aborted;
  }

  /** Turns that will be taken at once, so that an entry about to go does not count as waiting. */
  get readyTurns(): number {
    return this.#maySend() ? this.#lane.free : 0;
  }

  /** Takes new settings. What is on its way ends as it began; failures of the old settings are forgotten. */
  configure(settings: SenderSettings<Job, Receipt>): void {
    this.#settings = settings;
    this.#pace.limits = settings.limits;
    this.#pace.forgive();
    this.pump();
  }

  resume(): void {
    this.#running = true;
    this.pump();
  }

  pause(): void {
    this.#running = false;
    this.#cancelWake?.();
  }

  /** Ends everything that waits with one failure that time cannot heal. All of it leaves the line at once. */
  async failAll(error: CellularError): Promise<void> {
    const waiting = this.#line.snapshot().filter(({ state }) => state === "queued");
    await Promise.all(waiting.map((entry) => this.#cannotBeSent(entry, error)));
  }

  /** Starts nothing any more, and cuts off what is on its way. */
  end(error: CellularError): void {
    this.pause();
    this.#unwatch();
    this.#timer.cancel();
    this.#abort.abort(error);
  }

  /** Resolves when the turns that were asked for are over: what was cut off in them is written down and told. */
  async turnsOver(): Promise<void> {
    await Promise.all(this.#turns);
  }

  /** An entry has been put into the line. */
  expect({ deadline, moveAt }: Entry<Job, Origin, Receipt>): void {
    this.#timer.expect(Math.min(deadline, moveAt));
  }

  /** Starts as many turns as there are entries and room for. */
  pump(): void {
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
        this.pump();
      };
      if (this.#line.waiting > 0) this.#cancelWake = this.#clock.after(hold.remaining, wake);
      return;
    }
    if (!this.#maySend()) return;
    const turns = Math.min(this.#line.waiting, this.#lane.width);
    while (this.#requestedTurns < turns) {
      this.#requestedTurns += 1;
      const turn = this.#takeTurn().finally(() => this.#turns.delete(turn));
      this.#turns.add(turn);
    }
  }

  #maySend(): boolean {
    return this.#running && this.#unwritten === 0 && this.#pace.hold() === undefined;
  }

  async #takeTurn(): Promise<void> {
    const turn = { hasCome: false };
    try {
      await this.#lane.run("send", async () => {
        turn.hasCome = true;
        this.#requestedTurns -= 1;
        // Between the request for a turn and the turn, all may have changed.
        const entry = this.#maySend() ? this.#next() : undefined;
        return entry === undefined ? NO_REQUEST : await this.#attempt(entry);
      });
    } catch {
      // A failed attempt has dealt with its entry; what waits when a turn is refused is dealt with next.
      if (!turn.hasCome) this.#requestedTurns -= 1;
    }
    this.pump();
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
      await this.#steps.write(entry);
      if (this.hasEnded()) throw this.#interruption();
    } catch (error) {
      this.#pace.uncount(send);
      void this.#endUnwritten(queued, asCellularError(error, this.#settings.label));
      return NO_REQUEST;
    }
    if (this.#pace.hold()?.reason === "retry") {
      // While that was written down, another of several at once was told to come again later.
      this.#pace.uncount(send);
      await this.#requeue(queued);
      return NO_REQUEST;
    }
    this.#options.observer.moved(entry);
    let receipt: Receipt;
    try {
      receipt = await this.#settings.transmit(entry.job, this.#abort.signal);
    } catch (error) {
      const failure = asCellularError(error, this.#settings.label);
      if (failure.outcome === "not-sent") this.#pace.uncount(send);
      await this.#failed(entry, failure, send);
      throw failure;
    }
    this.#pace.ended(send);
    this.#line.remove(entry);
    await this.#options.accepted(entry, receipt);
    return undefined;
  }

  /** Until the disk has taken how that ended nothing else is sent, but the modem is free for others. */
  async #endUnwritten(entry: Entry<Job, Origin, Receipt>, error: CellularError): Promise<void> {
    this.#unwritten += 1;
    await this.#finish(entry, error);
    this.#unwritten -= 1;
    this.pump();
  }

  async #failed(entry: Entry<Job, Origin, Receipt>, error: CellularError, send: PacedSend): Promise<void> {
    if (error.outcome === "not-sent" && error.retryable && !this.hasEnded()) {
      this.#pace.failed(send, error);
      await this.#requeue({ ...entry, state: "queued", lastFailure: error });
      return;
    }
    this.#pace.ended(send);
    if (error.outcome !== "unknown") {
      await this.#cannotBeSent(entry, error);
      return;
    }
    const { onUnknown, doubt, fallback } = entry;
    const isFirstDoubt = doubt === undefined && !this.hasEnded();
    if (onUnknown === "resend" && isFirstDoubt) await this.#requeue({ ...entry, state: "queued", doubt: error });
    else if (onUnknown === "fallback" && isFirstDoubt && fallback !== undefined) {
      await this.#move({ ...entry, doubt: error }, error);
    } else await this.#finish(entry, error);
  }

  /** Until it is written down as waiting, the entry stands in the line as being sent: nobody takes or ends it. */
  async #requeue(entry: Entry<Job, Origin, Receipt>): Promise<void> {
    const now = this.#clock.now();
    if (entry.deadline > now && entry.moveAt <= now && !this.hasEnded()) {
      await this.#move(entry, undefined);
      return;
    }
    if (entry.deadline > now) {
      try {
        await this.#steps.write(entry);
      } catch {
        // The record goes on saying that it is being sent: after a crash its outcome would be unknown, which is true.
      }
    }
    this.#line.put(entry);
    if (this.hasEnded()) await this.#finish(entry, this.#interruption());
    else if (entry.deadline <= this.#clock.now()) await this.#expire(entry);
    else {
      this.expect(entry);
      this.#options.observer.moved(entry);
    }
  }

  /** Time does not heal what happened: the fallback takes the entry, or it ends. */
  async #cannotBeSent(entry: Entry<Job, Origin, Receipt>, error: CellularError): Promise<void> {
    if (entry.fallback === undefined || this.hasEnded()) await this.#finish(entry, error);
    else await this.#move({ ...entry, lastFailure: error }, error);
  }

  /**
   * Gives an entry to the outbox of its fallback.
   * @param failure What ends the entry if that does not take it; absent: it goes on waiting here.
   */
  async #move(entry: Entry<Job, Origin, Receipt>, failure: CellularError | undefined): Promise<void> {
    const { relay, observer } = this.#options;
    const { fallback } = entry;
    const moved: Entry<Job, Origin, Receipt> = { ...entry, state: "moved" };
    this.#line.put(moved);
    let written = entry;
    try {
      if (relay === undefined || fallback === undefined) throw this.#interruption();
      // Nobody could say after a crash what became of it in an outbox that only remembers.
      const step: typeof entry = relay.isDurable(fallback.to) ? moved : { ...entry, state: "sending" };
      await this.#steps.write(step);
      written = step;
      await relay.move(moved);
      observer.moved(moved);
    } catch (error) {
      if (failure !== undefined) {
        await this.#finish(written, failure);
        return;
      }
      const cause = asCellularError(error, this.#settings.label);
      const moveAt = this.#clock.now() + MOVE_AGAIN_MS;
      await this.#requeue({ ...entry, state: "queued", moveAt, lastFailure: entry.lastFailure ?? cause });
      this.pump();
    }
  }

  async #finish(entry: Entry<Job, Origin, Receipt>, error: CellularError): Promise<void> {
    this.#line.remove(entry);
    await this.#steps.finish(entry, { outcome: error.outcome === "unknown" ? "unknown" : "not-sent", error });
  }

  #expire(entry: Entry<Job, Origin, Receipt>): Promise<void> {
    const cause = entry.lastFailure ?? this.#reasonForDelay();
    return this.#finish(entry, expiredError(this.#settings.label, entry.expireAfter, cause));
  }

  #reasonForDelay(): CellularError | undefined {
    const { health } = this.#lane;
    if (health !== null && health !== undefined) return health;
    return this.#pace.hold()?.reason === "quota" ? quotaError(this.#settings.limits.maxPerHour) : undefined;
  }

  #lookAtTimes(): void {
    const now = this.#clock.now();
    for (const entry of this.#line.snapshot()) {
      if (entry.state !== "queued") {
        if (entry.deadline > now) this.#timer.expect(entry.deadline);
      } else if (entry.deadline <= now) void this.#expire(entry);
      else if (entry.moveAt <= now) void this.#move(entry, undefined);
      else this.expect(entry);
    }
  }

  #interruption(): CellularError {
    return interruption(this.#settings.label);
  }
}

/** What ends a message whose gateway or account is deleted. */
export function interruption(label: string): CellularError {
  return new CellularError("INTERRUPTED", `${label}: it was removed in the editor before the message was sent.`);
}
