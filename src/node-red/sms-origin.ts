import type { Origin } from "./outcome-desk";

/** Where an input with several recipients stands after one outcome. */
interface BatchState {
  readonly isLast: boolean;
  readonly noneAccepted: boolean;
}

/** An input with several recipients: what is still open, and whether one was accepted. */
export class Batch {
  #open: number;
  #accepted = false;
  readonly #closed = new Map<string, BatchState>();

  constructor(count: number) {
    this.#open = count;
  }

  /**
   * One that is put together again after a restart. Parts that are not there have been reported before; one of them, it
   * is assumed, was accepted.
   */
  static restored(): Batch {
    return new Batch(0);
  }

  /** Adds one of `count` parts that has been found after a restart. */
  add(count: number): void {
    this.#open += 1;
    this.#accepted = this.#open < count;
  }

  /** Counts the outcome of one SMS. One that is reported again counts once and gets the answer of the first time. */
  close(id: string, isAccepted: boolean): BatchState {
    const known = this.#closed.get(id);
    if (known !== undefined) return known;
    this.#open -= 1;
    this.#accepted ||= isAccepted;
    const state = { isLast: this.#open === 0, noneAccepted: !this.#accepted };
    this.#closed.set(id, state);
    return state;
  }
}

/** Which recipient of a message with several this is. */
export interface Part {
  readonly id: string;
  readonly index: number;
  readonly count: number;
  /** What the input itself was a part of, where a join node looks for it. */
  readonly parts?: unknown;
}

/** Where an SMS came from, and who is to hear what became of it. Its message is that of one recipient. */
export interface SmsOrigin extends Origin {
  readonly part?: Part;
  readonly batch: Batch;
}
