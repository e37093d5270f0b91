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

/**
 * A copy of plain data; undefined for everything else, and for what holds something else.
 * @param room Characters of JSON that are looked at; what has more is none either. A message may lead back to itself in
 *   many ways: without an end of it, this would take for ever.
 */
export function plainCopy(value: unknown, room = LARGEST_PROPERTY): Json | undefined {
  return new PlainCopy(room).of(value, DEEPEST);
}

class PlainCopy {
  #room: number;

  constructor(room: number) {
    this.#room = room;
  }

  of(value: unknown, depth: number): Json | undefined {
    this.#room -= typeof value === "string" ? value.length : 1;
    if (this.#room < 0) return undefined;
    if (value === null || typeof value === "string" || typeof value === "boolean") return value;
    if (typeof value === "number") return Number.isFinite(value) ? value : undefined;
    if (typeof value !== "object" || depth === 0) return undefined;
    if (Array.isArray(value)) return this.#array(value, depth);
    return isPlain(value) ? this.#object(value, depth) : undefined;
  }

  #array(values: readonly unknown[], depth: number): Json | undefined {
    const copy: Json[] = [];
    for (const value of values) {
      const plain = this.of(value, depth - 1);
      if (plain === undefined) return undefined;
      copy.push(plain);
    }
    return copy;
  }

  #object(value: object, depth: number): Json | undefined {
    const copy: Record<string, Json> = {};
    for (const [name, property] of Object.entries(value)) {
      if (property === undefined) continue;
      this.#room -= name.length;
      const plain = this.of(property, depth - 1);
      if (plain === undefined || name === "__proto__") return undefined;
      copy[name] = plain;
    }
    return copy;
  }
}

/** What a function node makes has the prototype of its own world, which is another object than here. */
function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (typeof prototype !== "object" || prototype === null) return true;
  return Object.getPrototypeOf(prototype) === null && Object.hasOwn(prototype, "isPrototypeOf");
}
