import { randomUUID } from "node:crypto";
import { CellularError } from "../errors/cellular-error";
import { systemClock, type Clock, type Lane } from "../lane";
import type { Entry, FinishedEntry, Submission } from "./entry";
import { KEY_LIFE_MS, Keys } from "./keys";
import type { Hold, PaceLimits } from "./pace";
import { Recovery } from "./recovery";
import type { Relay } from "./relay";
import { interruption, Sender, type SenderSettings } from "./sender";
import { asStorageFailure, Steps, type OutboxObserver } from "./steps";
import type { OutboxContents, OutboxStore } from "./store";
import { Tracker } from "./tracker";
import type { Tracking } from "./tracking";
import { WaitingLine } from "./waiting-line";

/** Milliseconds until a store that could not be opened is tried again. */
const AGAIN_MS = 5000;

/** How many may be followed at once after they were accepted: they hold up nobody, but take memory. */
const MOST_FOLLOWED = 10_000;

export interface OutboxLimits extends PaceLimits {
  /** Most entries that may wait. */
  readonly queueLimit: number;
}

/** What changes with the configuration. */
export interface OutboxSettings<Job, Receipt> extends SenderSettings<Job, Receipt> {
  readonly limits: OutboxLimits;
}

export interface OutboxOptions<Job, Origin, Receipt> extends OutboxSettings<Job, Receipt> {
  /** Names the outbox among others; the same over restarts. */
  readonly id: string;
  readonly lane: Lane;
  readonly store: OutboxStore<Job, Origin, Receipt>;
  readonly observer: OutboxObserver<Job, Origin, Receipt>;
  /** The way to other outboxes; absent: there are none. */
  readonly relay?: Relay<Job, Origin, Receipt>;
  /** How what was accepted is followed; absent: it is done then. */
  readonly tracking?: Tracking<Job, Receipt>;
  readonly clock?: Clock;
}

/**
 * Store-and-forward for what must leave once. Every entry ends in exactly one outcome; only what is certain not to have
 * been sent is sent again. What lay in the store when it was opened goes on from where it stood: `queued` is sent,
 * `sending` is `unknown`, for the process ended while the request was out, `waiting` is followed further, `finished` is
 * reported, once more perhaps.
 */
export class Outbox<Job, Origin, Receipt> {
  readonly #store: OutboxStore<Job, Origin, Receipt>;
  readonly #observer: OutboxObserver<Job, Origin, Receipt>;
  readonly #clock: Clock;
  readonly #line = new WaitingLine<Job, Origin, Receipt>();
  readonly #keys: Keys<Job, Origin, Receipt>;
  readonly #steps: Steps<Job, Origin, Receipt>;
  readonly #tracker: Tracker<Job, Origin, Receipt> | undefined;
  readonly #sender: Sender<Job, Origin, Receipt>;
  readonly #recovery: Recovery<Job, Origin, Receipt>;
  #settings: OutboxSettings<Job, Receipt>;
  /** Entries that are being written down for the first time. */
  #arriving = 0;
  readonly #arrivingIds = new Map<string, Promise<void>>();
  #opening: Promise<void> | undefined;
  #isOpen = false;
  #cancelOpening: (() => void) | undefined;

  constructor(options: OutboxOptions<Job, Origin, Receipt>) {
    const { id, lane, store, observer, relay, tracking, clock = systemClock } = options;
    this.#settings = options;
    this.#store = store;
    this.#observer = observer;
    this.#clock = clock;
    this.#keys = new Keys(clock);
    const label = (): string => this.#settings.label;
    const steps = new Steps({ id, label, store, relay, keys: this.#keys, observer, clock });
    const line = this.#line;
    this.#steps = steps;
    this.#tracker = tracking === undefined ? undefined : new Tracker({ tracking, lane, steps, observer, clock, label });
    const accepted = (entry: Entry<Job, Origin, Receipt>, receipt: Receipt): Promise<void> =>
      this.#accepted(entry, receipt);
    this.#sender = new Sender({ lane, line, steps, observer, accepted, relay, clock }, options);
    this.#recovery = new Recovery({
      ...{ label, line, steps, relay, clock, tracker: this.#tracker },
      hasEnded: () => this.#sender.hasEnded(),
      put: (entry) => {
        this.#put(entry);
      },
    });
  }

  /** How many entries wait for their turn. */
  get waiting(): number {
    return this.#line.waiting;
  }

  /** All entries that have not ended: in the order in which they go, then those that are followed. */
  get entries(): readonly Entry<Job, Origin, Receipt>[] {
    return [...this.#line.snapshot(), ...(this.#tracker?.entries ?? [])];
  }

  /** What holds the next send back, or undefined. */
  get hold(): Hold | undefined {
    return this.#sender.hold;
  }

  /** Whether that key stands for a message of this outbox, open or reported. */
  knows(key: string): boolean {
    return this.#keys.look(key, false).is !== "free";
  }

  /** Takes new settings. What is on its way ends as it began; failures of the old settings are forgotten. */
  configure(settings: OutboxSettings<Job, Receipt>): void {
    this.#settings = settings;
    this.#sender.configure(settings);
  }

  /** Begins, or goes on, to send what waits. */
  resume(): void {
    this.#sender.resume();
    this.#tracker?.resume();
    if (!this.#isOpen) void this.#openInTime();
  }

  /** The settings cannot be used: nothing is sent, but what was accepted is followed, so that its time can be up. */
  goOnFollowing(): void {
    this.#tracker?.resume();
  }

  /** Starts no further attempt until `resume`. What is on its way goes on. */
  pause(): void {
    this.#sender.pause();
    this.#tracker?.pause();
  }

  /**
   * Takes an entry, or waits for the one that its key stands for. Resolves when it is written down: from then on it has
   * an outcome.
   * @param isResend Sends it although its key stands for one whose outcome is unknown.
   * @throws CellularError `QUEUE_FULL`, `STORAGE_FAILED`, or `INTERRUPTED` after the end; then it was not taken.
   */
  async submit(submission: Submission<Job, Origin>, isResend = false): Promise<void> {
    if (!this.#isOpen) await this.open();
    if (this.#sender.hasEnded()) throw interruption(this.#settings.label);
    const { key, origin } = submission;
    if (key === undefined) {
      await this.#take(submission);
      return;
    }
    const known = this.#keys.look(key, isResend);
    if (known.is === "settled") {
      this.#observer.repeated(known.conclusion, origin);
    } else if (known.is === "open") {
      known.claim.waiting.push(origin);
      await known.claim.taken;
    } else {
      const taken = this.#take(submission);
      // Whoever waits for it hears of its failure; if nobody does, this keeps it from being one that nobody handles.
      taken.catch(() => undefined);
      this.#keys.open(key, taken);
      try {
        await taken;
      } catch (error) {
        this.#keys.abandon(key);
        throw error;
      }
    }
  }

  /**
   * Takes an entry that moves here from another outbox; one that is here already is not taken twice.
   * @param movedFrom Id of that outbox.
   * @throws CellularError as `submit`.
   */
  async adopt(moved: Entry<Job, Origin, Receipt>, movedFrom: string): Promise<void> {
    if (!this.#isOpen) await this.open();
    const { id } = moved;
    if (this.#line.get(id) !== undefined || this.#steps.hasEnded(id)) return;
    const arriving = this.#arrivingIds.get(id) ?? this.#write(asAdopted(moved, movedFrom));
    this.#arrivingIds.set(id, arriving);
    try {
      await arriving;
    } finally {
      this.#arrivingIds.delete(id);
    }
  }

  /**
   * An entry that has moved from here has ended.
   * @throws CellularError `STORAGE_FAILED` if that could not be written down.
   */
  async settle(finished: FinishedEntry<Job, Origin, Receipt>): Promise<void> {
    if (!this.#isOpen) await this.open();
    this.#line.remove(finished);
    await this.#steps.settle(finished);
  }

  /** News have come by themselves of something that may be followed here. */
  hear(news: Receipt): void {
    this.#tracker?.hear(news);
  }

  /** Forgets an entry that has been reported. */
  async remove(id: string): Promise<void> {
    await this.#steps.remove(id);
  }

  /** Ends everything that waits with one failure that time cannot heal. All of it leaves the line at once. */
  async failAll(error: CellularError): Promise<void> {
    await this.#sender.failAll(error);
  }

  /** The end of this outbox: cuts off what is on its way, and ends what waits. Every entry is still reported. */
  async end(): Promise<void> {
    this.#cancelOpening?.();
    const error = interruption(this.#settings.label);
    this.#sender.end(error);
    this.#tracker?.end();
    await this.failAll(error);
  }

  /** After the end: resolves when all that there was is reported and removed. */
  async emptied(): Promise<void> {
    await this.#sender.turnsOver();
    // What lies in a store that is being opened ends as well.
    await this.#opening?.catch(() => undefined);
    await this.#steps.emptied();
  }

  /**
   * Opens the store and takes up what lies there.
   * @throws CellularError `STORAGE_FAILED`; may be called again.
   */
  async open(): Promise<void> {
    this.#opening ??= this.#recover();
    try {
      await this.#opening;
    } catch (error) {
      this.#opening = undefined;
      throw error;
    }
  }

  async #openInTime(): Promise<void> {
    this.#cancelOpening?.();
    try {
      await this.open();
    } catch {
      if (this.#isOpen || this.#sender.hasEnded()) return;
      this.#cancelOpening = this.#clock.after(AGAIN_MS, () => {
        void this.#openInTime();
      });
    }
  }

  async #recover(): Promise<void> {
    let contents: OutboxContents<Job, Origin, Receipt>;
    try {
      contents = await this.#store.load();
    } catch (error) {
      throw asStorageFailure(error, this.#settings.label);
    }
    this.#keys.restore(contents.entries, contents.claims);
    for (const entry of contents.entries) this.#recovery.goOn(entry, contents.doubtful.has(entry.id));
    this.#isOpen = true;
    if (this.#sender.hasEnded()) await this.failAll(interruption(this.#settings.label));
    else this.#sender.pump();
  }

  /** The gateway has accepted it: done, unless it is to be followed. */
  async #accepted(entry: Entry<Job, Origin, Receipt>, receipt: Receipt): Promise<void> {
    const { patience = 0 } = entry;
    if (this.#tracker === undefined || patience <= 0) await this.#steps.finish(entry, { outcome: "accepted", receipt });
    else await this.#tracker.begin(entry, receipt, patience);
  }

  async #take(submission: Submission<Job, Origin>): Promise<void> {
    const now = this.#clock.now();
    const { expireAfter, fallback } = submission;
    await this.#write({
      ...submission,
      id: randomUUID(),
      state: "queued",
      attempts: 0,
      queuedAt: this.#clock.date(),
      deadline: expireAfter === 0 ? Infinity : now + expireAfter,
      moveAt: fallback === undefined ? Infinity : now + fallback.after,
      keyUntil: now + KEY_LIFE_MS,
    });
  }

  /** Writes a new entry down and puts it into the line. */
  async #write(entry: Entry<Job, Origin, Receipt>): Promise<void> {
    const { limits, label } = this.#settings;
    if (this.#sender.hasEnded()) throw interruption(label);
    if (this.#line.waiting + this.#arriving - this.#sender.readyTurns >= limits.queueLimit) {
      throw new CellularError(
        "QUEUE_FULL",
        `${label}: ${String(limits.queueLimit)} messages wait already. Send less, or raise the queue limit.`,
      );
    }
    const { followed = 0 } = this.#tracker ?? {};
    if ((entry.patience ?? 0) > 0 && followed >= MOST_FOLLOWED) {
      throw new CellularError(
        "QUEUE_FULL",
        `${label}: the states of ${String(followed)} messages are awaited already. Wait for fewer.`,
      );
    }
    this.#arriving += 1;
    try {
      await this.#steps.write(entry);
    } finally {
      this.#arriving -= 1;
    }
    this.#put(entry);
    if (this.#sender.hasEnded()) void this.failAll(interruption(label));
    else this.#sender.pump();
  }

  #put(entry: Entry<Job, Origin, Receipt>): void {
    this.#line.put(entry);
    this.#observer.moved(entry);
    this.#sender.expect(entry);
  }
}

/** An entry as it waits in the outbox of its fallback. From there it goes nowhere else. */
function asAdopted<Job, Origin, Receipt>(
  { fallback, ...entry }: Entry<Job, Origin, Receipt>,
  movedFrom: string,
): Entry<Job, Origin, Receipt> {
  return {
    ...entry,
    job: fallback === undefined ? entry.job : fallback.job,
    state: "queued",
    onUnknown: entry.onUnknown === "resend" ? "resend" : "report",
    moveAt: Infinity,
    movedFrom,
  };
}
