import { CellularError } from "../errors/cellular-error";
import type { Clock } from "./clock";

const FIRST_PAUSE_MS = 5 * 60_000;
const LONGEST_PAUSE_MS = 60 * 60_000;

/**
 * Stays away from a device that refused the login: some routers lock an address out for good after 20 bad logins. The
 * pause is 5 minutes, doubling to an hour with each further refusal.
 */
export class LoginPause {
  readonly #clock: Clock;
  #refusal: CellularError | undefined;
  #length = 0;
  #until = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The refusal that is still in force, or undefined if the device may be asked. */
  get inForce(): CellularError | undefined {
    return this.#clock.now() < this.#until ? this.#refusal : undefined;
  }

  /** A login was refused. Several requests at once share one login: while a refusal is in force, it is the same one. */
  refused(error: CellularError): void {
    if (this.inForce !== undefined) return;
    this.#length = Math.min(this.#length === 0 ? FIRST_PAUSE_MS : this.#length * 2, LONGEST_PAUSE_MS);
    this.#until = this.#clock.now() + this.#length;
    const minutes = String(Math.round(this.#length / 60_000));
    this.#refusal = new CellularError(
      "AUTH_FAILED",
      `${asSentence(error.message)} No further login is tried for ${minutes} min, or until the settings change.`,
      { cause: error, ...(error.status === undefined ? {} : { status: error.status }) },
    );
  }

  /** A login was accepted, or the configuration changed. */
  end(): void {
    this.#length = 0;
    this.#until = 0;
    this.#refusal = undefined;
  }
}

/** Words of a device at the end of a message may lack their full stop. */
function asSentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
