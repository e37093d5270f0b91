import { asCellularError, CellularError } from "../errors/cellular-error";
import { NO_REQUEST, type Clock, type Lane } from "../lane";
import type { Entry, WaitingEntry } from "./entry";
import { RecentNews } from "./recent-news";
import type { OutboxObserver, Steps } from "./steps";
import type { Tracking } from "./tracking";

const FIRST_GAP_MS = 1000;
const LONGEST_GAP_MS = 30_000;
/** Milliseconds that the last answer may take when the time is up, and that any may take over it. */
const GRACE_MS = 5000;

interface TrackerOptions<Job, Origin, Receipt> {
  readonly tracking: Tracking<Job, Receipt>;
  readonly lane: Lane;
  readonly steps: Steps<Job, Origin, Receipt>;
  readonly observer: Pick<OutboxObserver<Job, Origin, Receipt>, "moved">;
  readonly clock: Clock;
  /** The name of the service for error messages. */
  readonly label: () => string;
}

/** One entry that is followed. */
interface Tracked<Job, Origin, Receipt> {
  readonly entry: WaitingEntry<Job, Origin, Receipt>;
  receipt: Receipt;
  /** Milliseconds until it is asked for the next time. */
  gap: number;
  /** Cancels what is to come next. */
  cancel: () => void;
  readonly over: AbortController;
  lastFailure: CellularError | undefined;
}

/**
 * Follows what was accepted: asks after 1 s and then at gaps that double up to 30 s, and takes news that come by
 * themselves, whichever is first. What lay there after a restart is asked for at once, and once at least.
 */
export class Tracker<Job, Origin, Receipt> {
  readonly #options: TrackerOptions<Job, Origin, Receipt>;
  readonly #tracking: Tracking<Job, Receipt>;
  /** By the name under which news come. A service that gives one name twice must not make an entry vanish. */
  readonly #open = new Map<string, Set<Tracked<Job, Origin, Receipt>>>();
  /** News of what is not followed, or not yet: they may come before the answer to the request. */
  readonly #early = new RecentNews<Receipt>();
  /** What came due while nothing may begin. */
  readonly #due = new Set<Tracked<Job, Origin, Receipt>>();
  #isPaused = false;
  #count = 0;
  #hasStopped = false;

  constructor(options: TrackerOptions<Job, Origin, Receipt>) {
    this.#options = options;
    this.#tracking = options.tracking;
  }

  /** What is followed. */
  get entries(): readonly Entry<Job, Origin, Receipt>[] {
    return this.#all.map(({ entry }) => entry);
  }

  /**
   * Follows an entry that was accepted just now.
   * @param patience Milliseconds.
   */
  async begin(sending: Entry<Job, Origin, Receipt>, accepted: Receipt, patience: number): Promise<void> {
    const { steps, observer, clock } = this.#options;
    const early = this.#early.take(this.#tracking.nameOf(accepted));
    const receipt = early === undefined ? accepted : this.#tracking.merge(accepted, early);
    const waitUntil = clock.now() + patience;
    const entry = { ...sending, state: "waiting" as const, receipt, waitUntil };
    const tracked = this.#track(entry);
    if (this.#hasEnded(tracked)) return;
    if (this.#hasStopped) {
      // It was on its way when all ended, and its answer came nevertheless.
      this.#conclude(tracked, this.#interruption());
      return;
    }
    try {
      await steps.write(entry);
    } catch {
      // The record goes on saying that it is being sent: after a crash its outcome would be unknown. That is less than
      // what is known, and not false.
    }
    if (tracked.over.signal.aborted) return;
    observer.moved(entry);
    this.#askLater(tracked);
  }

  /** Follows an entry on that was followed when the process ended. */
  resumeWith(entry: WaitingEntry<Job, Origin, Receipt>): void {
    const tracked = this.#track(entry);
    this.#options.observer.moved(entry);
    if (this.#hasEnded(tracked)) return;
    if (this.#hasStopped) this.#conclude(tracked, this.#interruption());
    else this.#ask(tracked);
  }

  /** News have come by themselves. */
  hear(news: Receipt): void {
    const name = this.#tracking.nameOf(news);
    const followed = this.#open.get(name);
    if (followed === undefined) {
      const earlier = this.#early.take(name);
      this.#early.keep(name, earlier === undefined ? news : this.#tracking.merge(earlier, news));
      return;
    }
    for (const tracked of [...followed]) {
      this.#learn(tracked, news);
      this.#hasEnded(tracked);
    }
  }

  /** Asks for nothing until `resume`. */
  pause(): void {
    this.#isPaused = true;
  }

  resume(): void {
    this.#isPaused = false;
    const due = [...this.#due];
    this.#due.clear();
    for (const tracked of due) this.#ask(tracked);
  }

  /** Follows nothing any more: all of it was accepted, and that is what is told. */
  end(): void {
    this.#hasStopped = true;
    for (const tracked of this.#all) this.#conclude(tracked, this.#interruption());
  }

  /** How many are followed. */
  get followed(): number {
    return this.#count;
  }

  get #all(): readonly Tracked<Job, Origin, Receipt>[] {
    return [...this.#open.values()].flatMap((followed) => [...followed]);
  }

  #track(entry: WaitingEntry<Job, Origin, Receipt>): Tracked<Job, Origin, Receipt> {
    const tracked: Tracked<Job, Origin, Receipt> = {
      entry,
      receipt: entry.receipt,
      gap: FIRST_GAP_MS,
      cancel: () => undefined,
      over: new AbortController(),
      lastFailure: undefined,
    };
    const name = this.#tracking.nameOf(entry.receipt);
    this.#open.set(name, (this.#open.get(name) ?? new Set()).add(tracked));
    this.#count += 1;
    return tracked;
  }

  #learn(tracked: Tracked<Job, Origin, Receipt>, news: Receipt): void {
    tracked.receipt = this.#tracking.merge(tracked.receipt, news);
  }

  /** Ends what has got as far as asked, or never will; returns whether it has ended. */
  #hasEnded(tracked: Tracked<Job, Origin, Receipt>): boolean {
    if (tracked.over.signal.aborted) return true;
    const standing = this.#tracking.standing(tracked.entry.job, tracked.receipt);
    if (standing === "open") return false;
    this.#conclude(tracked, standing === "reached" ? undefined : standing);
    return true;
  }

  #askLater(tracked: Tracked<Job, Origin, Receipt>): void {
    const { clock } = this.#options;
    const rest = Math.max(0, tracked.entry.waitUntil - clock.now());
    const gap = Math.max(tracked.gap, tracked.lastFailure?.retryAfter ?? 0);
    tracked.cancel = clock.after(Math.min(gap, rest), () => {
      this.#ask(tracked);
    });
    tracked.gap = Math.min(tracked.gap * 2, LONGEST_GAP_MS);
  }

  #ask(tracked: Tracked<Job, Origin, Receipt>): void {
    if (tracked.over.signal.aborted) return;
    if (this.#isPaused) {
      this.#due.add(tracked);
      return;
    }
    const { clock } = this.#options;
    const rest = Math.max(0, tracked.entry.waitUntil - clock.now());
    // Whatever keeps the answer, or the turn to ask, from coming.
    tracked.cancel = clock.after(rest + GRACE_MS, () => {
      this.#timeIsUp(tracked);
    });
    void this.#request(tracked);
  }

  async #request(tracked: Tracked<Job, Origin, Receipt>): Promise<void> {
    const { lane, clock, label } = this.#options;
    const { entry, over } = tracked;
    const { signal } = over;
    try {
      await lane.run("poll", async () => {
        if (signal.aborted) return NO_REQUEST;
        const timeout = Math.max(0, entry.waitUntil - clock.now()) + GRACE_MS;
        this.#learn(tracked, await this.#tracking.ask(entry.job, tracked.receipt, { signal, timeout }));
        tracked.lastFailure = undefined;
        return undefined;
      });
    } catch (error) {
      tracked.lastFailure = asCellularError(error, label());
    }
    if (this.#hasEnded(tracked)) return;
    tracked.cancel();
    if (clock.now() < entry.waitUntil) this.#askLater(tracked);
    else this.#timeIsUp(tracked);
  }

  #timeIsUp(tracked: Tracked<Job, Origin, Receipt>): void {
    const { entry, receipt, lastFailure } = tracked;
    this.#conclude(tracked, this.#tracking.timedOut(entry.job, receipt, lastFailure));
  }

  #conclude(tracked: Tracked<Job, Origin, Receipt>, error: CellularError | undefined): void {
    const { entry, receipt, over, cancel } = tracked;
    cancel();
    over.abort();
    this.#due.delete(tracked);
    const name = this.#tracking.nameOf(entry.receipt);
    const followed = this.#open.get(name);
    if (followed?.delete(tracked) === true) this.#count -= 1;
    if (followed?.size === 0) this.#open.delete(name);
    const ending = { outcome: "accepted" as const, receipt, ...(error === undefined ? {} : { error }) };
    void this.#options.steps.finish(entry, ending);
  }

  #interruption(): CellularError {
    const text =
      "it was removed in the editor while the message, which was accepted, was being followed. It may still arrive.";
    return new CellularError("INTERRUPTED", `${this.#options.label()}: ${text}`, { outcome: "accepted" });
  }
}
