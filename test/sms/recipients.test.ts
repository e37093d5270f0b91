import assert from "node:assert/strict";
import fc from "fast-check";
import { CellularError } from "../../src/errors/cellular-error";
import { parsePhoneNumber, readRecipients, type Recipient } from "../../src/sms";

const phones = { lists: true, normalize: parsePhoneNumber };
const names = { lists: false, normalize: (text: string) => text };
const A = "+447700900101";
const B = "+447700900102";

/** The recipients as texts, a wrong one with a question mark. */
function summary(recipients: readonly Recipient[]): string[] {
  return recipients.map(({ ok, to }) => (ok ? to : `${to}?`));
}

function wrongOne(value: unknown, options = phones): CellularError {
  const [recipient, ...others] = readRecipients(value, options);
  assert.deepEqual(others, []);
  assert.ok(recipient?.ok === false);
  return recipient.error;
}

describe("Recipients", () => {
  const cases: [what: string, value: unknown, expected: string[]][] = [
    ["one string", "+44 7700 900101", [A]],
    ["a list with commas", `${A},${B}`, [A, B]],
    ["a list with semicolons and blanks", ` ${A} ;; , ${B}; `, [A, B]],
    ["an array", [A, B], [A, B]],
    ["an array of lists", [`${A},+12025550101`, B], [A, "+12025550101", B]],
    ["doubles in different writing", [`${A},${B}`, "+44 (7700) 900-101"], [A, B]],
    ["blanks in an array", ["", " ", A], [A]],
    ["one bad entry among good ones", [A, "mum", B], [A, "mum?", B]],
    ["one bad entry twice", ["mum", A, " mum "], ["mum?", A]],
    ["numbers", [447700900101, 447700900102n], ["447700900101?", "447700900102?"]],
    ["what is no text at all", [A, null, {}, [B], true], [A, "null?", "an object?", "an array?", "a boolean?"]],
    ["one object", { to: A }, ["an object?"]],
    ["a Buffer", Buffer.from(A), ["a Buffer?"]],
  ];
  for (const [what, value, expected] of cases) {
    it(`are read from ${what}`, () => {
      assert.deepEqual(summary(readRecipients(value, phones)), expected);
    });
  }

  it("keep commas and semicolons where names are meant", () => {
    assert.deepEqual(summary(readRecipients(["Smith, J.", " Night; shift "], names)), ["Smith, J.", "Night; shift"]);
  });

  for (const [what, value] of [
    ["undefined", undefined],
    ["null", null],
    ["an empty string", ""],
    ["blanks", "  "],
    ["an empty array", []],
    ["separators alone", " ,; "],
    ["an array of blanks", ["", ", ;"]],
  ] as const) {
    it(`are none at all in ${what}: ADDRESS_INVALID`, () => {
      assert.throws(
        () => readRecipients(value, phones),
        (error: unknown) => error instanceof CellularError && error.code === "ADDRESS_INVALID",
      );
    });
  }

  it("given as a JavaScript number are wrong, and the error says how to write them", () => {
    const error = wrongOne(447700900101);
    assert.equal(error.code, "ADDRESS_INVALID");
    assert.match(error.message, /is a number: write it as text with \+/);
    assert.ok(!error.message.includes("447700900101"));
  });

  it("given as whole numbers where names are meant are ids", () => {
    assert.deepEqual(summary(readRecipients([12, "ops", 12], names)), ["12", "ops"]);
    assert.match(wrongOne(1.5, names).message, /is a number: write it as text\.$/);
  });

  it("carry the error of their own form", () => {
    assert.match(wrongOne("00447700900101").message, /write 00… as \+…/);
  });

  it("do not hide a failure that has nothing to do with the address", () => {
    const broken = { lists: true, normalize: (): string => assert.fail("broken") };
    assert.throws(() => readRecipients(A, broken), assert.AssertionError);
  });

  it("are never doubled, and none of the good ones is lost", () => {
    const good = fc.integer({ min: 0, max: 30 }).map((index) => `+4477009001${String(index).padStart(2, "0")}`);
    const item = fc.oneof(good, fc.constantFrom("", "mum", "0", " , ", 7, null));
    fc.assert(
      fc.property(fc.array(item), good, (items, one) => {
        const recipients = readRecipients([...items, one], phones);
        assert.equal(new Set(summary(recipients)).size, recipients.length);
        const expected = new Set([...items, one].filter((each) => String(each).startsWith("+")));
        assert.deepEqual(
          recipients.filter(({ ok }) => ok).map(({ to }) => to),
          [...expected],
        );
      }),
    );
  });
});
