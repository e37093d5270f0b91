import { performance } from "node:perf_hooks";

/** The end of the time that one call has, by the monotonic clock, so that a corrected wall clock does not matter. */
export class Deadline {
  readonly #end: number;

  /** @param timeout Milliseconds from now. */
  constructor(timeout: number) {
    this.#end = performance.now() + timeout;
  }

  /** Milliseconds left, at least 1: a timer of 0 or less would mean something else. */
  get remaining(): number {
    return Math.max(1, this.#end - performance.now());
  }
}
