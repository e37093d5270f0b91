import { CellularError } from "../../errors/cellular-error";
import { namesPhoneNumber, type RecipientMode } from "../sms-options";

/** What people put into phone numbers to read them: spaces, dashes, dots, and marks that copying brings along. */
const SEPARATORS = /[\t\p{Zs}\p{Pd}\p{Cf}\u2212.]/gu;

/** `+` and up to 15 digits (ITU-T E.164), the same with 00, national numbers, short codes. */
const PHONE_NUMBER = /^(\+[1-9]\d{1,14}|\d{2,17})$/;

/**
 * Brings a recipient into the form in which the gateway takes it: a phone number without separators, otherwise as
 * written (the vendor's page shows `0049…` and `01…`; nothing is turned into anything else), or the ID or name of a
 * contact or group. Whether it exists the gateway alone knows.
 * @throws CellularError `ADDRESS_INVALID`, which never quotes the recipient.
 */
export function readRecipient(to: unknown, mode?: RecipientMode): string {
  if (typeof to !== "string") throw invalid("The recipient is no text: write it as a string.");
  return namesPhoneNumber(mode) ? readNumber(to) : readName(to);
}

function readNumber(text: string): string {
  const spaced = text.trim().replaceAll(SEPARATORS, "");
  // Whether that 0 is dialled depends on the country.
  if (spaced.includes("(0)")) throw invalid("The number holds (0): it must be left out after a country code.");
  const number = spaced.replaceAll(/[()]/g, "");
  if (PHONE_NUMBER.test(number)) return number;
  throw invalid(
    "The recipient is no phone number: write digits, with + or 00 before a country code. " +
      "For a contact or a group choose another mode.",
  );
}

function readName(text: string): string {
  const name = text.trim();
  if (name === "") throw invalid("The recipient is empty: write the ID or the name of the contact or group.");
  // Half of a surrogate pair has no bytes: another name would reach the gateway.
  if (/[\p{Cc}\p{Surrogate}]/u.test(name)) {
    throw invalid("The name of the recipient holds a line break or another character that no name has.");
  }
  return name;
}

function invalid(message: string): CellularError {
  return new CellularError("ADDRESS_INVALID", message);
}
