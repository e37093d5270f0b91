/**
 * The GSM 7-bit default alphabet in code order, sixteen to a row (3GPP TS 23.038, 6.2.1). Row 0x10 is one short: 0x1B
 * is the escape to the extension table and no character. Code 0x09 is Ç; the small ç is not in the alphabet.
 */
const DEFAULT_ALPHABET = [
  "@£$¥èéùìòÇ\nØø\rÅå",
  "Δ_ΦΓΛΩΠΨΣΘΞÆæßÉ",
  " !\"#¤%&'()*+,-./",
  "0123456789:;<=>?",
  "¡ABCDEFGHIJKLMNO",
  "PQRSTUVWXYZÄÖÑÜ§",
  "¿abcdefghijklmno",
  "pqrstuvwxyzäöñüà",
].join("");

/** The extension table (3GPP TS 23.038, 6.2.1.1): each is sent as the escape and one more septet. */
const EXTENSION_TABLE = "\f^{}\\[~]|€";

const SEPTETS: ReadonlyMap<string, 1 | 2> = new Map([
  ...Array.from(DEFAULT_ALPHABET, (character) => [character, 1] as const),
  ...Array.from(EXTENSION_TABLE, (character) => [character, 2] as const),
]);

/**
 * How many septets a character takes in the GSM 7-bit default alphabet (3GPP TS 23.038, 6.2.1).
 *
 * @param character one character; anything longer is in no alphabet
 * @returns 1, or 2 for a character of the extension table, or undefined if it cannot be written in GSM-7
 */
export function septetLength(character: string): 1 | 2 | undefined {
  return SEPTETS.get(character);
}
