import type { HttpAnswer } from "./client";
import { singleHeader } from "./headers";

/**
 * How long the server asks to wait, in milliseconds, or undefined if it does not say (RFC 9110 section 10.2.3: seconds
 * or a date). A date is compared with the server's own clock where it shows it, since ours may be wrong.
 */
export function retryAfterOf(answer: HttpAnswer): number | undefined {
  const value = singleHeader(answer, "retry-after")?.trim();
  if (value === undefined || value === "") return undefined;
  if (/^\d+$/.test(value)) return Number(value) * 1000;
  // Date.parse makes a date of almost anything, "-5" too; an HTTP date begins with the name of its weekday.
  const date = /^(mon|tue|wed|thu|fri|sat|sun)[a-z]*,? /i.test(value) ? Date.parse(value) : NaN;
  if (Number.isNaN(date)) return undefined;
  const serverNow = Date.parse(singleHeader(answer, "date") ?? "");
  return Math.max(0, date - (Number.isNaN(serverNow) ? Date.now() : serverNow));
}
