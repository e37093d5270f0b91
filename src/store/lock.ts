import { randomUUID } from "node:crypto";
import { CellularError } from "../errors/cellular-error";
import { ifThere, writeFully } from "./file-steps";
import { forgetLock, holdLock, letLockGo, stateOfLock } from "./held-locks";
import { decodeOwner, encodeOwner, GONE, judged, UNFINISHED, type LockOwner, type Verdict } from "./lock-owner";
import type { Identity, Machine } from "./machine";
import { systemCode } from "./storage-failure";
import type { StoreClock } from "./store-clock";
import type { StoreFiles } from "./store-files";

export interface LockOptions {
  readonly files: StoreFiles;
  /** The folder that is locked. */
  readonly folder: string;
  /** Names the gateway at the head of error messages. */
  readonly label: string;
  readonly clock: StoreClock;
  readonly machine: Machine;
}

interface SeenLock {
  readonly content: Buffer;
  readonly changed: number;
}

/** How often a silent owner's lock is looked at, in ms. */
const LOOK_MS = 1000;
/** By how much each sign of life moves the lock's time, in seconds: the coarsest file systems keep every second one. */
const TIME_STEP_S = 2;
/** Longer than an owner that lives takes to notice that its lock was moved away, in ms. */
const SETTLING_MS = 3000;
/** How the names of locks begin that were moved away. */
const MOVED_AWAY = "lock.moved-";

/**
 * A file that says whose a folder is. Its time is moved again and again as a sign of life. No clock is compared with
 * another one: what counts is whether the time changes while one looks, by one's own monotonic clock.
 */
export class FolderLock {
  readonly #options: LockOptions;
  readonly #path: string;
  #owner: LockOwner | undefined;
  /** Seconds since 1970, by name: a number that grows. */
  #time = 0;
  #isStopped = false;
  #wake: () => void = () => undefined;

  constructor(options: LockOptions) {
    this.#options = options;
    this.#path = `${options.folder}/lock`;
  }

  /**
   * Takes the lock, from a former owner if that is gone or silent for long enough. Fails as the system does.
   * @returns undefined if nobody had the lock; else for how long its owner was watched without a sign of life, in ms.
   * @throws CellularError `STORAGE_FAILED` if the owner lives, or after `stop`
   */
  async take(): Promise<number | undefined> {
    const self = await this.#options.machine.identity();
    const owner = { token: randomUUID(), ...self };
    let silence: number | undefined;
    while (!(await this.#create(owner))) {
      const seen = await this.#look();
      if (seen === undefined) continue;
      const verdict = await this.#judged(seen.content, self);
      if (verdict === "alive") throw this.#occupied();
      if (!(await this.#isSilentFor(verdict.patience, seen))) continue;
      if (await this.#moveAway(seen, owner)) silence = verdict.patience;
    }
    return silence;
  }

  /** Ends the waiting of `take`. */
  stop(): void {
    this.#isStopped = true;
    this.#wake();
  }

  /** Gives a sign of life if the lock is still there and ours. Fails as the system does. */
  async renew(): Promise<"ours" | "missing" | "foreign"> {
    const seen = await this.#look();
    if (seen === undefined) return "missing";
    if (this.#owner === undefined || !seen.content.equals(encodeOwner(this.#owner))) return "foreign";
    this.#time += TIME_STEP_S;
    const isThere = await ifThere(this.#options.files.setTime(this.#path, this.#time).then(() => true));
    return isThere === true ? "ours" : "missing";
  }

  /** Makes the lock anew after its file was removed; false if somebody else was faster. Fails as the system does. */
  async restore(): Promise<boolean> {
    const owner = this.#owner;
    if (owner === undefined) return false;
    try {
      return await this.#create(owner);
    } catch (error) {
      // Nobody else has it either: the next heartbeat tries again.
      this.#owner = owner;
      throw error;
    }
  }

  /** Gives the lock back, if it is still ours. */
  async release(): Promise<void> {
    if (this.#owner === undefined) return;
    const owner = this.#owner;
    this.#owner = undefined;
    letLockGo(owner.token);
    try {
      const seen = await this.#look();
      if (seen?.content.equals(encodeOwner(owner)) === true) await ifThere(this.#options.files.remove(this.#path));
      forgetLock(owner.token);
    } catch {
      // The file stays. This process remembers that the lock is free; others see that when this process is gone.
    }
  }

  /** Makes the file; false if there is one. */
  async #create(owner: LockOwner): Promise<boolean> {
    if (this.#isStopped) throw this.#failure("the folder was closed");
    const { files } = this.#options;
    const content = encodeOwner(owner);
    if (!(await createFile(files, this.#path, content))) return false;
    holdLock(owner.token, { files, path: this.#path, content });
    this.#owner = owner;
    try {
      // Only where it starts from: what counts is that it moves.
      this.#time = Math.floor(Date.now() / 1000);
      if (await this.#isSettled(content, owner)) return true;
    } catch (error) {
      await this.release();
      throw error;
    }
    this.#owner = undefined;
    letLockGo(owner.token);
    forgetLock(owner.token);
    return false;
  }

  /**
   * While somebody takes a lock over, the lock of one who lives may be out of its place for a moment. Then its owner
   * gets the time to notice that there is another one now, before anything is written.
   */
  async #isSettled(content: Buffer, self: Identity): Promise<boolean> {
    const { files, folder } = this.#options;
    const names = (await files.names(folder)).filter((name) => name.startsWith(MOVED_AWAY));
    const movedAway = names.map((name) => `${folder}/${name}`);
    const areGone = await Promise.all(movedAway.map((path) => this.#isGone(path, self)));
    if (!areGone.every(Boolean)) await this.#pause(SETTLING_MS);
    // Whoever stood still between making the file and writing to it may find that it has been taken over.
    if ((await this.#look())?.content.equals(content) !== true) return false;
    for (const path of movedAway) await ifThere(files.remove(path));
    return true;
  }

  /** Whether the owner of a lock that was moved away is surely gone: its taker ended before it could remove it. */
  async #isGone(path: string, self: Identity): Promise<boolean> {
    const content = await ifThere(this.#options.files.read(path));
    if (content === undefined) return true;
    const verdict = await this.#judged(content, self);
    return verdict !== "alive" && verdict.patience === 0;
  }

  async #judged(content: Buffer, self: Identity): Promise<Verdict> {
    if (content.length === 0) return UNFINISHED;
    const owner = decodeOwner(content);
    const state = owner === undefined ? undefined : stateOfLock(owner.token, this.#options.files);
    if (state === "held") return "alive";
    return state === "left" ? GONE : judged(owner, self, this.#options.machine);
  }

  /** Watches a lock; false if it is gone or another one meanwhile. */
  async #isSilentFor(patience: number, seen: SeenLock): Promise<boolean> {
    const { clock } = this.#options;
    let [silence, last] = [0, clock.now()];
    while (silence < patience) {
      await this.#pause(Math.min(LOOK_MS, patience - silence));
      const now = await this.#look();
      if (now?.content.equals(seen.content) !== true) return false;
      if (now.changed !== seen.changed) throw this.#occupied();
      // Nobody was watching while this process stood still, and whoever froze it may have frozen the owner too.
      silence += Math.min(clock.now() - last, 2 * LOOK_MS);
      last = clock.now();
    }
    return true;
  }

  /** Puts a dead lock out of the way; false if it is not the one that was watched, which is put back then. */
  async #moveAway(seen: SeenLock, self: LockOwner): Promise<boolean> {
    const { files, folder } = this.#options;
    if (!isSame(await this.#look(), seen)) return false;
    const aside = `${folder}/${MOVED_AWAY}${self.token}`;
    if ((await ifThere(files.rename(this.#path, aside).then(() => true))) !== true) return false;
    const content = await files.read(aside);
    const isMeant = isSame({ content, changed: (await files.facts(aside)).changed }, seen);
    if (!isMeant) await createFile(files, this.#path, content);
    await files.remove(aside);
    return isMeant;
  }

  async #look(): Promise<SeenLock | undefined> {
    const { files } = this.#options;
    const content = await ifThere(files.read(this.#path));
    const facts = await ifThere(files.facts(this.#path));
    return content === undefined || facts === undefined ? undefined : { content, changed: facts.changed };
  }

  async #pause(milliseconds: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const cancel = this.#options.clock.after(milliseconds, resolve);
      this.#wake = () => {
        cancel();
        resolve();
      };
    });
    if (this.#isStopped) throw this.#failure("the folder was closed");
  }

  #occupied(): CellularError {
    return this.#failure(
      `another Node-RED uses the folder ${this.#options.folder}. Stop it, or start this one with a user folder of its own`,
    );
  }

  #failure(what: string): CellularError {
    return new CellularError("STORAGE_FAILED", `${this.#options.label}: ${what}.`);
  }
}

function isSame(one: SeenLock | undefined, other: SeenLock): boolean {
  return one?.changed === other.changed && one.content.equals(other.content);
}

async function createFile(files: StoreFiles, path: string, content: Buffer): Promise<boolean> {
  let file;
  try {
    file = await files.create(path);
  } catch (error) {
    if (systemCode(error) === "EEXIST") return false;
    throw error;
  }
  try {
    await writeFully(file, content, 0);
    // A lock that a power cut leaves empty tells nobody that its owner is gone.
    await file.datasync();
    return true;
  } catch (error) {
    await files.remove(path).catch(() => undefined);
    throw error;
  } finally {
    await file.close().catch(() => undefined);
  }
}
