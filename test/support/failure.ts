import assert from "node:assert/strict";
import { inspect } from "node:util";
import { CellularError, type CellularErrorCode, type Outcome } from "../../src/errors/cellular-error";

/** The error that a call fails with; fails itself if the call succeeds or throws anything else. */
export async function failureOf(call: Promise<unknown>): Promise<CellularError> {
  try {
    await call;
  } catch (error) {
    assert.ok(error instanceof CellularError, `no CellularError: ${inspect(error)}`);
    return error;
  }
  return assert.fail("the call succeeded");
}

/** As `failureOf`, for what throws at once. */
export function failureIn(action: () => unknown): CellularError {
  try {
    action();
  } catch (error) {
    assert.ok(error instanceof CellularError, `no CellularError: ${inspect(error)}`);
    return error;
  }
  return assert.fail("nothing was thrown");
}

export function assertFailure(error: CellularError, code: CellularErrorCode, outcome: Outcome): void {
  assert.deepEqual({ code: error.code, outcome: error.outcome }, { code, outcome }, error.message);
}

/** Looks at the message, at everything that a log would print of the error, and at every cause. */
export function assertKeeps(error: CellularError, secrets: readonly string[]): void {
  const shown = [inspect(error, { depth: 10, showHidden: true }), JSON.stringify(error)];
  for (let at: unknown = error; at instanceof Error; at = at.cause) shown.push(at.message, String(at), at.stack ?? "");
  for (const secret of secrets) {
    assert.ok(!shown.some((text) => text.includes(secret)), `${JSON.stringify(secret)} shows in\n${shown[0] ?? ""}`);
  }
}
