import { CellularError, type CellularErrorCode, type Outcome } from "../../errors/cellular-error";
import { deviceWords, statusError, type HttpAnswer } from "../../http";

/** What an answer is judged by. */
export interface AnswerContext {
  /** Device and origin, the head of messages. */
  readonly label: string;
  readonly asked: "send" | "list" | "delete";
  /** Of the SMS that was to be sent; 0 for what sends nothing. */
  readonly segments: number;
  /** What must not be repeated in an error message. */
  readonly secrets: readonly string[];
}

/**
 * The words of these routers. HTTP 200 is no success: nearly everything comes with it.
 *
 * | word | code | what is certain |
 * |---|---|---|
 * | `WRONG_NUMBER` | REFUSED | not sent |
 * | `Disabled` | GATEWAY_DISABLED | not sent |
 * | `Bad username or password` | AUTH_FAILED | not sent |
 * | `ERROR` | REFUSED | not sent if it is one segment; of a longer text a part may have gone |
 * | `TIMEOUT`: the modem is silent | TIMEOUT | unknown, if the request does something |
 * | `NO MESSAGE`, `NO MESSAGES` | NOT_FOUND for a deletion; an empty store for a list | |
 */
type Word = "WRONG_NUMBER" | "DISABLED" | "BAD USERNAME" | "ERROR" | "TIMEOUT" | "NO MESSAGE";

const WORDS: readonly Word[] = ["WRONG_NUMBER", "DISABLED", "BAD USERNAME", "ERROR", "TIMEOUT", "NO MESSAGE"];
const WORD = /^\s*(WRONG_NUMBER|Disabled|Bad username|ERROR|TIMEOUT|NO MESSAGE(?=S?\b))/i;

/** As it stands in the answer, with all that belongs to it. */
const WHOLE_WORD = /^\s*(WRONG_NUMBER|Disabled|Bad username(?: or password)?|ERROR|TIMEOUT|NO MESSAGES?)/i;

/** Some firmware wraps everything in `<pre>`. */
const PRE_BEGINS = /^\s*<pre(?:\s[^>]{0,200})?>(?:\r?\n)?/i;
const PRE_ENDS = /<\/pre>\s*$/i;
/** What is shown of an answer comes from its beginning; the search for secrets in more of it would take long. */
const SEARCHED_BYTES = 2048;
const WEB_PAGE = /^\s*<(?:!doctype\s+html|html|head|body)\b/i;

/**
 * The body of an answer, one character for each byte, without what the firmware wraps it in.
 * @throws CellularError by the HTTP status, unless it is one of success.
 */
export function readBody(answer: HttpAnswer, context: AnswerContext): string {
  const body = answer.body.toString("latin1").replace(/^\u00ef\u00bb\u00bf/, "");
  if (answer.status < 200 || answer.status > 299) throw failedStatus(answer, body, context);
  const begin = PRE_BEGINS.exec(body)?.[0];
  if (begin === undefined) return body;
  const end = body.search(PRE_ENDS);
  return end === -1 ? body.slice(begin.length) : body.slice(begin.length, end);
}

/** Whether a body says that the request was done: it begins with `OK`. */
export function isOk(body: string): boolean {
  return /^\s*OK/.test(body);
}

/** Whether a body stands for a store without SMS: nothing, or the words for it. */
export function isEmptyStore(body: string): boolean {
  return body.trim() === "" || wordOf(body) === "NO MESSAGE";
}

/** Whether a body is a page of the router's web server: the endpoint does not exist there. */
export function isWebPage(body: string): boolean {
  return WEB_PAGE.test(body);
}

/** What a body means that begins with one of the words for a failure; undefined for every other body. */
export function failureWord(body: string, answer: HttpAnswer, context: AnswerContext): CellularError | undefined {
  const word = wordOf(body);
  if (word === undefined) return undefined;
  const { asked, segments } = context;
  const make = (code: CellularErrorCode, text: string, outcome: Outcome = "not-sent"): CellularError =>
    new CellularError(code, `${context.label}: ${text}${said(body, answer, context)}`, {
      outcome,
      status: answer.status,
    });
  switch (word) {
    case "DISABLED":
      return make("GATEWAY_DISABLED", "the SMS gateway is switched off. Switch it on at the router.");
    case "BAD USERNAME":
      return make(
        "AUTH_FAILED",
        "the login was refused. Check the user name and password of the router's SMS gateway.",
      );
    case "WRONG_NUMBER":
      return make("REFUSED", "the router refused the number. Check it, and the setting for the form of numbers.");
    case "TIMEOUT":
      return make("TIMEOUT", "the router's modem did not answer in time.", asked === "list" ? "not-sent" : "unknown");
    case "NO MESSAGE":
      if (asked !== "delete") return undefined;
      return make("NOT_FOUND", "the router has no SMS with this id.");
    case "ERROR":
      return asked === "send" && segments > 1
        ? make("REFUSED", "the router reports an error, and a part of the text may have been sent.", "unknown")
        : make("REFUSED", "the router reports an error. Look at its modem and SIM.");
  }
}

/** An answer that is none of this interface. Its outcome is for what the request may have done. */
export function foreignAnswer(body: string, answer: HttpAnswer, context: AnswerContext): CellularError {
  const { label, asked } = context;
  const options = { status: answer.status };
  if (isWebPage(body)) {
    const text = `${label}: a web page came instead of an answer: the router has no /cgi-bin/sms_${asked}.`;
    return asked === "delete"
      ? new CellularError("UNSUPPORTED", `${text} This firmware cannot delete SMS.`, options)
      : new CellularError("BAD_RESPONSE", `${text} Check the URL and the firmware.`, options);
  }
  const what = body.trim() === "" ? "the answer is empty." : "the answer is none that is known.";
  return new CellularError(
    "BAD_RESPONSE",
    `${label}: ${what} Check the URL and the firmware.${said(body, answer, context)}`,
    {
      ...options,
      outcome: "unknown",
    },
  );
}

function failedStatus(answer: HttpAnswer, body: string, context: AnswerContext): CellularError {
  const { label, asked } = context;
  const { status } = answer;
  if (status === 404 && asked === "delete") {
    return new CellularError("UNSUPPORTED", `${label}: this firmware cannot delete SMS (HTTP 404).`, { status });
  }
  if (status === 413 || status === 414 || status === 431) {
    const text = `${label}: the request is too long for the router (HTTP ${String(status)}).`;
    return new CellularError("REFUSED", `${text} Set the method to POST, or shorten the text.`, { status });
  }
  const words = isWebPage(body) ? "a web page" : shownWords(body, answer, context);
  return statusError(answer, { label, effect: asked !== "list", words });
}

function wordOf(body: string): Word | undefined {
  const word = WORD.exec(body)?.[1]?.toUpperCase();
  return WORDS.find((one) => one === word);
}

function said(body: string, answer: HttpAnswer, context: AnswerContext): string {
  const words = shownWords(body, answer, context);
  return words === "" ? "" : ` The device says: ${words}`;
}

/** Of a list only a known word is shown: anything else may be the texts of other people. */
function shownWords(body: string, answer: HttpAnswer, { asked, secrets }: AnswerContext): string {
  return asked === "list"
    ? (WHOLE_WORD.exec(body)?.[1] ?? "")
    : deviceWords(answer.body.toString("utf8", 0, SEARCHED_BYTES), secrets);
}
