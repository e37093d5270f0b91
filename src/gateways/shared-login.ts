import { CellularError } from "../errors/cellular-error";
import type { Deadline } from "../http";

/** A token is renewed this long before it ends, in milliseconds, or at nine tenths of a shorter life. */
const RENEW_BEFORE_MS = 60_000;

/** A call that needs a login: how long it has, and what ends it before. */
export interface LoginCall {
  readonly deadline: Deadline;
  readonly signal?: AbortSignal | undefined;
}

/** When a token is to be renewed. @param life Milliseconds. */
export function renewalOf(openedAt: number, life: number): number {
  return openedAt + life - Math.min(RENEW_BEFORE_MS, life / 10);
}

/**
 * Waits for a login that several calls share, as long as this one has time; the login goes on.
 * @throws CellularError `TIMEOUT` or `INTERRUPTED`, and whatever the login fails with.
 */
export async function waitForLogin<T>(login: Promise<T>, { deadline, signal }: LoginCall, label: string): Promise<T> {
  let stop = (): void => undefined;
  const givenUp = new Promise<never>((_resolve, reject) => {
    const onAbort = (): void => {
      reject(loginCutOff(label, signal));
    };
    // The login ends at its own deadline with a better reason; this one is for calls that joined with less time.
    const timer = setTimeout(() => {
      reject(new CellularError("TIMEOUT", `${label}: the login took too long.`));
    }, deadline.remaining + 20);
    signal?.addEventListener("abort", onAbort, { once: true });
    if (signal?.aborted) onAbort();
    stop = () => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", onAbort);
    };
  });
  try {
    return await Promise.race([login, givenUp]);
  } finally {
    stop();
  }
}

/** What a call fails with that was given up during the login. */
export function loginCutOff(label: string, signal: AbortSignal | undefined): CellularError {
  const text = `${label}: the request was cut off on this side during the login.`;
  return new CellularError("INTERRUPTED", text, { cause: signal?.reason });
}
