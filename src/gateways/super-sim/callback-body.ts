import { soleHeader, type Callback } from "./callback";

/** How a callback's body is written; undefined for what no service sends. Parameters such as `charset` do not matter. */
export function bodyTypeOf(callback: Callback): "form" | "json" | undefined {
  const [type = ""] = (soleHeader(callback, "content-type") ?? "").split(";");
  switch (type.trim().toLowerCase()) {
    case "application/x-www-form-urlencoded":
      return "form";
    case "application/json":
      return "json";
    default:
      return undefined;
  }
}

/** Names and values of a form or of a query, in their order (WHATWG URL Standard, section 5.1). */
export function formPairs(text: string): readonly (readonly [string, string])[] {
  // The separator keeps the parser from dropping a leading question mark, which a body may well begin with.
  return [...new URLSearchParams(`&${text}`)];
}

/**
 * The values of each name, each value once, in the order of UTF-16 code units: all that `X-Twilio-Signature` says about a
 * name that comes several times (vendor's validator).
 */
export function valuesByName(pairs: readonly (readonly [string, string])[]): ReadonlyMap<string, readonly string[]> {
  const values = new Map<string, Set<string>>();
  for (const [name, value] of pairs) {
    const known = values.get(name);
    if (known === undefined) values.set(name, new Set([value]));
    else known.add(value);
  }
  return new Map([...values].map(([name, known]) => [name, [...known].sort()]));
}

/** A URL's query without its question mark; empty where there is none. */
export function queryOf(url: string): string {
  const [beforeFragment = ""] = url.split("#", 1);
  const at = beforeFragment.indexOf("?");
  return at === -1 ? "" : beforeFragment.slice(at + 1);
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const WHITE_SPACE: ReadonlySet<number> = new Set([0x20, 0x09, 0x0a, 0x0d]);

/** JSON without the white space outside of its strings (RFC 8259 section 2), byte by byte: UTF-8 needs no decoding. */
export function minifiedJson(body: Buffer): Buffer {
  const kept = Buffer.alloc(body.length);
  let length = 0;
  let isInString = false;
  let isEscaped = false;
  for (const byte of body) {
    if (!isInString && WHITE_SPACE.has(byte)) continue;
    kept[length] = byte;
    length += 1;
    if (byte === QUOTE && !isEscaped) isInString = !isInString;
    isEscaped = isInString && byte === BACKSLASH && !isEscaped;
  }
  return kept.subarray(0, length);
}
