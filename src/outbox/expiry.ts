import { CellularError } from "../errors/cellular-error";
import type { Clock } from "../lane";

/** Wakes when the earliest of the deadlines that it was told of has come. */
export class ExpiryTimer {
  readonly #clock: Clock;
  readonly #due: () => void;
  #next = Infinity;
  #cancel: (() => void) | undefined;

  /** @param due Called once; what lies ahead then has to be told again. */
  constructor(clock: Clock, due: () => void) {
    this.#clock = clock;
    this.#due = due;
  }

  /** @param deadline By the monotonic clock; `Infinity` never comes. */
  expect(deadline: number): void {
    if (deadline >= this.#next) return;
    this.#cancel?.();
    this.#next = deadline;
    this.#cancel = this.#clock.after(deadline - this.#clock.now(), () => {
      this.#next = Infinity;
      this.#due();
    });
  }

  cancel(): void {
    this.#cancel?.();
    this.#next = Infinity;
  }
}

/**
 * The failure of what waited too long.
 * @param expireAfter Milliseconds that it was given.
 * @param cause Why it had to wait, as far as that is known.
 */
export function expiredError(label: string, expireAfter: number, cause: CellularError | undefined): CellularError {
  const minutes = String(Math.round(expireAfter / 600) / 100);
  const reason = cause === undefined ? "Others were before it." : `Last reason: ${cause.message}`;
  return new CellularError(
    "EXPIRED",
    `${label}: the message could not be sent within ${minutes} min and was given up. ${reason}`,
    { ...(cause === undefined ? {} : { cause }) },
  );
}
