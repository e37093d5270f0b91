import { CellularError } from "../errors/cellular-error";
import type { Clock } from "../lane";
import { withDoubt, type Conclusion, type Ending, type Entry, type FinishedEntry } from "./entry";
import type { Keys } from "./keys";
import type { Relay } from "./relay";
import type { OutboxStore } from "./store";

/** Milliseconds between two tries to write down what the disk refused, while it takes nothing else. */
const DISK_AGAIN_MS = 5000;

/** Who is told what happens. Must not throw. */
export interface OutboxObserver<Job, Origin, Receipt> {
  /** An entry has ended. Once it is reported, `remove` it. */
  finished(entry: FinishedEntry<Job, Origin, Receipt>): void;
  /** Somebody came with the key of an entry that has ended, before or after its end. There is nothing to remove. */
  repeated(conclusion: Conclusion<Job, Receipt>, origin: Origin): void;
  /** The entry is waiting, being sent, or waiting again. */
  moved(entry: Entry<Job, Origin, Receipt>): void;
}

export interface StepsOptions<Job, Origin, Receipt> {
  /** Id of the outbox. */
  readonly id: string;
  /** The name of the gateway for error messages. */
  readonly label: () => string;
  readonly store: OutboxStore<Job, Origin, Receipt>;
  readonly relay: Relay<Job, Origin, Receipt> | undefined;
  readonly keys: Keys<Job, Origin, Receipt>;
  readonly observer: OutboxObserver<Job, Origin, Receipt>;
  readonly clock: Clock;
}

/** Writes the steps of entries down, tells their ends to whoever waits for them, and lets go of what is reported. */
export class Steps<Job, Origin, Receipt> {
  readonly #options: StepsOptions<Job, Origin, Receipt>;
  /** Ids of what has ended, while that is written down. */
  readonly #ending = new Set<string>();
  /** Ended, and not removed yet. */
  readonly #finished = new Map<string, FinishedEntry<Job, Origin, Receipt>>();
  readonly #whenEmpty: (() => void)[] = [];
  /** Called once the disk takes something again. */
  readonly #refused = new Set<() => void>();

  constructor(options: StepsOptions<Job, Origin, Receipt>) {
    this.#options = options;
  }

  /** Whether an entry has ended here and is still kept. What was not told yet counts as well. */
  hasEnded(id: string): boolean {
    return this.#ending.has(id) || this.#finished.has(id);
  }

  /** @throws CellularError `STORAGE_FAILED`; then the entry stands where it stood. */
  async write(entry: Entry<Job, Origin, Receipt>): Promise<void> {
    try {
      await this.#options.store.write(entry);
    } catch (error) {
      throw asStorageFailure(error, this.#options.label());
    }
    for (const again of [...this.#refused]) again();
  }

  /**
   * Writes down how an entry ended, and tells it.
   * @param entry In the state that the store knows.
   */
  async finish(entry: Entry<Job, Origin, Receipt>, ending: Ending<Receipt>): Promise<void> {
    const { id: by, clock } = this.#options;
    this.#ending.add(entry.id);
    const finished: FinishedEntry<Job, Origin, Receipt> = {
      ...entry,
      state: "finished",
      ending: withDoubt(entry, ending),
      finishedAt: clock.date(),
      by,
    };
    // While the disk holds it as one that is to be sent, nobody may be told that it will not be: after a crash it would.
    const wouldBeSent = entry.state === "queued" || entry.state === "moved";
    while (!(await this.#isWritten(finished)) && wouldBeSent) {
      await this.#diskMayTakeIt();
    }
    this.tell(finished);
  }

  /** Tells how an entry ended that was written down as finished. */
  tell(finished: FinishedEntry<Job, Origin, Receipt>): void {
    const { observer } = this.#options;
    this.#finished.set(finished.id, finished);
    this.#ending.delete(finished.id);
    const waiting = finished.movedFrom === undefined ? this.#options.keys.settle(finished) : [];
    observer.finished(finished);
    for (const origin of waiting) observer.repeated(finished, origin);
  }

  /** Lets go of an entry that has been reported. What the disk refuses is tried again until it takes it. */
  async remove(id: string): Promise<void> {
    const finished = this.#finished.get(id);
    while (finished !== undefined && !(await this.#isRemoved(finished))) {
      await this.#diskMayTakeIt();
    }
    this.#finished.delete(id);
    if (this.#isEmpty()) for (const done of this.#whenEmpty.splice(0)) done();
  }

  /** Resolves when everything that has ended so far is removed. */
  async emptied(): Promise<void> {
    if (!this.#isEmpty()) await new Promise<void>((resolve) => this.#whenEmpty.push(resolve));
  }

  /**
   * An entry that moved from here has ended elsewhere: tells those who came with its key, and lets go of it.
   * @throws CellularError `STORAGE_FAILED`
   */
  async settle(finished: FinishedEntry<Job, Origin, Receipt>): Promise<void> {
    const { keys, observer } = this.#options;
    const waiting = keys.settle(finished);
    for (const origin of waiting) observer.repeated(finished, origin);
    await this.#drop(finished);
  }

  /** Resolves after a while, or as soon as the disk has taken something else. */
  async #diskMayTakeIt(): Promise<void> {
    await new Promise<void>((resolve) => {
      const again = (): void => {
        cancel();
        this.#refused.delete(again);
        resolve();
      };
      const cancel = this.#options.clock.after(DISK_AGAIN_MS, again);
      this.#refused.add(again);
    });
  }

  #isEmpty(): boolean {
    return this.#finished.size === 0 && this.#ending.size === 0;
  }

  async #isWritten(entry: Entry<Job, Origin, Receipt>): Promise<boolean> {
    try {
      await this.write(entry);
      return true;
    } catch {
      return false;
    }
  }

  async #isRemoved(finished: FinishedEntry<Job, Origin, Receipt>): Promise<boolean> {
    try {
      if (finished.movedFrom !== undefined) await this.#options.relay?.settle(finished);
      await this.#drop(finished);
      return true;
    } catch {
      return false;
    }
  }

  async #drop(finished: FinishedEntry<Job, Origin, Receipt>): Promise<void> {
    const { keys, store } = this.#options;
    const changes = keys.changesFor(finished);
    try {
      await store.remove(finished.id, changes);
    } catch (error) {
      throw asStorageFailure(error, this.#options.label());
    }
    keys.written(changes);
  }
}

/** What a store threw, as the failure that everybody knows. */
export function asStorageFailure(error: unknown, label: string): CellularError {
  if (error instanceof CellularError) return error;
  return new CellularError("STORAGE_FAILED", `${label}: the message could not be written down.`, { cause: error });
}
