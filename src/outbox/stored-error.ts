import * as v from "valibot";
import { CellularError, ERROR_CODES, type CellularErrorCode } from "../errors/cellular-error";
import type { JsonObject } from "../store";

/** A failure as it is written down. */
export interface StoredError {
  readonly code: string;
  readonly message: string;
  readonly outcome: "accepted" | "not-sent" | "unknown";
  readonly retryable: boolean;
  readonly retryAfter?: number | undefined;
  readonly status?: number | undefined;
  readonly cause?: StoredError | undefined;
}

export const StoredErrorSchema: v.GenericSchema<StoredError> = v.object({
  code: v.string(),
  message: v.string(),
  outcome: v.picklist(["accepted", "not-sent", "unknown"]),
  retryable: v.boolean(),
  retryAfter: v.optional(v.number()),
  status: v.optional(v.number()),
  cause: v.optional(v.lazy(() => StoredErrorSchema)),
});

/** Causes that are no `CellularError` are left out: nobody knows what they hold. */
export function encodeError(error: CellularError): JsonObject {
  const { code, message, outcome, retryable, retryAfter, status, cause } = error;
  return {
    code,
    message,
    outcome,
    retryable,
    ...(retryAfter === undefined ? {} : { retryAfter }),
    ...(status === undefined ? {} : { status }),
    ...(cause instanceof CellularError ? { cause: encodeError(cause) } : {}),
  };
}

export function decodeError({
  code,
  message,
  outcome,
  retryable,
  retryAfter,
  status,
  cause,
}: StoredError): CellularError {
  return new CellularError(isCode(code) ? code : "BAD_RESPONSE", message, {
    outcome,
    retryable,
    ...(retryAfter === undefined ? {} : { retryAfter }),
    ...(status === undefined ? {} : { status }),
    ...(cause === undefined ? {} : { cause: decodeError(cause) }),
  });
}

/** A later version may have written a code that this one does not know. */
function isCode(code: string): code is CellularErrorCode {
  return Object.hasOwn(ERROR_CODES, code);
}
