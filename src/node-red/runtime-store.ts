import { DiskOutboxStore, MemoryOutboxStore, type EntryCodec, type OutboxStore } from "../outbox";
import { MemoryJournal, StoreFolder, type Journal, type StoreNotice } from "../store";

/** What a person should know of the files of a gateway or an account. */
export type RuntimeStoreNotice =
  | StoreNotice
  /** Whole records of no known form, those of a later version perhaps. */
  | { readonly kind: "unreadable"; readonly records: number }
  /** The folder cannot be used. Told once, and again after it could. */
  | { readonly kind: "refused"; readonly reason: string };

export interface StorePlace {
  /** The folder; undefined where Node-RED has no user folder: all is kept in memory then. */
  readonly path: string | undefined;
  readonly notice: (notice: RuntimeStoreNotice) => void;
  /** Ends when a former store of the same folder has let go of it. */
  readonly free: Promise<void>;
}

export interface RuntimeStoreOptions<Job, Origin, Receipt> extends StorePlace {
  /** Kind and address of the device or the service, for messages. */
  readonly label: string;
  /** Made anew for each reading of the outbox. */
  readonly codec: () => EntryCodec<Job, Origin, Receipt>;
  /** Names of the journals beside the outbox. */
  readonly journals: readonly string[];
}

/** One way to keep what has to be remembered. */
interface Keeping<Job, Origin, Receipt> {
  readonly outbox: OutboxStore<Job, Origin, Receipt>;
  /** Those that are open. */
  readonly journals: Map<string, Journal>;
  open(name: string): Promise<Journal>;
  /** Forgets all of it: it has been carried elsewhere, or is not needed any more. */
  discard(): Promise<void>;
}

/**
 * What a gateway or an account has to remember, on disk or in memory. A change of `durable` carries it from one to the
 * other before the next step is written.
 */
export class RuntimeStore<Job, Origin, Receipt> {
  readonly outbox: OutboxStore<Job, Origin, Receipt>;
  readonly #options: RuntimeStoreOptions<Job, Origin, Receipt>;
  #isDurable: boolean;
  #keeping: Keeping<Job, Origin, Receipt>;
  /** Steps that are being written. */
  #inUse = 0;
  #carrying: Promise<void> | undefined;
  #whenIdle: (() => void) | undefined;

  constructor(options: RuntimeStoreOptions<Job, Origin, Receipt>, isDurable: boolean) {
    this.#options = options;
    this.#isDurable = isDurable && options.path !== undefined;
    this.#keeping = this.#makeKeeping();
    const isOnDisk = (): boolean => this.#isDurable;
    this.outbox = {
      get isDurable() {
        return isOnDisk();
      },
      load: () => this.#use(({ outbox }) => outbox.load()),
      write: (entry) => this.#use(({ outbox }) => outbox.write(entry)),
      remove: (id, changes) => this.#use(({ outbox }) => outbox.remove(id, changes)),
    };
  }

  /** Whether all is kept on disk. */
  get isDurable(): boolean {
    return this.#isDurable;
  }

  set isDurable(isDurable: boolean) {
    this.#isDurable = isDurable && this.#options.path !== undefined;
    // What is in memory alone is carried to the disk now, not with the next message.
    this.#use(() => Promise.resolve()).catch(() => undefined);
  }

  /**
   * Opens a journal beside the outbox; what is returned goes on in the place in force.
   * @throws CellularError `STORAGE_FAILED`; may be called again.
   */
  async journal(name: string): Promise<Journal> {
    const { damage } = await this.#use((keeping) => keeping.open(name));
    const current = (): Journal | undefined => this.#keeping.journals.get(name);
    return {
      damage,
      get records() {
        return current()?.records ?? new Map<string, never>();
      },
      append: (steps) => this.#use(async (keeping) => (await keeping.open(name)).append(steps)),
    };
  }

  /** The gateway or account is deleted, and nothing waits any more. */
  async discard(): Promise<void> {
    await this.#keeping.discard();
  }

  async #use<T>(task: (keeping: Keeping<Job, Origin, Receipt>) => Promise<T>): Promise<T> {
    while (this.#keeping.outbox.isDurable !== this.#isDurable) {
      this.#carrying ??= this.#carry().finally(() => (this.#carrying = undefined));
      await this.#carrying;
    }
    this.#inUse += 1;
    try {
      return await task(this.#keeping);
    } finally {
      this.#inUse -= 1;
      if (this.#inUse === 0) this.#whenIdle?.();
    }
  }

  /** Nothing is written meanwhile. What the new place has not taken stays in the old one. */
  async #carry(): Promise<void> {
    if (this.#inUse > 0) await new Promise<void>((resolve) => (this.#whenIdle = resolve));
    const from = this.#keeping;
    const to = this.#makeKeeping();
    try {
      const { entries, claims } = await from.outbox.load();
      await to.outbox.load();
      for (const entry of entries) await to.outbox.write(entry);
      for (const keep of claims) await to.outbox.remove(keep.conclusion.id, { keep, free: [] });
      for (const name of this.#options.journals) await carryRecords(await from.open(name), await to.open(name));
    } catch (error) {
      await to.discard().catch(() => undefined);
      throw error;
    }
    await from.discard();
    this.#keeping = to;
  }

  #makeKeeping(): Keeping<Job, Origin, Receipt> {
    const { path } = this.#options;
    return path === undefined || !this.#isDurable ? inMemory() : this.#onDisk(path);
  }

  #onDisk(path: string): Keeping<Job, Origin, Receipt> {
    const { label, notice, free, codec } = this.#options;
    const folder = new StoreFolder({ path, label, notice });
    const journals = new Map<string, Journal>();
    let isRefused = false;
    const open = async (name: string): Promise<Journal> => {
      await free;
      try {
        const journal = await folder.journal(name);
        isRefused = false;
        journals.set(name, journal);
        return journal;
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        if (!isRefused) notice({ kind: "refused", reason });
        isRefused = true;
        throw error;
      }
    };
    const outbox = new DiskOutboxStore({
      open: () => open("outbox"),
      codec: codec(),
      unreadable: (records) => {
        notice({ kind: "unreadable", records });
      },
    });
    return { outbox, journals, open, discard: () => folder.remove() };
  }
}

function inMemory<Job, Origin, Receipt>(): Keeping<Job, Origin, Receipt> {
  const journals = new Map<string, Journal>();
  return {
    outbox: new MemoryOutboxStore(),
    journals,
    open: (name) => {
      const journal = journals.get(name) ?? new MemoryJournal();
      journals.set(name, journal);
      return Promise.resolve(journal);
    },
    discard: () => Promise.resolve(),
  };
}

async function carryRecords(from: Journal, to: Journal): Promise<void> {
  const steps = [...from.records].map(([set, record]) => ({ set, to: record }));
  if (steps.length > 0) await to.append(steps);
}
