import { CellularError } from "../errors/cellular-error";
import type { Clock } from "../lane";

const HOUR_MS = 60 * 60_000;
const FIRST_BACKOFF_MS = 1000;
const LONGEST_BACKOFF_MS = 60_000;
const JITTER = 0.2;

export interface PaceLimits {
  /** Milliseconds between the end of one send and the start of the next. */
  readonly minInterval: number;
  /** SMS in any 60 minutes, 0 = no limit. */
  readonly maxPerHour: number;
}

/** Why the next send has to wait, and until when by the monotonic clock. */
export interface Hold {
  /** Milliseconds from now. */
  readonly remaining: number;
  readonly until: number;
  /** `retry`: after a failure · `interval`: minInterval · `quota`: maxPerHour. */
  readonly reason: "retry" | "interval" | "quota";
}

/** A send as the pace counts it. */
export interface PacedSend {
  readonly start: number;
  readonly era: number;
}

/** Decides when the next send may start: backoff after failures, the pause between sends, the limit per hour. */
export class Pace {
  readonly #clock: Clock;
  readonly #random: () => number;
  #limits: PaceLimits;
  #failures = 0;
  #retryAt = -Infinity;
  #lastEnd = -Infinity;
  /** When sends of the last hour that count began, oldest first. */
  readonly #starts: number[] = [];
  /** Counts the changes of the configuration. */
  #era = 0;

  constructor(limits: PaceLimits, clock: Clock, random: () => number = Math.random) {
    this.#limits = limits;
    this.#clock = clock;
    this.#random = random;
  }

  set limits(limits: PaceLimits) {
    this.#limits = limits;
  }

  /** What holds the next send back, or undefined if it may start now. */
  hold(): Hold | undefined {
    const now = this.#clock.now();
    const holds: Omit<Hold, "remaining">[] = [
      { until: this.#retryAt, reason: "retry" },
      { until: this.#lastEnd + this.#limits.minInterval, reason: "interval" },
      { until: this.#quotaFreeAt(now), reason: "quota" },
    ];
    const latest = holds.reduce((one, other) => (other.until > one.until ? other : one));
    return latest.until > now ? { ...latest, remaining: latest.until - now } : undefined;
  }

  /** A send begins, as of now. */
  started(): PacedSend {
    const start = this.#clock.now();
    if (this.#limits.maxPerHour > 0) this.#starts.push(start);
    return { start, era: this.#era };
  }

  /** Takes a send that certainly did not leave off the hour's count. */
  uncount({ start }: PacedSend): void {
    const index = this.#starts.indexOf(start);
    if (index !== -1) this.#starts.splice(index, 1);
  }

  /** A send ended; the gateway takes messages. What one of several at once says does not end the others' backoff. */
  ended({ era }: PacedSend): void {
    this.#lastEnd = this.#clock.now();
    if (era === this.#era && this.#retryAt <= this.#lastEnd) this.#failures = 0;
  }

  /**
   * A send failed in a way that time can heal: the gateway's own wish wins over the backoff (1 s doubling to 60 s,
   * ±20 %). Sends that were out together are one failure.
   */
  failed({ era }: PacedSend, error: CellularError): void {
    const now = this.#clock.now();
    this.#lastEnd = now;
    if (era !== this.#era) return;
    if (this.#retryAt > now) {
      this.#retryAt = Math.max(this.#retryAt, now + (error.retryAfter ?? 0));
      return;
    }
    const backoff = Math.min(FIRST_BACKOFF_MS * 2 ** this.#failures, LONGEST_BACKOFF_MS);
    this.#failures += 1;
    const jittered = backoff * (1 + JITTER * (2 * this.#random() - 1));
    // "Again after 0 s" is no wish: to obey it would be a loop without a pause.
    const { retryAfter = 0 } = error;
    this.#retryAt = now + (retryAfter > 0 ? retryAfter : jittered);
  }

  /** Forgets failures, also of what is still out: the configuration has changed. */
  forgive(): void {
    this.#era += 1;
    this.#failures = 0;
    this.#retryAt = -Infinity;
  }

  #quotaFreeAt(now: number): number {
    const { maxPerHour } = this.#limits;
    while (this.#starts[0] !== undefined && now - this.#starts[0] >= HOUR_MS) this.#starts.shift();
    if (maxPerHour === 0 || this.#starts.length < maxPerHour) return -Infinity;
    const oldestThatCounts = this.#starts[this.#starts.length - maxPerHour];
    return oldestThatCounts === undefined ? -Infinity : oldestThatCounts + HOUR_MS;
  }
}

/** The cause of an expiry that no failure of the gateway explains. */
export function quotaError(maxPerHour: number): CellularError {
  return new CellularError(
    "RATE_LIMITED",
    `The limit of ${String(maxPerHour)} an hour in the settings held the message back.`,
  );
}
