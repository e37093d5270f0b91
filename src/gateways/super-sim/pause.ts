import { CellularError } from "../../errors/cellular-error";

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
