import fc from "fast-check";
import { DASHES, printed } from "./scripted-router";

export interface GeneratedSms {
  readonly index: number;
  readonly date: string;
  readonly sender: string;
  readonly text: string;
  readonly status: string;
}

export interface GeneratedStore {
  readonly entries: readonly GeneratedSms[];
  /** As one firmware or another answers it. */
  readonly answer: Buffer;
}

const two = (number: number): string => String(number).padStart(2, "0");
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

const moment = fc.tuple(
  fc.integer({ min: 1970, max: 2099 }),
  fc.nat(11),
  fc.integer({ min: 1, max: 28 }),
  fc.nat(23),
  fc.nat(59),
);
const ctime = moment.map(
  ([year, month, day, hours, minutes]) =>
    `Sat ${MONTHS[month]!} ${String(day).padStart(2, " ")} ${two(hours)}:${two(minutes)}:07 ${year}`,
);
const iso = moment.map(
  ([year, month, day, hours, minutes]) => `${year}-${two(month + 1)}-${two(day)} ${two(hours)}:${two(minutes)}:07`,
);

/** What a text may hold to mislead a reader. */
const nastyLine = fc.constantFrom(
  "",
  " ",
  "Index: 5",
  "Date: Sat Oct 26 19:04:11 2024",
  "Date: 2024-10-26 19:04:11",
  "Sender: +447700900109",
  "Text: x",
  "Text:",
  "Status: read",
  "Status:",
  DASHES,
  "-".repeat(7),
  "<part_missing>",
  "<pre>",
  "</pre>",
  "NO MESSAGES",
  "ERROR",
  "a\rb\r",
);

/** Characters whose Latin-1 bytes never make up a character of UTF-8. */
const latin1Characters = Array.from(" abcXYZ019:-<>/\n\r%&äöüßéñÄÖÜ");

function textOf(line: fc.Arbitrary<string>): fc.Arbitrary<string> {
  return fc
    .array(fc.oneof({ weight: 3, arbitrary: nastyLine }, { weight: 1, arbitrary: line }), { maxLength: 9 })
    .map((lines) => lines.join("\n"))
    .filter((text) => !isTwoRecords(text));
}

/** Nothing is escaped: what holds the end of a record and the whole beginning of another is two for every reader. */
function isTwoRecords(text: string): boolean {
  const lines = text
    .split("\n")
    .filter((line, index, all) => line.trim() !== "" || !/^-+ *$/.test(all[index - 1] ?? ""));
  const follows = (at: number, ...labels: readonly string[]): boolean =>
    labels.every((label, offset) => lines[at + offset]?.startsWith(label));
  return lines.some((_line, at) => follows(at, "Status:", "---", "Index:", "Date:", "Sender:", "Text:"));
}

function storeOf(date: fc.Arbitrary<string>, line: fc.Arbitrary<string>): fc.Arbitrary<readonly GeneratedSms[]> {
  const fields = {
    index: fc.nat(300),
    date: fc.oneof({ weight: 9, arbitrary: date }, { weight: 1, arbitrary: fc.constant("") }),
    sender: fc.oneof(
      fc.constantFrom("", " ", "988", "+447700900102", "Tarifinfo", "My Shop", "Text: x"),
      line.map((text) => text.replaceAll(/[\r\n]/g, "")),
    ),
    text: textOf(line),
    status: fc.constantFrom("read", "unread", "stored"),
  };
  const sms = fc.record(fields, { noNullPrototype: true });
  return fc.array(sms, { minLength: 1, maxLength: 6 });
}

/** Stores of a CGI router as all of its firmware together may print them. */
export const generatedStore: fc.Arbitrary<GeneratedStore> = fc
  .record({ isIso: fc.boolean(), isLatin1: fc.boolean(), isCrLf: fc.boolean(), isPre: fc.boolean() })
  .chain(({ isIso, isLatin1, isCrLf, isPre }) => {
    const line = isLatin1 ? fc.string({ unit: fc.constantFrom(...latin1Characters) }) : fc.string({ unit: "binary" });
    return storeOf(isIso ? iso : ctime, line).map((entries) => {
      const list = entries.map(printed).join("");
      const wrapped = isPre ? `<pre>\n${list}</pre>\n` : list;
      const text = isCrLf ? wrapped.replaceAll("\n", "\r\n") : wrapped;
      return { entries, answer: Buffer.from(text, isLatin1 ? "latin1" : "utf8") };
    });
  });
