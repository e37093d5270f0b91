import type { CellularError, Outcome } from "../errors/cellular-error";

/**
 * Where an entry stands. Each step is written down before the next begins: `queued` before the input counts as taken,
 * `sending` before the first byte leaves, `finished` before it is reported; after the report the entry is removed.
 * `moved`: the outbox of its fallback has it, or is about to get it. `waiting`: it was accepted, and is followed until it
 * has got as far as was asked for.
 */
export type EntryState = "queued" | "sending" | "moved" | "waiting" | "finished";

export type Priority = "normal" | "high";

/** After an outcome `unknown`: say so, or send once more by the fallback or the same way, which may arrive twice. */
export type OnUnknown = "report" | "fallback" | "resend";

/** Another outbox that an entry goes to when its own cannot send it. */
export interface Fallback<Job> {
  /** Id of that outbox. */
  readonly to: string;
  /** What the driver there is given. */
  readonly job: Job;
  /** Milliseconds after which what still waits moves; what time cannot heal moves at once. */
  readonly after: number;
}

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
  readonly fallback?: Fallback<Job>;
  /** Milliseconds that it is followed after it was accepted; absent: it is done then. */
  readonly patience?: number;
  /** What was submitted with the same key within 24 h is the same message, and is not sent once more. */
  readonly key?: string;
}

/** How an entry ended. */
export type Ending<Receipt> =
  /** With an error: it was accepted, and did not get as far as was asked for. */
  | { readonly outcome: "accepted"; readonly receipt: Receipt; readonly error?: CellularError }
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
  /** When what still waits moves to the fallback, by the monotonic clock. */
  readonly moveAt: number;
  /** When its key is free again, by the monotonic clock. */
  readonly keyUntil: number;
  /** Id of the outbox that took it first, if it has moved. */
  readonly movedFrom?: string;
  /** The last attempt that failed in a way that time can heal. */
  readonly lastFailure?: CellularError;
  /** An earlier attempt that may have been sent: the entry can never again end as `not-sent`. */
  readonly doubt?: CellularError;
  /** What is known of it while it is waiting. */
  readonly receipt?: Receipt;
  /** When it is not followed any longer, by the monotonic clock. */
  readonly waitUntil?: number;
  readonly ending?: Ending<Receipt>;
  /** Wall clock, for people. */
  readonly finishedAt?: Date;
}

/** An entry that was accepted and is followed. */
export type WaitingEntry<Job, Origin, Receipt> = Entry<Job, Origin, Receipt> & {
  readonly receipt: Receipt;
  readonly waitUntil: number;
};

/** What became of an entry. */
export interface Conclusion<Job, Receipt> {
  readonly id: string;
  readonly job: Job;
  readonly attempts: number;
  readonly queuedAt: Date;
  readonly finishedAt: Date;
  readonly ending: Ending<Receipt>;
  /** Id of the outbox in which it ended. */
  readonly by: string;
}

/** An entry that has ended. */
export type FinishedEntry<Job, Origin, Receipt> = Entry<Job, Origin, Receipt> & Conclusion<Job, Receipt>;

/** What may have been sent once can never be said not to have been. */
export function withDoubt<Receipt>(
  entry: Pick<Entry<unknown, unknown, Receipt>, "doubt">,
  ending: Ending<Receipt>,
): Ending<Receipt> {
  if (entry.doubt === undefined || ending.outcome !== "not-sent") return ending;
  return { outcome: "unknown", error: entry.doubt };
}

/** Whether an entry was accepted and is followed. */
export function isWaiting<Job, Origin, Receipt>(
  entry: Entry<Job, Origin, Receipt>,
): entry is WaitingEntry<Job, Origin, Receipt> {
  return entry.state === "waiting" && entry.receipt !== undefined && entry.waitUntil !== undefined;
}

/** Whether an entry has ended. */
export function isFinished<Job, Origin, Receipt>(
  entry: Entry<Job, Origin, Receipt>,
): entry is FinishedEntry<Job, Origin, Receipt> {
  return entry.state === "finished" && entry.ending !== undefined;
}
