import { dirname } from "node:path";
import { CellularError } from "../errors/cellular-error";
import { ifThere } from "./file-steps";
import { FileJournal, type Journal } from "./journal";
import type { JournalHome } from "./journal-home";
import { FolderLock } from "./lock";
import { thisMachine, type Machine } from "./machine";
import { nodeFiles } from "./node-files";
import { storageFailure, systemCode } from "./storage-failure";
import { monotonicClock, type StoreClock } from "./store-clock";
import type { StoreFiles } from "./store-files";

export interface StoreFolderOptions {
  /** `<userDir>/cellular/<config node id>` */
  readonly path: string;
  /** Names the gateway at the head of error messages. */
  readonly label: string;
  /** Default: the real file system. */
  readonly files?: StoreFiles;
  /** Default: the monotonic clock of the system. */
  readonly clock?: StoreClock;
  /** Default: the machine that this process runs on. */
  readonly machine?: Machine;
  /** Told once about each thing that a person should know. */
  readonly notice?: (notice: StoreNotice) => void;
}

/** Something that a person should know. */
export type StoreNotice =
  /** Records of a file could not be read. Their bytes were added to `<name>.damaged`. */
  | { readonly kind: "damaged"; readonly file: string; readonly records: number }
  /** The last owner of the folder did not give it back. `silence`: how long it was watched before, 0 if surely gone, ms. */
  | { readonly kind: "taken-over"; readonly silence: number }
  /** The folder, or a file in it, was taken away while it was in use, and was made again from memory. */
  | { readonly kind: "remade" }
  /** Another process took the folder over, while this one stood still. Nothing can be written any more. */
  | { readonly kind: "lost" };

/** How often the lock's time is moved, and how often it is looked whether the files are still there, in ms. */
const HEARTBEAT_MS = 2000;
const FOLDER_MODE = 0o700;

/**
 * The folder of one gateway: its journals, and the lock that keeps all other processes out.
 * If somebody deletes the folder, that is noticed within one heartbeat (2 s), and all is written anew from memory. What
 * is acknowledged in between is on no disk until then.
 */
export class StoreFolder {
  readonly #options: StoreFolderOptions;
  readonly #files: StoreFiles;
  readonly #clock: StoreClock;
  readonly #lock: FolderLock;
  readonly #opening = new Map<string, Promise<FileJournal>>();
  readonly #journals = new Set<FileJournal>();
  #taking: Promise<JournalHome> | undefined;
  #looking: Promise<void> | undefined;
  /** When it was last certain that the lock is ours, by the monotonic clock. */
  #certainSince = -Infinity;
  #cancelBeat: () => void = () => undefined;
  #isLost = false;
  #closing: Promise<void> | undefined;

  constructor(options: StoreFolderOptions) {
    this.#options = options;
    this.#files = options.files ?? nodeFiles;
    this.#clock = options.clock ?? monotonicClock;
    const { path: folder, label, machine = thisMachine } = options;
    this.#lock = new FolderLock({ files: this.#files, folder, label, clock: this.#clock, machine });
  }

  /**
   * Opens a journal of this folder; takes the folder's lock first if this process does not hold it yet. That takes up to
   * 30 s if nobody can tell whether a former owner is gone. The same name gives the same journal.
   * @throws CellularError `STORAGE_FAILED` (the system refuses, or another process uses the folder); it may be called
   * again then.
   */
  journal(name: string): Promise<Journal> {
    const known = this.#opening.get(name);
    if (known !== undefined) return known;
    const opening = this.#open(name).catch((error: unknown) => {
      this.#opening.delete(name);
      throw error;
    });
    this.#opening.set(name, opening);
    return opening;
  }

  /** Ends all writing, closes the files, gives the lock back. */
  close(): Promise<void> {
    this.#closing ??= this.#close(() => this.#lock.release());
    return this.#closing;
  }

  /**
   * As `close`, and removes the folder with all that it holds, and the folder above it if that is empty then.
   * @throws CellularError `STORAGE_FAILED`, also if another process uses the folder
   */
  async remove(): Promise<void> {
    if (this.#closing !== undefined) {
      await this.#closing;
      return new StoreFolder(this.#options).remove();
    }
    try {
      if ((await ifThere(this.#files.facts(this.#options.path))) !== undefined) await this.#take();
      this.#closing = this.#close(() => (this.#isLost ? Promise.reject(this.#lostFailure()) : this.#removeFolder()));
      await this.#closing;
    } catch (error) {
      throw storageFailure(this.#options.label, `the folder ${this.#options.path} cannot be removed`, error);
    }
  }

  async #open(name: string): Promise<FileJournal> {
    const home = await this.#take();
    await home.confirm(HEARTBEAT_MS);
    const journal = await FileJournal.open(home, name);
    this.#journals.add(journal);
    return journal;
  }

  #take(): Promise<JournalHome> {
    if (this.#closing !== undefined) return Promise.reject(this.#failure("the folder was closed"));
    this.#taking ??= this.#takeLock().catch((error: unknown) => {
      this.#taking = undefined;
      throw storageFailure(this.#options.label, `the folder ${this.#options.path} cannot be used`, error);
    });
    return this.#taking;
  }

  async #takeLock(): Promise<JournalHome> {
    const { path, label } = this.#options;
    await this.#makeFolder();
    const silence = await this.#lock.take();
    this.#certainSince = this.#clock.now();
    this.#scheduleBeat();
    if (silence !== undefined) this.#tell({ kind: "taken-over", silence });
    return {
      files: this.#files,
      path,
      label,
      wasAbandoned: silence !== undefined,
      onDamage: (file, records) => {
        this.#tell({ kind: "damaged", file, records });
      },
      confirm: (age) => this.#confirm(age),
    };
  }

  async #makeFolder(): Promise<void> {
    const { path } = this.#options;
    await makeFolders(this.#files, path);
    await this.#files.setMode(path, FOLDER_MODE);
    // Also what was there already: whoever made it may have ended before its name was on the disk.
    for (const above of [dirname(path), dirname(dirname(path))]) await this.#files.syncFolder(above);
  }

  async #confirm(age: number): Promise<void> {
    if (this.#clock.now() - this.#certainSince < age) return;
    try {
      await this.#look();
    } catch (error) {
      throw storageFailure(this.#options.label, `the lock of ${this.#options.path} cannot be confirmed`, error);
    }
  }

  #look(): Promise<void> {
    this.#looking ??= this.#lookOnce().finally(() => {
      this.#looking = undefined;
    });
    return this.#looking;
  }

  async #lookOnce(): Promise<void> {
    if (this.#isLost) throw this.#lostFailure();
    const since = this.#clock.now();
    const state = await this.#lock.renew();
    if (state === "missing") await this.#makeFolder();
    if (state === "foreign" || (state === "missing" && !(await this.#lock.restore()))) {
      this.#isLost = true;
      this.#tell({ kind: "lost" });
      throw this.#lostFailure();
    }
    let isRemade = state === "missing";
    for (const journal of this.#journals) isRemade = (await journal.tend()) || isRemade;
    this.#certainSince = since;
    if (isRemade) this.#tell({ kind: "remade" });
  }

  #scheduleBeat(): void {
    this.#cancelBeat = this.#clock.after(HEARTBEAT_MS, () => {
      void this.#beat();
    });
  }

  async #beat(): Promise<void> {
    // What fails here fails again before the next write, and is reported there.
    await this.#look().catch(() => undefined);
    if (!this.#isLost && this.#closing === undefined) this.#scheduleBeat();
  }

  async #close(last: () => Promise<void>): Promise<void> {
    this.#lock.stop();
    await Promise.allSettled(this.#opening.values());
    const isHeld = this.#taking !== undefined && (await Promise.allSettled([this.#taking]))[0].status === "fulfilled";
    for (const journal of this.#journals) await journal.close();
    this.#cancelBeat();
    await this.#looking?.catch(() => undefined);
    if (isHeld) await last();
  }

  async #removeFolder(): Promise<void> {
    const { path } = this.#options;
    const above = dirname(path);
    await this.#files.removeFolder(path);
    await this.#lock.release();
    try {
      await this.#files.removeEmptyFolder(above);
    } catch (error) {
      const code = systemCode(error);
      if (code === "ENOTEMPTY" || code === "EEXIST") await this.#files.syncFolder(above);
      else if (code !== "ENOENT") throw error;
    }
  }

  #lostFailure(): CellularError {
    const advice = "Stop the other Node-RED, then restart this one.";
    return this.#failure(`another process has taken over the folder ${this.#options.path}. ${advice}`);
  }

  #failure(what: string): CellularError {
    return new CellularError("STORAGE_FAILED", `${this.#options.label}: ${what}`);
  }

  #tell(notice: StoreNotice): void {
    try {
      this.#options.notice?.(notice);
    } catch {
      // Whoever listens has a fault of his own; what is written down must not suffer from it.
    }
  }
}

async function makeFolders(files: StoreFiles, path: string): Promise<void> {
  try {
    await files.makeFolder(path);
  } catch (error) {
    const code = systemCode(error);
    if (code === "EEXIST") return;
    if (code !== "ENOENT" || dirname(path) === path) throw error;
    await makeFolders(files, dirname(path));
    await makeFolders(files, path);
  }
}
