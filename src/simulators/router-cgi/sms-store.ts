/** One SMS, or one part of a long one, in the store of the modem. */
export interface StoredCgiSms {
  /** Its slot, from 0; free slots are used again, the lowest first. */
  readonly index: number;
  readonly from: string;
  readonly text: string;
  /** As the router prints it. */
  readonly date: string;
  /** Whether it has been listed before. */
  readonly read: boolean;
}

export class CgiSmsStore {
  readonly #capacity: number;
  readonly #slots = new Map<number, StoredCgiSms>();

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** In the order in which they came, whatever their slots are. */
  get entries(): readonly StoredCgiSms[] {
    return [...this.#slots.values()];
  }

  get capacity(): number {
    return this.#capacity;
  }

  /** Undefined where the store is full and the SMS is lost. */
  add(sms: Omit<StoredCgiSms, "index" | "read">): StoredCgiSms | undefined {
    let index = 0;
    while (this.#slots.has(index)) index += 1;
    if (index >= this.#capacity) return undefined;
    const stored = { index, ...sms, read: false };
    this.#slots.set(index, stored);
    return stored;
  }

  get(index: number): StoredCgiSms | undefined {
    return this.#slots.get(index);
  }

  markRead(index: number): void {
    const entry = this.#slots.get(index);
    if (entry !== undefined) this.#slots.set(index, { ...entry, read: true });
  }

  delete(index: number): boolean {
    return this.#slots.delete(index);
  }

  clear(): void {
    this.#slots.clear();
  }
}
