import { types } from "node:util";

/**
 * A copy of a value that JSON can carry. An Error keeps its name, message and own properties (`code`, `outcome`),
 * and its `cause` all the way down; a stack is left out. Functions and rings become short notes in
 * square brackets.
 */
export function plainCopy(value: unknown, above: readonly object[] = []): unknown {
  if (typeof value === "function") return "[function]";
  if (typeof value === "bigint" || typeof value === "symbol") return value.toString();
  if (typeof value !== "object" || value === null) return value;
  if (above.includes(value)) return "[ring]";
  const below = [...above, value];
  if (hasToJson(value)) return plainCopy(value.toJSON(), below);
  if (Array.isArray(value)) return value.map((item) => plainCopy(item, below));
  if (types.isNativeError(value)) {
    const { name, message, cause } = value;
    return {
      name,
      message,
      ...(cause === undefined ? {} : { cause: plainCopy(cause, below) }),
      ...copyOfProperties(value, below),
    };
  }
  return copyOfProperties(value, below);
}

function copyOfProperties(value: object, above: readonly object[]): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, item]) => item !== undefined)
      .map(([key, item]) => [key, plainCopy(item, above)]),
  );
}

function hasToJson(value: object): value is { toJSON: () => unknown } {
  return "toJSON" in value && typeof value.toJSON === "function";
}
