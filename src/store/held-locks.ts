import type { StoreFiles } from "./store-files";

interface HeldLock {
  readonly files: StoreFiles;
  readonly path: string;
  readonly content: Buffer;
}

/** The locks that this process holds, by their token. */
const held = new Map<string, HeldLock>();
/** The locks that this process ever took. */
const taken = new Set<string>();

/** Remembers a lock, so that it is given back when the process ends. */
export function holdLock(token: string, lock: HeldLock): void {
  if (held.size === 0) process.on("exit", giveAllBack);
  held.set(token, lock);
  taken.add(token);
}

export function letLockGo(token: string): void {
  if (held.delete(token) && held.size === 0) process.off("exit", giveAllBack);
}

/** What became of a lock with that token: undefined if this process never had it. */
export function stateOfLock(token: string): "held" | "let go" | undefined {
  if (held.has(token)) return "held";
  return taken.has(token) ? "let go" : undefined;
}

function giveAllBack(): void {
  for (const { files, path, content } of held.values()) {
    try {
      if (files.readNow(path).equals(content)) files.removeNow(path);
    } catch {
      // The next process finds out by itself that this one is gone.
    }
  }
}
