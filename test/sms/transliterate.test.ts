import assert from "node:assert/strict";
import fc from "fast-check";
import { measureText, septetLength, transliterate } from "../../src/sms";
import { anyText, gsm7Text } from "./sample-texts";

describe("Transliteration", () => {
  const cases: [what: string, text: string, expected: string][] = [
    ["quotes and apostrophes", "“Door’s open”, ‘again’ „so“ «là»", '"Door\'s open", \'again\' "so" "là"'],
    ["dashes and minus signs", "pump 1 – off — at −5, non‑stop", "pump 1 - off - at -5, non-stop"],
    ["the ellipsis", "wait…", "wait..."],
    ["ligatures", "oﬃce ﬁre, ĳs, Œuvre, cœur", "office fire, ijs, OEuvre, coeur"],
    ["spaces of any width and the tab", "1\u00a0000\u202f000\u2009l\tok", "1 000 000 l ok"],
    ["bullets", "• one\n‣ two", "* one\n* two"],
    ["primes", "51° 30′ 26″", "51° 30' 26\""],
    ["invisible characters", "\ufeffsoft\u00adhyphen\u200b", "softhyphen"],
    ["line separators", "one\u2028two\u2029three", "one\ntwo\nthree"],
    ["signs that equal a letter", "5\u2126", "5Ω"],
  ];
  for (const [what, text, expected] of cases) {
    it(`writes ${what} in GSM-7`, () => {
      assert.equal(transliterate(text), expected);
    });
  }

  it("brings a text with a curly apostrophe from two segments to one", () => {
    const text = `It’s ${"a".repeat(100)}`;
    assert.deepEqual([measureText(text).segments, measureText(transliterate(text)).segments], [2, 1]);
  });

  it("leaves alone whatever would lose its meaning", () => {
    for (const text of [
      "fête ç ł ő ñ ı",
      "😀 🚨",
      "👩‍🚒",
      "1½ m² 25 °C µA",
      "col·legi",
      "你好，世界",
      "مرحبا\u200f",
      "नमस्\u200dते",
    ]) {
      assert.equal(transliterate(text), text);
    }
  });

  it("changes no text that is GSM-7 already", () => {
    fc.assert(
      fc.property(gsm7Text, (text) => {
        assert.equal(transliterate(text), text);
      }),
    );
  });

  it("leaves no character that it could replace, and touches none of the others", () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const once = transliterate(text);
        assert.equal(transliterate(once), once);
        assert.equal(once, Array.from(text, transliterate).join(""));
      }),
    );
  });

  it("replaces a character by GSM-7 only", () => {
    for (let code = 0; code <= 0xffff; code += 1) {
      const character = String.fromCharCode(code);
      const replacement = transliterate(character);
      if (replacement === character) continue;
      assert.equal(septetLength(character), undefined);
      for (const each of replacement) assert.notEqual(septetLength(each), undefined, JSON.stringify(character));
    }
  });
});
