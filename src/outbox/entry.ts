import type { CellularError, Outcome } from "../errors/cellular-error";

/**
 * Where an entry stands. Each step is written down before the next begins: `queued` before the input counts as taken,
 * `sending` before the first byte leaves, `finished` before it is reported; after the report the entry is removed.
 */
export type EntryState = "queued" | "sending" | "finished";

export type Priority = "normal" | "high";

/** What to do after an outcome `unknown`: say so, or send once more, which may arrive twice. */
export type OnUnknown = "report" | "resend";

/** What somebody asks the outbox to send. */
export interface Submission<Job, Origin> {
  /** What the driver is given. */
  readonly job: Job;
  /** Whom to tell of the outcome; the outbox does not look into it. */
  readonly origin: Origin;
  readonly priority: Priority;
  readonly onUnknown: OnUnknown;
  /** Milliseconds after which the entry is given up, 0 = never. */
  readonly expireAfter: number;
}

/** How an entry ended. */
export type Ending<Receipt> =
  | { readonly outcome: "accepted"; readonly receipt: Receipt }
  | { readonly outcome: Exclude<Outcome, "accepted">; readonly error: CellularError };

/** One entry of the outbox. */
export interface Entry<Job, Origin, Receipt> extends Submission<Job, Origin> {
  readonly id: string;
  readonly state: EntryState;
  /** Attempts begun. */
  readonly attempts: number;
  /** Wall clock, for people. */
  readonly queuedAt: Date;
  /** When the entry is given up, by the monotonic clock. */
  readonly deadline: number;
  /** The last attempt that failed in a way that time can heal. */
  readonly lastFailure?: CellularError;
  /** An earlier attempt that may have been sent: the entry can never again end as `not-sent`. */
  readonly doubt?: CellularError;
  readonly ending?: Ending<Receipt>;
  /** Wall clock, for people. */
  readonly finishedAt?: Date;
}

/** An entry that has ended. */
export type FinishedEntry<Job, Origin, Receipt> = Entry<Job, Origin, Receipt> & {
  readonly ending: Ending<Receipt>;
  readonly finishedAt: Date;
};

/** What may have been sent once can never be said not to have been. */
export function withDoubt<Receipt>(
  entry: Pick<Entry<unknown, unknown, Receipt>, "doubt">,
  ending: Ending<Receipt>,
): Ending<Receipt> {
  if (entry.doubt === undefined || ending.outcome !== "not-sent") return ending;
  return { outcome: "unknown", error: entry.doubt };
}
