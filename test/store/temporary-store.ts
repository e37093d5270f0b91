import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { StoreFolder, type Journal, type JsonObject, type StoreNotice } from "../../src/store";
import type { StoreFiles, StoreFolderOptions } from "../../src/store";
import { nodeFiles } from "../../src/store/node-files";
import { hookedFiles, systemError, type Hooks, type Operation } from "./hooked-files.js";

/** A gateway's folder in a temporary user folder, and all that was opened there. */
export class TemporaryStore {
  readonly userFolder = mkdtempSync(join(tmpdir(), "store-"));
  readonly path = join(this.userFolder, "cellular", "gateway");
  readonly notices: StoreNotice[] = [];
  readonly #folders: StoreFolder[] = [];

  folder(options: Partial<StoreFolderOptions> = {}): StoreFolder {
    const notice = (one: StoreNotice): void => void this.notices.push(one);
    const folder = new StoreFolder({ path: this.path, label: "Cabinet", notice, ...options });
    this.#folders.push(folder);
    return folder;
  }

  /** Opens the journal `outbox` on a file system that a test sees into. */
  async journal(hooks: Hooks = {}, options: Partial<StoreFolderOptions> = {}): Promise<OpenStore> {
    const files = hookedFiles(nodeFiles, hooks);
    const folder = this.folder({ files, ...options });
    return { folder, files, journal: await folder.journal("outbox") };
  }

  /** What a new process would find, once the folder is closed. */
  async reopened(files?: StoreFiles): Promise<{ readonly records: Records; readonly damage: Journal["damage"] }> {
    const folder = this.folder(files === undefined ? {} : { files });
    const journal = await folder.journal("outbox");
    const found = { records: Object.fromEntries(journal.records), damage: journal.damage };
    await folder.close();
    return found;
  }

  file(name = "outbox.journal"): string {
    return join(this.path, name);
  }

  bytes(name?: string): Buffer {
    return readFileSync(this.file(name));
  }

  /** Closes all that is open and removes the files. */
  async clear(): Promise<void> {
    for (const folder of this.#folders) await folder.close();
    rmSync(this.userFolder, { recursive: true, force: true });
  }
}

export interface OpenStore {
  readonly folder: StoreFolder;
  readonly files: StoreFiles;
  readonly journal: Journal;
}

export type Records = Readonly<Record<string, JsonObject>>;

/** Lets operations fail that a test chooses, from when it says so. */
export class Breakage {
  isOn = false;
  readonly #code: string;
  readonly #isMeant: (operation: Operation) => boolean;

  constructor(code: string, isMeant: (operation: Operation) => boolean) {
    this.#code = code;
    this.#isMeant = isMeant;
  }

  readonly hooks: Hooks = {
    before: (operation) => {
      if (this.isOn && this.#isMeant(operation)) throw systemError(this.#code);
    },
  };
}
