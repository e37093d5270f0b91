import { inspect } from "node:util";
import { FAULTS, type DeviceFunction, type Fault, type FaultOptions } from "./faults.js";

/** The longest that a timer of Node.js can wait. */
const LONGEST_DELAY = 2 ** 31 - 1;
const LARGEST_ANSWER = 256 * 1024 * 1024;

/**
 * Refuses a fault that could not be shown, or that would hit nothing: a test in plain JavaScript that gives one by
 * mistake would prove nothing.
 *
 * @param functions all that the device may be asked for
 * @throws RangeError
 */
export function checkFault(fault: Fault, options: FaultOptions, functions: readonly DeviceFunction[]): void {
  if (!FAULTS.includes(fault)) throw new RangeError(`there is no fault "${fault}", only ${FAULTS.join(", ")}`);
  const { times, status, delay, bytes, retryAfter, done, path } = options;
  mustBe("times", times, "a whole number of at least 1", isWhole(times, 1));
  mustBe("status", status, "a whole number from 200 to 999", isWhole(status, 200, 999));
  mustBe("bytes", bytes, `a whole number from 1 to ${LARGEST_ANSWER}`, isWhole(bytes, 1, LARGEST_ANSWER));
  mustBe("delay", delay, `a number from 0 to ${LONGEST_DELAY}`, isWithin(delay, 0, LONGEST_DELAY));
  mustBe("retryAfter", retryAfter, "a whole number of seconds or a date", isWish(retryAfter));
  mustBe("done", done, "true or false", typeof done === "boolean");
  mustBe("path", path, "a path without a query", typeof path === "string" && /^\/[^?]*$/.test(path));
  checkTargets(options.on, functions);
}

function mustBe(name: string, value: unknown, what: string, isSo: boolean): void {
  if (value !== undefined && !isSo) throw new RangeError(`${name} must be ${what}, not ${inspect(value)}`);
}

function isWithin(value: unknown, least: number, most: number): boolean {
  return typeof value === "number" && value >= least && value <= most;
}

function isWhole(value: unknown, least: number, most = Number.MAX_SAFE_INTEGER): boolean {
  return Number.isInteger(value) && isWithin(value, least, most);
}

/** What a `Retry-After` can say (RFC 9110 §10.2.3). */
function isWish(value: unknown): boolean {
  return value instanceof Date ? !Number.isNaN(value.getTime()) : isWhole(value, 0);
}

function checkTargets(on: FaultOptions["on"], functions: readonly DeviceFunction[]): void {
  if (on === undefined) return;
  const known: readonly string[] = ["any", ...functions];
  const targets = [on].flat();
  const isKnown = targets.length > 0 && targets.every((target) => known.includes(target));
  if (!isKnown) throw new RangeError(`on must be of ${known.join(", ")} at this device, not "${targets.join(", ")}"`);
}
