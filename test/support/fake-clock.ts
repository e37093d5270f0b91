import type { Clock } from "../../src/lane";

interface Timer {
  readonly due: number;
  readonly task: () => void;
}

/** Sums of fractions of a millisecond may miss a timer by so much. */
const ROUNDING_MS = 1e-6;

/** A clock that stands still until a test moves it. Nothing waits for real time. */
export class FakeClock implements Clock {
  readonly #timers = new Set<Timer>();
  #now = 5000;
  #date = Date.UTC(2026, 10, 21, 10);

  now(): number {
    return this.#now;
  }

  date(): Date {
    return new Date(this.#date);
  }

  after(milliseconds: number, task: () => void): () => void {
    if (milliseconds === Infinity) return () => undefined;
    const timer = { due: this.#now + Math.max(0, milliseconds), task };
    this.#timers.add(timer);
    return () => {
      this.#timers.delete(timer);
    };
  }

  /** Timers that are armed. */
  get timers(): number {
    return this.#timers.size;
  }

  /** Somebody sets the wall clock; durations are none of its business. */
  setDate(date: Date): void {
    this.#date = date.getTime();
  }

  /** Lets time pass: fires the timers that become due, in their order, and lets all they cause run in between. */
  async advance(milliseconds: number): Promise<void> {
    const end = this.#now + milliseconds;
    const last = end + ROUNDING_MS;
    await settled();
    for (let timer = this.#earliest(last); timer !== undefined; timer = this.#earliest(last)) {
      this.#moveTo(timer.due);
      this.#timers.delete(timer);
      timer.task();
      await settled();
    }
    this.#moveTo(end);
    await settled();
  }

  /** Lets time pass without a timer firing: what an event loop that is blocked looks like. */
  block(milliseconds: number): void {
    this.#moveTo(this.#now + milliseconds);
  }

  #moveTo(time: number): void {
    const passed = Math.max(0, time - this.#now);
    this.#now += passed;
    this.#date += passed;
  }

  #earliest(end: number): Timer | undefined {
    let earliest: Timer | undefined;
    for (const timer of this.#timers) {
      if (timer.due <= end && (earliest === undefined || timer.due < earliest.due)) earliest = timer;
    }
    return earliest;
  }
}

/** Resolves when all that waits for neither time nor network has run. */
export function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
