import type { JournalStep, Json, JsonObject } from "./steps";

/** The records that a series of steps leaves, in the order in which their keys were first set. */
export class LiveRecords {
  readonly #records = new Map<string, JsonObject>();
  readonly #sizes = new Map<string, number>();
  #size = 0;

  get map(): ReadonlyMap<string, JsonObject> {
    return this.#records;
  }

  /** About how many bytes the records take as JSON. */
  get size(): number {
    return this.#size;
  }

  /** Takes a step; false if it changes a record that is not there, and so changes nothing. */
  apply(step: JournalStep): boolean {
    if ("drop" in step) {
      this.#records.delete(step.drop);
      this.#weigh(step.drop);
      return true;
    }
    if ("set" in step) {
      this.#records.set(step.set, step.to);
      this.#weigh(step.set);
      return true;
    }
    const record = this.#records.get(step.change);
    if (record === undefined) return false;
    this.#records.set(step.change, merged(record, step.to));
    this.#weigh(step.change);
    return true;
  }

  #weigh(key: string): void {
    const record = this.#records.get(key);
    this.#size -= this.#sizes.get(key) ?? 0;
    if (record === undefined) {
      this.#sizes.delete(key);
      return;
    }
    const size = key.length + JSON.stringify(record).length;
    this.#sizes.set(key, size);
    this.#size += size;
  }
}

function merged(record: JsonObject, changes: JsonObject): JsonObject {
  const properties = new Map<string, Json>(Object.entries(record));
  for (const [name, value] of Object.entries(changes)) {
    if (value === null) properties.delete(name);
    else properties.set(name, value);
  }
  return Object.fromEntries(properties);
}
