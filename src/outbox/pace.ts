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

/** Decides when the next send may start: backoff after failures, the pause between sends, the limit per hour. */
export class Pace {
  readonly #clock: Clock;
  readonly #random: () => number;
  #limits: PaceLimits;
  #failures = 0;
  #retryAt = -Infinity;
  #lastEnd = -Infinity;
  /** When sends of the last hour that count began. */
  #starts: number[] = [];

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

  /** A send begins. Returns what takes it off the hour's count again, for one that certainly did not leave. */
  started(): () => void {
    if (this.#limits.maxPerHour === 0) return () => undefined;
    const start = this.#clock.now();
    this.#starts.push(start);
    return () => {
      const index = this.#starts.indexOf(start);
      if (index !== -1) this.#starts.splice(index, 1);
    };
  }

  /** A send ended; the gateway takes messages. */
  ended(): void {
    this.#lastEnd = this.#clock.now();
    this.#failures = 0;
    this.#retryAt = -Infinity;
  }

  /** A send failed in a way that time can heal: the gateway's own wish wins over the backoff (1 s doubling to 60 s, ±20 %). */
  failed(error: CellularError): void {
    this.#lastEnd = this.#clock.now();
    const backoff = Math.min(FIRST_BACKOFF_MS * 2 ** this.#failures, LONGEST_BACKOFF_MS);
    this.#failures += 1;
    const jittered = backoff * (1 + JITTER * (2 * this.#random() - 1));
    this.#retryAt = this.#clock.now() + (error.retryAfter ?? jittered);
  }

  /** Forgets failures: the configuration has changed. */
  forgive(): void {
    this.#failures = 0;
    this.#retryAt = -Infinity;
  }

  #quotaFreeAt(now: number): number {
    const { maxPerHour } = this.#limits;
    this.#starts = this.#starts.filter((start) => now - start < HOUR_MS);
    if (maxPerHour === 0 || this.#starts.length < maxPerHour) return -Infinity;
    const oldestThatCounts = this.#starts[this.#starts.length - maxPerHour];
    return oldestThatCounts === undefined ? -Infinity : oldestThatCounts + HOUR_MS;
  }
}

/** The cause of an expiry that no failure of the gateway explains. */
export function quotaError(maxPerHour: number): CellularError {
  return new CellularError(
    "RATE_LIMITED",
    `The limit of ${String(maxPerHour)} SMS per hour set at the gateway held the message back.`,
  );
}
