/** How a network cuts a long text into SMS (3GPP TS 23.038 for the alphabet, TS 23.040 for the lengths). */

const BASIC =
  "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";
const EXTENDED = "\f^{}\\[~]|€";

/** Septets of one character; undefined where the alphabet lacks it. */
const SEPTETS: ReadonlyMap<string, number> = new Map([
  ...Array.from(BASIC, (character): [string, number] => [character, 1]),
  ...Array.from(EXTENDED, (character): [string, number] => [character, 2]),
]);

/**
 * Cuts a text into what the parts of a concatenated SMS hold: 160 septets or 70 UTF-16 units alone, else 153 or 67
 * each. No escape pair and no surrogate pair is cut in two. An empty text is one empty part.
 */
export function smsParts(text: string): string[] {
  const characters = Array.from(text);
  const septets = characters.map((character) => SEPTETS.get(character));
  return septets.includes(undefined)
    ? cut(characters, (character) => character.length, 70, 67)
    : cut(characters, (character) => SEPTETS.get(character) ?? 1, 160, 153);
}

function cut(
  characters: readonly string[],
  width: (character: string) => number,
  alone: number,
  each: number,
): string[] {
  const whole = characters.reduce((sum, character) => sum + width(character), 0);
  if (whole <= alone) return [characters.join("")];
  const parts: string[] = [];
  let part = "";
  let used = 0;
  for (const character of characters) {
    if (used + width(character) > each) {
      parts.push(part);
      part = "";
      used = 0;
    }
    part += character;
    used += width(character);
  }
  return [...parts, part];
}
