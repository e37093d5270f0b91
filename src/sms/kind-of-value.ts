/** Names the kind of a value for an error message, never the value itself: "an array", "a Buffer", "null". */
export function kindOfValue(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (Array.isArray(value)) return "an array";
  if (Buffer.isBuffer(value)) return "a Buffer";
  if (typeof value === "object") return "an object";
  return `a ${typeof value}`;
}
