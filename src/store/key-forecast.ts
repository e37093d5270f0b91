import { keyOf, type JournalStep } from "./steps";

interface Keys {
  has(key: string): boolean;
  readonly size: number;
}

/** Which keys will be there once steps are taken that are not written yet. */
export class KeyForecast implements Keys {
  readonly #base: Keys;
  readonly #changed = new Map<string, boolean>();
  #size: number;
  #addsKeys = false;

  constructor(base: Keys) {
    this.#base = base;
    this.#size = base.size;
  }

  get size(): number {
    return this.#size;
  }

  /** Whether a step set a key that was not there. */
  get addsKeys(): boolean {
    return this.#addsKeys;
  }

  has(key: string): boolean {
    return this.#changed.get(key) ?? this.#base.has(key);
  }

  /** False if the step will change nothing, because no record has its key. */
  take(step: JournalStep): boolean {
    const key = keyOf(step);
    const wasThere = this.has(key);
    const isThere = "set" in step || (wasThere && !("drop" in step));
    if (isThere !== wasThere) {
      this.#changed.set(key, isThere);
      this.#size += isThere ? 1 : -1;
    }
    this.#addsKeys ||= isThere && !wasThere;
    return wasThere || isThere;
  }
}
