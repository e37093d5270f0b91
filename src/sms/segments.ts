import { septetLength } from "./gsm7";

/** What a text takes on the air. */
export interface TextMeasure {
  readonly encoding: "gsm7" | "ucs2";
  /** How many SMS the network carries and bills. */
  readonly segments: number;
  /** Septets of GSM-7 or 16-bit units of UCS-2, without what stays unused at the borders of segments. */
  readonly length: number;
}

/**
 * 140 octets of user data hold 160 septets or 70 units. The header that joins segments takes 6 octets of each
 * (3GPP TS 23.040, 9.2.3.24.1).
 */
const CAPACITY = {
  gsm7: { single: 160, joined: 153 },
  ucs2: { single: 70, joined: 67 },
} as const;

/**
 * Measures a text as it goes over the air: GSM-7 if every character is in that alphabet, else UCS-2.
 * An escape pair or a surrogate pair is never split over two segments. The empty text is one segment of length 0,
 * since an SMS without text is still an SMS.
 *
 * @returns encoding, number of segments, length in septets or UCS-2 units; see 3GPP TS 23.038 and 23.040
 */
export function measureText(text: string): TextMeasure {
  const septets = countSeptets(text);
  return septets === undefined
    ? { encoding: "ucs2", segments: ucs2SegmentEnds(text).length, length: text.length }
    : { encoding: "gsm7", segments: gsm7SegmentEnds(text, septets).length, length: septets };
}

/**
 * Cuts a text into what each segment carries; joined again they are the text.
 *
 * @returns as many texts as `measureText` counts segments; one empty text for the empty text
 */
export function splitText(text: string): string[] {
  const septets = countSeptets(text);
  const ends = septets === undefined ? ucs2SegmentEnds(text) : gsm7SegmentEnds(text, septets);
  return ends.map((end, index) => text.slice(ends[index - 1] ?? 0, end));
}

/**
 * Whether a received part is as long as a segment that another one follows: 153 septets or 67 UCS-2 units, or one
 * less, where a pair did not fit or the sender's header is one octet longer (16-bit reference, 3GPP TS 23.040,
 * 9.2.3.24.8). A text of GSM-7 characters counts in both ways: the Unicode character of the whole may lie in another
 * part.
 */
export function isFullSegment(text: string): boolean {
  return isFull(text.length, CAPACITY.ucs2.joined) || isFull(countSeptets(text), CAPACITY.gsm7.joined);
}

function isFull(length: number | undefined, capacity: number): boolean {
  return length === capacity || length === capacity - 1;
}

/** Septets of the whole text, or undefined if a character is not in GSM-7. */
function countSeptets(text: string): number | undefined {
  let septets = 0;
  for (const character of text) {
    const length = septetLength(character);
    if (length === undefined) return undefined;
    septets += length;
  }
  return septets;
}

/** Where each segment ends in the text. */
function gsm7SegmentEnds(text: string, septets: number): number[] {
  if (septets <= CAPACITY.gsm7.single) return [text.length];
  const ends: number[] = [];
  let used = 0;
  let position = 0;
  for (const character of text) {
    const length = septetLength(character) ?? 0;
    if (used + length > CAPACITY.gsm7.joined) {
      ends.push(position);
      used = 0;
    }
    used += length;
    position += 1;
  }
  return [...ends, text.length];
}

/** Where each segment ends in the text. */
function ucs2SegmentEnds(text: string): number[] {
  if (text.length <= CAPACITY.ucs2.single) return [text.length];
  const ends: number[] = [];
  let end = 0;
  while (end < text.length) {
    end = Math.min(end + CAPACITY.ucs2.joined, text.length);
    if (isInsidePair(text, end)) end -= 1;
    ends.push(end);
  }
  return ends;
}

function isInsidePair(text: string, position: number): boolean {
  return (text.codePointAt(position - 1) ?? 0) > 0xffff;
}
