import type { StoreFile, StoreFiles } from "../../src/store";

/** One call to the file system. */
export interface Operation {
  readonly kind: keyof StoreFiles | keyof StoreFile;
  readonly path: string;
  /** Where a write ends, in bytes from the start of the file. */
  readonly end?: number;
}

export interface Hooks {
  /** Is called before the operation; what it throws is what the operation fails with, and nothing is done then. */
  readonly before?: (operation: Operation) => Promise<void> | void;
  /** Whether a sync is to be reported as done without being done. */
  readonly skipsSync?: (operation: Operation) => boolean;
  readonly after?: (operation: Operation) => Promise<void> | void;
  /** How many of the bytes a write may take. */
  readonly most?: (operation: Operation, length: number) => number;
}

/** A file system in which a test sees every operation, and can make it fail. */
export function hookedFiles(files: StoreFiles, hooks: Hooks): StoreFiles {
  const run = async <T>(operation: Operation, action: () => Promise<T>): Promise<T> => {
    await hooks.before?.(operation);
    const result = await action();
    await hooks.after?.(operation);
    return result;
  };
  const sync = (operation: Operation, action: () => Promise<void>): Promise<void> =>
    run(operation, () => (hooks.skipsSync?.(operation) === true ? Promise.resolve() : action()));
  const hooked = (file: StoreFile, path: string): StoreFile => ({
    readAll: () => run({ kind: "readAll", path }, () => file.readAll()),
    write: (bytes, position) => {
      const operation: Operation = { kind: "write", path, end: position + bytes.length };
      const most = hooks.most?.(operation, bytes.length) ?? bytes.length;
      return run(operation, () => file.write(bytes.subarray(0, most), position));
    },
    datasync: () => sync({ kind: "datasync", path }, () => file.datasync()),
    truncate: (length) => run({ kind: "truncate", path }, () => file.truncate(length)),
    facts: () => run({ kind: "facts", path }, () => file.facts()),
    close: () => run({ kind: "close", path }, () => file.close()),
  });
  return {
    open: (path) => run({ kind: "open", path }, async () => hooked(await files.open(path), path)),
    create: (path) => run({ kind: "create", path }, async () => hooked(await files.create(path), path)),
    read: (path) => run({ kind: "read", path }, () => files.read(path)),
    facts: (path) => run({ kind: "facts", path }, () => files.facts(path)),
    rename: (from, to) => run({ kind: "rename", path: to }, () => files.rename(from, to)),
    remove: (path) => run({ kind: "remove", path }, () => files.remove(path)),
    setTime: (path, seconds) => run({ kind: "setTime", path }, () => files.setTime(path, seconds)),
    setMode: (path, mode) => run({ kind: "setMode", path }, () => files.setMode(path, mode)),
    makeFolder: (path) => run({ kind: "makeFolder", path }, () => files.makeFolder(path)),
    names: (path) => run({ kind: "names", path }, () => files.names(path)),
    syncFolder: (path) => sync({ kind: "syncFolder", path }, () => files.syncFolder(path)),
    removeFolder: (path) => run({ kind: "removeFolder", path }, () => files.removeFolder(path)),
    removeEmptyFolder: (path) => run({ kind: "removeEmptyFolder", path }, () => files.removeEmptyFolder(path)),
    readNow: (path) => files.readNow(path),
    removeNow: (path) => {
      files.removeNow(path);
    },
  };
}

/** An error as the system gives it: without a stack, which takes longer than all the rest where there are many. */
export function systemError(code: string): Error {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  const error = Object.assign(new Error(`${code}: as the test wants it`), { code });
  Error.stackTraceLimit = stackTraceLimit;
  return error;
}
