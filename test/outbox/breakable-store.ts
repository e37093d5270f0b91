import { MemoryOutboxStore, type EntryState, type OutboxStore } from "../../src/outbox";
import { failures, type TestEntry } from "./outbox-under-test";

/** A store in memory whose disk can be full. */
export class BreakableStore implements OutboxStore<string, string, string> {
  isBroken = false;
  readonly #kept = new MemoryOutboxStore<string, string, string>();
  readonly #states = new Map<string, EntryState>();

  load(): Promise<readonly TestEntry[]> {
    return this.#kept.load();
  }

  async write(entry: TestEntry): Promise<void> {
    await Promise.resolve();
    if (this.isBroken) throw failures.storage();
    this.#states.set(entry.job, entry.state);
    await this.#kept.write(entry);
  }

  remove(id: string): Promise<void> {
    return this.#kept.remove(id);
  }

  /** The state that was written last. */
  stateOf(job: string): EntryState | undefined {
    return this.#states.get(job);
  }
}
