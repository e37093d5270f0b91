import { CellularError } from "../../errors/cellular-error";
import type { LoginCall } from "./login";

/**
 * Waits for what several calls share, as long as this one has time; what is shared goes on.
 * @throws CellularError `TIMEOUT` or `INTERRUPTED`, and whatever `shared` fails with.
 */
export async function waitFor<T>(shared: Promise<T>, { deadline, signal }: LoginCall, label: string): Promise<T> {
  let stop = (): void => undefined;
  const givenUp = new Promise<never>((_resolve, reject) => {
    const onAbort = (): void => {
      reject(interrupted(label, signal));
    };
    // The request itself may end at the same time with a better reason.
    const timer = setTimeout(() => {
      reject(new CellularError("TIMEOUT", `${label}: no token came in time.`));
    }, deadline.remaining + 20);
    signal?.addEventListener("abort", onAbort, { once: true });
    if (signal?.aborted) onAbort();
    stop = () => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", onAbort);
    };
  });
  try {
    return await Promise.race([shared, givenUp]);
  } finally {
    stop();
  }
}

/**
 * Lets time pass between two attempts.
 * @param signals Each of them ends the wait.
 * @throws CellularError `INTERRUPTED`.
 */
export async function pause(
  milliseconds: number,
  signals: readonly (AbortSignal | undefined)[],
  label: string,
): Promise<void> {
  let stop = (): void => undefined;
  try {
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(resolve, milliseconds);
      const onAbort = (): void => {
        reject(
          interrupted(
            label,
            signals.find((signal) => signal?.aborted),
          ),
        );
      };
      for (const signal of signals) signal?.addEventListener("abort", onAbort, { once: true });
      if (signals.some((signal) => signal?.aborted)) onAbort();
      stop = () => {
        clearTimeout(timer);
        for (const signal of signals) signal?.removeEventListener("abort", onAbort);
      };
    });
  } finally {
    stop();
  }
}

function interrupted(label: string, signal: AbortSignal | undefined): CellularError {
  return new CellularError("INTERRUPTED", `${label}: the request was cut off on this side while it waited.`, {
    cause: signal?.reason,
  });
}
