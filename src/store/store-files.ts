/** What a journal and a lock need of a file system, and nothing more: so that tests can record it and break it. */
export interface StoreFiles {
  /** Opens a file that is there, for reading and writing. */
  open(path: string): Promise<StoreFile>;
  /** Makes a file that is not there yet (else `EEXIST`), mode 0600. */
  create(path: string): Promise<StoreFile>;
  read(path: string): Promise<Buffer>;
  facts(path: string): Promise<FileFacts>;
  /** Puts a file in the place of another one, in one step. */
  rename(from: string, to: string): Promise<void>;
  remove(path: string): Promise<void>;
  /** Sets the time of the last change, in whole seconds since 1970. */
  setTime(path: string, seconds: number): Promise<void>;
  /** Sets mode 0700 or 0600; does nothing where a file system knows no modes. */
  setMode(path: string, mode: number): Promise<void>;
  /** Makes one folder, mode 0700; `EEXIST` if it is there. */
  makeFolder(path: string): Promise<void>;
  names(folder: string): Promise<readonly string[]>;
  /** Waits until the names in a folder would survive a power cut; does nothing where folders cannot be synced. */
  syncFolder(path: string): Promise<void>;
  /** Removes a folder with all that is in it. */
  removeFolder(path: string): Promise<void>;
  /** Removes a folder if it is empty, else `ENOTEMPTY`. */
  removeEmptyFolder(path: string): Promise<void>;
  /** As `read` and `remove`, at once: for the end of the process. */
  readNow(path: string): Buffer;
  removeNow(path: string): void;
}

export interface StoreFile {
  readAll(): Promise<Buffer>;
  /** Returns how many bytes were written: there may be fewer than were given. */
  write(bytes: Uint8Array, position: number): Promise<number>;
  /** Waits until what was written, and the file's length, would survive a power cut. */
  datasync(): Promise<void>;
  truncate(length: number): Promise<void>;
  facts(): Promise<FileFacts>;
  close(): Promise<void>;
}

export interface FileFacts {
  /** Tells a file from another one that has its name. */
  readonly inode: number;
  readonly size: number;
  /** Milliseconds since 1970. */
  readonly changed: number;
}
