/** What code without types may give a driver: everything. */
import { CellularError } from "../errors/cellular-error";
import type { CallOptions } from "./gateway";

const LONGEST_IN_SEGMENTS = 255;
const DEFAULT_SEGMENTS = 10;

/**
 * Looks whether there is an object to read from.
 * @param what How it is called in the message.
 * @throws CellularError `OPTION_INVALID`.
 */
export function checkGiven(value: unknown, what: string): void {
  if (typeof value === "object" && value !== null) return;
  throw new CellularError("OPTION_INVALID", `There is no ${what}: give it as an object.`);
}

/**
 * Looks whether the options of a call can be used.
 * @throws CellularError `OPTION_INVALID`.
 */
export function checkCall(call: CallOptions): void {
  checkGiven(call, "object with signal and timeout");
  const { signal }: { signal?: unknown } = call;
  if (signal === undefined || signal === null || isSignal(signal)) return;
  throw new CellularError("OPTION_INVALID", "The option signal is no AbortSignal. Correct it.");
}

/** Not by its class: it may come from another world, such as a function node's. */
function isSignal(value: unknown): boolean {
  return typeof value === "object" && value !== null && "aborted" in value && "addEventListener" in value;
}

/**
 * What is to be deleted from a store.
 * @throws CellularError `OPTION_INVALID`.
 */
export function checkIds(ids: unknown): number | readonly number[] | "all" {
  if (ids === "all" || isId(ids)) return ids;
  if (Array.isArray(ids) && ids.every(isId)) return ids;
  throw new CellularError("OPTION_INVALID", 'What to delete is no id, no list of ids and not "all".');
}

function isId(id: unknown): id is number {
  return typeof id === "number" && Number.isSafeInteger(id) && id >= 0;
}

/**
 * Looks whether there are settings for a driver.
 * @throws CellularError `CONFIG_MISSING` if there are none.
 */
export function checkSettings(settings: unknown, device: string): void {
  if (typeof settings === "object" && settings !== null) return;
  throw new CellularError("CONFIG_MISSING", `${device}: there are no settings. Give them as an object.`);
}

/**
 * How many segments a text may have: 10 where nothing is set, and never more than the 255 that can be told apart
 * (3GPP TS 23.040, 9.2.3.24.1).
 * @throws CellularError `CONFIG_MISSING` if it is no whole number above 0: every text would pass then.
 */
export function segmentLimit(value: unknown, device: string): number {
  if (value === undefined) return DEFAULT_SEGMENTS;
  if (typeof value === "number" && Number.isInteger(value) && value > 0) return Math.min(value, LONGEST_IN_SEGMENTS);
  throw new CellularError(
    "CONFIG_MISSING",
    `${device}: the setting maxSegments is no whole number above 0. Correct it.`,
  );
}
