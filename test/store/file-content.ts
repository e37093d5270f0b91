/** What is in a file of a modelled disk. Zeros at its end take no memory: journals have many. */
export interface Content {
  readonly bytes: Buffer;
  /** Length of the file; behind `bytes` there are zeros. */
  readonly length: number;
}

/** A change of a file's content. */
export type ContentChange =
  | { readonly kind: "write"; readonly at: number; readonly content: Content }
  | { readonly kind: "cut"; readonly length: number };

export const EMPTY: Content = { bytes: Buffer.alloc(0), length: 0 };

const zeros = Buffer.alloc(1024 * 1024);

export function contentOf(bytes: Uint8Array): Content {
  if (bytes.length <= zeros.length && zeros.subarray(0, bytes.length).equals(bytes))
    return { bytes: EMPTY.bytes, length: bytes.length };
  return { bytes: Buffer.from(bytes), length: bytes.length };
}

export function bytesOf({ bytes, length }: Content): Buffer {
  const all = Buffer.alloc(length);
  bytes.copy(all);
  return all;
}

/** A piece of a write, as a write of its own. */
export function pieceOf(content: Content, from: number, to: number): Content {
  return { bytes: content.bytes.subarray(from, to), length: to - from };
}

export function changed(before: Content, change: ContentChange): Content {
  if (change.kind === "cut") return { bytes: before.bytes.subarray(0, change.length), length: change.length };
  const { at, content } = change;
  const length = Math.max(before.length, at + content.length);
  if (content.bytes.length === 0 && at >= before.bytes.length) return { bytes: before.bytes, length };
  const bytes = Buffer.alloc(Math.max(before.bytes.length, at + content.bytes.length));
  before.bytes.copy(bytes);
  bytes.fill(0, at, Math.min(bytes.length, at + content.length));
  content.bytes.copy(bytes, at);
  return { bytes, length };
}
