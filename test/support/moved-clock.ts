import { performance } from "node:perf_hooks";

/** Runs a piece of a test while the monotonic clock shows that much later, in milliseconds. */
export async function later<T>(milliseconds: number, run: () => Promise<T>): Promise<T> {
  const now = performance.now.bind(performance);
  Object.defineProperty(performance, "now", { value: () => now() + milliseconds, configurable: true, writable: true });
  try {
    return await run();
  } finally {
    Reflect.deleteProperty(performance, "now");
  }
}
