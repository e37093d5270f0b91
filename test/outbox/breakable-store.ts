import {
  MemoryOutboxStore,
  type ClaimChanges,
  type EntryState,
  type OutboxContents,
  type OutboxStore,
} from "../../src/outbox";
import { failures, type TestEntry } from "./outbox-under-test";

/** A store in memory whose disk can be full. */
export class BreakableStore implements OutboxStore<string, string, string> {
  readonly isDurable = false;
  isBroken = false;
  /** Jobs of which the disk refused a step: their end is told when it takes them again. */
  readonly refused = new Set<string>();
  readonly #kept = new MemoryOutboxStore<string, string, string>();
  readonly #states = new Map<string, EntryState>();

  load(): Promise<OutboxContents<string, string, string>> {
    return this.#kept.load();
  }

  async write(entry: TestEntry): Promise<void> {
    await Promise.resolve();
    if (this.isBroken) {
      this.refused.add(entry.job);
      throw failures.storage();
    }
    this.#states.set(entry.job, entry.state);
    await this.#kept.write(entry);
  }

  async remove(id: string, changes: ClaimChanges<string, string>): Promise<void> {
    await Promise.resolve();
    if (this.isBroken) throw failures.storage();
    await this.#kept.remove(id, changes);
  }

  /** The state that was written last. */
  stateOf(job: string): EntryState | undefined {
    return this.#states.get(job);
  }
}
