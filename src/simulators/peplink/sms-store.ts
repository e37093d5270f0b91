/** One entry of a SIM's store: an SMS, or one part of a long one. */
export interface StoredEntry {
  /** Its slot; free slots are used again, the lowest first. */
  readonly id: number;
  readonly from: string;
  readonly text: string;
  /** UTC seconds. */
  readonly timestamp: number;
  /** As the router prints it, without year and zone. */
  readonly date: string;
}

/** The SMS store of one SIM. */
export class SmsStore {
  readonly #capacity: number;
  #entries: readonly StoredEntry[] = [];

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** By slot. */
  get entries(): readonly StoredEntry[] {
    return this.#entries;
  }

  /** Puts an entry into the lowest free slot; undefined where the store is full and the entry is lost. */
  add(entry: Omit<StoredEntry, "id">): StoredEntry | undefined {
    const used = new Set(this.#entries.map(({ id }) => id));
    let id = 1;
    while (used.has(id)) id += 1;
    if (id > this.#capacity) return undefined;
    const stored = { id, ...entry };
    this.#entries = [...this.#entries, stored].sort((one, other) => one.id - other.id);
    return stored;
  }

  has(id: number): boolean {
    return this.#entries.some((entry) => entry.id === id);
  }

  delete(ids: readonly number[]): void {
    this.#entries = this.#entries.filter(({ id }) => !ids.includes(id));
  }

  clear(): void {
    this.#entries = [];
  }
}

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** The way the router prints a date: `Feb 05 01:55`. Its clock is set to UTC here. */
export function printedDate(timestamp: number): string {
  const moment = new Date(timestamp * 1000);
  const two = (number: number): string => String(number).padStart(2, "0");
  const day = `${MONTHS[moment.getUTCMonth()] ?? ""} ${two(moment.getUTCDate())}`;
  return `${day} ${two(moment.getUTCHours())}:${two(moment.getUTCMinutes())}`;
}
