import * as fs from "node:fs";
import { promisify } from "node:util";
import { systemCode } from "./storage-failure";
import type { FileFacts, StoreFile, StoreFiles } from "./store-files";

const [open, close, fstat, fdatasync, fsync, ftruncate] = [
  promisify(fs.open),
  promisify(fs.close),
  promisify(fs.fstat),
  promisify(fs.fdatasync),
  promisify(fs.fsync),
  promisify(fs.ftruncate),
];
const { promises } = fs;

const FILE_MODE = 0o600;
const FOLDER_MODE = 0o700;
/** What systems say that cannot open or sync a folder. */
const NO_FOLDER_SYNC: ReadonlySet<string | undefined> = new Set([
  "EISDIR",
  "EPERM",
  "EACCES",
  "EINVAL",
  "ENOTSUP",
  "ENOSYS",
]);
/** What file systems say that keep no modes. */
const NO_MODES: ReadonlySet<string | undefined> = new Set(["EPERM", "EINVAL", "ENOTSUP", "ENOSYS"]);

/** The real file system. */
export const nodeFiles: StoreFiles = {
  open: async (path) => new NodeFile(await open(path, "r+")),
  create: async (path) => new NodeFile(await open(path, "wx+", FILE_MODE)),
  read: (path) => promises.readFile(path),
  facts: async (path) => factsOf(await promises.stat(path)),
  rename: (from, to) => promises.rename(from, to),
  remove: (path) => promises.unlink(path),
  setTime: (path, seconds) => promises.utimes(path, seconds, seconds),
  setMode: (path, mode) => unless(NO_MODES, promises.chmod(path, mode)),
  makeFolder: (path) => promises.mkdir(path, FOLDER_MODE),
  names: (folder) => promises.readdir(folder),
  syncFolder: (path) => unless(NO_FOLDER_SYNC, syncFolder(path)),
  removeFolder: (path) => promises.rm(path, { recursive: true, force: true }),
  removeEmptyFolder: (path) => promises.rmdir(path),
  readNow: (path) => fs.readFileSync(path),
  removeNow: (path) => {
    fs.unlinkSync(path);
  },
};

/** A file descriptor of our own: a `FileHandle` that nobody refers to any more is closed with a warning. */
class NodeFile implements StoreFile {
  readonly #fd: number;

  constructor(fd: number) {
    this.#fd = fd;
  }

  async readAll(): Promise<Buffer> {
    const { size } = await fstat(this.#fd);
    const bytes = Buffer.alloc(size);
    for (let at = 0; at < size;) {
      const count = await read(this.#fd, bytes, at);
      if (count === 0) return bytes.subarray(0, at);
      at += count;
    }
    return bytes;
  }

  write(bytes: Uint8Array, position: number): Promise<number> {
    return new Promise((resolve, reject) => {
      fs.write(this.#fd, bytes, 0, bytes.length, position, (error, count) => {
        if (error) reject(error);
        else resolve(count);
      });
    });
  }

  datasync(): Promise<void> {
    return fdatasync(this.#fd);
  }

  truncate(length: number): Promise<void> {
    return ftruncate(this.#fd, length);
  }

  async facts(): Promise<FileFacts> {
    return factsOf(await fstat(this.#fd));
  }

  close(): Promise<void> {
    return close(this.#fd);
  }
}

function read(fd: number, into: Buffer, at: number): Promise<number> {
  return new Promise((resolve, reject) => {
    fs.read(fd, into, at, into.length - at, at, (error, count) => {
      if (error) reject(error);
      else resolve(count);
    });
  });
}

function factsOf(stats: fs.Stats): FileFacts {
  return { inode: stats.ino, size: stats.size, changed: stats.mtimeMs };
}

async function syncFolder(path: string): Promise<void> {
  const fd = await open(path, "r");
  try {
    await fsync(fd);
  } finally {
    await close(fd);
  }
}

async function unless(codes: ReadonlySet<string | undefined>, action: Promise<void>): Promise<void> {
  try {
    await action;
  } catch (error) {
    if (!codes.has(systemCode(error))) throw error;
  }
}
