import { crc32 } from "node:zlib";
import { isStep, type JournalStep } from "./steps";

/**
 * How a journal looks as text. The head, then one line for each append:
 *
 *     cellular-journal <version> <records in the file before it got its name> <CRC-32>
 *     <CRC-32> <sequence number> <number up to which all was synced when this was written> <steps as JSON>
 *
 * JSON has no raw line break and no NUL, so a line ends at the first line break, and what is reserved (zeros) is never
 * a line. The CRC-32 stands for all that is on its line besides itself. An empty line stands before each of the latter:
 * so a line break that is damaged takes one record with it, not two.
 */
export interface RecordLine {
  readonly sequence: number;
  readonly synced: number;
  readonly steps: readonly JournalStep[];
}

export interface Head {
  readonly version: number;
  readonly count: number;
}

export const FORMAT_VERSION = 1;

const NAME = "cellular-journal";
const CRC_LENGTH = 8;

/** @param count Records that are synced before the file gets its name. */
export function encodeHead(count: number): Buffer {
  const text = `${NAME} ${FORMAT_VERSION} ${count}`;
  return Buffer.from(`${text} ${checksum(text)}\n`);
}

/** Reads the first line, without its line break; undefined if it is damaged or none of ours. */
export function decodeHead(line: Buffer): Head | undefined {
  const found = /^((\S+) ([0-9]+) .*) ([0-9a-f]{8})$/.exec(line.toString());
  if (found === null) return undefined;
  const [, text = "", name, version, crc] = found;
  if (name !== NAME || checksum(text) !== crc) return undefined;
  return { version: Number(version), count: Number.parseInt(text.split(" ")[2] ?? "", 10) };
}

/** @param steps Each as JSON. */
export function encodeLine(sequence: number, synced: number, steps: readonly string[]): Buffer {
  const text = `${sequence} ${synced} [${steps.join(",")}]`;
  return Buffer.from(`\n${checksum(text)} ${text}\n`);
}

/** Reads one line, without its line break; undefined if it is damaged. */
export function decodeLine(line: Buffer): RecordLine | undefined {
  const text = line.subarray(CRC_LENGTH + 1);
  if (line.toString("latin1", 0, CRC_LENGTH + 1) !== `${checksum(text)} `) return undefined;
  // JSON leaves U+2028 and U+2029 as they are, which end a line for expressions without the flag s.
  const found = /^([0-9]+) ([0-9]+) (\[.*\])$/s.exec(text.toString());
  if (found === null) return undefined;
  const [, sequence, synced, json = ""] = found;
  const steps: unknown = JSON.parse(json);
  if (!Array.isArray(steps) || !steps.every(isStep)) return undefined;
  return { sequence: Number(sequence), synced: Number(synced), steps };
}

function checksum(text: string | Buffer): string {
  return crc32(text).toString(16).padStart(CRC_LENGTH, "0");
}
