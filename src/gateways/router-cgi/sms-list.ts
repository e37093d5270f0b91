import { TextDecoder } from "node:util";
import { CellularError } from "../../errors/cellular-error";
import type { HttpAnswer } from "../../http";
import type { StoredSms } from "../gateway";
import { failureWord, isEmptyStore, isWebPage, readBody, type AnswerContext } from "./answer";
import { readPrintedDate } from "./printed-date";
import { readTextList, type ListedSms } from "./text-list";
import { UnreadAnswer } from "./unread-answer";
import { readXmlList } from "./xml-list";

/** What the router prints where a part of a long SMS has not come. */
const PART_MISSING = "<part_missing>";

/**
 * Reads the answer of `sms_list`, in the order of the answer.
 * @throws CellularError by the router's word or the HTTP status; `BAD_RESPONSE` for what cannot be read, with the
 *   beginning of the answer in `cause.raw`.
 */
export function readSmsList(answer: HttpAnswer, context: AnswerContext): readonly StoredSms[] {
  const body = readBody(answer, context);
  if (isEmptyStore(body)) return [];
  const failure = failureWord(body, answer, context);
  if (failure !== undefined) throw failure;
  const entries = readTextList(body)?.map(decoded) ?? (isWebPage(body) ? undefined : readXmlList(decode(body)));
  if (entries === undefined) throw unread(body, answer, context);
  return entries.map(storedSms);
}

function storedSms(listed: ListedSms): StoredSms {
  const { index, date = "", sender = "", text = "" } = listed;
  const localTime = readPrintedDate(date);
  return {
    id: readIndex(index),
    from: sender,
    text,
    timestamp: null,
    date: date === "" ? null : date,
    ...(localTime === undefined ? {} : { localTime }),
    ...(text.includes(PART_MISSING) ? { complete: false } : {}),
    raw: { ...listed },
  };
}

function readIndex(index: string | undefined): number | null {
  const number = index !== undefined && /^\d+$/.test(index) ? Number(index) : NaN;
  return Number.isSafeInteger(number) ? number : null;
}

/** Each value has its own encoding: one SMS with a broken character must not change how the others are read. */
function decoded(bytes: ListedSms): ListedSms {
  return Object.fromEntries(Object.entries(bytes).map(([label, value]: [string, string]) => [label, decode(value)]));
}

const UTF_8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** UTF-8, else Latin-1. */
function decode(bytes: string): string {
  try {
    return UTF_8.decode(Buffer.from(bytes, "latin1"));
  } catch {
    // The decoder says no in one way only; one character for each byte is Latin-1 already.
    return bytes;
  }
}

function unread(body: string, answer: HttpAnswer, { label, secrets }: AnswerContext): CellularError {
  const what = isWebPage(body)
    ? "a web page came instead of the list: the router has no /cgi-bin/sms_list. Check the URL and the firmware."
    : "the list of received SMS cannot be read. Look at the beginning of the answer, in cause.raw of this error.";
  return new CellularError("BAD_RESPONSE", `${label}: ${what}`, {
    status: answer.status,
    cause: new UnreadAnswer(answer, secrets),
  });
}
