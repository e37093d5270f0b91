import { CellularError } from "../errors/cellular-error";
import type { Journal, JournalStep } from "../store";
import { EventIndex, type DueEvent, type PollProgress, type Question } from "./event-index";
import { stepsToAsk, stepsToTake, type Circumstances, type News } from "./event-steps";

export interface EventBookOptions {
  /** Opens the journal. @throws CellularError `STORAGE_FAILED`; then it is called again at the next step, else no more. */
  readonly open: () => Promise<Journal>;
}

interface Job {
  /** The steps, as the records will stand when their turn has come. */
  readonly plan: (index: EventIndex) => readonly JournalStep[];
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

interface OpenBook {
  readonly journal: Journal;
  /** What is acknowledged. */
  readonly written: EventIndex;
  /** The same with what is being written. */
  planned: EventIndex;
}

/** What is written in one go, in characters of JSON. */
const LARGEST_WRITE = 1024 * 1024;

/**
 * What the events nodes of one account have heard. Of each node it keeps the events that the flow has not had yet,
 * the identities of those that were heard, as hashes, the progress of its polls, and the SIDs that are to be asked for.
 *
 * Whatever is taken is on the disk before the promise resolves; what comes meanwhile shares the next write. All methods
 * throw CellularError `STORAGE_FAILED`, and then nothing of the call counts.
 */
export class EventBook {
  readonly #options: EventBookOptions;
  readonly #watchers = new Map<string, Set<() => void>>();
  #waiting: Job[] = [];
  #isWriting = false;
  #opening: Promise<OpenBook> | undefined;

  constructor(options: EventBookOptions) {
    this.#options = options;
  }

  /**
   * Takes what was heard. An event of which any identity was seen before is none.
   * @returns how many are new
   */
  async take(node: string, news: readonly News[], circumstances: Circumstances = {}): Promise<number> {
    let count = 0;
    await this.#write((index) => {
      const taken = stepsToTake(index, node, news, circumstances);
      ({ count } = taken);
      return taken.steps;
    });
    this.#tell(node);
    return count;
  }

  /** The events of a node that the flow has not had yet, in the order in which they were taken. */
  async due(node: string): Promise<readonly DueEvent[]> {
    const { written } = await this.#open();
    return [...written.page(node).due].map(([key, event]) => ({ key, event }));
  }

  /** The flow has had these events. */
  async handedOn(node: string, keys: readonly string[]): Promise<void> {
    await this.#write((index) => keys.filter((key) => index.page(node).due.has(key)).map((drop) => ({ drop })));
  }

  /** How far the polls of a node have come; undefined before the first one ever. */
  async progress(node: string): Promise<PollProgress | undefined> {
    const { written } = await this.#open();
    return written.page(node).poll;
  }

  /**
   * Writes down that the account is to be asked for a command.
   * @param since Milliseconds since 1970, by the wall clock.
   * @throws CellularError `QUEUE_FULL` where too many wait
   */
  async ask(node: string, sid: string, since: number): Promise<void> {
    await this.#write((index) => stepsToAsk(index, node, sid, since));
    this.#tell(node);
  }

  /** What the account is to be asked for. */
  async questions(node: string): Promise<readonly Question[]> {
    const { written } = await this.#open();
    return [...written.page(node).questions.values()];
  }

  /** Forgets all of a node: it is gone for good. */
  async forget(node: string): Promise<void> {
    await this.#write((index) => index.keysOf(node).map((drop) => ({ drop })));
  }

  /** Calls `watcher` when something of a node was written down; returns what ends that. */
  watch(node: string, watcher: () => void): () => void {
    const watchers = this.#watchers.get(node) ?? new Set();
    this.#watchers.set(node, watchers.add(watcher));
    return () => {
      watchers.delete(watcher);
      if (watchers.size === 0 && this.#watchers.get(node) === watchers) this.#watchers.delete(node);
    };
  }

  #tell(node: string): void {
    for (const watcher of [...(this.#watchers.get(node) ?? [])]) watcher();
  }

  #open(): Promise<OpenBook> {
    this.#opening ??= this.#read().catch((error: unknown) => {
      this.#opening = undefined;
      throw error;
    });
    return this.#opening;
  }

  async #read(): Promise<OpenBook> {
    const journal = await this.#options.open();
    return { journal, written: new EventIndex(journal.records), planned: new EventIndex(journal.records) };
  }

  #write(plan: Job["plan"]): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ plan, resolve, reject });
      if (!this.#isWriting) void this.#workThrough();
    });
  }

  async #workThrough(): Promise<void> {
    this.#isWriting = true;
    while (this.#waiting.length > 0) {
      // What is asked for in one go shares the first write already.
      await Promise.resolve();
      const jobs: Job[] = [];
      try {
        await this.#writeSome(jobs);
        for (const { resolve } of jobs) resolve();
      } catch (error) {
        for (const { reject } of jobs.length === 0 ? this.#waiting.splice(0) : jobs) reject(error);
      }
    }
    // Not in a `finally` behind it: what comes in between would wait for ever.
    this.#isWriting = false;
  }

  /** @param jobs Gets those that are written. */
  async #writeSome(jobs: Job[]): Promise<void> {
    const book = await this.#open();
    const steps: JournalStep[] = [];
    let length = 0;
    while (length < LARGEST_WRITE) {
      const job = this.#waiting.shift();
      if (job === undefined) break;
      const planned = planOf(job, book.planned);
      if (planned === undefined) continue;
      jobs.push(job);
      book.planned.apply(planned);
      steps.push(...planned);
      length += JSON.stringify(planned).length;
    }
    if (steps.length === 0) return;
    try {
      await book.journal.append(steps);
    } catch (error) {
      book.planned = new EventIndex(book.journal.records);
      throw error;
    }
    book.written.apply(steps);
  }
}

/** A plan that is refused ends its own job alone. */
function planOf({ plan, reject }: Job, index: EventIndex): readonly JournalStep[] | undefined {
  try {
    return plan(index);
  } catch (error) {
    reject(
      error instanceof CellularError
        ? error
        : new CellularError("STORAGE_FAILED", "It cannot be written down.", { cause: error }),
    );
    return undefined;
  }
}
