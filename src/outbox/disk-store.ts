import * as v from "valibot";
import { systemClock, type Clock } from "../lane";
import type { Journal, JournalStep } from "../store";
import type { Entry } from "./entry";
import { LastingTime, type MachineTime } from "./lasting-time";
import type { Claim, ClaimChanges, OutboxContents, OutboxStore } from "./store";
import { EntryRecords, type EntryCodec } from "./stored-entry";

export interface DiskOutboxOptions<Job, Origin, Receipt> {
  /** Opens the journal. @throws CellularError `STORAGE_FAILED`; then it is called again at the next step. */
  readonly open: () => Promise<Journal>;
  readonly codec: EntryCodec<Job, Origin, Receipt>;
  /** Told how many records are whole but of no known form, those of a later version perhaps. They stay where they are. */
  readonly unreadable?: (count: number) => void;
  readonly clock?: Clock;
  readonly machine?: MachineTime;
}

/** Heads of the journal's keys. */
const ENTRY = "entry ";
const CLAIM = "key ";
const WALL_CLOCK = "wall clock";
const WallClock = v.object({ boot: v.string(), offset: v.number() });

/** Keeps an outbox in a journal. */
export class DiskOutboxStore<Job, Origin, Receipt> implements OutboxStore<Job, Origin, Receipt> {
  readonly isDurable = true;
  readonly #options: DiskOutboxOptions<Job, Origin, Receipt>;
  readonly #time: LastingTime;
  readonly #records: EntryRecords<Job, Origin, Receipt>;
  #journal: Journal | undefined;

  constructor(options: DiskOutboxOptions<Job, Origin, Receipt>) {
    this.#options = options;
    this.#time = new LastingTime(options.clock ?? systemClock, options.machine);
    this.#records = new EntryRecords(options.codec, this.#time);
  }

  async load(): Promise<OutboxContents<Job, Origin, Receipt>> {
    const { records, damage } = await this.#open();
    const wall = v.safeParse(WallClock, records.get(WALL_CLOCK));
    this.#time.recall(wall.success ? wall.output : undefined);
    const entries: Entry<Job, Origin, Receipt>[] = [];
    const claims: Claim<Job, Receipt>[] = [];
    let unreadable = 0;
    for (const [key, record] of records) {
      try {
        if (key.startsWith(CLAIM)) claims.push(this.#records.decodeClaim(key.slice(CLAIM.length), record));
        else if (key.startsWith(ENTRY)) entries.push(this.#records.decode(key.slice(ENTRY.length), record));
      } catch {
        unreadable += 1;
      }
    }
    if (unreadable > 0) this.#options.unreadable?.(unreadable);
    const doubtful = entries.map(({ id }) => id).filter((id) => damage?.doubtful.has(ENTRY + id) === true);
    return { entries, claims, doubtful: new Set(doubtful) };
  }

  async write(entry: Entry<Job, Origin, Receipt>): Promise<void> {
    const journal = await this.#open();
    const key = ENTRY + entry.id;
    await this.#append(
      journal.records.has(key)
        ? [{ change: key, to: this.#records.encodeProgress(entry) }]
        : [{ set: key, to: this.#records.encode(entry) }],
    );
  }

  async remove(id: string, { keep, free }: ClaimChanges<Job, Receipt>): Promise<void> {
    const steps: JournalStep[] = [{ drop: ENTRY + id }, ...free.map((key) => ({ drop: CLAIM + key }))];
    if (keep !== undefined) steps.push({ set: CLAIM + keep.key, to: this.#records.encodeClaim(keep) });
    await this.#append(steps);
  }

  async #open(): Promise<Journal> {
    this.#journal ??= await this.#options.open();
    return this.#journal;
  }

  async #append(steps: readonly JournalStep[]): Promise<void> {
    const journal = await this.#open();
    const wall = this.#time.news();
    try {
      await journal.append(wall === undefined ? steps : [{ set: WALL_CLOCK, to: { ...wall } }, ...steps]);
    } catch (error) {
      // What is not written down is news again the next time.
      if (wall !== undefined) this.#time.recall(undefined);
      throw error;
    }
  }
}
