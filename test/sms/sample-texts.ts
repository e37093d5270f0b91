import fc from "fast-check";

const GSM7 = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0189:;<=>?¡AZÄÖÑÜ§¿azäöñüà";
const EXTENSION = "\f^{}\\[~]|€";

const gsm7Character = fc.constantFrom(...Array.from(GSM7));
const extensionCharacter = fc.constantFrom(...Array.from(EXTENSION));
const lineBreak = fc.constantFrom("\r\n", "\n", "\r");
const bmpCharacter = fc.constantFrom(...Array.from("çêłŠőıйЖשم你好テ한…’“\u00a0\u200b\t`"));
const pairCharacter = fc.constantFrom("😀", "🚨", "𝄞", "𠮷", "🇭🇰", "👩‍🚒", "e\u0301");

/** Runs of one kind bring texts to the borders of segments; the pieces between them shift the borders. */
function textOf(piece: fc.Arbitrary<string>): fc.Arbitrary<string> {
  const run = fc
    .tuple(piece, fc.constantFrom(1, 1, 2, 33, 34, 60, 66, 67, 70, 75, 76, 77, 80, 150, 153))
    .map(([text, count]) => text.repeat(count));
  return fc
    .array(fc.oneof({ weight: 3, arbitrary: piece }, { weight: 1, arbitrary: run }), { maxLength: 12 })
    .map((pieces) => pieces.join(""));
}

/** Texts in which every character is in GSM-7. */
export const gsm7Text = textOf(fc.oneof(gsm7Character, extensionCharacter, lineBreak));

/** Texts of everything a person may write: GSM-7, accents, other scripts, emoji, and whatever Unicode has. */
export const anyText = fc.oneof(
  gsm7Text,
  textOf(fc.oneof(gsm7Character, extensionCharacter, bmpCharacter)),
  textOf(fc.oneof(gsm7Character, pairCharacter)),
  textOf(fc.oneof(gsm7Character, extensionCharacter, lineBreak, bmpCharacter, pairCharacter)),
  fc.string({ unit: "binary", maxLength: 300 }),
  fc.string({ unit: "grapheme", maxLength: 150 }),
);
