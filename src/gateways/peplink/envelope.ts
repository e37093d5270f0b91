import * as v from "valibot";
import { CellularError } from "../../errors/cellular-error";
import { deviceWords, statusError, type HttpAnswer } from "../../http";
import { Envelope } from "./wire";

export interface EnvelopeContext {
  /** Device and origin, the head of messages. */
  readonly label: string;
  /** Whether the call does something that must not be done twice. */
  readonly effect: boolean;
  /** What must not be repeated in an error message. */
  readonly secrets: readonly string[];
  /** A good answer gives out a secret that is not known yet: of one that may hold it nothing is repeated. */
  readonly givesSecret?: boolean;
  /** What it means that the router says no, and what to do. Default: it refused the request. */
  readonly refused?: string;
}

/**
 * Whether an answer says that the login has ended. It comes in two disguises: HTTP 401, or HTTP 200 with `code` 401 in
 * the envelope (seen at working clients).
 */
export function isLoginExpired(answer: HttpAnswer): boolean {
  if (answer.status === 401) return true;
  const envelope = parseEnvelope(answer);
  return envelope?.stat === "fail" && envelope.code === 401;
}

/**
 * The content of a Peplink envelope.
 * @returns What stands in `response`, or undefined if it is left out, and the envelope itself.
 * @throws CellularError `REFUSED` for `stat: fail`, `UNSUPPORTED` where the firmware lacks the function, the code of the
 *   HTTP status, or `BAD_RESPONSE` (its outcome `unknown` if the call does something).
 */
export function readEnvelope(answer: HttpAnswer, context: EnvelopeContext): Envelope {
  const envelope = parseEnvelope(answer);
  if (envelope?.stat === "fail") throw refusal(envelope, answer, context);
  const { label, effect } = context;
  const isOk = answer.status >= 200 && answer.status < 300;
  if (isOk && envelope?.stat === "ok") return envelope;
  const words = unreadWords(answer, context);
  if (!isOk) throw statusError(answer, { label, effect, words });
  throw new CellularError(
    "BAD_RESPONSE",
    `${label}: the answer is not that of the router's API. Check the URL and the firmware. ` +
      `The device says: ${words === "" ? "nothing that could be shown" : words}`,
    { outcome: effect ? "unknown" : "not-sent", status: answer.status },
  );
}

/** What can be shown of an answer that is no envelope. */
function unreadWords({ status, body }: HttpAnswer, { secrets, givesSecret = false }: EnvelopeContext): string {
  const text = body.toString("utf8");
  if (/^\s*(<!doctype|<html)/i.test(text)) return "a web page";
  return givesSecret && (status < 300 || /token/i.test(text)) ? "" : deviceWords(text, secrets);
}

function refusal(envelope: Envelope, answer: HttpAnswer, context: EnvelopeContext): CellularError {
  const { label, effect, secrets, refused = "the router refused the request." } = context;
  const { status } = answer;
  const words = deviceWords(envelope.message ?? "", secrets);
  const said = [envelope.code === null ? "" : `code ${String(envelope.code)}`, words].filter((part) => part !== "");
  const tail = said.length === 0 ? "" : ` The device says: ${said.join(", ")}`;
  if (/unknown (function|api)/i.test(words)) {
    return new CellularError("UNSUPPORTED", `${label}: this firmware lacks the function. Update the firmware.${tail}`, {
      status,
    });
  }
  // A status such as 403 or 429 says more than the bare "fail" beside it; 400 and 5xx say less.
  if (status > 400 && status < 500) return statusError(answer, { label, effect, words: said.join(", ") });
  return new CellularError("REFUSED", `${label}: ${refused}${tail}`, { status });
}

function parseEnvelope(answer: HttpAnswer): Envelope | undefined {
  try {
    const raw: unknown = JSON.parse(answer.body.toString("utf8"));
    const result = v.safeParse(Envelope, raw);
    return result.success ? { ...result.output, raw } : undefined;
  } catch {
    // No JSON at all is the same as JSON of another shape: the caller says what it got instead.
    return undefined;
  }
}

/**
 * Reads the content of an envelope with a schema.
 * @throws CellularError `BAD_RESPONSE` that names the place that does not fit, never the value.
 */
export function readResponse<const S extends v.GenericSchema>(
  schema: S,
  envelope: Envelope,
  label: string,
): v.InferOutput<S> {
  const result = v.safeParse(schema, envelope.response);
  if (result.success) return result.output;
  const place = v.getDotPath(result.issues[0]) ?? "response";
  throw new CellularError("BAD_RESPONSE", `${label}: the answer has an unknown form at "${place}".`);
}
