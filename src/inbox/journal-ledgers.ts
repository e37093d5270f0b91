import { isDeepStrictEqual } from "node:util";
import * as v from "valibot";
import type { Journal, JsonObject } from "../store";
import type { Ledger, LedgerStore } from "./ledger";

const Entry = v.object({ misses: v.number(), treatment: v.picklist(["passed-over", "handed-on", "awaited"]) });
const Record = v.object({ receiver: v.string(), sim: v.string(), seen: v.record(v.string(), Entry) });

/** Keeps ledgers in a journal. */
export class JournalLedgerStore implements LedgerStore {
  readonly #open: () => Promise<Journal>;

  /** @param open Opens the journal. @throws CellularError `STORAGE_FAILED`; then it is called again at the next step. */
  constructor(open: () => Promise<Journal>) {
    this.#open = open;
  }

  /** A record that cannot be understood counts as none: what was seen before may then come again. */
  async load(receiver: string, sim: string): Promise<Ledger | undefined> {
    const { records } = await this.#open();
    const record = records.get(keyOf(receiver, sim));
    return record === undefined ? undefined : readRecord(record);
  }

  async save(receiver: string, sim: string, ledger: Ledger): Promise<void> {
    const journal = await this.#open();
    const key = keyOf(receiver, sim);
    const record = { receiver, sim, seen: Object.fromEntries([...ledger].map(([id, entry]) => [id, { ...entry }])) };
    // Most lists hold nothing new.
    if (!isDeepStrictEqual(journal.records.get(key), record)) await journal.append([{ set: key, to: record }]);
  }

  async forget(receiver: string): Promise<void> {
    const journal = await this.#open();
    const keys = [...journal.records].filter(([, record]) => record.receiver === receiver).map(([key]) => key);
    if (keys.length > 0) await journal.append(keys.map((drop) => ({ drop })));
  }
}

function keyOf(receiver: string, sim: string): string {
  return `${receiver} ${sim}`;
}

function readRecord(record: JsonObject): Ledger | undefined {
  const read = v.safeParse(Record, record);
  return read.success ? new Map(Object.entries(read.output.seen)) : undefined;
}
