import { CellularError } from "../errors/cellular-error";
import type { JournalFile } from "./journal-file";
import type { JournalHome } from "./journal-home";
import { inodeOf, openJournalFile, writeInPlace, type OpenedJournal } from "./journal-opening";
import type { Damage } from "./journal-reading";
import { KeyForecast } from "./key-forecast";
import type { LiveRecords } from "./live-records";
import { encodeLine } from "./record-line";
import { isStep, type JournalStep, type JsonObject } from "./steps";
import { storageFailure } from "./storage-failure";

export interface Journal {
  /** What is written down (acknowledged), by key, in the order in which the keys were first set. */
  readonly records: ReadonlyMap<string, JsonObject>;
  /** What of it was found damaged when it was opened; undefined if nothing. */
  readonly damage: Damage | undefined;
  /**
   * Writes steps as one: after a crash all of them are there or none. Resolves when they would survive a power cut.
   * Appends resolve in the order in which they were called. Many appends that wait share one sync.
   * @throws CellularError `STORAGE_FAILED` (cause = the system's error); then none of the steps is there, nor will be
   * after a crash.
   */
  append(steps: readonly JournalStep[]): Promise<void>;
}

interface WaitingAppend {
  /** The steps, each with its JSON: what the caller changes later changes nothing. */
  readonly steps: readonly CopiedStep[];
  readonly resolve: () => void;
  readonly reject: (error: CellularError) => void;
}

interface CopiedStep {
  readonly step: JournalStep;
  readonly json: string;
}

interface PlannedAppend {
  readonly append: WaitingAppend;
  /** Those of its steps that change something. */
  readonly steps: readonly CopiedStep[];
  readonly refusal: CellularError | undefined;
}

interface Plan {
  readonly appends: readonly PlannedAppend[];
  readonly lines: readonly Buffer[];
}

/** Below this size a file is never rewritten to save space, in bytes. */
const SMALLEST_COMPACTION = 1024 * 1024;
/** How many times larger than its live records a file may become. */
const LARGEST_RATIO = 4;
/** After a compaction that failed the file grows by so much before the next one, in bytes. */
const COMPACTION_PAUSE = 1024 * 1024;
/** Lines are put together up to about this size, in bytes. */
const LARGEST_WRITE = 1024 * 1024;
/** How old the certainty that the folder is ours may be when something is written, and when it is acknowledged, in ms. */
const CERTAINTY_BEFORE_WRITE = 2000;
const CERTAINTY_BEFORE_ANSWER = 10_000;

/** A journal in a file: `<name>.journal`, with `<name>.damaged` beside it if something could not be read. */
export class FileJournal implements Journal {
  readonly damage: Damage | undefined;
  readonly #home: JournalHome;
  readonly #path: string;
  readonly #records: LiveRecords;
  #file: JournalFile;
  #waiting: WaitingAppend[] = [];
  #work = Promise.resolve();
  #isWorking = false;
  #isTendingAsked = false;
  /** What has the journal's name is not what memory says: another file, or one with more in it. */
  #isNameLost = false;
  #isRewriting = false;
  #nextCompaction = SMALLEST_COMPACTION;
  #isClosed = false;

  private constructor(home: JournalHome, path: string, { file, contents }: OpenedJournal) {
    this.#home = home;
    this.#path = path;
    this.#file = file;
    this.#records = contents.records;
    this.damage = contents.damage;
  }

  /**
   * Opens a journal, or makes it if it is not there.
   * @throws CellularError `STORAGE_FAILED`
   */
  static async open(home: JournalHome, name: string): Promise<FileJournal> {
    try {
      return new FileJournal(home, `${home.path}/${name}.journal`, await openJournalFile(home, name));
    } catch (error) {
      throw storageFailure(home.label, `the journal ${name} cannot be opened`, error);
    }
  }

  get records(): ReadonlyMap<string, JsonObject> {
    return this.#records.map;
  }

  append(steps: readonly JournalStep[]): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#isClosed) throw new CellularError("STORAGE_FAILED", `${this.#home.label}: the journal is closed.`);
      this.#waiting.push({ steps: steps.map((step) => this.#copied(step)), resolve, reject });
      this.#start();
    });
  }

  /**
   * Looks whether the file still has its name. If not, or if it cannot be trusted, it is written anew from memory.
   * @returns whether the file was taken away since the last look
   */
  async tend(): Promise<boolean> {
    const { inode } = this.#file;
    const isTakenAway = !this.#isNameLost && (await inodeOf(this.#home, this.#path)) !== inode;
    // While it was looked at, a new file may have taken its place.
    if (this.#isClosed || this.#isRewriting || inode !== this.#file.inode) return false;
    this.#isNameLost ||= isTakenAway;
    if (this.#needsRewriting()) {
      this.#isTendingAsked = true;
      this.#start();
    }
    return isTakenAway;
  }

  /** Writes what waits, then closes the file. Whatever is appended later fails. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    while (this.#isWorking) await this.#work;
    try {
      await this.#home.confirm(CERTAINTY_BEFORE_WRITE);
      if (!this.#needsRewriting()) await this.#file.seal();
    } catch {
      // It would have helped to tell damage from a torn end. Nothing that was acknowledged hangs on it.
    }
    await this.#file.close().catch(() => undefined);
  }

  #hasWork(): boolean {
    return this.#waiting.length > 0 || this.#isTendingAsked;
  }

  #needsRewriting(): boolean {
    return this.#isNameLost || !this.#file.isTrusted;
  }

  #copied(given: JournalStep): CopiedStep {
    try {
      const json = JSON.stringify(given);
      const step: unknown = JSON.parse(json);
      if (isStep(step)) return { step, json };
      throw new TypeError("it has no key or no record");
    } catch (error) {
      throw storageFailure(this.#home.label, "a step cannot be written as JSON", error);
    }
  }

  #start(): void {
    if (this.#isWorking) return;
    this.#isWorking = true;
    this.#work = this.#workThrough();
  }

  async #workThrough(): Promise<void> {
    do {
      // Appends that are made in one go share the first sync already.
      await Promise.resolve();
      const batch = this.#waiting;
      this.#waiting = [];
      this.#isTendingAsked = false;
      await this.#write(batch);
      await this.#compactIfLarge();
    } while (this.#hasWork());
    // Not in a `finally` behind it: an append in between would wait for ever.
    this.#isWorking = false;
  }

  async #write(batch: readonly WaitingAppend[]): Promise<void> {
    let rest = batch;
    try {
      await this.#home.confirm(CERTAINTY_BEFORE_WRITE);
      if (this.#needsRewriting()) await this.#rewrite();
      while (rest.length > 0) {
        const plan = await this.#plan(rest);
        await this.#commit(plan.lines);
        if (this.#needsRewriting()) {
          // It has lost its name meanwhile: once more, to a new file.
          await this.#rewrite();
          continue;
        }
        for (const planned of plan.appends) this.#settle(planned);
        rest = rest.slice(plan.appends.length);
      }
    } catch (error) {
      const failure = this.#failure(error);
      for (const { reject } of rest) reject(failure);
    }
  }

  /** Turns the first appends of a batch into lines, as many as are written at a time, and reserves space for them. */
  async #plan(batch: readonly WaitingAppend[]): Promise<Plan> {
    const appends: PlannedAppend[] = [];
    const lines: Buffer[] = [];
    const keys = new KeyForecast(this.records);
    let length = 0;
    for (const append of batch) {
      const after = new KeyForecast(keys);
      const steps = append.steps.filter(({ step }) => after.take(step));
      const jsons = steps.map(({ json }) => json);
      const line = encodeLine(this.#file.sequence + lines.length + 1, this.#file.sequence, jsons);
      const refusal = steps.length === 0 ? undefined : await this.#makeRoom(length + line.length, after);
      appends.push({ append, steps, refusal });
      if (refusal !== undefined || steps.length === 0) continue;
      for (const { step } of steps) keys.take(step);
      lines.push(line);
      length += line.length;
      if (length >= LARGEST_WRITE) break;
    }
    return { appends, lines };
  }

  /** New keys leave the reserve alone; what is about keys that are there may use it. */
  async #makeRoom(length: number, keys: KeyForecast): Promise<CellularError | undefined> {
    if (this.#file.hasRoomFor(length, keys.addsKeys ? keys.size : 0)) return undefined;
    try {
      await this.#file.reserve(length, keys.size);
      return undefined;
    } catch (error) {
      if (!this.#file.isTrusted) throw error;
      return this.#failure(error);
    }
  }

  async #commit(lines: readonly Buffer[]): Promise<void> {
    if (lines.length === 0) return;
    try {
      await this.#file.append(lines);
    } catch (error) {
      // The lines may be on the disk. A new file without them keeps them from coming back after a crash.
      if (!this.#file.isTrusted) await this.#rewrite().catch(() => undefined);
      throw error;
    }
    try {
      await this.#home.confirm(CERTAINTY_BEFORE_ANSWER);
    } catch (error) {
      // The lines are in a file that may not be ours any more, and their appends fail.
      this.#isNameLost = true;
      throw error;
    }
  }

  #settle({ append, steps, refusal }: PlannedAppend): void {
    if (refusal !== undefined) {
      append.reject(refusal);
      return;
    }
    for (const { step } of steps) this.#records.apply(step);
    append.resolve();
  }

  async #compactIfLarge(): Promise<void> {
    const { end } = this.#file;
    if (end < this.#nextCompaction || end <= LARGEST_RATIO * this.#records.size) return;
    try {
      await this.#rewrite();
    } catch {
      // The old file is as good as before, only larger than it need be.
      this.#nextCompaction = end + COMPACTION_PAUSE;
    }
  }

  /** Writes a new file from memory and puts it in the place of the old one. */
  async #rewrite(): Promise<void> {
    await this.#home.confirm(CERTAINTY_BEFORE_WRITE);
    const old = this.#file;
    this.#isRewriting = true;
    try {
      this.#file = await writeInPlace(this.#home, this.#path, this.#records);
    } catch (error) {
      this.#isNameLost ||= (await inodeOf(this.#home, this.#path).catch(() => undefined)) !== old.inode;
      throw error;
    } finally {
      this.#isRewriting = false;
    }
    this.#isNameLost = false;
    this.#nextCompaction = SMALLEST_COMPACTION;
    await old.close().catch(() => undefined);
  }

  #failure(cause: unknown): CellularError {
    return storageFailure(this.#home.label, "nothing can be written down", cause);
  }
}
