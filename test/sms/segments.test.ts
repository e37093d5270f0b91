import assert from "node:assert/strict";
import fc from "fast-check";
import { SegmentedMessage } from "sms-segments-calculator";
import { split } from "split-sms";
import { isFullSegment, measureText, septetLength, splitText } from "../../src/sms";
import { anyText, gsm7Text } from "./sample-texts";

const RUNS = { numRuns: 3000 };

/** Septets of a text, counted one by one. */
function septets(text: string): number {
  return Array.from(text, (character) => septetLength(character) ?? 0).reduce<number>((sum, each) => sum + each, 0);
}

describe("Segments of an SMS", () => {
  const cases: [what: string, text: string, encoding: "gsm7" | "ucs2", segments: number, length: number][] = [
    ["the empty text is one SMS without text", "", "gsm7", 1, 0],
    ["160 septets fit into one", "a".repeat(160), "gsm7", 1, 160],
    ["161 septets need two", "a".repeat(161), "gsm7", 2, 161],
    ["306 septets fit into two", "a".repeat(306), "gsm7", 2, 306],
    ["307 septets need three", "a".repeat(307), "gsm7", 3, 307],
    ["80 escape pairs fit into one", "€".repeat(80), "gsm7", 1, 160],
    ["an escape pair at the border moves to the next", `${"a".repeat(152)}€${"a".repeat(152)}`, "gsm7", 3, 306],
    ["153 escape pairs need three, since 76 fit into each", "€".repeat(153), "gsm7", 3, 306],
    ["70 units fit into one", "д".repeat(70), "ucs2", 1, 70],
    ["71 units need two", "д".repeat(71), "ucs2", 2, 71],
    ["134 units fit into two", "д".repeat(134), "ucs2", 2, 134],
    ["135 units need three", "д".repeat(135), "ucs2", 3, 135],
    ["35 emoji fit into one", "😀".repeat(35), "ucs2", 1, 70],
    ["an emoji at the border moves to the next", `${"д".repeat(66)}😀${"д".repeat(66)}`, "ucs2", 3, 134],
    ["characters of the extension table are one unit in UCS-2", `${"€".repeat(69)}д`, "ucs2", 1, 70],
    ["one character outside of GSM-7 turns all into UCS-2", `${"a".repeat(70)}ç`, "ucs2", 2, 71],
    ["a carriage return counts", "a\r\n", "gsm7", 1, 3],
  ];
  for (const [what, text, encoding, segments, length] of cases) {
    it(what, () => {
      assert.deepEqual(measureText(text), { encoding, segments, length });
    });
  }

  it("give the text again when joined", () => {
    fc.assert(
      fc.property(anyText, (text) => {
        assert.equal(splitText(text).join(""), text);
      }),
      RUNS,
    );
  });

  it("are as many as measured", () => {
    fc.assert(
      fc.property(anyText, (text) => {
        assert.equal(splitText(text).length, measureText(text).segments);
      }),
      RUNS,
    );
  });

  it("never exceed their size", () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const { encoding } = measureText(text);
        const parts = splitText(text);
        const [single, joined] = encoding === "gsm7" ? [160, 153] : [70, 67];
        for (const part of parts) {
          const size = encoding === "gsm7" ? septets(part) : part.length;
          assert.ok(size <= (parts.length === 1 ? single : joined));
        }
      }),
      RUNS,
    );
  });

  it("never begin or end in the middle of a surrogate pair", () => {
    fc.assert(
      fc.property(anyText, (text) => {
        for (const part of splitText(text)) assert.doesNotMatch(part, /\p{Surrogate}/u);
      }),
      RUNS,
    );
  });

  it("are all full but the last", () => {
    fc.assert(
      fc.property(anyText, (text) => {
        for (const part of splitText(text).slice(0, -1)) assert.ok(isFullSegment(part));
      }),
      RUNS,
    );
  });

  it("leave half a surrogate pair as one unit where it is", () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom("\ud83d", "\ude00", "a", "д"), { maxLength: 200 }), (units) => {
        const text = units.join("");
        assert.equal(splitText(text).join(""), text);
      }),
      RUNS,
    );
  });

  for (const [what, text, segments] of [
    ["GSM-7 letters", "a".repeat(1_000_000), 6536],
    ["escape pairs", "€".repeat(1_000_000), 13158],
    ["emoji", "😀".repeat(500_000), 15152],
    ["letters with one Cyrillic one at the end", `${"a".repeat(999_999)}д`, 14926],
  ] as const) {
    it(`are counted for 1,000,000 characters: ${what}`, () => {
      assert.equal(measureText(text).segments, segments);
    });
  }
});

describe("Segments compared with other libraries", () => {
  // split-sms takes the character after half a surrogate pair for the other half. Such texts are no Unicode and are
  // refused before they are measured, so only whole pairs are compared. It knows no other exception.
  it("split-sms cuts every text in the same places", () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const { characterSet, bytes, parts } = split(text);
        assert.deepEqual(measureText(text), {
          encoding: characterSet === "GSM" ? "gsm7" : "ucs2",
          segments: parts.length,
          length: characterSet === "GSM" ? bytes : bytes / 2,
        });
        assert.deepEqual(
          splitText(text),
          parts.map(({ content }) => content),
        );
      }),
      { numRuns: 5000 },
    );
  });

  // sms-segments-calculator keeps what a reader sees as one sign (a flag, a family, a letter with a combining accent)
  // in one segment. 3GPP TS 23.040 knows no such rule: a phone joins the segments before it draws anything. So texts
  // in which such a sign lies across one of the borders are left out, and those alone. Its length in UCS-2 counts
  // signs and not units, so that is compared for GSM-7 only.
  it("sms-segments-calculator counts the same segments where no sign of several characters lies across a border", () => {
    let compared = 0;
    fc.assert(
      fc.property(anyText, (text) => {
        const message = new SegmentedMessage(text);
        const measure = measureText(text);
        assert.equal(message.encodingName, measure.encoding === "gsm7" ? "GSM-7" : "UCS-2");
        if (hasSignAcrossBorder(message.graphemes, splitText(text))) return;
        compared += 1;
        assert.equal(message.segmentsCount, measure.segments);
        if (measure.encoding === "gsm7") assert.equal(message.numberOfCharacters, measure.length);
      }),
      RUNS,
    );
    assert.ok(compared > 2000, `only ${compared} texts were compared`);
  });

  it("sms-segments-calculator counts the same segments for every text of GSM-7", () => {
    fc.assert(
      fc.property(gsm7Text, (text) => {
        const { segmentsCount, numberOfCharacters } = new SegmentedMessage(text);
        const measure = { encoding: "gsm7", segments: segmentsCount, length: numberOfCharacters };
        assert.deepEqual(measureText(text), measure);
      }),
      { numRuns: 1000 },
    );
  });
});

function hasSignAcrossBorder(signs: readonly string[], segments: readonly string[]): boolean {
  const starts = startsOf(signs);
  return [...startsOf(segments)].some((border) => !starts.has(border));
}

function startsOf(pieces: readonly string[]): Set<number> {
  const starts = new Set<number>();
  let position = 0;
  for (const piece of pieces) {
    starts.add(position);
    position += piece.length;
  }
  return starts;
}

describe("A full segment", () => {
  const full: [what: string, text: string][] = [
    ["153 septets", "a".repeat(153)],
    ["152 septets, since an escape pair may follow", "a".repeat(152)],
    ["76 escape pairs", "€".repeat(76)],
    ["67 units", "д".repeat(67)],
    ["66 units, since an emoji may follow", "д".repeat(66)],
    ["33 emoji", "😀".repeat(33)],
    ["67 letters of a text whose emoji lies in another part", "a".repeat(67)],
  ];
  for (const [what, text] of full) {
    it(`has ${what}`, () => {
      assert.equal(isFullSegment(text), true);
    });
  }

  const other: [what: string, text: string][] = [
    ["no text", ""],
    ["151 septets", "a".repeat(151)],
    ["154 septets", "a".repeat(154)],
    ["160 septets: that is a whole SMS", "a".repeat(160)],
    ["65 units", "д".repeat(65)],
    ["68 units", "д".repeat(68)],
    ["70 units: that is a whole SMS", "д".repeat(70)],
    ["153 units", "д".repeat(153)],
  ];
  for (const [what, text] of other) {
    it(`does not have ${what}`, () => {
      assert.equal(isFullSegment(text), false);
    });
  }
});
