import { systemCode } from "./storage-failure";
import type { StoreFile } from "./store-files";

const zeros = Buffer.alloc(256 * 1024);

/** Writes all of the bytes, however many the system takes at a time. */
export async function writeFully(file: StoreFile, bytes: Buffer, position: number): Promise<void> {
  for (let at = 0; at < bytes.length;) {
    const count = await file.write(bytes.subarray(at), position + at);
    if (count === 0) throw Object.assign(new Error("EIO: nothing was written"), { code: "EIO" });
    at += count;
  }
}

/** Writes zeros from one position up to another. */
export async function writeZeros(file: StoreFile, from: number, to: number): Promise<void> {
  for (let at = from; at < to; at += zeros.length) {
    await writeFully(file, zeros.subarray(0, Math.min(zeros.length, to - at)), at);
  }
}

/** Where the zeros at the end of some bytes begin. */
export function endWithoutZeros(bytes: Buffer): number {
  let end = bytes.length;
  while (end >= zeros.length && zeros.equals(bytes.subarray(end - zeros.length, end))) end -= zeros.length;
  for (let step = zeros.length; step >= 1; step /= 2) {
    if (end >= step && zeros.subarray(0, step).equals(bytes.subarray(end - step, end))) end -= step;
  }
  return end;
}

/** What an action on a file returns; undefined if there is no such file. */
export async function ifThere<T>(action: Promise<T>): Promise<T | undefined> {
  try {
    return await action;
  } catch (error) {
    if (systemCode(error) === "ENOENT") return undefined;
    throw error;
  }
}
