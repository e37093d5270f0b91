import assert from "node:assert/strict";
import fc from "fast-check";
import { EventBook } from "../../src/events";
import { TemporaryStore } from "../store/temporary-store";
import { assertFailure, failureOf } from "../support/failure";
import { eventOf, newsOf, NODE, TestJournal, WORD } from "./events-under-test";

function bookOf(disk: TestJournal): EventBook {
  return new EventBook({ open: () => Promise.resolve(disk) });
}

async function dueTexts(book: EventBook, node = NODE): Promise<readonly (string | null)[]> {
  return (await book.due(node)).map(({ event }) => event.command.payload);
}

function texts(...numbers: readonly number[]): readonly string[] {
  return numbers.map((number) => `${WORD} ${String(number)}`);
}

async function handOnAll(book: EventBook): Promise<void> {
  const due = await book.due(NODE);
  await book.handedOn(
    NODE,
    due.map(({ key }) => key),
  );
}

describe("the book of events", () => {
  let journal: TestJournal;
  let book: EventBook;

  beforeEach(() => {
    journal = new TestJournal();
    book = bookOf(journal);
  });

  it("keeps events in the order in which they were taken, until the flow has them", async () => {
    for (const number of [3, 1, 2]) assert.equal(await book.take(NODE, [newsOf(number)]), 1);
    assert.deepEqual(await dueTexts(book), texts(3, 1, 2));
    const [first] = await book.due(NODE);
    assert.deepEqual(first?.event, eventOf(3));
    await book.handedOn(NODE, [first.key]);
    assert.deepEqual(await dueTexts(book), texts(1, 2));
  });

  it("takes an event once, by whichever of its identities it comes again", async () => {
    await book.take(NODE, [newsOf(1, "token a")]);
    assert.equal(await book.take(NODE, [newsOf(1)]), 0);
    assert.equal(await book.take(NODE, [newsOf(2, "token a")]), 0);
    // That one was heard under another name by now.
    assert.equal(await book.take(NODE, [newsOf(2)]), 0);
    assert.equal(await book.take(NODE, [newsOf(3), newsOf(3)]), 1);
    assert.deepEqual(await dueTexts(book), texts(1, 3));
  });

  it("takes one of many that come at once", async () => {
    const counts = await Promise.all(Array.from({ length: 50 }, () => book.take(NODE, [newsOf(1)])));
    assert.equal(
      counts.reduce((sum, count) => sum + count),
      1,
    );
    assert.deepEqual(await dueTexts(book), texts(1));
  });

  it("writes what comes during a write with the next one", async () => {
    await Promise.all(Array.from({ length: 100 }, (_, number) => book.take(NODE, [newsOf(number)])));
    assert.ok(journal.appends.length <= 3, `${String(journal.appends.length)} writes`);
    assert.equal((await dueTexts(book)).length, 100);
  });

  it("hands out nothing that is not written down yet", async () => {
    let release = (): void => undefined;
    journal.hold = new Promise((resolve) => (release = resolve));
    const taking = book.take(NODE, [newsOf(1)]);
    assert.deepEqual(await dueTexts(book), []);
    release();
    await taking;
    assert.deepEqual(await dueTexts(book), texts(1));
  });

  it("keeps nothing of what the disk refused, and takes it when it comes again", async () => {
    await book.take(NODE, [newsOf(1)]);
    journal.refusals = 1;
    const refused = [book.take(NODE, [newsOf(2)]), book.take(NODE, [newsOf(2)])].map(failureOf);
    for (const failure of await Promise.all(refused)) assertFailure(failure, "STORAGE_FAILED", "not-sent");
    assert.deepEqual(await dueTexts(book), texts(1));
    assert.equal(await book.take(NODE, [newsOf(2)]), 1);
    assert.deepEqual(await dueTexts(bookOf(journal.copy())), texts(1, 2));
  });

  it("asks for the journal again after it could not be opened", async () => {
    let isRefused = true;
    const later = new EventBook({
      open: () => (isRefused ? Promise.reject(new TypeError("no disk")) : Promise.resolve(journal)),
    });
    await assert.rejects(later.take(NODE, [newsOf(1)]), TypeError);
    isRefused = false;
    assert.equal(await later.take(NODE, [newsOf(1)]), 1);
  });

  it("knows the nodes apart, and forgets one without a trace", async () => {
    const other = `${NODE} 1`;
    await book.take(NODE, [newsOf(1)]);
    await book.take(other, [newsOf(1)]);
    await book.ask(NODE, "HC1", 0);
    await book.forget(NODE);
    assert.deepEqual(await dueTexts(book), []);
    assert.deepEqual(await dueTexts(book, other), texts(1));
    assert.ok([...journal.records.values()].every(({ node }) => node === other));
    assert.equal(await book.take(NODE, [newsOf(1)]), 1);
  });

  it("keeps the last 10,000 that were heard, in few records", async () => {
    const all = Array.from({ length: 10_600 }, (_, number) => newsOf(number));
    for (let from = 0; from < all.length; from += 100) {
      await book.take(NODE, all.slice(from, from + 100));
      await handOnAll(book);
    }
    assert.ok(journal.records.size <= 42, `${String(journal.records.size)} records`);
    const restarted = bookOf(journal.copy());
    assert.equal(await restarted.take(NODE, all.slice(-10_000)), 0);
    assert.equal(await restarted.take(NODE, all.slice(0, 1)), 1);
  });

  it("keeps nothing readable of what the flow has", async () => {
    await book.take(NODE, [{ identities: [`HC1 ${WORD}`], event: eventOf(1) }]);
    await handOnAll(book);
    assert.doesNotMatch(JSON.stringify([...journal.records]), new RegExp(`${WORD}|HC`));
  });

  it("keeps fields of any name", async () => {
    const raw = JSON.parse('{"__proto__":"one","constructor":"two","":"three"}') as Record<string, string>;
    await book.take(NODE, [{ identities: ["odd"], event: { ...eventOf(1), token: "t", raw } }]);
    const [due] = await bookOf(journal.copy()).due(NODE);
    assert.deepEqual(Object.entries(due?.event.raw ?? {}), Object.entries(raw));
    assert.equal(due?.event.token, "t");
  });

  it("passes over records that it does not understand", async () => {
    await journal.append([{ set: "future", to: { kind: "later", node: NODE } }]);
    await journal.append([{ set: "damaged", to: { kind: "due", node: NODE, command: 1 } }]);
    assert.deepEqual(await dueTexts(book), []);
    assert.equal(await book.take(NODE, [newsOf(1)]), 1);
  });

  it("lets a question go with its answer, and not if it was asked again meanwhile", async () => {
    await book.ask(NODE, "HC1", 5);
    const [first] = await book.questions(NODE);
    assert.deepEqual({ sid: first?.sid, times: first?.times, since: first?.since }, { sid: "HC1", times: 1, since: 5 });
    await book.ask(NODE, "HC1", 6);
    await book.take(NODE, [newsOf(1)], { answered: first! });
    const [second, ...more] = await bookOf(journal.copy()).questions(NODE);
    assert.deepEqual([second?.times, second?.since, more], [2, 6, []]);
    const before = journal.appends.length;
    await book.take(NODE, [newsOf(2)], { answered: second! });
    assert.equal(journal.appends.length, before + 1);
    assert.deepEqual(await book.questions(NODE), []);
  });

  it("lets a thousand questions wait and no more", async () => {
    await Promise.all(Array.from({ length: 1000 }, (_, number) => book.ask(NODE, `HC${String(number)}`, 0)));
    const [failure] = await Promise.all([failureOf(book.ask(NODE, "HC-more", 0)), book.take(NODE, [newsOf(1)])]);
    assertFailure(failure, "QUEUE_FULL", "not-sent");
    await book.ask(NODE, "HC1", 1);
    await book.ask("other", "HC1", 1);
    assert.equal((await book.questions(NODE)).length, 1000);
  });

  it("tells those who watch a node when something of it is written, and no longer than they want", async () => {
    let told = 0;
    const end = book.watch(NODE, () => (told += 1));
    await book.take(NODE, [newsOf(1)]);
    await book.take("other", [newsOf(1)]);
    assert.equal(told, 1);
    end();
    await book.take(NODE, [newsOf(2)]);
    assert.equal(told, 1);
  });

  it("has after a kill at any moment all that was acknowledged, once", async () => {
    const step = fc.oneof(
      fc.record({ kind: fc.constant("take" as const), number: fc.nat(12), disk: fc.boolean() }),
      fc.record({ kind: fc.constant("handOn" as const), count: fc.nat(3), disk: fc.boolean() }),
      fc.record({ kind: fc.constant("kill" as const) }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
        let disk = new TestJournal();
        let running = bookOf(disk);
        const seen = new Set<number>();
        let due: readonly number[] = [];
        for (const one of steps) {
          if (one.kind === "kill") {
            disk = disk.copy();
            running = bookOf(disk);
          } else if (one.kind === "take") {
            disk.refusals = one.disk ? 0 : 1;
            const count = await running.take(NODE, [newsOf(one.number)]).catch(() => null);
            assert.equal(count, seen.has(one.number) ? 0 : one.disk ? 1 : null);
            if (count === 1) due = [...due, one.number];
            if (count !== null) seen.add(one.number);
          } else {
            disk.refusals = one.disk ? 0 : 1;
            const keys = (await running.due(NODE)).slice(0, one.count).map(({ key }) => key);
            const isDone = await running.handedOn(NODE, keys).then(
              () => true,
              () => false,
            );
            if (isDone) due = due.slice(keys.length);
          }
          disk.refusals = 0;
          assert.deepEqual(await dueTexts(running), texts(...due));
        }
      }),
      { numRuns: 200 },
    );
  });
});

describe("the book of events on a real disk", () => {
  let store: TemporaryStore;

  beforeEach(() => {
    store = new TemporaryStore();
  });

  afterEach(async () => {
    await store.clear();
  });

  it("finds after a restart what was due, what was seen and what was asked", async () => {
    const folder = store.folder();
    const before = new EventBook({ open: () => folder.journal("events") });
    for (let number = 0; number < 600; number += 1) await before.take(NODE, [newsOf(number)]);
    const keys = (await before.due(NODE)).slice(0, 598).map(({ key }) => key);
    await before.handedOn(NODE, keys);
    await before.ask(NODE, "HC1", 7);
    await folder.close();
    const again = store.folder();
    const after = new EventBook({ open: () => again.journal("events") });
    assert.deepEqual(await dueTexts(after), texts(598, 599));
    assert.equal((await after.questions(NODE)).length, 1);
    const all = Array.from({ length: 600 }, (_, number) => newsOf(number));
    assert.equal(await after.take(NODE, all), 0);
  });
});
