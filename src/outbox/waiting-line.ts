import type { Entry, Priority } from "./entry";

const PRIORITIES: readonly Priority[] = ["high", "normal"];

/** The entries that are not finished, in the order in which they go: `high` first, then as they came. */
export class WaitingLine<Job, Origin, Receipt> {
  readonly #entries: Record<Priority, Map<string, Entry<Job, Origin, Receipt>>> = {
    high: new Map(),
    normal: new Map(),
  };
  #sending = 0;

  /** Adds an entry at the end, or replaces it where it stands. */
  put(entry: Entry<Job, Origin, Receipt>): void {
    const before = this.#entries[entry.priority].get(entry.id);
    this.#sending += (entry.state === "sending" ? 1 : 0) - (before?.state === "sending" ? 1 : 0);
    this.#entries[entry.priority].set(entry.id, entry);
  }

  remove(entry: Entry<Job, Origin, Receipt>): void {
    const before = this.#entries[entry.priority].get(entry.id);
    if (before?.state === "sending") this.#sending -= 1;
    this.#entries[entry.priority].delete(entry.id);
  }

  /** The next entry to send. Only those that are being sent can stand before it, so this looks at few. */
  next(): Entry<Job, Origin, Receipt> | undefined {
    for (const entry of this.#all()) if (entry.state === "queued") return entry;
    return undefined;
  }

  /** All entries as they stand now. */
  snapshot(): readonly Entry<Job, Origin, Receipt>[] {
    return [...this.#all()];
  }

  *#all(): Generator<Entry<Job, Origin, Receipt>, undefined> {
    for (const priority of PRIORITIES) yield* this.#entries[priority].values();
    return undefined;
  }

  /** How many wait; those that are being sent do not. */
  get waiting(): number {
    return this.#entries.high.size + this.#entries.normal.size - this.#sending;
  }
}
