import { CellularError, type CellularErrorCode } from "../errors/cellular-error";
import { asSmsCommand, type LegacyCommand, type SmsCommand } from "../gateways/super-sim";
import { systemClock, type Clock } from "../lane";
import type { EventBook } from "./event-book";
import type { Question } from "./event-index";
import { isWanted, stateIdentity, type WantedDirection } from "./identity";

export interface FetchCheckOptions {
  /** The node's id; the same over redeploys. */
  readonly node: string;
  readonly book: EventBook;
  readonly direction: WantedDirection;
  /** Read one command. @throws CellularError `NOT_FOUND` where the account has none of this SID */
  readonly fetchSmsCommand: (sid: string, signal: AbortSignal) => Promise<SmsCommand>;
  /** As `fetchSmsCommand`, from the legacy resource. */
  readonly fetchCommand: (sid: string, signal: AbortSignal) => Promise<LegacyCommand>;
  /** Told of every command that the account knows. Must not throw. */
  readonly heard: (command: SmsCommand) => void;
  /** The account knows nothing of what was called back: it was forged. */
  readonly refused: () => void;
  /** The account has been asked, in vain if there is a failure. Must not throw. */
  readonly asked: (failure: CellularError | null) => void;
  /** What it said has been written down, in vain if there is a failure. Must not throw. */
  readonly written: (failure: CellularError | null) => void;
  /** The account could not be asked for so long that a callback was given up. */
  readonly givenUp: (failure: CellularError) => void;
  readonly asFailure: (error: unknown) => CellularError;
  readonly clock?: Clock;
}

const FIRST_GAP_MS = 1000;
const LONGEST_GAP_MS = 5 * 60_000;
/** How long the account is asked for one callback. */
const PATIENCE_MS = 24 * 60 * 60_000;
/** How long after a failure the disk is tried again, in ms. */
const DISK_PAUSE_MS = 5000;
/** A wall clock before the first release of this package is certainly wrong. */
const EARLIEST_WALL = Date.UTC(2026, 0, 1);
/** SIDs that are asked for at once; the account's lane says how many requests go out. */
const AT_ONCE = 8;

/** What an account has just made it may not know everywhere yet: it is asked once more, after so many ms. */
const MISSING_GAP_MS = 2000;

const SID = /^HC[0-9a-fA-F]{32}$/;

/** One SID on its way to an answer. */
interface Asking {
  question: Question;
  /** By the monotonic clock; then it is given up. */
  deadline: number;
  gap: number;
  /** Whether the account has said once that it knows no such command. */
  wasMissing: boolean;
  cancelNext: () => void;
}

/**
 * Believes no callback: writes down its SID, and takes what the account answers for it. A SID waits on the disk until
 * then, over restarts.
 */
export class FetchCheck {
  readonly #options: FetchCheckOptions;
  readonly #clock: Clock;
  readonly #ending = new AbortController();
  readonly #askings = new Map<string, Asking>();
  readonly #line: Asking[] = [];
  #out = 0;
  /** Counts the questions that have ended. */
  #settled = 0;
  #cancelRetry: () => void = () => undefined;
  #endWatch: () => void = () => undefined;

  constructor(options: FetchCheckOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
  }

  /** Begins to ask for what waits. */
  resume(): void {
    this.#endWatch();
    this.#endWatch = this.#options.book.watch(this.#options.node, () => {
      void this.#takeUp();
    });
    void this.#takeUp();
  }

  /** The end of this node instance: what waits is for the next one. */
  end(): void {
    this.#endWatch();
    this.#ending.abort(new CellularError("INTERRUPTED", "The node was stopped."));
    this.#cancelRetry();
    for (const { cancelNext } of this.#askings.values()) cancelNext();
    this.#askings.clear();
    this.#line.length = 0;
  }

  /**
   * Takes a callback's word that there is news of a command. It may be answered when this resolves.
   * @returns false if this can be no SID
   * @throws CellularError `STORAGE_FAILED`, `QUEUE_FULL`
   */
  async check(sid: string): Promise<boolean> {
    if (!SID.test(sid)) return false;
    await this.#options.book.ask(this.#options.node, sid, this.#clock.date().getTime());
    return true;
  }

  async #takeUp(): Promise<void> {
    const { book, node } = this.#options;
    let questions: readonly Question[];
    let settled: number;
    do {
      settled = this.#settled;
      try {
        questions = await book.questions(node);
      } catch {
        this.#cancelRetry();
        this.#cancelRetry = this.#clock.after(DISK_PAUSE_MS, () => void this.#takeUp());
        return;
      }
    } while (settled !== this.#settled);
    if (this.#ending.signal.aborted) return;
    for (const question of questions) {
      const known = this.#askings.get(question.sid);
      if (known?.question.times === question.times) continue;
      const deadline = this.#clock.now() + this.#patienceFor(question);
      if (known !== undefined) {
        // If it is out, the answer to come settles what was asked for then, and this one stays.
        known.question = question;
        known.deadline = deadline;
        continue;
      }
      const asking: Asking = {
        ...{ question, deadline, gap: FIRST_GAP_MS, wasMissing: false },
        cancelNext: () => undefined,
      };
      this.#askings.set(question.sid, asking);
      this.#line.push(asking);
    }
    this.#askNext();
  }

  /** Only over a restart the wall clock has a say, and only if it can be right. */
  #patienceFor({ since }: Question): number {
    const passed = this.#clock.date().getTime() - since;
    const isPlausible = since >= EARLIEST_WALL && passed >= 0;
    return isPlausible ? Math.max(0, PATIENCE_MS - passed) : PATIENCE_MS;
  }

  #askNext(): void {
    while (this.#out < AT_ONCE) {
      const asking = this.#line.shift();
      if (asking === undefined) return;
      this.#out += 1;
      void this.#ask(asking).finally(() => {
        this.#out -= 1;
        this.#askNext();
      });
    }
  }

  async #ask(asking: Asking): Promise<void> {
    const { question } = asking;
    const { signal } = this.#ending;
    try {
      const command = await this.#told(this.#fetch(question.sid, signal), this.#options.asked);
      signal.throwIfAborted();
      if (command === undefined && !asking.wasMissing) {
        this.#askAgain(asking, MISSING_GAP_MS);
        return;
      }
      if (command !== undefined) this.#options.heard(command);
      await this.#settle(asking, question, command);
      if (command === undefined) this.#options.refused();
    } catch (error) {
      if (!signal.aborted) await this.#failed(asking, this.#options.asFailure(error));
    }
  }

  /** Says how something ended, unless the node has stopped meanwhile. */
  async #told<T>(task: Promise<T>, tell: (failure: CellularError | null) => void): Promise<T> {
    const { signal } = this.#ending;
    try {
      const result = await task;
      if (!signal.aborted) tell(null);
      return result;
    } catch (error) {
      if (!signal.aborted) tell(this.#options.asFailure(error));
      throw error;
    }
  }

  /** @returns the account's own record; undefined if it knows none */
  async #fetch(sid: string, signal: AbortSignal): Promise<SmsCommand | undefined> {
    const { fetchSmsCommand, fetchCommand } = this.#options;
    const found = await unlessMissing(fetchSmsCommand(sid, signal));
    if (found !== undefined) return found;
    const legacy = await unlessMissing(fetchCommand(sid, signal), NO_LEGACY_COMMAND);
    return legacy === undefined ? undefined : asSmsCommand(legacy);
  }

  /** What the account said is written down in one step with the end of the question. */
  async #settle(asking: Asking, answered: Question, command: SmsCommand | undefined): Promise<void> {
    const { book, node, direction } = this.#options;
    this.#ending.signal.throwIfAborted();
    const isNews = command !== undefined && isWanted(command, direction);
    const news = isNews ? [{ identities: [stateIdentity(command)], event: { command, token: null, raw: null } }] : [];
    await this.#told(book.take(node, news, { answered }), this.#options.written);
    if (this.#askings.get(answered.sid) === asking) this.#askings.delete(answered.sid);
    // What was called back meanwhile is a question of its own, and still in the book.
    this.#settled += 1;
    void this.#takeUp();
  }

  async #failed(asking: Asking, failure: CellularError): Promise<void> {
    const { sid } = asking.question;
    if (this.#clock.now() >= asking.deadline) {
      const isGivenUp = await this.#settle(asking, asking.question, undefined).then(
        () => true,
        () => false,
      );
      if (isGivenUp) {
        this.#options.givenUp(failure);
        return;
      }
    }
    // The node may have stopped meanwhile.
    if (this.#ending.signal.aborted || this.#askings.get(sid) !== asking) return;
    const gap = Math.max(asking.gap, failure.retryAfter ?? 0);
    asking.gap = Math.min(asking.gap * 2, LONGEST_GAP_MS);
    const rest = asking.deadline - this.#clock.now();
    // Once its time is over, only the disk keeps it from being given up.
    this.#later(asking, rest > 0 ? Math.min(gap, rest) : DISK_PAUSE_MS);
  }

  #askAgain(asking: Asking, gap: number): void {
    asking.wasMissing = true;
    if (!this.#ending.signal.aborted && this.#askings.get(asking.question.sid) === asking) this.#later(asking, gap);
  }

  #later(asking: Asking, gap: number): void {
    asking.cancelNext = this.#clock.after(gap, () => {
      this.#line.push(asking);
      this.#askNext();
    });
  }
}

/** What says that something is not there. */
const MISSING: ReadonlySet<CellularErrorCode> = new Set<CellularErrorCode>(["NOT_FOUND"]);
/** The legacy resource may be refused altogether: its provider has removed it. */
const NO_LEGACY_COMMAND: ReadonlySet<CellularErrorCode> = new Set<CellularErrorCode>([
  "NOT_FOUND",
  "REFUSED",
  "FORBIDDEN",
]);

async function unlessMissing<T>(fetching: Promise<T>, missing = MISSING): Promise<T | undefined> {
  try {
    return await fetching;
  } catch (error) {
    if (error instanceof CellularError && missing.has(error.code)) return undefined;
    throw error;
  }
}
