import { performance } from "node:perf_hooks";

/** Durations by a clock that nobody sets. */
export interface StoreClock {
  /** Milliseconds; only differences mean something. */
  now(): number;
  /** Calls `task` once after `milliseconds`; returns what cancels it. The timer keeps no process alive. */
  after(milliseconds: number, task: () => void): () => void;
}

export const monotonicClock: StoreClock = {
  now: () => performance.now(),
  after(milliseconds, task) {
    const timer = setTimeout(task, milliseconds).unref();
    return () => {
      clearTimeout(timer);
    };
  },
};
