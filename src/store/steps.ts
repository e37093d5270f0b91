export type Json = null | boolean | number | string | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [name: string]: Json;
}

/** One change of a journal. */
export type JournalStep =
  /** The record with that key is this now. */
  | { readonly set: string; readonly to: JsonObject }
  /** The properties are merged into the record, one level deep; a null removes the property. */
  | { readonly change: string; readonly to: JsonObject }
  /** The record is gone. */
  | { readonly drop: string };

/** The key that a step is about. */
export function keyOf(step: JournalStep): string {
  if ("set" in step) return step.set;
  return "change" in step ? step.change : step.drop;
}

/** Whether a value that was parsed from JSON is a step. */
export function isStep(value: unknown): value is JournalStep {
  if (!isObject(value)) return false;
  if (typeof value.drop === "string") return true;
  return (typeof value.set === "string" || typeof value.change === "string") && isObject(value.to);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
