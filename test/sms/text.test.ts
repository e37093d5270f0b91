import assert from "node:assert/strict";
import fc from "fast-check";
import { CellularError, type CellularErrorCode } from "../../src/errors/cellular-error";
import { checkLength, readText } from "../../src/sms";

function failsWith(code: CellularErrorCode, words?: RegExp): (error: unknown) => boolean {
  return (error) => {
    assert.ok(error instanceof CellularError);
    assert.equal(error.code, code);
    assert.equal(error.outcome, "not-sent");
    if (words !== undefined) assert.match(error.message, words);
    return true;
  };
}

describe("The text of an SMS", () => {
  it("is a string as it is, spaces and line breaks too", () => {
    for (const text of ["hello", " ", "two\r\nlines\n", "0", "😀"]) assert.equal(readText(text), text);
  });

  it("is a number or a boolean as text", () => {
    assert.deepEqual([0, -0, 21.5, -3, 1e21, 12345678901234567890n, true, false].map(readText), [
      "0",
      "0",
      "21.5",
      "-3",
      "1e+21",
      "12345678901234567890",
      "true",
      "false",
    ]);
  });

  for (const [what, value] of [
    ["an empty string", ""],
    ["undefined", undefined],
  ] as const) {
    it(`is missing: ${what} gives TEXT_EMPTY`, () => {
      assert.throws(() => readText(value), failsWith("TEXT_EMPTY"));
    });
  }

  const wrong: [what: string, value: unknown, words: RegExp][] = [
    ["null", null, /is null/],
    ["an object", { secretText: 1 }, /is an object/],
    ["an array", ["secretText"], /is an array/],
    ["a Buffer", Buffer.from("secretText"), /is a Buffer/],
    ["a string object", Object("secretText"), /is an object/],
    ["a function", () => "secretText", /is a function/],
    ["a symbol", Symbol("secretText"), /is a symbol/],
    ["NaN", Number.NaN, /NaN/],
    ["Infinity", -Infinity, /Infinity/],
    ["half a surrogate pair", "secretText \ud83d", /half of a character/],
    ["the second half of a surrogate pair", "\ude00 secretText", /half of a character/],
    ["a surrogate pair in the wrong order", "secretText\ude00\ud83d", /half of a character/],
  ];
  for (const [what, value, words] of wrong) {
    it(`is not ${what}: TEXT_INVALID, and the error does not quote it`, () => {
      assert.throws(() => readText(value), failsWith("TEXT_INVALID", words));
      assert.throws(
        () => readText(value),
        (error: Error) => !error.message.includes("secretText"),
      );
    });
  }

  it("is any string that is well formed and not empty", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", minLength: 1 }), (text) => {
        assert.equal(readText(text), text);
      }),
    );
  });
});

describe("The longest text allowed", () => {
  it("passes with its measure", () => {
    assert.deepEqual(checkLength("a".repeat(1530), 10), { encoding: "gsm7", segments: 10, length: 1530 });
  });

  it("names both counts when exceeded", () => {
    assert.throws(
      () => checkLength("a".repeat(1700), 10),
      failsWith("TEXT_TOO_LONG", /needs 12 segments, 10 are allowed/),
    );
  });

  it("speaks of one segment in the singular", () => {
    assert.throws(() => checkLength("a".repeat(161), 1), failsWith("TEXT_TOO_LONG", /needs 2 segments, 1 is allowed/));
  });

  it("says so when characters outside of GSM-7 make it long", () => {
    assert.throws(() => checkLength("ж".repeat(71), 1), failsWith("TEXT_TOO_LONG", /outside of the GSM alphabet/));
    assert.throws(
      () => checkLength("a".repeat(161), 1),
      (error: Error) => !error.message.includes("GSM"),
    );
  });

  it("never quotes the text", () => {
    assert.throws(
      () => checkLength("secretText".repeat(100), 2),
      (error: Error) => !error.message.includes("secretText"),
    );
  });
});
