import type { ListDialect } from "./options.js";
import type { StoredCgiSms } from "./sms-store.js";

const DASHES = "-".repeat(30);
const WEEKDAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** Records of labelled lines, each closed by a line of dashes. Nothing in them is escaped. */
export function printedAsText(entries: readonly StoredCgiSms[], { lineEnd = "lf" }: ListDialect): string {
  const text = entries.map(record).join("");
  return lineEnd === "crlf" ? text.replaceAll("\n", "\r\n") : text;
}

function record({ index, date, from, text, read }: StoredCgiSms): string {
  const lines = [
    `Index: ${index}`,
    `Date: ${date}`,
    `Sender: ${from}`,
    `Text: ${text}`,
    `Status: ${read ? "read" : "unread"}`,
    DASHES,
  ];
  return `${lines.join("\n")}\n`;
}

/** A guess: the labels as elements. */
export function printedAsXml(entries: readonly StoredCgiSms[]): string {
  const records = entries.map(({ index, date, from, text, read }) => {
    const fields = { index: String(index), date, sender: from, text, status: read ? "read" : "unread" };
    const elements = Object.entries(fields).map(([label, value]) => `<${label}>${escaped(value)}</${label}>`);
    return `  <sms>${elements.join("")}</sms>\n`;
  });
  return `<?xml version="1.0" encoding="UTF-8"?>\n<messages>\n${records.join("")}</messages>\n`;
}

function escaped(value: string): string {
  return value.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll("\r", "&#13;");
}

/** A moment as the router prints it: its clock shows the same local time as this computer's. */
export function printedMoment(moment: Date, { date = "ctime" }: ListDialect): string {
  const two = (number: number): string => String(number).padStart(2, "0");
  const [year, month, day] = [moment.getFullYear(), moment.getMonth(), moment.getDate()];
  const time = [moment.getHours(), moment.getMinutes(), moment.getSeconds()].map(two).join(":");
  if (date === "iso") return `${year}-${two(month + 1)}-${two(day)} ${time}`;
  return `${WEEKDAYS[moment.getDay()] ?? ""} ${MONTHS[month] ?? ""} ${String(day).padStart(2, " ")} ${time} ${year}`;
}
