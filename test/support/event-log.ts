import type { WaitOptions, Waits } from "./waits.js";

/**
 * Everything that happened, in order, and a way to wait for what happens next.
 * Each entry is given to one `next` only, so nothing is missed between two of them and nothing is seen twice.
 */
export class EventLog<T> {
  readonly all: T[] = [];
  readonly #what: string;
  readonly #waits: Waits;
  #unseen: T[] = [];

  /** @param what names one entry in the message of a wait that failed, e.g. `probe` */
  constructor(what: string, waits: Waits) {
    this.#what = what;
    this.#waits = waits;
  }

  /** The entries that no `next` was given are looked at again once `waits.check` is called. */
  add(entry: T): void {
    this.all.push(entry);
    this.#unseen.push(entry);
  }

  /** The first entry that matches and that no other `next` was given, be it here already or still to come. */
  next(matches: (entry: T) => boolean = () => true, options: WaitOptions = {}): Promise<T> {
    return this.#waits
      .until(
        () => {
          const entry = this.#unseen.find(matches);
          if (entry === undefined) return undefined;
          this.#unseen = this.#unseen.filter((other) => other !== entry);
          return { entry };
        },
        () =>
          [`a matching ${this.#what}; the last ones:`, ...this.all.slice(-5).map((e) => JSON.stringify(e))].join(
            "\n  ",
          ),
        options,
      )
      .then(({ entry }) => entry);
  }
}
