import type { CommandEvent } from "../gateways/super-sim";
import { systemClock, type Clock } from "../lane";
import type { EventBook } from "./event-book";

/** The node instance that can hand events to the flow now. */
export interface EventReporter {
  /** The node's id; the same over redeploys. */
  readonly id: string;
  /** Sends one event. Must not throw. */
  handOn(event: CommandEvent): void;
  /** Says whether what was handed on just now has arrived; if not, it is handed on again. */
  hasArrived(): Promise<boolean>;
}

export interface EventDeskOptions {
  readonly book: EventBook;
  /** Resolves when events can be handed on: at once, or after a deploy in progress. */
  readonly ready: () => Promise<void>;
  readonly clock?: Clock;
}

/** How long after a failure the disk is tried again, in ms. */
const DISK_PAUSE_MS = 5000;
/** How many events a crash can repeat, where the disk takes what it is given: so many are removed in one write. */
const MOST_REPEATED = 16;

/**
 * Hands what is due to the flows: the same way after a restart, after a deploy, and when it has just been taken. A crash
 * between handing on and the removal repeats events, it loses none.
 */
export class EventDesk {
  readonly #options: EventDeskOptions;
  readonly #hands = new Map<string, Hand>();

  constructor(options: EventDeskOptions) {
    this.#options = options;
  }

  /** Makes a node instance the one that hands on for its id; returns what ends that. */
  register(reporter: EventReporter): () => void {
    const hand = this.#hands.get(reporter.id) ?? new Hand(reporter.id, this.#options);
    this.#hands.set(reporter.id, hand);
    return hand.give(reporter);
  }

  /** Resolves when nothing of a node is half done: what was handed on is removed, or the disk refuses that. */
  async settled(id: string): Promise<void> {
    await this.#hands.get(id)?.settled();
  }
}

/** Hands on the events of one node. */
class Hand {
  readonly #id: string;
  readonly #book: EventBook;
  readonly #ready: () => Promise<void>;
  readonly #clock: Clock;
  #reporter: EventReporter | undefined;
  #endWatch: () => void = () => undefined;
  #isRunning = false;
  #isNewsThere = false;
  /** The flow has them, the disk does not know that yet. */
  readonly #handed = new Set<string>();
  #arriving: Promise<boolean> | undefined;
  #removing: Promise<void> | undefined;
  #cancelRetry: () => void = () => undefined;

  constructor(id: string, { book, ready, clock = systemClock }: EventDeskOptions) {
    this.#id = id;
    this.#book = book;
    this.#ready = ready;
    this.#clock = clock;
  }

  give(reporter: EventReporter): () => void {
    this.#endWatch();
    this.#reporter = reporter;
    this.#endWatch = this.#book.watch(this.#id, () => {
      this.#wake();
    });
    this.#wake();
    return () => {
      if (this.#reporter !== reporter) return;
      this.#reporter = undefined;
      this.#endWatch();
    };
  }

  async settled(): Promise<void> {
    while (this.#arriving !== undefined || this.#removing !== undefined) {
      await this.#arriving;
      await this.#removing;
    }
  }

  #wake(): void {
    this.#isNewsThere = true;
    if (!this.#isRunning) void this.#run();
  }

  async #run(): Promise<void> {
    this.#isRunning = true;
    while (this.#isNewsThere && this.#reporter !== undefined) {
      this.#isNewsThere = false;
      try {
        await this.#handOnAll();
      } catch {
        // The book cannot be opened. Whoever takes something is told so; what it holds already waits.
        this.#retryLater();
        break;
      }
    }
    this.#isRunning = false;
  }

  async #handOnAll(): Promise<void> {
    for (const { key, event } of await this.#book.due(this.#id)) {
      if (this.#handed.has(key)) continue;
      await this.#ready();
      // Whoever reports after a deploy gets it, not who reported before.
      const reporter = this.#reporter;
      if (reporter === undefined) return;
      reporter.handOn(event);
      this.#arriving = reporter.hasArrived();
      const hasArrived = await this.#arriving;
      if (!hasArrived) this.#isNewsThere = true;
      else {
        this.#handed.add(key);
        this.#remove();
      }
      this.#arriving = undefined;
      if (!hasArrived) return;
      if (this.#handed.size >= MOST_REPEATED) await this.#removing;
    }
  }

  /** While one removal is written, the next ones gather. */
  #remove(): void {
    this.#removing ??= this.#removeAll().finally(() => {
      this.#removing = undefined;
      if (this.#handed.size === 0) this.#cancelRetry();
    });
  }

  async #removeAll(): Promise<void> {
    while (this.#handed.size > 0) {
      const keys = [...this.#handed];
      try {
        await this.#book.handedOn(this.#id, keys);
      } catch {
        // They stay known here: only a crash before the disk takes it hands them on again.
        this.#retryLater();
        return;
      }
      for (const key of keys) this.#handed.delete(key);
    }
  }

  #retryLater(): void {
    this.#cancelRetry();
    this.#cancelRetry = this.#clock.after(DISK_PAUSE_MS, () => {
      if (this.#handed.size > 0) this.#remove();
      this.#wake();
    });
  }
}
