import { performance } from "node:perf_hooks";

/** Time as this package needs it: durations by a clock that nobody sets, dates for people. */
export interface Clock {
  /** Milliseconds by the monotonic clock; only differences mean something. */
  now(): number;
  /** The date and time of the wall clock. */
  date(): Date;
  /** Calls `task` once after `milliseconds`; returns what cancels it. The timer keeps no process alive. */
  after(milliseconds: number, task: () => void): () => void;
}

/** Longest delay of a Node.js timer; what is later is waited for in steps. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

export const systemClock: Clock = {
  now: () => performance.now(),
  date: () => new Date(),
  after(milliseconds, task) {
    if (milliseconds === Infinity) return () => undefined;
    const end = performance.now() + milliseconds;
    let timer: NodeJS.Timeout;
    const arm = (): void => {
      const rest = Math.max(0, end - performance.now());
      timer = rest > LONGEST_TIMER_MS ? setTimeout(arm, LONGEST_TIMER_MS) : setTimeout(task, rest);
      timer.unref();
    };
    arm();
    return () => {
      clearTimeout(timer);
    };
  },
};
