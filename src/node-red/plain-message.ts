import type { NodeMessage } from "node-red";
import type { Json, JsonObject } from "../store";

/** What a flow needs to go on after a restart. */
const ALWAYS = ["_msgid", "topic", "payload", "parts"];
/** Characters of JSON that one of these may have, and that all other properties may have together. */
const LARGEST_PROPERTY = 65_536;
const LARGEST_REST = 16_384;
/** Levels of nesting. */
const DEEPEST = 20;

/**
 * What of a message can be written down: `_msgid`, `topic`, `payload` and `parts`, and other properties while they are
 * small. What is no plain data (a request, a buffer, a function) is left out.
 */
export function plainMessage(msg: NodeMessage): JsonObject {
  const plain: Record<string, Json> = {};
  let room = LARGEST_REST;
  for (const [name, value] of Object.entries(msg)) {
    const copy = plainCopy(value);
    if (copy === undefined) continue;
    const { length } = JSON.stringify(copy);
    const isAlways = ALWAYS.includes(name);
    if (length > (isAlways ? LARGEST_PROPERTY : room)) continue;
    if (!isAlways) room -= length;
    plain[name] = copy;
  }
  return plain;
}

/** A copy of plain data; undefined for everything else, and for what holds something else. */
export function plainCopy(value: unknown, depth = DEEPEST): Json | undefined {
  if (value === null || typeof value === "string" || typeof value === "boolean") return value;
  if (typeof value === "number") return Number.isFinite(value) ? value : undefined;
  if (typeof value !== "object" || depth === 0) return undefined;
  if (Array.isArray(value)) {
    const items = value.map((item) => plainCopy(item, depth - 1));
    return items.every((item) => item !== undefined) ? items : undefined;
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return undefined;
  const copy: Record<string, Json> = {};
  for (const [name, property] of Object.entries(value)) {
    if (property === undefined) continue;
    const plain = plainCopy(property, depth - 1);
    if (plain === undefined || name === "__proto__") return undefined;
    copy[name] = plain;
  }
  return copy;
}
