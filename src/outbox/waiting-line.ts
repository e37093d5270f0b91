import type { Entry, Priority } from "./entry";

const PRIORITIES: readonly Priority[] = ["high", "normal"];

/** The entries that are not finished, in the order in which they go: `high` first, then as they came. */
export class WaitingLine<Job, Origin, Receipt> {
  readonly #entries: Record<Priority, Map<string, Entry<Job, Origin, Receipt>>> = {
    high: new Map(),
    normal: new Map(),
  };
  /** Those that are being sent or moved. */
  #underway = 0;

  /** Adds an entry at the end, or replaces it where it stands. */
  put(entry: Entry<Job, Origin, Receipt>): void {
    const before = this.#entries[entry.priority].get(entry.id);
    this.#underway += (entry.state === "queued" ? 0 : 1) - (before === undefined || before.state === "queued" ? 0 : 1);
    this.#entries[entry.priority].set(entry.id, entry);
  }

  remove(entry: Entry<Job, Origin, Receipt>): void {
    const before = this.#entries[entry.priority].get(entry.id);
    if (before !== undefined && before.state !== "queued") this.#underway -= 1;
    this.#entries[entry.priority].delete(entry.id);
  }

  /** The next entry to send. Only those that are under way can stand before it, so this looks at few. */
  next(): Entry<Job, Origin, Receipt> | undefined {
    for (const entry of this.#all()) if (entry.state === "queued") return entry;
    return undefined;
  }

  get(id: string): Entry<Job, Origin, Receipt> | undefined {
    return this.#entries.normal.get(id) ?? this.#entries.high.get(id);
  }

  /** All entries as they stand now. */
  snapshot(): readonly Entry<Job, Origin, Receipt>[] {
    return [...this.#all()];
  }

  *#all(): Generator<Entry<Job, Origin, Receipt>, undefined> {
    for (const priority of PRIORITIES) yield* this.#entries[priority].values();
    return undefined;
  }

  /** How many wait; those that are being sent or moved do not. */
  get waiting(): number {
    return this.#entries.high.size + this.#entries.normal.size - this.#underway;
  }
}
