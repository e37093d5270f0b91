import { EventEmitter, once } from "node:events";

/**
 * Resolves with the so-manieth call of `seen`, or after so many milliseconds, since there may be no more of them.
 * @param watch Begins to watch, and returns what ends that.
 */
export async function moment(count: number, atMost: number, watch: (seen: () => void) => () => void): Promise<void> {
  const arrived = new EventEmitter();
  let left = count;
  const unwatch = watch(() => {
    left -= 1;
    if (left === 0) arrived.emit("moment");
  });
  await once(arrived, "moment", { signal: AbortSignal.timeout(atMost) }).catch(() => undefined);
  unwatch();
}

/** For a moment that only time brings. */
export function nothing(): () => void {
  return () => undefined;
}
