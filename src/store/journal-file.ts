import { endWithoutZeros, ifThere, writeFully, writeZeros } from "./file-steps";
import { encodeHead, encodeLine } from "./record-line";
import type { JsonObject } from "./steps";
import type { StoreFile, StoreFiles } from "./store-files";

/** Space is reserved in pieces of this size. */
const CHUNK = 256 * 1024;
/** Kept free for each live record, so that on a full disk what was accepted can still be brought to its end. */
const RESERVE_PER_RECORD = 1024;
/** Most bytes that are put together before they are written. */
const LARGEST_WRITE = 1024 * 1024;
const FILE_MODE = 0o600;

/** One journal's file while it is open for writing: lines, then zeros up to the end of what is reserved. */
export class JournalFile {
  readonly inode: number;
  readonly #file: StoreFile;
  #end: number;
  #size: number;
  #sequence: number;
  #isTrusted = true;

  private constructor(file: StoreFile, inode: number, state: { end: number; size: number; sequence: number }) {
    this.#file = file;
    this.inode = inode;
    this.#end = state.end;
    this.#size = state.size;
    this.#sequence = state.sequence;
  }

  /**
   * Writes a file that holds `records` and nothing else, with space reserved, synced. Fails as the system does; then
   * the file is removed again.
   * @param path A name that nothing else uses; what lies there is a leftover.
   */
  static async write(files: StoreFiles, path: string, records: ReadonlyMap<string, JsonObject>): Promise<JournalFile> {
    await ifThere(files.remove(path));
    const file = await files.create(path);
    try {
      await files.setMode(path, FILE_MODE);
      let end = 0;
      for (const piece of pieces(snapshot(records))) {
        await writeFully(file, piece, end);
        end += piece.length;
      }
      const size = roundedUp(end + records.size * RESERVE_PER_RECORD + CHUNK / 2);
      await writeZeros(file, end, size);
      await file.datasync();
      const { inode } = await file.facts();
      return new JournalFile(file, inode, { end, size, sequence: records.size });
    } catch (error) {
      await file.close().catch(() => undefined);
      await files.remove(path).catch(() => undefined);
      throw error;
    }
  }

  /**
   * Goes on with a file that was read: clears what is behind its last good line, so that it can never be taken for
   * something written later, and syncs it, since what was read may not have reached the disk before a crash.
   */
  static async resume(
    file: StoreFile,
    read: { readonly bytes: Buffer; readonly end: number; readonly sequence: number },
  ): Promise<JournalFile> {
    const { bytes, end, sequence } = read;
    await writeZeros(file, end, endWithoutZeros(bytes));
    await file.datasync();
    return new JournalFile(file, (await file.facts()).inode, { end, size: bytes.length, sequence });
  }

  /** Bytes from the start of the file to the end of its last line. */
  get end(): number {
    return this.#end;
  }

  /** False after a failure that leaves open what is on the disk: only a new file helps then. */
  get isTrusted(): boolean {
    return this.#isTrusted;
  }

  /** The number of the last line. All lines are synced up to it. */
  get sequence(): number {
    return this.#sequence;
  }

  /**
   * Whether so many bytes fit into what is reserved and leave enough for the live records.
   * @param live Live records that need a reserve behind these bytes; 0 where the bytes may use it.
   */
  hasRoomFor(bytes: number, live: number): boolean {
    return this.#end + bytes + live * RESERVE_PER_RECORD <= this.#size;
  }

  /** Reserves space until `hasRoomFor` is true. Fails as the system does; then all is as before. */
  async reserve(bytes: number, live: number): Promise<void> {
    const size = roundedUp(this.#end + bytes + live * RESERVE_PER_RECORD);
    try {
      await writeZeros(this.#file, this.#size, size);
      await this.#file.datasync();
      this.#size = size;
    } catch (error) {
      await this.#takeBackReserve();
      throw error;
    }
  }

  /**
   * Writes lines behind the last one and syncs them. Fails as the system does; then the lines have been wiped out, or
   * the file is not trusted any more.
   */
  async append(lines: readonly Buffer[]): Promise<void> {
    const bytes = Buffer.concat(lines);
    try {
      await writeFully(this.#file, bytes, this.#end);
    } catch (error) {
      this.#isTrusted = await this.#wipeOut(bytes.length);
      throw error;
    }
    try {
      await this.#file.datasync();
    } catch (error) {
      // Linux reports a failed sync once and then takes the pages for clean: what a later sync says proves nothing.
      await this.#wipeOut(bytes.length);
      this.#isTrusted = false;
      throw error;
    }
    this.#end += bytes.length;
    this.#sequence += lines.length;
  }

  /** Writes a line that only says that all before it is synced. Nobody waits for it to reach the disk. */
  async seal(): Promise<void> {
    const line = encodeLine(this.#sequence + 1, this.#sequence, []);
    if (this.hasRoomFor(line.length, 0)) await writeFully(this.#file, line, this.#end);
  }

  close(): Promise<void> {
    return this.#file.close();
  }

  /** Whether none of the bytes behind the last line can come back. */
  async #wipeOut(length: number): Promise<boolean> {
    try {
      await writeZeros(this.#file, this.#end, Math.min(this.#end + length, this.#size));
      await this.#file.datasync();
      return true;
    } catch {
      return this.#cutOff(this.#end);
    }
  }

  async #takeBackReserve(): Promise<void> {
    const isAsBefore = await this.#cutOff(this.#size);
    if (!isAsBefore) this.#isTrusted = false;
  }

  async #cutOff(length: number): Promise<boolean> {
    try {
      await this.#file.truncate(length);
      await this.#file.datasync();
      this.#size = length;
      return true;
    } catch {
      return false;
    }
  }
}

/** The head and one line for each record. The file gets its name when all is synced, so each line may claim all. */
function* snapshot(records: ReadonlyMap<string, JsonObject>): Generator<Buffer> {
  yield encodeHead(records.size);
  let sequence = 0;
  for (const [key, record] of records) {
    sequence += 1;
    yield encodeLine(sequence, records.size, [JSON.stringify({ set: key, to: record })]);
  }
}

function* pieces(lines: Iterable<Buffer>): Generator<Buffer> {
  let [waiting, length]: [Buffer[], number] = [[], 0];
  for (const line of lines) {
    waiting.push(line);
    length += line.length;
    if (length < LARGEST_WRITE) continue;
    yield Buffer.concat(waiting);
    [waiting, length] = [[], 0];
  }
  if (length > 0) yield Buffer.concat(waiting);
}

function roundedUp(size: number): number {
  return Math.ceil(size / CHUNK) * CHUNK;
}
