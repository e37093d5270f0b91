import { dirname, basename } from "node:path";
import type { FileFacts, StoreFile, StoreFiles } from "../../src/store";
import { bytesOf, changed, contentOf, EMPTY, pieceOf, type Content, type ContentChange } from "./file-content.js";
import { systemError } from "./hooked-files.js";

/** A change of the names in a folder that is not synced. */
type NameChange =
  | { readonly kind: "add"; readonly path: string; readonly node: Node }
  | { readonly kind: "remove"; readonly path: string }
  | { readonly kind: "rename"; readonly from: string; readonly to: string; readonly node: Node };

interface Node {
  readonly inode: number;
  readonly isFolder: boolean;
  /** What the process sees. */
  content: Content;
  /** What is certainly on the disk, if it has a name. */
  synced: Content;
  pending: ContentChange[];
  changed: number;
}

/** What a power cut leaves of what was not synced. */
export interface Cut {
  /** What of a write reached the disk: ranges of its bytes. */
  ofWrite(at: number, length: number): readonly (readonly [from: number, to: number])[];
  ofLength(): boolean;
  ofName(): boolean;
}

const SECTOR = 512;

/** All of it, none of it, or only data or only names. */
export function plainCut(data: boolean, names: boolean): Cut {
  return { ofWrite: (_at, length) => (data ? [[0, length]] : []), ofLength: () => data, ofName: () => names };
}

/** @param random gives a number from 0 up to but without 1 */
export function randomCut(random: () => number): Cut {
  return {
    ofLength: () => random() < 0.5,
    ofName: () => random() < 0.5,
    ofWrite(at, length) {
      const kind = random();
      if (kind < 0.25) return [];
      if (kind < 0.5) return [[0, length]];
      if (kind < 0.7) return [[0, Math.floor(random() * length)]];
      const kept: [number, number][] = [];
      for (let from = 0; from < length;) {
        const to = Math.min(length, (Math.floor((at + from) / SECTOR) + 1) * SECTOR - at);
        if (random() < 0.5) kept.push([from, to]);
        from = to;
      }
      return kept;
    },
  };
}

/**
 * A disk that remembers what was synced and what was not. It keeps what POSIX promises and nothing else: a file's sync
 * says nothing about its name, a folder's sync nothing about what is in its files, and what is not synced may reach the
 * disk in any order, in parts, or never.
 */
export class ModelDisk implements StoreFiles {
  readonly #names = new Map<string, Node>();
  readonly #syncedNames: Map<string, Node>;
  #nameChanges: NameChange[] = [];
  #lastInode = 0;
  #time = 1;

  constructor(synced: ReadonlyMap<string, Node> = new Map()) {
    this.#syncedNames = new Map(synced);
    for (const [path, node] of synced) {
      this.#lastInode = Math.max(this.#lastInode, node.inode);
      this.#names.set(path, node);
    }
  }

  /** The disk as the next process finds it after a power cut. */
  afterPowerCut(cut: Cut): ModelDisk {
    const names = new Map(this.#syncedNames);
    for (const change of this.#nameChanges) if (cut.ofName()) applyTo(names, change);
    for (const path of names.keys()) if (!hasFolders(names, path)) names.delete(path);
    const copies = new Map<Node, Node>();
    for (const [path, node] of names) {
      const copy = copies.get(node) ?? afterCut(node, cut);
      copies.set(node, copy);
      names.set(path, copy);
    }
    return new ModelDisk(names);
  }

  /** Whether a power cut would leave all as it is. */
  get isSynced(): boolean {
    return this.#nameChanges.length === 0 && [...this.#names.values()].every((node) => node.pending.length === 0);
  }

  /** What Linux does when a sync fails: what was to be written counts as clean, be it on the disk or not. */
  loseUnsynced(path: string, cut: Cut): void {
    const node = this.#names.get(path);
    if (node === undefined) return;
    node.synced = afterCut(node, cut).content;
    node.pending = [];
  }

  open(path: string): Promise<StoreFile> {
    return step(() => this.#opened(this.#file(path)));
  }

  create(path: string): Promise<StoreFile> {
    return step(() => {
      if (this.#names.has(path)) throw systemError("EEXIST");
      return this.#opened(this.#add(path, false));
    });
  }

  read(path: string): Promise<Buffer> {
    return step(() => this.readNow(path));
  }

  readNow(path: string): Buffer {
    return bytesOf(this.#file(path).content);
  }

  facts(path: string): Promise<FileFacts> {
    return step(() => factsOf(this.#node(path)));
  }

  rename(from: string, to: string): Promise<void> {
    return step(() => {
      this.#change({ kind: "rename", from, to, node: this.#file(from) });
    });
  }

  remove(path: string): Promise<void> {
    return step(() => {
      this.removeNow(path);
    });
  }

  removeNow(path: string): void {
    this.#file(path);
    this.#change({ kind: "remove", path });
  }

  setTime(path: string, seconds: number): Promise<void> {
    return step(() => {
      this.#file(path).changed = seconds * 1000;
    });
  }

  setMode(path: string): Promise<void> {
    return step(() => {
      this.#node(path);
    });
  }

  makeFolder(path: string): Promise<void> {
    return step(() => {
      if (this.#names.has(path)) throw systemError("EEXIST");
      this.#add(path, true);
    });
  }

  names(folder: string): Promise<readonly string[]> {
    return step(() => this.#in(folder).map((path) => basename(path)));
  }

  syncFolder(folder: string): Promise<void> {
    return step(() => {
      const isMeant = (path: string): boolean => dirname(path) === folder;
      for (const change of this.#nameChanges) {
        if (isMeant(change.kind === "rename" ? change.to : change.path)) applyTo(this.#syncedNames, change);
      }
      this.#nameChanges = this.#nameChanges.filter(
        (change) => !isMeant(change.kind === "rename" ? change.to : change.path),
      );
    });
  }

  removeFolder(folder: string): Promise<void> {
    return step(() => {
      for (const path of [...this.#in(folder), folder]) this.#change({ kind: "remove", path });
    });
  }

  removeEmptyFolder(folder: string): Promise<void> {
    return step(() => {
      if (this.#in(folder).length > 0) throw systemError("ENOTEMPTY");
      this.#change({ kind: "remove", path: folder });
    });
  }

  #in(folder: string): readonly string[] {
    return [...this.#names.keys()].filter((path) => dirname(path) === folder);
  }

  #node(path: string): Node {
    const node = this.#names.get(path);
    if (node === undefined) throw systemError("ENOENT");
    return node;
  }

  #file(path: string): Node {
    const node = this.#node(path);
    if (node.isFolder) throw systemError("EISDIR");
    return node;
  }

  #add(path: string, isFolder: boolean): Node {
    if (dirname(path) !== "/" && !this.#names.has(dirname(path))) throw systemError("ENOENT");
    this.#lastInode += 1;
    const node: Node = {
      inode: this.#lastInode,
      isFolder,
      content: EMPTY,
      synced: EMPTY,
      pending: [],
      changed: this.#now(),
    };
    this.#change({ kind: "add", path, node });
    return node;
  }

  #change(change: NameChange): void {
    applyTo(this.#names, change);
    this.#nameChanges.push(change);
  }

  #opened(node: Node): StoreFile {
    const put = (change: ContentChange): void => {
      node.content = changed(node.content, change);
      node.pending.push(change);
      node.changed = this.#now();
    };
    return {
      readAll: () => step(() => bytesOf(node.content)),
      write: (bytes, at) =>
        step(() => {
          put({ kind: "write", at, content: contentOf(bytes) });
          return bytes.length;
        }),
      truncate: (length) =>
        step(() => {
          put({ kind: "cut", length });
        }),
      datasync: () =>
        step(() => {
          for (const change of node.pending) node.synced = changed(node.synced, change);
          node.pending = [];
        }),
      facts: () => step(() => factsOf(node)),
      close: () => step(() => undefined),
    };
  }

  #now(): number {
    this.#time += 1;
    return this.#time;
  }
}

function applyTo(names: Map<string, Node>, change: NameChange): void {
  if (change.kind === "add") names.set(change.path, change.node);
  if (change.kind === "remove") names.delete(change.path);
  if (change.kind === "rename") {
    if (names.get(change.from) === change.node) names.delete(change.from);
    names.set(change.to, change.node);
  }
}

function hasFolders(names: ReadonlyMap<string, Node>, path: string): boolean {
  for (let above = dirname(path); above !== "/"; above = dirname(above)) if (!names.has(above)) return false;
  return true;
}

function afterCut(node: Node, cut: Cut): Node {
  let content = node.synced;
  for (const change of node.pending) {
    if (change.kind === "cut") {
      if (cut.ofLength()) content = changed(content, change);
      continue;
    }
    for (const [from, to] of cut.ofWrite(change.at, change.content.length)) {
      content = changed(content, { kind: "write", at: change.at + from, content: pieceOf(change.content, from, to) });
    }
  }
  return { ...node, content, synced: content, pending: [] };
}

function factsOf(node: Node): FileFacts {
  return { inode: node.inode, size: node.content.length, changed: node.changed };
}

async function step<T>(action: () => T): Promise<T> {
  await Promise.resolve();
  return action();
}
