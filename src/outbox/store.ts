import type { Entry } from "./entry";

/**
 * Where an outbox writes down what it does. A promise that resolves means: it would still be there after a crash.
 * Steps end in the order in which they began: the order of the entries hangs on it.
 * @throws CellularError `STORAGE_FAILED` from each method; then nothing of the step has been written.
 */
export interface OutboxStore<Job, Origin, Receipt> {
  /** All entries that were written and not removed, oldest first. */
  load(): Promise<readonly Entry<Job, Origin, Receipt>[]>;
  /** Writes an entry in its present state, over its former one. */
  write(entry: Entry<Job, Origin, Receipt>): Promise<void>;
  remove(id: string): Promise<void>;
}

/** Keeps entries in memory: the same states, gone with the process. */
export class MemoryOutboxStore<Job, Origin, Receipt> implements OutboxStore<Job, Origin, Receipt> {
  readonly #entries = new Map<string, Entry<Job, Origin, Receipt>>();

  load(): Promise<readonly Entry<Job, Origin, Receipt>[]> {
    return Promise.resolve([...this.#entries.values()]);
  }

  write(entry: Entry<Job, Origin, Receipt>): Promise<void> {
    this.#entries.set(entry.id, entry);
    return Promise.resolve();
  }

  remove(id: string): Promise<void> {
    this.#entries.delete(id);
    return Promise.resolve();
  }
}
