import * as v from "valibot";
import { CellularError } from "../../errors/cellular-error";
import { deviceWords, statusError, type HttpAnswer } from "../../http";
import { ErrorBody } from "./wire";

/** What the service itself said of a failure: the `cause` of the `CellularError`. Free of what it was asked. */
export class SuperSimRefusal extends Error {
  override readonly name = "SuperSimRefusal";
  /** The vendor's own code, e.g. 20404; an RFC 9457 `type` or an OAuth `error` where there is none. */
  readonly code: number | string | null;
  readonly status: number;
  /** Where the vendor explains the code, without a query. */
  readonly moreInfo: string | null;

  constructor(words: string, details: Pick<SuperSimRefusal, "code" | "status" | "moreInfo">) {
    super(words);
    this.code = details.code;
    this.status = details.status;
    this.moreInfo = details.moreInfo;
  }
}

interface FailureContext {
  readonly label: string;
  /** Whether the request does something that must not be done twice. */
  readonly effect: boolean;
  /** What the service was told and may repeat. */
  readonly secrets: readonly string[];
  /** Whether a token may stand in the answer, whatever its status: its words are shown only where they say an error. */
  readonly givesSecret?: boolean;
}

/**
 * An answer that is no success. As `statusError`, but for what creates a command every 5xx is `unknown`, with
 * `Retry-After` too: no document says that the service has done nothing by then.
 */
export function serviceFailure(answer: HttpAnswer, context: FailureContext): CellularError {
  const { label, effect, secrets, givesSecret = false } = context;
  const { status } = answer;
  const known = statusError(answer, { label, effect, words: "" });
  const refusal = readRefusal(answer, secrets);
  const words = refusal?.message ?? (givesSecret ? "" : bareWords(answer, secrets));
  const text = serviceText(status);
  const isLost = effect && status >= 500;
  return new CellularError(
    isLost ? "BAD_RESPONSE" : known.code,
    `${text === undefined ? known.message : `${label}: ${text}`}${words === "" ? "" : ` The service says: ${words}`}`,
    {
      outcome: isLost ? "unknown" : known.outcome,
      retryable: isLost ? false : known.retryable,
      status,
      ...(isLost || known.retryAfter === undefined ? {} : { retryAfter: known.retryAfter }),
      ...(refusal === undefined ? {} : { cause: refusal }),
    },
  );
}

/** Where a service is told other things than a device on a shelf. */
function serviceText(status: number): string | undefined {
  const shown = `(HTTP ${String(status)})`;
  if (status === 403)
    return `the login lacks the permission ${shown}. Give the key or the client the right for Super SIM.`;
  if (status === 404) return `there is no such SIM or command ${shown}. Check its SID or name, and the account.`;
  if (status === 429) return `too many requests ${shown}. Come again later.`;
  if (status >= 500) return `the service failed ${shown}. Look at the provider's status page.`;
  if (status >= 400 && status !== 401 && status !== 408) return `the request was refused ${shown}.`;
  return undefined;
}

function readRefusal(answer: HttpAnswer, secrets: readonly string[]): SuperSimRefusal | undefined {
  const body = v.safeParse(ErrorBody, jsonOf(answer));
  if (!body.success) return undefined;
  const { code, message, more_info, type, title, detail, error, error_description } = body.output;
  const words = [message ?? title ?? error, detail ?? error_description].filter((word) => word !== undefined);
  const name = code ?? type ?? error ?? null;
  if (words.length === 0 && name === null) return undefined;
  return new SuperSimRefusal(deviceWords(words.join(": "), secrets), {
    code: typeof name === "string" ? deviceWords(withoutQuery(name), secrets) : name,
    status: answer.status,
    moreInfo: more_info === undefined ? null : deviceWords(withoutQuery(more_info), secrets),
  });
}

function withoutQuery(address: string): string {
  return address.replace(/[?#].*$/s, "");
}

function bareWords({ body }: HttpAnswer, secrets: readonly string[]): string {
  const text = body.toString("utf8");
  return /^\s*(<!doctype|<html)/i.test(text) ? "a web page" : deviceWords(text, secrets);
}

/** The body as JSON, or undefined where it is none. */
export function jsonOf({ body }: HttpAnswer): unknown {
  try {
    const value: unknown = JSON.parse(body.toString("utf8"));
    return value;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
