import { isFullSegment } from "./segments";

/** What joining reads of a stored entry. */
export interface SmsPart {
  readonly from: string;
  readonly text: string;
  /** When the service centre took it, in UTC seconds; null where the gateway prints a local date only. */
  readonly timestamp: number | null;
  /** The date as the gateway printed it. */
  readonly date: string | null;
  /** The printed date read as local time, UTC seconds, where it can be: for the order of SMS without a timestamp. */
  readonly localTime?: number | undefined;
}

/** One whole SMS. Time and date are those of its first part. */
export interface JoinedSms<P extends SmsPart> extends SmsPart {
  readonly parts: readonly P[];
}

/**
 * Joins the entries of one SIM's store into whole SMS. Entries of one sender with one timestamp are parts, in order of
 * appearance. Without timestamps, entries of one sender with one printed date are parts if each before the last is a
 * full segment. No gateway numbers the parts, so nothing here is certain.
 *
 * @returns oldest first; ahead of them those without any time; in order of appearance where nothing else decides
 */
export function joinParts<P extends SmsPart>(entries: readonly P[]): JoinedSms<P>[] {
  const groups: Group<P>[] = [];
  const latest = new Map<string, Group<P>>();
  for (const entry of entries) {
    const key = joiningKey(entry);
    const group = latest.get(key);
    if (group !== undefined && continues(group, entry)) {
      group.parts.push(entry);
    } else {
      const opened = { first: entry, parts: [entry] };
      groups.push(opened);
      latest.set(key, opened);
    }
  }
  return groups.map(wholeSms).sort((left, right) => timeOf(left) - timeOf(right));
}

function timeOf({ timestamp, localTime }: SmsPart): number {
  return timestamp ?? localTime ?? 0;
}

/** Whether the rest of an SMS may still be on its way: its last part is a full segment. */
export function mayLackRest(joined: { readonly parts: readonly { readonly text: string }[] }): boolean {
  const last = joined.parts.at(-1);
  return last !== undefined && isFullSegment(last.text);
}

interface Group<P> {
  readonly first: P;
  readonly parts: P[];
}

/** Entries with different keys are never parts of one SMS. */
function joiningKey({ from, timestamp, date }: SmsPart): string {
  return JSON.stringify([from, timestamp ?? date]);
}

function continues(group: Group<SmsPart>, { timestamp, date }: SmsPart): boolean {
  if (timestamp !== null) return true;
  return date !== null && mayLackRest(group);
}

function wholeSms<P extends SmsPart>({ first, parts }: Group<P>): JoinedSms<P> {
  const text = parts.map((part) => part.text).join("");
  const { from, timestamp, date, localTime } = first;
  return { from, text, timestamp, date, ...(localTime === undefined ? {} : { localTime }), parts };
}
