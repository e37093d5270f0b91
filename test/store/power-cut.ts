import assert from "node:assert/strict";
import { StoreFolder, type JsonObject, type StoreFiles } from "../../src/store";
import type { Machine } from "../../src/store/machine";
import { FakeClock, settled } from "../support/fake-clock.js";
import { Expectation, printed, withCall, type Call } from "./expectation.js";
import { hookedFiles, systemError, type Hooks, type Operation } from "./hooked-files.js";
import { ModelDisk, plainCut, randomCut, type Cut } from "./model-disk.js";

const FOLDER = "/user/cellular/gateway";
const CHANGING: ReadonlySet<Operation["kind"]> = new Set<Operation["kind"]>([
  "create",
  "write",
  "datasync",
  "truncate",
  "rename",
  "remove",
  "makeFolder",
  "syncFolder",
]);

/** A process that will run on the disk: none that took the lock before it is alive. */
function freshMachine(boot: number): Machine {
  const identity = { pid: 1, start: "1", boot: String(boot), namespace: "n", machine: "m", host: "h" };
  return { identity: () => Promise.resolve(identity), isRunning: () => Promise.resolve(false) };
}

/** Written down for a failure: what happened up to it. */
const LINES_SHOWN = 40;

/** A journal at work on a model of a disk, whose power is cut after each operation, again and again, in many ways. */
export class PowerCuts {
  /** How many states of the disk were opened. */
  states = 0;
  /** How often a file was put in the place of another one. */
  renames = 0;
  readonly #random: () => number;
  readonly #variants: number;
  readonly #sabotage: Pick<Hooks, "skipsSync">;
  readonly #disk = new ModelDisk();
  readonly #expectation = new Expectation();
  readonly #log: string[] = [];
  #faults: { readonly in: number; readonly count: number; readonly code: string } | undefined;
  /** Something failed since all was settled the last time. */
  #isDiskBad = false;
  /** A write that fails may have written something all the same. */
  #failsOnceWritten: string | undefined;
  #processes = 0;
  #process: TestProcess | undefined;
  #failure: Error | undefined;

  constructor(
    random: () => number,
    options: { readonly variants: number; readonly sabotage?: Pick<Hooks, "skipsSync"> },
  ) {
    this.#random = random;
    this.#variants = options.variants;
    this.#sabotage = options.sabotage ?? {};
  }

  /** Opens the journal in a new process; the one before must have ended. */
  async start(): Promise<void> {
    if (this.#processes === 0) await this.#makeUserFolder();
    const allowed = this.#isDiskBad ? this.#expectation.allowedOnBadDisk : this.#expectation.allowed;
    this.#log.push("start");
    const process = new TestProcess(this.#disk, this.#hooks(), ++this.#processes);
    this.#process = process;
    const records = await process.open();
    this.throwFailure();
    if (!allowed.has(printed(records))) this.#fail("a new process found", printed(records), allowed);
    this.#expectation.found(records);
  }

  /** Appends; the promise resolves when that has succeeded or failed. */
  append(call: Call): Promise<void> {
    if (this.#expectation.isSettled) this.#isDiskBad = false;
    this.#log.push(`append ${shortened(JSON.stringify(call))}`);
    this.#expectation.called(call);
    return this.#running.append(call).then(
      () => {
        this.#log.push("acknowledged");
        this.#expectation.acknowledged(call);
      },
      () => {
        if (this.#running.isDead) return;
        this.#log.push("refused");
        this.#expectation.refused(call);
      },
    );
  }

  /** The process is ended with no chance to do anything; what it has written is in the system's memory. */
  async kill(): Promise<void> {
    this.#log.push("kill");
    await this.#running.kill();
    await this.#loseLockAtTimes(this.#disk);
  }

  async close(): Promise<void> {
    this.#log.push("close");
    await this.#running.folder.close();
    this.#running.isDead = true;
  }

  /** The operation after `skipped` others fails, and the `count - 1` after it. */
  failSoon(skipped: number, count: number, code: string): void {
    this.#log.push(`${code} after ${skipped} operations, ${count} times`);
    this.#faults = { in: skipped, count, code };
  }

  /** Throws what was found wrong so far. */
  throwFailure(): void {
    if (this.#failure !== undefined) throw this.#failure;
  }

  async passTime(milliseconds: number): Promise<void> {
    await this.#running.clock.advance(milliseconds);
  }

  async #makeUserFolder(): Promise<void> {
    await this.#disk.makeFolder("/user");
    await this.#disk.syncFolder("/");
  }

  get #running(): TestProcess {
    assert.ok(this.#process);
    return this.#process;
  }

  #hooks(): Hooks {
    return {
      ...this.#sabotage,
      before: (operation) => {
        this.#failIfDue(operation);
      },
      most: (_operation, length) => (this.#random() < 0.1 ? Math.ceil(length * this.#random()) : length),
      after: async (operation) => {
        if (!CHANGING.has(operation.kind)) return;
        this.#log.push(`${operation.kind} ${operation.path}`);
        if (operation.kind === "rename") this.renames += 1;
        // What the operation before this one has brought to its end is acknowledged by now.
        await settled();
        await this.#cutHere();
        const code = this.#failsOnceWritten;
        this.#failsOnceWritten = undefined;
        if (code !== undefined) throw systemError(code);
      },
    };
  }

  #failIfDue(operation: Operation): void {
    const faults = this.#faults;
    if (faults === undefined || !CHANGING.has(operation.kind)) return;
    this.#faults = { ...faults, in: faults.in - 1 };
    if (faults.in > 0) return;
    if (faults.in <= 1 - faults.count) this.#faults = undefined;
    this.#isDiskBad = true;
    if (operation.kind === "datasync") this.#disk.loseUnsynced(operation.path, randomCut(this.#random));
    this.#log.push(`${operation.kind} ${operation.path} fails: ${faults.code}`);
    if (operation.kind === "write" && this.#random() < 0.5) {
      this.#failsOnceWritten = faults.code;
      return;
    }
    throw systemError(faults.code);
  }

  async #cutHere(): Promise<void> {
    const plain = [plainCut(false, false), plainCut(true, true), plainCut(true, false), plainCut(false, true)];
    const cuts = this.#disk.isSynced ? plain.slice(0, 1) : plain;
    const random = this.#disk.isSynced ? [] : Array.from({ length: this.#variants }, () => randomCut(this.#random));
    try {
      if (this.#failure === undefined) for (const cut of [...cuts, ...random]) await this.#check(cut);
    } catch (error) {
      // Not to be thrown here: it would look like a failure of the disk.
      this.#failure = error as Error;
    }
  }

  /** Opens what a power cut leaves, appends, cuts the power again and looks whether all is there. */
  async #check(cut: Cut): Promise<void> {
    this.states += 1;
    const allowed = this.#isDiskBad ? this.#expectation.allowedOnBadDisk : this.#expectation.allowed;
    const disk = this.#disk.afterPowerCut(cut);
    await this.#loseLockAtTimes(disk);
    const { expected, later } = await this.#appendOneMore(disk, allowed);
    const process = new TestProcess(later, {}, ++this.#processes);
    try {
      const found = printed(await process.open());
      if (found !== expected) this.#fail("after one more append there was", found, new Set([expected]));
    } finally {
      await process.kill();
    }
  }

  /** Looks at what is there, appends to it, and cuts the power at once. */
  async #appendOneMore(disk: ModelDisk, allowed: ReadonlySet<string>): Promise<{ expected: string; later: ModelDisk }> {
    const process = new TestProcess(disk, {}, ++this.#processes);
    const call: Call = [{ set: "one more", to: { state: this.states } }];
    try {
      const found = await process.open();
      if (!allowed.has(printed(found))) this.#fail("after a power cut there was", printed(found), allowed);
      if (process.damage !== undefined) this.#fail("damage was seen", JSON.stringify(process.damage), allowed);
      const expected = printed(withCall(found, call));
      await process.append(call);
      return { expected, later: disk.afterPowerCut(plainCut(false, false)) };
    } finally {
      await process.kill();
    }
  }

  /** Without a lock a journal goes on with the file that is there; with one that was left behind it makes a new one. */
  async #loseLockAtTimes(disk: ModelDisk): Promise<void> {
    if (this.#random() < 0.5) await disk.remove(`${FOLDER}/lock`).catch(() => undefined);
  }

  #fail(what: string, found: string, allowed: ReadonlySet<string>): never {
    const lines = [
      `${what}\n  ${shortened(found)}`,
      "instead of one of",
      ...[...allowed].map((one) => `  ${shortened(one)}`),
    ];
    assert.fail([...lines, "after", ...this.#log.slice(-LINES_SHOWN).map((line) => `  ${line}`)].join("\n"));
  }
}

/** One process that has the folder open. */
class TestProcess {
  readonly clock = new FakeClock();
  readonly folder: StoreFolder;
  isDead = false;
  #journal: Awaited<ReturnType<StoreFolder["journal"]>> | undefined;

  constructor(disk: ModelDisk, hooks: Hooks, boot: number) {
    const files: StoreFiles = hookedFiles(disk, {
      ...hooks,
      before: (operation) => {
        if (this.isDead) throw systemError("EIO");
        return hooks.before?.(operation);
      },
    });
    this.folder = new StoreFolder({
      path: FOLDER,
      label: "Test",
      files,
      clock: this.clock,
      machine: freshMachine(boot),
    });
  }

  get damage(): unknown {
    return this.#journal?.damage;
  }

  /** Opens the journal however often the disk fails, and waits by a clock of its own where it must wait for a lock. */
  async open(): Promise<ReadonlyMap<string, JsonObject>> {
    for (let tries = 0; ; tries += 1) {
      try {
        const opening = this.folder.journal("outbox");
        this.#journal = await throughTime(this.clock, opening);
        return this.#journal.records;
      } catch (error) {
        if (tries > 20) throw error;
      }
    }
  }

  append(call: Call): Promise<void> {
    assert.ok(this.#journal);
    return this.#journal.append(call);
  }

  async kill(): Promise<void> {
    this.isDead = true;
    await this.folder.close().catch(() => undefined);
  }
}

async function throughTime<T>(clock: FakeClock, promise: Promise<T>): Promise<T> {
  const progress = { isDone: false };
  const done = (): void => {
    progress.isDone = true;
  };
  promise.then(done, done);
  await settled();
  while (!progress.isDone) await clock.advance(1000);
  return promise;
}

function shortened(text: string): string {
  return text.length > 300 ? `${text.slice(0, 300)}… (${text.length})` : text;
}
