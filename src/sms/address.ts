import { CellularError } from "../errors/cellular-error";

/** Direction marks, zero-width characters and the soft hyphen: they come along by copy and paste. */
const INVISIBLE = /[\u00ad\u061c\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]/g;

/** Spaces of every width, hyphens and dashes of every length, the minus sign, dots. */
const SEPARATORS = /[\t\p{Zs}\p{Pd}\u2212.]/gu;

const PARENTHESES = /[()]/g;

const INTERNATIONAL_NUMBER = /^\+[1-9][0-9]{1,14}$/;

/** Numbers up to this length that lack a + are taken for short codes: no subscriber is reached by so few digits. */
const LONGEST_SHORT_CODE = 6;

/**
 * Reads a phone number for gateways that take the international form only. Visual separators are removed, nothing is
 * guessed: a number with "(0)" is refused, since whether that 0 is dialled depends on the country. No error quotes
 * the number.
 *
 * @returns `+`, a first digit that is not 0, 2 to 15 digits in all (ITU-T E.164)
 * @throws CellularError `ADDRESS_INVALID` that says what is wrong and what to write instead
 */
export function parsePhoneNumber(text: string): string {
  const inParentheses = text.replace(INVISIBLE, "").trim().replace(SEPARATORS, "");
  if (inParentheses.includes("(0)")) {
    throw invalid("The number holds (0): it must be left out after a country code.");
  }
  const number = inParentheses.replace(PARENTHESES, "");
  if (INTERNATIONAL_NUMBER.test(number)) return number;
  throw invalid(whatIsWrong(number));
}

function whatIsWrong(number: string): string {
  if (number === "") return "The number is empty: write + and the country code, then the number.";
  if (/[\n\v\f\r\u0085\u2028\u2029]/.test(number)) {
    return "The number holds a line break: give several numbers as an array, or separate them by commas.";
  }
  if (/\p{L}/u.test(number)) return "The number holds letters: only a phone number can be used here, + and digits.";
  if (/[^0-9+]/.test(number)) return "The number holds a character that is no digit: write + and digits.";
  if (number.lastIndexOf("+") > 0) {
    return "The number holds a + that is not at its beginning: separate several numbers by commas.";
  }
  return number.startsWith("+") ? wrongAfterPlus(number.slice(1)) : wrongWithoutPlus(number);
}

function wrongAfterPlus(digits: string): string {
  if (digits.startsWith("0")) return "The number has a 0 after the +: write the country code there.";
  if (digits.length < 2) return "The number is too short: the country code and the number follow the +.";
  return "The number is too long: an international number has at most 15 digits.";
}

function wrongWithoutPlus(digits: string): string {
  if (digits.startsWith("00")) return "The number begins with 00: write 00… as +….";
  if (digits.startsWith("0")) return "The number begins with 0: write + and the country code instead of that 0.";
  if (digits.length <= LONGEST_SHORT_CODE) {
    return "The number has no + and is as short as a short code: a short code cannot be used here.";
  }
  return "The number has no +: write + and the country code, then the number.";
}

function invalid(message: string): CellularError {
  return new CellularError("ADDRESS_INVALID", message);
}
