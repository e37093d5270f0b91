/** One stored SMS as the router lists it; every value as printed. */
export interface ListedSms {
  readonly index?: string;
  readonly date?: string;
  readonly sender?: string;
  readonly text?: string;
  readonly status?: string;
}

/** No store is so large; an answer that is would take the memory of a small computer. */
export const MOST_RECORDS = 10_000;

/** The two forms in which dates are printed, or nothing. */
const KNOWN_DATE = String.raw` ?(?:[A-Z][a-z]{2} +[A-Z][a-z]{2} +\d{1,2} \d{2}:\d{2}:\d{2} \d{4}|\d{4}-\d{2}-\d{2}[ T]\d{2}:\d{2}:\d{2})?`;
const ANY_DATE = String.raw`[^\n]*`;

const FIRST_HEADER = header(ANY_DATE, String.raw`^[ \t\n]*`);
const HAS_KNOWN_DATE = header(KNOWN_DATE, String.raw`^[ \t\n]*`);
/** Between two records: the end of the one, a line of dashes, the beginning of the other. */
const BOUNDARY = String.raw`\nStatus:([^\n]*)\n-{5,}[ \t]*\n[ \t\n]*`;
const BETWEEN_KNOWN_DATES = header(KNOWN_DATE, BOUNDARY);
const BETWEEN_ANY_DATES = header(ANY_DATE, BOUNDARY);
/** The line of dashes that ends the list may itself be cut off. */
const END = /^\nStatus:([^\n]*)\n-+[ \t\n]*$/;

/**
 * Reads the list in its text form: records of labelled lines (`Index`, `Date`, `Sender`, `Text`, `Status`), each closed
 * by a line of dashes. Nothing in it is escaped, so that a text goes on over everything that is not the whole end of a
 * record followed by the whole beginning of another, or the end of the list. A text that repeats all of that is two
 * records for every reader: the sender of an SMS is no proof of who sent it.
 *
 * @param body One character for each byte: the labels are ASCII, and each text has its own encoding.
 * @returns undefined if it is something else, is cut off, or holds more than any store can.
 */
export function readTextList(body: string): readonly ListedSms[] | undefined {
  const list = withoutCarriageReturns(body);
  const first = FIRST_HEADER.exec(list);
  if (first === null) return undefined;
  const last = list.lastIndexOf("\nStatus:");
  const end = last < first[0].length ? null : END.exec(list.slice(last));
  if (end === null) return undefined;

  const entries: ListedSms[] = [];
  let [, index = "", date = "", sender = ""] = first;
  let textStart = first[0].length;
  const boundary = new RegExp(HAS_KNOWN_DATE.test(list) ? BETWEEN_KNOWN_DATES : BETWEEN_ANY_DATES, "g");
  boundary.lastIndex = textStart;
  for (let found = boundary.exec(list); found !== null; found = boundary.exec(list)) {
    const [whole, status = "", nextIndex = "", nextDate = "", nextSender = ""] = found;
    entries.push(listed({ index, date, sender, status, text: list.slice(textStart, found.index) }));
    if (entries.length >= MOST_RECORDS) return undefined;
    [index, date, sender] = [nextIndex, nextDate, nextSender];
    textStart = found.index + whole.length;
  }
  entries.push(listed({ index, date, sender, status: end[1] ?? "", text: list.slice(textStart, last) }));
  return entries;
}

/** The beginning of a record up to its text, with groups for the values. */
function header(date: string, before: string): RegExp {
  return new RegExp(`${before}Index:[ \\t]*(\\d+)[ \\t]*\\nDate:(${date})[ \\t]*\\nSender:([^\\n]*)\\nText:`);
}

/** Where the router ends its lines with CR and LF, so do the lines of its texts; else a CR belongs to the text. */
function withoutCarriageReturns(body: string): string {
  const lineEnd = body.indexOf("\n", body.search(/\S/));
  return lineEnd > 0 && body[lineEnd - 1] === "\r" ? body.replaceAll("\r\n", "\n") : body;
}

function listed({ index, date, sender, text, status }: Required<ListedSms>): ListedSms {
  return { index, date: date.trim(), sender: value(sender), text: value(text), status: status.trim() };
}

/** One space divides a label from its value; the next one belongs to the value. */
function value(behindLabel: string): string {
  return behindLabel.startsWith(" ") ? behindLabel.slice(1) : behindLabel;
}
