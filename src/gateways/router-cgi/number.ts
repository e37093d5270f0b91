import { CellularError } from "../../errors/cellular-error";
import { parsePhoneNumber } from "../../sms";

/** `as-is`: with the `+` that it was given with · `00`: a leading `+` becomes `00`. */
export type NumberFormat = "as-is" | "00";

/** Separators and invisible characters that come along by copy and paste. */
const BETWEEN_DIGITS = /[\t\p{Zs}\p{Pd}\p{Cf}\u2212.()]/gu;
/** A short code has two digits at least, the address of an SMS twenty at most (3GPP TS 23.040, 9.1.2.5). */
const DIGITS = /^[0-9]{2,20}$/;

/**
 * Reads the recipient for a router that dials what it gets: an international number with `+`, or digits alone (`00…`,
 * a national number, a short code), which nobody changes.
 * @throws CellularError `ADDRESS_INVALID` that never quotes the number.
 */
export function readNumber(to: unknown, format: NumberFormat): string {
  if (typeof to !== "string") {
    throw new CellularError("ADDRESS_INVALID", "The recipient is no text: write the number as a string.");
  }
  const digits = to.trim().replace(BETWEEN_DIGITS, "");
  if (/^[0-9]+$/.test(digits) && !to.includes("(0)")) return checkDigits(digits);
  const number = parsePhoneNumber(to);
  return format === "00" ? `00${number.slice(1)}` : number;
}

function checkDigits(digits: string): string {
  if (DIGITS.test(digits)) return digits;
  throw new CellularError("ADDRESS_INVALID", "The number has fewer than 2 or more than 20 digits. Correct it.");
}
