import { performance } from "node:perf_hooks";
import { CellularError } from "../errors/cellular-error";

/** 24 days: a timer of Node.js that is set for 2 ** 31 ms or more fires at once. */
const LONGEST_MS = 24 * 86_400_000;

/** The end of the time that one call has, by the monotonic clock, so that a corrected wall clock does not matter. */
export class Deadline {
  readonly #end: number;

  /**
   * @param timeout Milliseconds from now, more than 0.
   * @throws CellularError `OPTION_INVALID` if it is no such number.
   */
  constructor(timeout: number) {
    if (typeof timeout !== "number" || !(timeout > 0)) {
      throw new CellularError("OPTION_INVALID", "The timeout is no number of milliseconds above 0. Correct it.");
    }
    this.#end = performance.now() + timeout;
  }

  /** Milliseconds left, at least 1 and at most what a timer takes. */
  get remaining(): number {
    return Math.min(Math.max(1, this.#end - performance.now()), LONGEST_MS);
  }

  get isOver(): boolean {
    return this.remaining <= 1;
  }
}
