import { endWithoutZeros } from "./file-steps";
import { LiveRecords } from "./live-records";
import { decodeHead, decodeLine, FORMAT_VERSION, type RecordLine } from "./record-line";
import { keyOf, type JournalStep } from "./steps";

export interface Damage {
  /** How many records could not be read and were set aside. */
  readonly records: number;
  /** Keys whose last steps may be missing. */
  readonly doubtful: ReadonlySet<string>;
}

export interface JournalContents {
  readonly records: LiveRecords;
  /** Number of the last good line. */
  readonly sequence: number;
  /** Where the last good line ends. What is behind it was never acknowledged, or is damaged. */
  readonly end: number;
  readonly damage: Damage | undefined;
  /** The bytes that should have been records. */
  readonly damaged: readonly Buffer[];
}

/** The file is of a version that this one does not know. */
export interface NewerJournal {
  readonly newerVersion: number;
}

interface PlacedLine extends RecordLine {
  readonly start: number;
  readonly end: number;
}

interface Gap {
  readonly start: number;
  readonly bytes: Buffer;
  readonly records: number;
  /** All that lacks was written before the file got its name: each line the only one about its key. */
  readonly isInSnapshot: boolean;
}

/** Where in the file a key was last written about. */
interface Mention {
  readonly lastSet: number;
  readonly last: number;
}

const LINE_BREAK = 0x0a;
/** Characters compared at most when known keys are looked for in damaged bytes. */
const LONGEST_SEARCH = 200_000_000;

/**
 * Reads a journal. A line was synced if a later good line, or the head, says so; if such a line is missing, that is
 * damage. Other lines that cannot be read, and all behind them, were never acknowledged and are dropped in silence.
 */
export function readJournal(bytes: Buffer): JournalContents | NewerJournal {
  const headEnd = bytes.indexOf(LINE_BREAK);
  const head = headEnd < 0 ? undefined : decodeHead(bytes.subarray(0, headEnd));
  if (head !== undefined && head.version > FORMAT_VERSION) return { newerVersion: head.version };
  const lines = linesOf(bytes, head === undefined ? 0 : headEnd + 1);
  const snapshot = head?.count ?? 0;
  const synced = lines.reduce((highest, line) => Math.max(highest, line.synced), snapshot);

  const records = new LiveRecords();
  const mentions = new Map<string, Mention>();
  const gaps: Gap[] = [];
  let [sequence, end, orphans] = [0, head === undefined ? 0 : headEnd + 1, 0];
  const addGap = (to: number, missing: number): void => {
    const isInSnapshot = sequence + missing <= snapshot;
    gaps.push({ start: end, bytes: bytes.subarray(end, to), records: missing, isInSnapshot });
  };
  if (head === undefined) addGap(lines[0]?.start ?? bytes.length, 1);
  for (const line of lines) {
    if (line.sequence <= sequence) continue;
    const missing = line.sequence - sequence - 1;
    if (missing > 0 && line.sequence - 1 > synced) break;
    if (missing > 0) addGap(line.start, missing);
    for (const step of line.steps) {
      if (!records.apply(step)) orphans += 1;
      mention(mentions, step, line.start);
    }
    ({ sequence, end } = line);
  }
  if (synced > sequence) addGap(bytes.length, synced - sequence);
  const lost = gaps.reduce((sum, gap) => sum + gap.records, orphans);
  return {
    records,
    sequence,
    end,
    damage: lost === 0 ? undefined : { records: lost, doubtful: doubtfulKeys(gaps, mentions, records) },
    damaged: gaps.map((gap) => withoutZeros(gap.bytes)).filter((piece) => piece.length > 0),
  };
}

function linesOf(bytes: Buffer, from: number): readonly PlacedLine[] {
  const lines: PlacedLine[] = [];
  for (let start = from; start < bytes.length;) {
    const end = bytes.indexOf(LINE_BREAK, start);
    if (end < 0) break;
    const line = decodeLine(bytes.subarray(start, end));
    if (line !== undefined) lines.push({ ...line, start, end: end + 1 });
    start = end + 1;
  }
  return lines;
}

function mention(mentions: Map<string, Mention>, step: JournalStep, at: number): void {
  const key = keyOf(step);
  const lastSet = "change" in step ? (mentions.get(key)?.lastSet ?? -1) : at;
  mentions.set(key, { lastSet, last: at });
}

function doubtfulKeys(
  gaps: readonly Gap[],
  mentions: ReadonlyMap<string, Mention>,
  records: LiveRecords,
): ReadonlySet<string> {
  const doubtful = new Set<string>();
  for (const gap of gaps) {
    if (gap.isInSnapshot) continue;
    const named = keysNamed(gap, mentions);
    for (const [key, { last, lastSet }] of mentions) {
      if (!records.map.has(key)) continue;
      const isMeant = named === undefined ? last < gap.start : named.has(key);
      if (isMeant && lastSet < gap.start) doubtful.add(key);
    }
  }
  return doubtful;
}

/** The known keys that damaged bytes name; undefined where they may have been about others as well. */
function keysNamed(gap: Gap, mentions: ReadonlyMap<string, Mention>): ReadonlySet<string> | undefined {
  const text = gap.bytes.toString();
  if (text.length * mentions.size > LONGEST_SEARCH) return undefined;
  const named = new Set([...mentions.keys()].filter((key) => text.includes(JSON.stringify(key).slice(1, -1))));
  const about = [...text.matchAll(/"(?:set|change|drop)":"((?:[^"\\]|\\.)*)"/g)].map(([, key]) => key);
  const known = new Set([...named].map((key) => JSON.stringify(key).slice(1, -1)));
  const isComplete = named.size >= gap.records && about.every((key) => key !== undefined && known.has(key));
  return isComplete ? named : undefined;
}

/** Space that was reserved, or sectors that came back empty, tell nobody anything. */
function withoutZeros(bytes: Buffer): Buffer {
  const start = bytes.findIndex((byte) => byte !== 0);
  return start < 0 ? bytes.subarray(0, 0) : bytes.subarray(start, endWithoutZeros(bytes));
}
