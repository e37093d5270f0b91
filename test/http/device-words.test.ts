import assert from "node:assert/strict";
import fc from "fast-check";
import { deviceWords } from "../../src/http";

describe("A device's words in an error message", () => {
  it("stay as they are if they are short and harmless", () => {
    assert.equal(deviceWords("Wrong address format"), "Wrong address format");
  });

  it("stand on one line, without control and direction characters", () => {
    assert.equal(deviceWords("a\r\n\u001b[31mb\u2028c\u202ed\u0000"), "a [31mb c d");
  });

  it("end after 160 characters", () => {
    assert.equal(deviceWords("x".repeat(1000)), `${"x".repeat(160)}…`);
    assert.equal(deviceWords("x".repeat(160)), "x".repeat(160));
  });

  it("hold no run of digits that may be a phone number", () => {
    assert.equal(deviceWords("to +447700900101 from 12025550100, code 3"), "to … from …, code 3");
  });

  const secret = 'p"w\\d&<Ü>/\n+é 4711';
  const written: readonly [how: string, text: string][] = [
    ["as it is", secret],
    ["as JSON", JSON.stringify(secret)],
    ["as JSON with escaped slashes", JSON.stringify(secret).replaceAll("/", "\\/")],
    ["in a query", new URLSearchParams({ token: secret }).toString()],
    ["percent-encoded", encodeURIComponent(secret)],
    ["in a web page", secret.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;")],
    ["twice in a row", secret + secret],
    ["cut off", secret.slice(0, 12)],
  ];
  for (const [how, text] of written) {
    it(`hold no secret that is written ${how}`, () => {
      const words = deviceWords(`before ${text} after`, [secret]);
      assert.match(words, /^before .*… ?.*after$/);
      assert.doesNotMatch(words, /4711|p.w|Ü|%C3/);
    });
  }

  it("hold no secret that lies across the end of what is shown", () => {
    const long = "alarm in hall 3; ".repeat(90);
    assert.match(deviceWords(`Too long: ${long}`, [long]), /^Too long: ?…$/);
  });

  it("hold no secret that another secret is a part of", () => {
    assert.equal(deviceWords("said abcdef!", ["abc", "abcdef"]), "said …!");
    assert.equal(deviceWords("said abcdef!", ["abcdef", "abc"]), "said …!");
  });

  it("keep letters that are the same as a secret of one or two characters", () => {
    assert.equal(deviceWords("too long", ["o", "to"]), "too long");
  });

  it("hold no secret at all, wherever it stands", () => {
    const word = fc.string({ minLength: 3, maxLength: 40 }).filter((text) => /^[^\s…]+$/.test(text));
    fc.assert(
      fc.property(word, fc.string(), fc.string(), (hidden, before, after) => {
        assert.ok(!deviceWords(`${before}${hidden}${after}`, [hidden]).includes(hidden));
      }),
      { numRuns: 2000 },
    );
  });
});
