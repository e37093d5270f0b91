import type { Clock } from "../lane";
import type { Conclusion, Entry, FinishedEntry } from "./entry";
import type { Claim, ClaimChanges } from "./store";

/** Milliseconds for which a key stands for one message, from when it was queued. */
export const KEY_LIFE_MS = 24 * 60 * 60_000;

/** A message that has not ended, and who else wants to know what becomes of it. */
interface OpenClaim<Origin> {
  readonly waiting: Origin[];
  /** Ends when the message is written down, or fails if it could not be. */
  readonly taken: Promise<void>;
}

/** What a key stands for when somebody comes with it. */
export type KeyState<Job, Origin, Receipt> =
  | { readonly is: "free" }
  | { readonly is: "open"; readonly claim: OpenClaim<Origin> }
  | { readonly is: "settled"; readonly conclusion: Conclusion<Job, Receipt> };

/** Remembers which message each key stands for, so that one that is asked for again does not leave again. */
export class Keys<Job, Origin, Receipt> {
  readonly #clock: Clock;
  readonly #open = new Map<string, OpenClaim<Origin>>();
  /** Oldest first, and so in the order in which they end. */
  readonly #settled = new Map<string, Claim<Job, Receipt>>();
  /** Keys that are free again, while the store does not know it yet. */
  readonly #freed = new Set<string>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** @param isResend Whether somebody asks for it to be sent again if nobody knows what became of it. */
  look(key: string, isResend: boolean): KeyState<Job, Origin, Receipt> {
    this.#forgetOld();
    const claim = this.#open.get(key);
    if (claim !== undefined) return { is: "open", claim };
    const settled = this.#settled.get(key);
    if (settled === undefined || settled.until <= this.#clock.now()) return { is: "free" };
    const { conclusion } = settled;
    return isResend && conclusion.ending.outcome === "unknown" ? { is: "free" } : { is: "settled", conclusion };
  }

  /** The key stands for a message that is about to be written down. */
  open(key: string, taken: Promise<void>): void {
    this.#open.set(key, { waiting: [], taken });
  }

  /** That message was not taken after all. */
  abandon(key: string): void {
    this.#open.delete(key);
  }

  /** Takes up what was written down before a restart. */
  restore(entries: readonly Entry<Job, Origin, Receipt>[], claims: readonly Claim<Job, Receipt>[]): void {
    for (const claim of claims) this.#settled.set(claim.key, claim);
    for (const { key, movedFrom } of entries) {
      // The key of what came from another outbox is remembered there.
      if (key !== undefined && movedFrom === undefined) this.open(key, Promise.resolve());
    }
  }

  /**
   * The message of a key has ended.
   * @returns Who else waits for it.
   */
  settle(finished: FinishedEntry<Job, Origin, Receipt>): readonly Origin[] {
    const { key } = finished;
    const claim = key === undefined ? undefined : this.#open.get(key);
    if (key === undefined || claim === undefined) return [];
    this.#open.delete(key);
    // Set anew, so that the order stays that of their ends.
    if (this.#settled.delete(key)) this.#freed.add(key);
    if (finished.ending.outcome !== "not-sent") {
      this.#freed.delete(key);
      this.#settled.set(key, this.#claimOf(finished, key));
    }
    return claim.waiting;
  }

  /** What the store has to know of the keys when that entry is removed. */
  changesFor(finished: FinishedEntry<Job, Origin, Receipt>): ClaimChanges<Job, Receipt> {
    this.#forgetOld();
    const { key } = finished;
    const claim = key === undefined ? undefined : this.#settled.get(key);
    return { keep: claim?.conclusion.id === finished.id ? claim : undefined, free: [...this.#freed] };
  }

  /** The store knows these changes now. */
  written({ free }: ClaimChanges<Job, Receipt>): void {
    for (const key of free) this.#freed.delete(key);
  }

  #claimOf(finished: FinishedEntry<Job, Origin, Receipt>, key: string): Claim<Job, Receipt> {
    const { id, job, attempts, queuedAt, finishedAt, ending, by, keyUntil } = finished;
    return { key, until: keyUntil, conclusion: { id, job, attempts, queuedAt, finishedAt, ending, by } };
  }

  #forgetOld(): void {
    const now = this.#clock.now();
    for (const { key, until } of this.#settled.values()) {
      if (until > now) return;
      this.#settled.delete(key);
      this.#freed.add(key);
    }
  }
}
