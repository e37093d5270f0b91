import type { Conclusion, Entry } from "./entry";

/** What a key stands for once its message has been reported. */
export interface Claim<Job, Receipt> {
  readonly key: string;
  /** When the key is free again, by the monotonic clock. */
  readonly until: number;
  readonly conclusion: Conclusion<Job, Receipt>;
}

/** What changes with the keys when an entry is removed. */
export interface ClaimChanges<Job, Receipt> {
  readonly keep?: Claim<Job, Receipt> | undefined;
  /** Keys that are free again. */
  readonly free: readonly string[];
}

export interface OutboxContents<Job, Origin, Receipt> {
  /** All entries that were written and not removed, oldest first. */
  readonly entries: readonly Entry<Job, Origin, Receipt>[];
  /** Oldest first. */
  readonly claims: readonly Claim<Job, Receipt>[];
  /** Ids of entries that may have gone further than their record says, since later ones were damaged. */
  readonly doubtful: ReadonlySet<string>;
}

/**
 * Where an outbox writes down what it does. A promise that resolves means: it would still be there after a crash.
 * Steps end in the order in which they began: the order of the entries hangs on it.
 * @throws CellularError `STORAGE_FAILED` from each method; then nothing of the step has been written.
 */
export interface OutboxStore<Job, Origin, Receipt> {
  /** Whether what is written survives the process. */
  readonly isDurable: boolean;
  /** What lies there. To be called before the first step, and again if it fails. */
  load(): Promise<OutboxContents<Job, Origin, Receipt>>;
  /** Writes an entry in its present state, over its former one. */
  write(entry: Entry<Job, Origin, Receipt>): Promise<void>;
  /** Removes an entry and changes the keys, in one step. */
  remove(id: string, changes: ClaimChanges<Job, Receipt>): Promise<void>;
}

/** Keeps entries in memory: the same states, gone with the process. */
export class MemoryOutboxStore<Job, Origin, Receipt> implements OutboxStore<Job, Origin, Receipt> {
  readonly isDurable = false;
  readonly #entries = new Map<string, Entry<Job, Origin, Receipt>>();
  readonly #claims = new Map<string, Claim<Job, Receipt>>();

  load(): Promise<OutboxContents<Job, Origin, Receipt>> {
    return Promise.resolve({
      entries: [...this.#entries.values()],
      claims: [...this.#claims.values()],
      doubtful: new Set<string>(),
    });
  }

  write(entry: Entry<Job, Origin, Receipt>): Promise<void> {
    this.#entries.set(entry.id, entry);
    return Promise.resolve();
  }

  remove(id: string, { keep, free }: ClaimChanges<Job, Receipt>): Promise<void> {
    this.#entries.delete(id);
    for (const key of free) this.#claims.delete(key);
    if (keep !== undefined) this.#claims.set(keep.key, keep);
    return Promise.resolve();
  }
}
