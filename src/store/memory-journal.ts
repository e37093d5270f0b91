import type { Journal } from "./journal";
import { LiveRecords } from "./live-records";
import type { JournalStep, JsonObject } from "./steps";

/** A journal that is gone with the process. */
export class MemoryJournal implements Journal {
  readonly damage = undefined;
  readonly #records = new LiveRecords();

  get records(): ReadonlyMap<string, JsonObject> {
    return this.#records.map;
  }

  append(steps: readonly JournalStep[]): Promise<void> {
    for (const step of steps) this.#records.apply(step);
    return Promise.resolve();
  }
}
