import type { Identity, Machine } from "./machine";

/** Who holds a lock, as its file says. */
export interface LockOwner extends Identity {
  /** Different for each lock that was ever taken. */
  readonly token: string;
}

/** What is known about an owner without waiting: that it lives, or how long it must be silent to count as gone, in ms. */
export type Verdict = "alive" | { readonly patience: number };

export const GONE: Verdict = { patience: 0 };
/** A container that was started again looks like this; so does its twin. */
const MAYBE_TWIN: Verdict = { patience: 6000 };
const UNKNOWN: Verdict = { patience: 30_000 };
/** A lock is empty for less than a millisecond, unless its owner ended in between. */
export const UNFINISHED: Verdict = { patience: 3000 };

/** Judges an owner that is not this process; `undefined` stands for one that nobody can read. */
export async function judged(owner: LockOwner | undefined, self: Identity, machine: Machine): Promise<Verdict> {
  if (owner === undefined) return UNKNOWN;
  if (owner.boot === "" && self.boot === "") return judgedWithoutProc(owner, self, machine);
  if (owner.boot === "" || self.boot === "") return UNKNOWN;
  if (owner.boot !== self.boot) return owner.machine !== "" && owner.machine === self.machine ? GONE : UNKNOWN;
  if (owner.namespace === "" || owner.namespace !== self.namespace) {
    return owner.host === self.host && owner.pid === self.pid ? MAYBE_TWIN : UNKNOWN;
  }
  const isRunning = await machine.isRunning(owner.pid, owner.start);
  if (isRunning === undefined) return UNKNOWN;
  return isRunning ? "alive" : GONE;
}

/** Without a start time a process with that id may be another one: only its absence says something. */
async function judgedWithoutProc(owner: LockOwner, self: Identity, machine: Machine): Promise<Verdict> {
  if (owner.host !== self.host) return UNKNOWN;
  if (owner.pid === self.pid) return GONE;
  return (await machine.isRunning(owner.pid, owner.start)) === false ? GONE : UNKNOWN;
}

export function encodeOwner(owner: LockOwner): Buffer {
  return Buffer.from(`${JSON.stringify(owner)}\n`);
}

/** Reads a lock; undefined if it is empty or damaged. */
export function decodeOwner(bytes: Buffer): LockOwner | undefined {
  try {
    const value: unknown = JSON.parse(bytes.toString());
    return isOwner(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isOwner(value: unknown): value is LockOwner {
  if (typeof value !== "object" || value === null) return false;
  const fields = new Map<string, unknown>(Object.entries(value));
  const texts = ["token", "start", "boot", "namespace", "machine", "host"];
  const pid = fields.get("pid");
  return texts.every((name) => typeof fields.get(name) === "string") && Number.isSafeInteger(pid) && Number(pid) > 0;
}
