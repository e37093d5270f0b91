import { CellularError } from "../errors/cellular-error";
import { kindOfValue } from "./kind-of-value";
import { measureText, type TextMeasure } from "./segments";

/** With the `u` flag a surrogate of a whole pair is no match. */
const LONE_SURROGATE = /\p{Surrogate}/u;

/**
 * Reads what is to be sent as a text; numbers and booleans become text. No error quotes the text.
 *
 * @returns a text of at least one character
 * @throws CellularError `TEXT_EMPTY` for undefined and the empty string; `TEXT_INVALID` for null, objects, arrays,
 * Buffers, functions, symbols, NaN, Infinity, and strings with half of a surrogate pair, which no SMS can carry
 */
export function readText(value: unknown): string {
  switch (typeof value) {
    case "string":
      return checkCharacters(value);
    case "number":
      if (Number.isFinite(value)) return String(value);
      throw new CellularError(
        "TEXT_INVALID",
        "The text is a number without a value, NaN or Infinity: a calculation before gave no result.",
      );
    case "bigint":
    case "boolean":
      return String(value);
    case "undefined":
      throw new CellularError("TEXT_EMPTY", "There is no text to send: the property that holds it is not set.");
    default:
      throw new CellularError(
        "TEXT_INVALID",
        `The text is ${kindOfValue(value)}: give a string, a number or a boolean instead.`,
      );
  }
}

function checkCharacters(text: string): string {
  if (text === "") throw new CellularError("TEXT_EMPTY", "There is no text to send: the string is empty.");
  if (LONE_SURROGATE.test(text)) {
    throw new CellularError(
      "TEXT_INVALID",
      "The text holds half of a character: an emoji or another rare character was cut in two before it came here.",
    );
  }
  return text;
}

/**
 * Refuses a text that needs more segments than allowed.
 *
 * @param maxSegments how many SMS one text may take
 * @returns the measure of the text
 * @throws CellularError `TEXT_TOO_LONG` with both counts
 */
export function checkLength(text: string, maxSegments: number): TextMeasure {
  const measure = measureText(text);
  if (measure.segments > maxSegments) throw tooLong(measure, maxSegments);
  return measure;
}

function tooLong({ encoding, segments }: TextMeasure, maxSegments: number): CellularError {
  const allowed = `${maxSegments} ${maxSegments === 1 ? "is" : "are"} allowed`;
  const unicode =
    encoding === "ucs2"
      ? " It holds characters outside of the GSM alphabet, so that a segment takes 67 instead of 153."
      : "";
  return new CellularError(
    "TEXT_TOO_LONG",
    `The text needs ${segments} segments, ${allowed}: shorten it or allow more.${unicode}`,
  );
}
