/**
 * What was done with an SMS. `passed-over`: it lay there before the first list, or its sender is not wanted · `awaited`:
 * handed on to a flow that is to have it deleted; until then it is handed on again after each restart.
 */
export type Treatment = "passed-over" | "handed-on" | "awaited";

/** What is known of an SMS that a receiver has seen. */
export interface LedgerEntry {
  /** In how many lists in a row it was missing. */
  readonly misses: number;
  readonly treatment: Treatment;
}

/** What one receiver has seen on one SIM, by identity. */
export type Ledger = ReadonlyMap<string, LedgerEntry>;

/** Where ledgers are kept. A promise that resolves means: it would still be there after a crash. */
export interface LedgerStore {
  /** The ledger of a receiver for a SIM, named by a key that tells nothing of it, or undefined if that receiver has never seen a list of it. */
  load(receiver: string, sim: string): Promise<Ledger | undefined>;
  save(receiver: string, sim: string, ledger: Ledger): Promise<void>;
  /** Drops all ledgers of a receiver that is gone for good. */
  forget(receiver: string): Promise<void>;
}

/** Lists in a row, readable and not empty, that an SMS must be missing from before it is forgotten. */
const MISSES_UNTIL_FORGOTTEN = 2;

/**
 * The ledger after a list. One empty list says nothing: a modem that restarts shows an empty store, and what was seen
 * before must not come again after it.
 * @param listed Identities of all that the list holds.
 * @param seen Those of it that count as seen from now on, and what was done with them.
 */
export function updateLedger(
  ledger: Ledger,
  listed: ReadonlySet<string>,
  seen: Iterable<readonly [identity: string, treatment: Treatment]>,
): Ledger {
  const next = new Map<string, LedgerEntry>();
  for (const [identity, { misses, treatment }] of ledger) {
    if (listed.has(identity)) next.set(identity, { misses: 0, treatment });
    else if (listed.size === 0) next.set(identity, { misses, treatment });
    else if (misses + 1 < MISSES_UNTIL_FORGOTTEN) next.set(identity, { misses: misses + 1, treatment });
  }
  for (const [identity, treatment] of seen) next.set(identity, { misses: 0, treatment });
  return next;
}

/** The ledger as a new process takes it up: what a flow has not had deleted is to be handed on again. */
export function withoutAwaited(ledger: Ledger): Ledger {
  return new Map([...ledger].filter(([, { treatment }]) => treatment !== "awaited"));
}
