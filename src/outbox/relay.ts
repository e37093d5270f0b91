import type { Entry, FinishedEntry } from "./entry";

/**
 * The way from one outbox to the others.
 *
 * A move loses nothing and doubles nothing, wherever it is cut: the first outbox writes `moved`, the second one writes
 * the entry, and the first one keeps its record until the second has finished and says so (`settle`), before which the
 * second one does not let go of its own. So a record `moved` without one over there means that the second step did not
 * happen, and the move is made again.
 */
export interface Relay<Job, Origin, Receipt> {
  /** Whether what another outbox takes survives the process. */
  isDurable(id: string): boolean;
  /**
   * Hands an entry to the outbox that its fallback names. One that it has already is not taken twice.
   * @throws CellularError if it cannot take it; then it has not.
   */
  move(entry: Entry<Job, Origin, Receipt>): Promise<void>;
  /**
   * Tells the outbox that took an entry first how it ended. Nothing happens if that is gone for good.
   * @throws CellularError `STORAGE_FAILED` if it could not write that down.
   */
  settle(entry: FinishedEntry<Job, Origin, Receipt>): Promise<void>;
}
