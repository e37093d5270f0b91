import type { CellularError } from "../errors/cellular-error";

/** How something accepted is followed until it has got as far as its job asks. */
export interface Tracking<Job, Receipt> {
  /** The name by which news of it come from elsewhere. */
  nameOf(receipt: Receipt): string;
  /** Whether it is still open, has got as far as asked, or why it never will. */
  standing(job: Job, receipt: Receipt): "open" | "reached" | CellularError;
  /** What is known once news have come; news that come late change nothing. */
  merge(known: Receipt, news: Receipt): Receipt;
  /**
   * Asks how far it has got.
   * @param timeout Milliseconds that the answer may take at most, since it would be too late then.
   */
  ask(job: Job, receipt: Receipt, call: { readonly signal: AbortSignal; readonly timeout: number }): Promise<Receipt>;
  /** What ends it when its time is up. @param cause Why it could not be asked for last, if it could not. */
  timedOut(job: Job, receipt: Receipt, cause: CellularError | undefined): CellularError;
}
