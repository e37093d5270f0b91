import assert from "node:assert/strict";
import fc from "fast-check";
import { joinParts, mayLackRest, splitText } from "../../src/sms";
import { anyText } from "./sample-texts";

interface Entry {
  readonly id: number;
  readonly from: string;
  readonly text: string;
  readonly timestamp: number | null;
  readonly date: string | null;
}

const A = "+447700900101";
const B = "+447700900102";
const DATE = "Sat Nov 21 19:04:11 2026";

function entry(id: number, text: string, timestamp: number | null, from = A, date: string | null = null): Entry {
  return { id, from, text, timestamp, date };
}

function undated(id: number, text: string, date: string | null = DATE, from = A): Entry {
  return entry(id, text, null, from, date);
}

function ids(entries: readonly Entry[]): number[][] {
  return joinParts(entries).map(({ parts }) => parts.map(({ id }) => id));
}

const full = "a".repeat(153);

describe("Joining of stored entries with timestamps", () => {
  it("makes one SMS of one entry, with the entry as its only part", () => {
    const only = entry(4, "OFF", 1700000000, A, "Nov 14 22:13");
    assert.deepEqual(joinParts([only]), [
      { from: A, text: "OFF", timestamp: 1700000000, date: "Nov 14 22:13", parts: [only] },
    ]);
  });

  it("joins entries of one sender with one timestamp in order of appearance, whatever lies between them", () => {
    const first = entry(2, "one ", 1700000000);
    const second = entry(6, "two", 1700000000);
    const [joined, ...others] = joinParts([first, entry(3, "other", 1700000001), second]);
    assert.equal(joined?.text, "one two");
    assert.deepEqual(joined.parts, [first, second]);
    assert.equal(others.length, 1);
  });

  it("keeps apart what two senders sent in one second", () => {
    assert.deepEqual(ids([entry(1, "x", 5), entry(2, "y", 5, B)]), [[1], [2]]);
  });

  it("keeps apart what one sender sent in two seconds, full or not", () => {
    assert.deepEqual(ids([entry(1, full, 5), entry(2, "y", 6)]), [[1], [2]]);
  });

  it("gives the oldest first, and equally old ones as they appeared", () => {
    const entries = [entry(1, "c", 30), entry(2, "a", 10, B), entry(3, "b", 10), entry(4, "d", 20)];
    assert.deepEqual(ids(entries), [[2], [3], [4], [1]]);
  });

  it("makes a character whole again that was cut between two parts", () => {
    assert.equal(joinParts([entry(1, "\ud83d", 1), entry(2, "\ude00", 1)])[0]?.text, "😀");
  });
});

describe("Joining of stored entries with printed dates alone", () => {
  it("joins full segments and the rest that follows with the same date", () => {
    assert.deepEqual(ids([undated(0, full), undated(3, full), undated(1, "rest")]), [[0, 3, 1]]);
  });

  it("starts the next SMS after a part that is not full", () => {
    assert.deepEqual(ids([undated(0, "ON"), undated(1, "OFF")]), [[0], [1]]);
    assert.deepEqual(ids([undated(0, full), undated(1, "rest"), undated(2, "OFF")]), [[0, 1], [2]]);
  });

  it("takes a full part of UCS-2 as such even if it holds letters of GSM-7 alone", () => {
    const [first = "", second = ""] = splitText(`${"a".repeat(67)}done ✅`);
    assert.deepEqual(ids([undated(0, first), undated(1, second)]), [[0, 1]]);
  });

  it("keeps apart what has another date, another sender or no date", () => {
    assert.deepEqual(ids([undated(0, full), undated(1, "x", "Sat Nov 21 19:04:12 2026")]), [[0], [1]]);
    assert.deepEqual(ids([undated(0, full), undated(1, "x", DATE, B)]), [[0], [1]]);
    assert.deepEqual(ids([undated(0, full, null), undated(1, "x", null)]), [[0], [1]]);
  });

  it("never joins an entry without a timestamp to one with a timestamp", () => {
    assert.deepEqual(ids([entry(0, full, 1, A, DATE), undated(1, "x"), undated(2, full, "1")]), [[1], [2], [0]]);
  });

  it("keeps the order of appearance", () => {
    assert.deepEqual(ids([undated(2, "x", "b"), undated(0, "y", "c"), undated(1, "z", "a")]), [[2], [0], [1]]);
  });
});

describe("Joining, whatever the store holds", () => {
  const timestamp = fc.option(fc.integer({ min: 1, max: 4 }));
  const date = fc.option(fc.constantFrom("d1", "d2"));
  const stored = fc
    .array(fc.record({ from: fc.constantFrom(A, B), text: fc.constantFrom("", "x", full), timestamp, date }))
    .map((records) => records.map((record, id): Entry => ({ id, ...record })));

  it("loses no entry and doubles none", () => {
    fc.assert(
      fc.property(stored, (entries) => {
        assert.deepEqual(
          ids(entries)
            .flat()
            .sort((left, right) => left - right),
          entries.map(({ id }) => id),
        );
      }),
      { numRuns: 1000 },
    );
  });

  it("gives each SMS the text of its parts, in order of appearance, all of one sender and one time", () => {
    fc.assert(
      fc.property(stored, (entries) => {
        for (const sms of joinParts(entries)) {
          assert.equal(sms.text, sms.parts.map(({ text }) => text).join(""));
          for (const [index, part] of sms.parts.entries()) {
            assert.ok(index === 0 || part.id > sms.parts[index - 1]!.id);
            assert.deepEqual([part.from, part.timestamp], [sms.from, sms.timestamp]);
          }
        }
      }),
      { numRuns: 1000 },
    );
  });

  it("never gives a younger SMS before an older one", () => {
    fc.assert(
      fc.property(stored, (entries) => {
        const times = joinParts(entries).flatMap((sms) => (sms.timestamp === null ? [] : [sms.timestamp]));
        assert.deepEqual(
          times,
          times.toSorted((left, right) => left - right),
        );
      }),
      { numRuns: 1000 },
    );
  });

  it("puts together what an SMS was cut into, by timestamp and by date", () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const parts = splitText(text);
        for (const time of [1700000000, null]) {
          const [sms, ...others] = joinParts(parts.map((part, id) => entry(id, part, time, A, DATE)));
          assert.equal(sms?.text, text);
          assert.equal(others.length, 0);
        }
      }),
      { numRuns: 1000 },
    );
  });
});

describe("An SMS whose rest may be on its way", () => {
  function lacks(...texts: string[]): boolean[] {
    return joinParts(texts.map((text, id) => entry(id, text, 1))).map(mayLackRest);
  }

  it("ends with a full segment", () => {
    assert.deepEqual(lacks(full), [true]);
    assert.deepEqual(lacks("д".repeat(67), "д".repeat(66)), [true]);
  });

  it("is not one that ends with a shorter part, or fills a single SMS", () => {
    assert.deepEqual(lacks(full, "rest"), [false]);
    assert.deepEqual(lacks("a".repeat(160)), [false]);
    assert.deepEqual(lacks(""), [false]);
  });
});
