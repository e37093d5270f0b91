/** What a request asks of a device, as far as faults tell requests apart. */
export type DeviceFunction = "send" | "list" | "delete" | "ussd" | "login" | "status" | "other";

/** The functions that occupy the modem; faults hit these unless told otherwise. */
const COMMANDS: ReadonlySet<DeviceFunction> = new Set<DeviceFunction>(["send", "list", "delete", "ussd"]);

export const isCommand = (asked: DeviceFunction): boolean => COMMANDS.has(asked);

/**
 * What goes wrong with a request. Each request has been read to its end before the fault shows.
 *
 * - `reset-before`: the connection is reset; the job is **not** done.
 * - `reset-after`: the job is **done** (an SMS is in `sent`), then the connection is reset without an answer.
 * - `silence`: nothing is ever answered and the connection stays open; the job is **not** done, unless `done: true`.
 * - `delay`: the job is **done** at once, the answer comes `delay` ms later.
 * - `refuse`: the device's own refusal; the job is **not** done.
 * - `html`: HTTP 200 with a web page; the job is **not** done.
 * - `truncated`: the job is **done**; half of the answer comes, then the connection closes.
 * - `oversized`: the job is **done**; the answer is larger than any client should take, and well-formed.
 * - `status`: the HTTP status `status`, with `Retry-After` where `retryAfter` is given; the job is **not** done.
 */
export type Fault = (typeof FAULTS)[number];

export const FAULTS = [
  "reset-before",
  "reset-after",
  "silence",
  "delay",
  "refuse",
  "html",
  "truncated",
  "oversized",
  "status",
] as const;

export type FaultTarget = Exclude<DeviceFunction, "other"> | "any";

export interface FaultOptions {
  /** How many requests it hits. Default: all until `heal()`. */
  readonly times?: number;
  /** Which of the device's functions it hits. Default: send, list, delete and ussd, never login or status. */
  readonly on?: FaultTarget | readonly FaultTarget[];
  /** Hits only requests to this path, without its query; all of them unless `on` narrows it further. */
  readonly path?: string;
  /** For `status`: the HTTP status, 200 to 999. Default 503. */
  readonly status?: number;
  /** For `status`: the `Retry-After` header, in whole seconds or as a date. Default: no such header. */
  readonly retryAfter?: number | Date;
  /** For `delay`: milliseconds between the job and its answer. Default 1000. */
  readonly delay?: number;
  /** For `silence`: whether the job is done nevertheless. Default false. */
  readonly done?: boolean;
  /** For `oversized`: bytes of the answer, at least. Default 9 MiB. */
  readonly bytes?: number;
}

export interface ActiveFault {
  readonly fault: Fault;
  readonly options: FaultOptions;
}

/** The faults a device has been told to show, in the order they were given. */
export class FaultQueue {
  #waiting: { readonly active: ActiveFault; left: number }[] = [];

  /** Adds a fault behind those that wait. */
  add(fault: Fault, options: FaultOptions): void {
    this.#waiting.push({ active: { fault, options }, left: options.times ?? Infinity });
  }

  clear(): void {
    this.#waiting = [];
  }

  /** Takes the first waiting fault that hits this request; one that has hit often enough is gone. */
  take(asked: DeviceFunction, path: string): ActiveFault | undefined {
    const entry = this.#waiting.find(({ active }) => hits(active.options, asked, path));
    if (entry === undefined) return undefined;
    entry.left -= 1;
    if (entry.left === 0) this.#waiting = this.#waiting.filter((other) => other !== entry);
    return entry.active;
  }
}

function hits(options: FaultOptions, asked: DeviceFunction, path: string): boolean {
  if (options.path !== undefined && options.path !== path) return false;
  // A path alone is as clear as a function.
  if (options.on === undefined) return options.path !== undefined || isCommand(asked);
  const targets: readonly string[] = [options.on].flat();
  return targets.includes("any") || targets.includes(asked);
}
