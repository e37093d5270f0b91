import type { StoreFiles } from "./store-files";

interface LockFile {
  readonly files: StoreFiles;
  readonly path: string;
  readonly content: Buffer;
}

/** The locks that this process holds, by their token. */
const held = new Map<string, LockFile>();
/** Locks that it does not hold any more, but whose file could not be removed so far. */
const left = new Map<string, LockFile>();

/** Remembers a lock, so that it is given back when the process ends. */
export function holdLock(token: string, lock: LockFile): void {
  if (held.size === 0) process.on("exit", giveAllBack);
  held.set(token, lock);
}

/** Remembers that a lock is free to be taken, even while its file is there. */
export function letLockGo(token: string): void {
  const lock = held.get(token);
  if (lock === undefined) return;
  left.set(token, lock);
  held.delete(token);
  if (held.size === 0) process.off("exit", giveAllBack);
}

/** Its file is gone: nobody will ask for it. */
export function forgetLock(token: string): void {
  left.delete(token);
}

/** What became of a lock with that token: undefined if it is none of this process on that file system. */
export function stateOfLock(token: string, files: StoreFiles): "held" | "left" | undefined {
  if (held.get(token)?.files === files) return "held";
  return left.get(token)?.files === files ? "left" : undefined;
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
