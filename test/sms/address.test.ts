import assert from "node:assert/strict";
import fc from "fast-check";
import { CellularError } from "../../src/errors/cellular-error";
import { parsePhoneNumber } from "../../src/sms";

function refusal(text: string): CellularError {
  try {
    parsePhoneNumber(text);
  } catch (error) {
    assert.ok(error instanceof CellularError);
    return error;
  }
  return assert.fail("the number was taken");
}

const separator = fc.constantFrom(
  ...Array.from(
    " -.()\t\u00a0\u2009\u202f\u3000\u2010\u2011\u2013\u2212\u200b\u200e\u200f\u202a\u202c\u202e\u2066\u2069\ufeff",
  ),
);
const number = fc
  .tuple(fc.integer({ min: 1, max: 9 }), fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: 14 }))
  .map(([first, rest]) => `+${first}${rest.join("")}`);

describe("A phone number in the international form", () => {
  it("has 2 to 15 digits and does not begin with 0", () => {
    for (const text of ["+44", "+447700900101", "+447700900101000"]) assert.equal(parsePhoneNumber(text), text);
  });

  const written: [what: string, text: string][] = [
    ["spaces", " +44 7700 900101 "],
    ["non-breaking and thin spaces", "+44\u00a07700\u2009900\u202f101"],
    ["hyphens, dashes and a minus sign", "+44-7700\u2011900\u2013\u2212101"],
    ["dots", "+44.7700.900.101"],
    ["parentheses", "(+44) (7700) 900101"],
    ["a line break at the end", "+447700900101\r\n"],
    ["the direction marks of an address book", "\u202a+44 7700 900101\u202c"],
    ["isolates, marks and zero-width characters", "\u2066\u200e+44\u200b7700\u200f900101\u2069\ufeff"],
  ];
  for (const [what, text] of written) {
    it(`is read without ${what}`, () => {
      assert.equal(parsePhoneNumber(text), "+447700900101");
    });
  }

  it("is found again whatever separators lie between its digits", () => {
    fc.assert(
      fc.property(number, fc.array(separator, { minLength: 1, maxLength: 40 }), (text, separators) => {
        const written = Array.from(text, (digit, index) => digit + (separators[index] ?? "")).join("");
        // "(0)" by chance is refused, see below.
        fc.pre(!/\([^0-9]*0[^0-9]*\)/.test(written));
        assert.equal(parsePhoneNumber(written), text);
      }),
      { numRuns: 2000 },
    );
  });

  it("is all that ever comes back", () => {
    const text = fc.string({
      unit: fc.oneof(fc.constantFrom(...Array.from("0123456789+")), separator, fc.string({ maxLength: 1 })),
    });
    fc.assert(
      fc.property(text, (written) => {
        try {
          assert.match(parsePhoneNumber(written), /^\+[1-9][0-9]{1,14}$/);
        } catch (error) {
          assert.ok(error instanceof CellularError);
        }
      }),
      { numRuns: 3000 },
    );
  });

  const refused: [what: string, text: string, words: RegExp][] = [
    ["an empty text", "", /is empty/],
    ["separators alone", " (-) ", /is empty/],
    ["a + alone", "+", /too short/],
    ["one digit", "+4", /too short/],
    ["more than 15 digits", "+4477009001010000", /at most 15 digits/],
    ["00 in place of the +", "00447700900101", /write 00… as \+…/],
    ["a national number", "07700 900101", /begins with 0: write \+ and the country code/],
    ["a number without +", "447700900101", /has no \+/],
    ["a short code", "98765", /a short code cannot be used here/],
    ["(0)", "+44 (0)7700 900101", /\(0\): it must be left out/],
    ["(0) with spaces", "+44 ( 0 ) 7700 900101", /\(0\): it must be left out/],
    ["a country code that begins with 0", "+07700900101", /a 0 after the \+/],
    ["a + followed by 00", "+00447700900101", /a 0 after the \+/],
    ["letters", "+44 7700 CALLME", /holds letters/],
    ["a name", "Operator", /holds letters/],
    ["the scheme of a link", "tel:+447700900101", /holds letters/],
    ["digits of another script", "+٤٤٧٧٠٠٩٠٠١٠١", /no digit/],
    ["a slash", "+44/7700900101", /no digit/],
    ["a code with # and *", "*31#+447700900101", /no digit/],
    ["two numbers in one", "+447700900101 +447700900102", /separate several numbers by commas/],
    ["two numbers in two lines", "+12025550101\n02", /holds a line break/],
    ["a + at the end", "447700900101+", /separate several numbers by commas/],
  ];
  for (const [what, text, words] of refused) {
    it(`is not ${what}`, () => {
      const error = refusal(text);
      assert.equal(error.code, "ADDRESS_INVALID");
      assert.equal(error.outcome, "not-sent");
      assert.equal(error.retryable, false);
      assert.match(error.message, words);
    });
  }

  it("is never quoted by an error", () => {
    fc.assert(
      fc.property(fc.constantFrom("", "0", "00", "+0", "(0)", "x", "+44+", "+44\n"), number, (before, digits) => {
        const { message } = refusal(`${before}${digits.slice(1)}12345678901234567`);
        const longestRun = message.match(/[0-9]+/g)?.reduce((longest, run) => Math.max(longest, run.length), 0) ?? 0;
        assert.ok(longestRun <= 2, message);
      }),
    );
  });
});
