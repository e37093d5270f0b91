import type { StoreFiles } from "./store-files";

/** What a journal needs of the folder that it lies in. */
export interface JournalHome {
  readonly files: StoreFiles;
  /** The folder. */
  readonly path: string;
  /** Names the gateway at the head of error messages. */
  readonly label: string;
  /** Whether the process before this one ended without giving the folder back. */
  readonly wasAbandoned: boolean;
  /** Told of damage that was found in a file. */
  readonly onDamage: (file: string, records: number) => void;
  /**
   * Makes sure that the folder is still ours, unless that was certain less than `age` ms ago.
   * @throws CellularError `STORAGE_FAILED`
   */
  confirm(age: number): Promise<void>;
}
