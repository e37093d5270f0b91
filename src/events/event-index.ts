import type { CommandEvent } from "../gateways/super-sim";
import type { JournalStep, JsonObject } from "../store";
import { readStored, type Keeping, type StoredRecord } from "./stored-events";

/** Identities that were seen at about the same time, and are forgotten together. */
export interface Bucket {
  readonly number: number;
  readonly keeping: Keeping;
  /** The mark of the poll that added to it last. */
  readonly until: number;
  readonly hashes: ReadonlySet<string>;
}

/** An event that is written down and that the flow has not had yet. */
export interface DueEvent {
  readonly key: string;
  readonly event: CommandEvent;
}

/** How far a poll node has come. */
export interface PollProgress {
  /** The highest date of a change that was seen, milliseconds since 1970; null where nothing with a date was listed yet. */
  readonly mark: number | null;
  /** The direction that was listed up to there. */
  readonly covers: string;
}

/** A SID that the account is to be asked for. */
export interface Question {
  readonly sid: string;
  /** How often it was called back. */
  readonly times: number;
  /** When it was called back last, milliseconds since 1970 as the wall clock stood. */
  readonly since: number;
}

/** What is known of one node. */
export class NodePage {
  readonly due = new Map<string, CommandEvent>();
  readonly buckets = new Map<string, Bucket & { readonly hashes: Set<string> }>();
  readonly questions = new Map<string, Question>();
  poll: PollProgress | undefined;

  hasSeen(hash: string): boolean {
    for (const { hashes } of this.buckets.values()) if (hashes.has(hash)) return true;
    return false;
  }
}

const NOTHING: Readonly<NodePage> = new NodePage();

/** The records of a journal, sorted by node. */
export class EventIndex {
  readonly #pages = new Map<string, NodePage>();
  /** By key, for steps that name no node. */
  readonly #owners = new Map<string, { readonly node: string; readonly kind: StoredRecord["kind"] }>();

  constructor(records: ReadonlyMap<string, JsonObject>) {
    for (const [key, record] of records) this.#set(key, record);
  }

  page(node: string): Readonly<NodePage> {
    return this.#pages.get(node) ?? NOTHING;
  }

  /** The keys of all records of a node. */
  keysOf(node: string): readonly string[] {
    return [...this.#owners].filter(([, owner]) => owner.node === node).map(([key]) => key);
  }

  apply(steps: readonly JournalStep[]): void {
    for (const step of steps) {
      if ("drop" in step) this.#drop(step.drop);
      else if ("set" in step) this.#set(step.set, step.to);
      else this.#change(step.change, step.to);
    }
  }

  #set(key: string, record: JsonObject): void {
    const stored = readStored(record);
    if (stored === undefined) return;
    const { node, kind } = stored;
    this.#owners.set(key, { node, kind });
    const page = this.#pages.get(node) ?? new NodePage();
    this.#pages.set(node, page);
    if (stored.kind === "due") page.due.set(key, stored.event);
    else if (stored.kind === "seen") page.buckets.set(key, { ...stored, hashes: new Set(stored.hashes) });
    else if (stored.kind === "poll") page.poll = { mark: stored.mark, covers: stored.covers };
    else page.questions.set(key, stored);
  }

  /** Only buckets are changed: they grow. */
  #change(key: string, { until, ...more }: JsonObject): void {
    const page = this.#pages.get(this.#owners.get(key)?.node ?? "");
    const bucket = page?.buckets.get(key);
    if (page === undefined || bucket === undefined) return;
    for (const hash of Object.keys(more)) bucket.hashes.add(hash);
    if (typeof until === "number") page.buckets.set(key, { ...bucket, until });
  }

  #drop(key: string): void {
    const owner = this.#owners.get(key);
    const page = this.#pages.get(owner?.node ?? "");
    this.#owners.delete(key);
    if (owner === undefined || page === undefined) return;
    page.due.delete(key);
    page.buckets.delete(key);
    page.questions.delete(key);
    if (owner.kind === "poll") page.poll = undefined;
  }
}
