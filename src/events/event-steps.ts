import { CellularError } from "../errors/cellular-error";
import type { CommandEvent } from "../gateways/super-sim";
import type { JournalStep } from "../store";
import type { EventIndex, NodePage, PollProgress, Question } from "./event-index";
import { hashed } from "./identity";
import { dueRecord, hashProperties, seenRecord, type Keeping } from "./stored-events";

/** Something that was heard. */
export interface News {
  /** The event was had before if one of these was. */
  readonly identities: readonly string[];
  /** Null: it is only remembered. */
  readonly event: CommandEvent | null;
}

/** What is written down together with news. */
export interface Circumstances {
  /** How far the poll has come that brought them. */
  readonly poll?: PollProgress & {
    /** Identities that the list still shows, new or not. They are not forgotten. */
    readonly listed: readonly string[];
  };
  /** The question that they answer; it goes, unless it was asked again meanwhile. */
  readonly answered?: Question;
}

/** How many identities of callbacks are kept for each node at least: a service repeats a callback within minutes. */
const KEPT = 10_000;
const BUCKET_SIZE = 256;
/** A poll looks back so far behind the mark of the polls before it, in ms: the longest time that a command is tried. */
export const WINDOW_MS = 24 * 60 * 60_000;
const MOST_QUESTIONS = 1000;
const NOTHING_OLD = { old: [], kept: [] };

/** The steps that take news, and how many of them are new events. */
export function stepsToTake(
  index: EventIndex,
  node: string,
  news: readonly News[],
  { poll, answered }: Circumstances,
): { readonly steps: readonly JournalStep[]; readonly count: number } {
  const page = index.page(node);
  const fresh = new Set<string>();
  const steps: JournalStep[] = [];
  let count = 0;
  for (const { identities, event } of news) {
    const hashes = identities.map(hashed);
    const key = `due ${node} ${hashes[0] ?? ""}`;
    const isKnown = hashes.some((hash) => fresh.has(hash) || page.hasSeen(hash)) || page.due.has(key);
    // Also of what is known: the next time it may come with only the one of its identities that is new.
    for (const hash of hashes) if (!page.hasSeen(hash)) fresh.add(hash);
    if (isKnown || event === null) continue;
    steps.push({ set: key, to: dueRecord(node, event) });
    count += 1;
  }
  const { old, kept } = poll === undefined ? NOTHING_OLD : outdated(page, poll);
  const oldest = poll === undefined && fresh.size > 0 ? leastRecent(page) : old;
  const room = { keeping: poll === undefined ? "counted" : "dated", until: poll?.mark ?? 0, without: oldest } as const;
  steps.push(...oldest.map((drop) => ({ drop })), ...remembering(page, node, [...kept, ...fresh], room));
  const before = page.poll;
  if (poll !== undefined && (before?.mark !== poll.mark || before.covers !== poll.covers)) {
    steps.push({ set: `poll ${node}`, to: { kind: "poll", node, mark: poll.mark, covers: poll.covers } });
  }
  const key = answered === undefined ? "" : questionKey(node, answered.sid);
  if (answered !== undefined && page.questions.get(key)?.times === answered.times) steps.push({ drop: key });
  return { steps, count };
}

/** @throws CellularError `QUEUE_FULL` where too many questions wait. */
export function stepsToAsk(index: EventIndex, node: string, sid: string, since: number): readonly JournalStep[] {
  const { questions } = index.page(node);
  const key = questionKey(node, sid);
  const times = (questions.get(key)?.times ?? 0) + 1;
  if (times === 1 && questions.size >= MOST_QUESTIONS) {
    throw new CellularError("QUEUE_FULL", `${MOST_QUESTIONS} callbacks wait to be checked at the account already.`);
  }
  return [{ set: key, to: { kind: "question", node, sid, times, since } }];
}

function questionKey(node: string, sid: string): string {
  return `question ${node} ${sid}`;
}

interface Room {
  readonly keeping: Keeping;
  readonly until: number;
  /** Keys of buckets that go. */
  readonly without: readonly string[];
}

/** Adds identities to the newest bucket, and to new ones once it is full: so a line stays short. */
function remembering(
  page: Readonly<NodePage>,
  node: string,
  hashes: readonly string[],
  { keeping, until, without }: Room,
): readonly JournalStep[] {
  if (hashes.length === 0) return [];
  const open = [...page.buckets].filter(([key, bucket]) => bucket.keeping === keeping && !without.includes(key)).at(-1);
  const room = open === undefined ? 0 : Math.max(0, BUCKET_SIZE - open[1].hashes.size);
  const steps: JournalStep[] = [];
  if (open !== undefined && room > 0) {
    steps.push({ change: open[0], to: { until, ...hashProperties(hashes.slice(0, room)) } });
  }
  let number = Math.max(0, ...[...page.buckets.values()].map((bucket) => bucket.number));
  for (let from = room; from < hashes.length; from += BUCKET_SIZE) {
    number += 1;
    const filling = hashes.slice(from, from + BUCKET_SIZE);
    steps.push({ set: `seen ${node} ${number}`, to: seenRecord(node, { number, keeping, until, hashes: filling }) });
  }
  return steps;
}

/** The oldest buckets of callbacks that are not needed to make up the number that is kept. */
function leastRecent(page: Readonly<NodePage>): readonly string[] {
  const buckets = [...page.buckets].filter(([, { keeping }]) => keeping === "counted");
  let rest = buckets.reduce((sum, [, { hashes }]) => sum + hashes.size, 0);
  const keys: string[] = [];
  for (const [key, { hashes }] of buckets) {
    rest -= hashes.size;
    if (rest < KEPT) break;
    keys.push(key);
  }
  return keys;
}

/**
 * The buckets of which all lies before the window of the next poll, and what of it the list still shows and must be kept:
 * it has no date, or one in the future, and would count as new again.
 */
function outdated(
  page: Readonly<NodePage>,
  { mark, listed }: NonNullable<Circumstances["poll"]>,
): { readonly old: readonly string[]; readonly kept: readonly string[] } {
  const old = [...page.buckets].filter(
    ([, { keeping, until }]) => keeping === "dated" && until < (mark ?? -Infinity) - WINDOW_MS,
  );
  if (old.length === 0) return NOTHING_OLD;
  const shown = listed.map(hashed).filter((hash) => old.some(([, { hashes }]) => hashes.has(hash)));
  return { old: old.map(([key]) => key), kept: [...new Set(shown)] };
}
