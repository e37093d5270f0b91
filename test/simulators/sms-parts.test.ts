import assert from "node:assert/strict";
import fc from "fast-check";
import { SegmentedMessage } from "sms-segments-calculator";
import { smsParts } from "../../src/simulators/sms-parts.js";

const lengths = (text: string) => smsParts(text).map((part) => part.length);

describe("how a simulated network cuts a text", () => {
  it("leaves one part up to 160 septets, then 153 each", () => {
    assert.deepEqual(lengths("a".repeat(160)), [160]);
    assert.deepEqual(lengths("a".repeat(161)), [153, 8]);
    assert.deepEqual(lengths("a".repeat(307)), [153, 153, 1]);
    assert.deepEqual(lengths(""), [0]);
  });

  it("counts the extension table twice and cuts no escape pair", () => {
    assert.deepEqual(lengths("€".repeat(80)), [80]);
    assert.deepEqual(lengths("€".repeat(81)), [76, 5]);
    assert.deepEqual(lengths(`${"a".repeat(152)}€${"a".repeat(20)}`), [152, 21]);
  });

  it("leaves one part up to 70 UCS-2 units, then 67 each, and cuts no surrogate pair", () => {
    assert.deepEqual(lengths("я".repeat(70)), [70]);
    assert.deepEqual(lengths("я".repeat(71)), [67, 4]);
    assert.deepEqual(lengths("😀".repeat(36)), [66, 6]);
  });

  it("loses nothing, and needs as many parts as an independent count says", () => {
    const character = fc.constantFrom("a", "Z", " ", "@", "é", "€", "[", "{", "\n", "я", "😀", "漢");
    const septets = fc.constantFrom("a", "Z", "€", "{", "ü");
    const texts = fc.oneof(fc.array(character, { maxLength: 400 }), fc.array(septets, { maxLength: 700 }));
    fc.assert(
      fc.property(texts, (characters) => {
        const text = characters.join("");
        const parts = smsParts(text);
        assert.equal(parts.join(""), text);
        assert.ok(parts.every((part) => !/^\p{Surrogate}|\p{Surrogate}$/u.test(part)));
        assert.equal(parts.length, Math.max(1, new SegmentedMessage(text).segmentsCount));
      }),
    );
  });
});
