import { CellularError } from "../errors/cellular-error";
import type { CommandFilter, SmsCommand } from "../gateways/super-sim";
import { systemClock, type Clock } from "../lane";
import type { EventBook } from "./event-book";
import type { PollProgress } from "./event-index";
import type { News } from "./event-steps";
import { directionOf, isWanted, stateIdentity, type WantedDirection } from "./identity";
import { dateOf, ListWindow } from "./window";

export interface PollSourceOptions {
  /** The node's id; the same over redeploys. */
  readonly node: string;
  readonly book: EventBook;
  readonly direction: WantedDirection;
  /** Milliseconds from the beginning of one poll to that of the next. */
  readonly interval: number;
  /** Lists commands, in any order. What it throws ends the poll, and nothing of the poll counts. */
  readonly list: (filter: CommandFilter, signal: AbortSignal) => AsyncIterable<SmsCommand>;
  /** Told of every command that is read. Must not throw. */
  readonly heard: (command: SmsCommand) => void;
  /** A poll has ended, badly if there is a failure. */
  readonly polled: (failure: CellularError | null) => void;
  /** Turns what a poll threw into the failure that is told. */
  readonly asFailure: (error: unknown) => CellularError;
  readonly clock?: Clock;
}

/**
 * Entries that one request brings. The service takes up to 1000; with 200 a poll of a quiet account carries about
 * 150 KB, which counts where the account is polled over the air, and a busy one needs few requests still.
 */
export const PAGE_SIZE = 200;

/** The poll loop of one node instance: lists the account's commands, and takes the news among them into the book. */
export class PollSource {
  readonly #options: PollSourceOptions;
  readonly #clock: Clock;
  readonly #ending = new AbortController();
  #isRunning = false;
  #isPolling = false;
  #lastPoll = -Infinity;
  #cancelNext: () => void = () => undefined;
  /** Those who asked for the next poll. */
  #asked: ((failure: CellularError | null) => void)[] = [];

  constructor(options: PollSourceOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
  }

  /** Begins, or goes on, to poll. */
  resume(): void {
    this.#isRunning = !this.#ending.signal.aborted;
    this.#plan();
  }

  /** Starts no further poll until `resume`. */
  pause(): void {
    this.#isRunning = false;
    this.#cancelNext();
  }

  /** The end: nothing of a poll in progress counts. */
  end(): void {
    this.pause();
    const failure = new CellularError("INTERRUPTED", "The node was stopped.");
    this.#ending.abort(failure);
    for (const answer of this.#asked.splice(0)) answer(failure);
  }

  /** Polls at once, or once more right after the poll in progress. @returns what went wrong in that poll, or null */
  pollNow(): Promise<CellularError | null> {
    return new Promise((resolve) => {
      this.#asked.push(resolve);
      this.#plan();
    });
  }

  #plan(): void {
    this.#cancelNext();
    if (!this.#isRunning || this.#isPolling) return;
    const due = this.#asked.length > 0 ? 0 : this.#lastPoll + this.#options.interval - this.#clock.now();
    this.#cancelNext = this.#clock.after(Math.max(0, due), () => {
      void this.#poll();
    });
  }

  async #poll(): Promise<void> {
    this.#isPolling = true;
    this.#lastPoll = this.#clock.now();
    const asked = this.#asked.splice(0);
    let failure: CellularError | null = null;
    try {
      await this.#takeNews();
    } catch (error) {
      failure = this.#options.asFailure(error);
    }
    this.#isPolling = false;
    for (const answer of asked) answer(failure);
    if (!this.#ending.signal.aborted) this.#options.polled(failure);
    this.#plan();
  }

  async #takeNews(): Promise<void> {
    const { node, book, direction } = this.#options;
    const { signal } = this.#ending;
    const before = await book.progress(node);
    const window = new ListWindow(before, this.#clock.date().getTime(), PAGE_SIZE);
    const read = await this.#read(window);
    // Between a list that was read and the write there is no way back: what was aborted must not count.
    signal.throwIfAborted();
    const commands = inOrder(
      read.filter((command) => window.holds(command)),
      window,
    );
    const news = commands.map((command) => newsOf(command, before));
    const listed = commands.map(stateIdentity);
    await book.take(node, news, { poll: { mark: window.nextMark, covers: direction, listed } });
  }

  async #read(window: ListWindow): Promise<readonly SmsCommand[]> {
    const { list, heard, direction } = this.#options;
    const filter = { pageSize: PAGE_SIZE, ...(direction === "any" ? {} : { direction }) };
    const read: SmsCommand[] = [];
    for await (const command of list(filter, this.#ending.signal)) {
      this.#ending.signal.throwIfAborted();
      heard(command);
      window.add(command);
      if (isWanted(command, direction) && window.holds(command)) read.push(command);
      if (window.isRead) break;
    }
    return read;
  }
}

/** Oldest change first; of one second, in the order of the list, which shows the newest first as a rule. */
function inOrder(commands: readonly SmsCommand[], { mayBeNewestFirst }: ListWindow): readonly SmsCommand[] {
  const listed = mayBeNewestFirst ? commands.toReversed() : [...commands];
  const dated = listed.map((command) => ({ command, date: dateOf(command) }));
  // What has no date may be the newest of all.
  const instant = (date: number): number => (Number.isNaN(date) ? Infinity : date);
  return dated
    .sort((one, other) => Math.sign(instant(one.date) - instant(other.date)) || 0)
    .map(({ command }) => command);
}

/**
 * The first poll ever, or the first one that lists this direction, only sets the starting point. A command that waits
 * to be sent is one that somebody has just made: no change.
 */
function newsOf(command: SmsCommand, before: PollProgress | undefined): News {
  const isCovered = before !== undefined && (before.covers === "any" || before.covers === directionOf(command));
  const isChange = directionOf(command) === "from_sim" || command.status !== "queued";
  const event = isCovered && isChange ? { command, token: null, raw: null } : null;
  return { identities: [stateIdentity(command)], event };
}
