/** What is certain about a message: the three outcomes of this package. */
export type Outcome = "accepted" | "not-sent" | "unknown";

/**
 * Every code a failure can carry, with what it means in one sentence and what it usually says about the message.
 * The table in the README is checked against this list.
 */
export const ERROR_CODES = {
  ADDRESS_INVALID: "The recipient is missing or is no address that this gateway takes.",
  TEXT_EMPTY: "There is no text to send.",
  TEXT_INVALID: "The text is not a text, or holds characters that cannot be sent.",
  TEXT_TOO_LONG: "The text needs more segments than allowed.",
  CODE_INVALID: "The USSD code holds something other than digits, * and #.",
  OPTION_INVALID: "An option of the node or of the message has a value that it cannot have.",
  CONFIG_MISSING: "The configuration is incomplete or wrong.",
  UNSUPPORTED: "This kind of gateway, or its firmware, cannot do that.",
  AUTH_FAILED: "The gateway refused the login.",
  FORBIDDEN: "The login is good but lacks a permission.",
  TLS_UNTRUSTED: "The gateway's certificate is not trusted.",
  GATEWAY_DISABLED: "The function is switched off at the gateway.",
  UNREACHABLE: "No connection to the gateway.",
  TIMEOUT: "The gateway did not answer in time.",
  CONNECTION_LOST: "The connection broke before the answer was complete.",
  GATEWAY_BUSY: "The gateway asks to come again later.",
  RATE_LIMITED: "Too many requests in a short time.",
  REFUSED: "The gateway refused the request.",
  NOT_FOUND: "What was asked for does not exist.",
  BAD_RESPONSE: "The answer cannot be understood.",
  RESPONSE_TOO_LARGE: "The answer is larger than allowed.",
  QUEUE_FULL: "Too many messages wait already.",
  EXPIRED: "The message could not be sent within its time.",
  STORAGE_FAILED: "The message could not be written down.",
  INTERRUPTED: "The request was cut off on this side.",
  COMMAND_FAILED: "The network reports that the command failed.",
  WAIT_TIMEOUT: "The awaited state did not come in time.",
} as const satisfies Record<string, string>;

export type CellularErrorCode = keyof typeof ERROR_CODES;

/** Failures that waiting can heal, as long as it is certain that nothing was sent. */
const HEALED_BY_TIME: ReadonlySet<CellularErrorCode> = new Set<CellularErrorCode>([
  "UNREACHABLE",
  "TIMEOUT",
  "CONNECTION_LOST",
  "GATEWAY_BUSY",
  "RATE_LIMITED",
]);

export interface CellularErrorOptions {
  /** Default `not-sent`: most failures happen before anything could leave. */
  readonly outcome?: Outcome;
  /** Overrides what code and outcome say. */
  readonly retryable?: boolean;
  /** How long the gateway asks to wait, in milliseconds. */
  readonly retryAfter?: number;
  /** HTTP status of the answer. */
  readonly status?: number;
  readonly cause?: unknown;
}

/**
 * The one error of this package. `message` says what happened, at which gateway, what to do, and the device's own
 * words; never a secret, a phone number, a text or a URL with a query.
 */
export class CellularError extends Error {
  override readonly name = "CellularError";
  readonly code: CellularErrorCode;
  readonly outcome: Outcome;
  /** Whether the same call may succeed later without anyone changing anything, and sends nothing twice. */
  readonly retryable: boolean;
  declare readonly retryAfter?: number;
  declare readonly status?: number;

  constructor(code: CellularErrorCode, message: string, options: CellularErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.outcome = options.outcome ?? "not-sent";
    this.retryable = options.retryable ?? (this.outcome === "not-sent" && HEALED_BY_TIME.has(code));
    if (options.retryAfter !== undefined) this.retryAfter = options.retryAfter;
    if (options.status !== undefined) this.status = options.status;
  }

  /** Node-RED shows this text at a Catch node: the message alone, without the name of the class. */
  override toString(): string {
    return this.message;
  }
}

/**
 * Any failure as a `CellularError`. One that no driver foresaw is `BAD_RESPONSE` with outcome `unknown`: nobody can say
 * whether something was sent.
 * @param label Names the gateway at the head of the message.
 */
export function asCellularError(error: unknown, label: string): CellularError {
  if (error instanceof CellularError) return error;
  return new CellularError("BAD_RESPONSE", `${label}: the request failed in a way that was not foreseen.`, {
    outcome: "unknown",
    cause: error,
  });
}
