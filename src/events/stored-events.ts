/** How events lie in a journal. Each record names its node and its kind; keys only have to differ. */
import * as v from "valibot";
import { KeptCommand, type CommandEvent } from "../gateways/super-sim";
import type { Json, JsonObject } from "../store";

/** How long a bucket of identities is kept: by how many came after it, or by the dates of a list. */
export type Keeping = "counted" | "dated";

export type StoredRecord =
  | { readonly kind: "due"; readonly node: string; readonly event: CommandEvent }
  | {
      readonly kind: "seen";
      readonly node: string;
      readonly number: number;
      readonly keeping: Keeping;
      readonly until: number;
      readonly hashes: readonly string[];
    }
  | { readonly kind: "poll"; readonly node: string; readonly mark: number | null; readonly covers: string }
  | {
      readonly kind: "question";
      readonly node: string;
      readonly sid: string;
      readonly times: number;
      readonly since: number;
    };

const Text = v.nullable(v.string());
/** Pairs, since the name of a field may be one that an object does not take as its own. */
const Raw = v.nullable(v.array(v.tuple([v.string(), v.string()])));

const Node = v.string();
const Due = v.object({ kind: v.literal("due"), node: Node, command: KeptCommand, token: Text, raw: Raw });
const Seen = v.object({
  kind: v.literal("seen"),
  node: Node,
  number: v.number(),
  keeping: v.picklist(["counted", "dated"]),
  until: v.number(),
});
const Poll = v.object({ kind: v.literal("poll"), node: Node, mark: v.nullable(v.number()), covers: v.string() });
const Question = v.object({
  kind: v.literal("question"),
  node: Node,
  sid: v.string(),
  times: v.number(),
  since: v.number(),
});
const Stored = v.variant("kind", [Due, Seen, Poll, Question]);

const HASH = /^[\w-]{22}$/;

/** Reads a record; undefined if it cannot be understood: it counts as none. */
export function readStored(record: JsonObject): StoredRecord | undefined {
  const read = v.safeParse(Stored, record);
  if (!read.success) return undefined;
  const stored = read.output;
  if (stored.kind === "seen") {
    return { ...stored, hashes: Object.keys(record).filter((name) => HASH.test(name)) };
  }
  if (stored.kind !== "due") return stored;
  const { node, command, token, raw } = stored;
  return { kind: "due", node, event: { command, token, raw: raw === null ? null : Object.fromEntries(raw) } };
}

export function dueRecord(node: string, { command, token, raw }: CommandEvent): JsonObject {
  const pairs = raw === null ? null : Object.entries(raw).map((pair): Json => [...pair]);
  return { kind: "due", node, command: { ...command }, token, raw: pairs };
}

/** A bucket of identities. Others are merged into it later, each as a property. */
export function seenRecord(
  node: string,
  { number, keeping, until, hashes }: Pick<StoredRecord & { kind: "seen" }, "number" | "keeping" | "until" | "hashes">,
): JsonObject {
  return { kind: "seen", node, number, keeping, until, ...hashProperties(hashes) };
}

export function hashProperties(hashes: readonly string[]): JsonObject {
  return Object.fromEntries(hashes.map((hash) => [hash, 1]));
}
