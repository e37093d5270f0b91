import assert from "node:assert/strict";
import { SegmentedMessage } from "sms-segments-calculator";
import { split } from "split-sms";
import { septetLength } from "../../src/sms";

const units = Array.from({ length: 0x10000 }, (_, code) => String.fromCharCode(code));

describe("The GSM 7-bit alphabet", () => {
  it("holds 127 characters of one septet and 10 of two", () => {
    assert.equal(units.filter((unit) => septetLength(unit) === 1).length, 127);
    assert.equal(units.filter((unit) => septetLength(unit) === 2).join(""), "\f[\\]^{|}~€");
  });

  it("has the capital Ç at 0x09 and neither the small ç nor the backtick, the tab or the escape", () => {
    assert.equal(septetLength("Ç"), 1);
    for (const character of ["ç", "`", "\t", "\u001b"]) assert.equal(septetLength(character), undefined);
  });

  it("has line feed and carriage return as one septet each, the form feed as two", () => {
    assert.deepEqual(["\n", "\r", "\f"].map(septetLength), [1, 1, 2]);
  });

  it("has no entry for anything but a single character", () => {
    for (const text of ["", "ab", "😀", "toString"]) assert.equal(septetLength(text), undefined);
  });

  it("agrees with split-sms on every character", () => {
    for (const unit of units) {
      const { characterSet, bytes } = split(unit);
      assert.equal(septetLength(unit), characterSet === "GSM" ? bytes : undefined, JSON.stringify(unit));
    }
  });

  it("agrees with sms-segments-calculator on every character", () => {
    for (const unit of units) {
      const { encodingName, numberOfCharacters } = new SegmentedMessage(unit);
      assert.equal(septetLength(unit), encodingName === "GSM-7" ? numberOfCharacters : undefined, JSON.stringify(unit));
    }
  });
});
