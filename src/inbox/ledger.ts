/** What is known of an SMS that a receiver has seen. */
export interface LedgerEntry {
  /** In how many lists in a row it was missing. */
  readonly misses: number;
  /** False for what was passed over: it lay there before the first list, or its sender is not wanted. */
  readonly isHandedOn: boolean;
}

/** What one receiver has seen on one SIM, by identity. */
export type Ledger = ReadonlyMap<string, LedgerEntry>;

/** Where ledgers are kept. A promise that resolves means: it would still be there after a crash. */
export interface LedgerStore {
  /** The ledger of a receiver for a SIM, or undefined if that receiver has never seen a list of it. */
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
 * @param seen Those of it that count as seen from now on, and whether they were handed on.
 */
export function updateLedger(
  ledger: Ledger,
  listed: ReadonlySet<string>,
  seen: Iterable<readonly [identity: string, isHandedOn: boolean]>,
): Ledger {
  const next = new Map<string, LedgerEntry>();
  for (const [identity, { misses, isHandedOn }] of ledger) {
    if (listed.has(identity)) next.set(identity, { misses: 0, isHandedOn });
    else if (listed.size === 0) next.set(identity, { misses, isHandedOn });
    else if (misses + 1 < MISSES_UNTIL_FORGOTTEN) next.set(identity, { misses: misses + 1, isHandedOn });
  }
  for (const [identity, isHandedOn] of seen) next.set(identity, { misses: 0, isHandedOn });
  return next;
}

/** Keeps ledgers in memory. */
export class MemoryLedgerStore implements LedgerStore {
  readonly #ledgers = new Map<string, Map<string, Ledger>>();

  load(receiver: string, sim: string): Promise<Ledger | undefined> {
    return Promise.resolve(this.#ledgers.get(receiver)?.get(sim));
  }

  save(receiver: string, sim: string, ledger: Ledger): Promise<void> {
    const ofReceiver = this.#ledgers.get(receiver) ?? new Map<string, Ledger>();
    this.#ledgers.set(receiver, ofReceiver.set(sim, ledger));
    return Promise.resolve();
  }

  forget(receiver: string): Promise<void> {
    this.#ledgers.delete(receiver);
    return Promise.resolve();
  }
}
