import { CellularError, type CellularErrorCode } from "../errors/cellular-error";
import type { HttpAnswer } from "./client";
import { singleHeader } from "./headers";
import { retryAfterOf } from "./retry-after";

interface StatusContext {
  /** Device and origin, the head of the message. */
  readonly label: string;
  /** Whether the request does something that must not be done twice. */
  readonly effect: boolean;
  /** The device's own words, already made safe by `deviceWords`. */
  readonly words: string;
}

/**
 * The one function that turns an HTTP status into an error.
 *
 * | status | code | what is certain |
 * |---|---|---|
 * | 401, 403, 404, 400 and other 4xx | AUTH_FAILED, FORBIDDEN, NOT_FOUND, REFUSED | not sent |
 * | 408 | TIMEOUT | unknown, if the request does something |
 * | 429, and 503 with Retry-After | RATE_LIMITED, GATEWAY_BUSY | not sent, come again |
 * | 3xx, other 5xx, anything else | BAD_RESPONSE | unknown, if the request does something |
 */
export function statusError(answer: HttpAnswer, { label, effect, words }: StatusContext): CellularError {
  const { status } = answer;
  const retryAfter = retryAfterOf(answer);
  const lost = effect ? "unknown" : "not-sent";
  const make = (
    code: CellularErrorCode,
    text: string,
    options: { outcome?: "not-sent" | "unknown"; retryable?: boolean } = {},
  ): CellularError =>
    new CellularError(code, `${label}: ${text}${words === "" ? "" : ` The device says: ${words}`}`, {
      ...options,
      status,
      ...(retryAfter === undefined ? {} : { retryAfter }),
    });

  switch (status) {
    case 401:
      return make("AUTH_FAILED", "the login was refused (HTTP 401). Check the credentials.");
    case 403:
      return make("FORBIDDEN", "the user lacks the permission (HTTP 403). Give it the right at the device.");
    case 404:
      return make("NOT_FOUND", "the device does not know this function (HTTP 404). Check the URL and the firmware.");
    case 408:
      return make("TIMEOUT", "the device gave up waiting (HTTP 408).", { outcome: lost });
    case 429:
      return make("RATE_LIMITED", "too many requests (HTTP 429). Come again later.");
    case 503:
      if (retryAfter !== undefined) return make("GATEWAY_BUSY", "the device is busy (HTTP 503). Come again later.");
  }
  if (status >= 400 && status < 500) {
    return make("REFUSED", `the device refused the request (HTTP ${String(status)}).`);
  }
  if (status >= 500) {
    const text = `the device failed (HTTP ${String(status)}). Look at the device.`;
    return make("BAD_RESPONSE", text, { outcome: lost, retryable: !effect });
  }
  if (status >= 300 && status < 400) {
    const location = singleHeader(answer, "location") ?? "";
    const target = /^https?:/i.test(location) && URL.canParse(location) ? new URL(location).origin : undefined;
    const text = `the device sends to another address${target === undefined ? "" : ` (${target})`}. Enter that as URL.`;
    return make("BAD_RESPONSE", text, { outcome: lost });
  }
  return make("BAD_RESPONSE", `the answer has the unexpected status ${String(status)}.`, { outcome: lost });
}
