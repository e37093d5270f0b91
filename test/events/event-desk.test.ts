import assert from "node:assert/strict";
import { EventBook, EventDesk, type EventReporter } from "../../src/events";
import type { CommandEvent } from "../../src/gateways/super-sim";
import { FakeClock, settled } from "../support/fake-clock";
import { newsOf, NODE, TestJournal, WORD, quiet } from "./events-under-test";

/** A node instance that notes what it hands on; a test says what becomes of it. */
class TestReporter implements EventReporter {
  readonly id = NODE;
  readonly got: string[] = [];
  /** Called when something was handed on; false: a deploy cut it. */
  arrive: () => Promise<boolean> = () => Promise.resolve(true);

  handOn({ command }: CommandEvent): void {
    this.got.push(command.payload ?? "");
  }

  hasArrived(): Promise<boolean> {
    return this.arrive();
  }
}

function texts(...numbers: readonly number[]): readonly string[] {
  return numbers.map((number) => `${WORD} ${String(number)}`);
}

describe("the desk of events", () => {
  let clock: FakeClock;
  let journal: TestJournal;
  let book: EventBook;
  let gate: { readonly pass: Promise<void>; readonly open: () => void };
  let desk: EventDesk;
  let reporter: TestReporter;

  beforeEach(() => {
    clock = new FakeClock();
    reporter = new TestReporter();
    start(new TestJournal());
    gate.open();
  });

  function start(disk: TestJournal): void {
    journal = disk;
    book = new EventBook({ open: () => Promise.resolve(journal) });
    close();
    desk = new EventDesk({ book, clock, ready: () => gate.pass });
  }

  function close(): void {
    let open = (): void => undefined;
    const pass = new Promise<void>((resolve) => (open = resolve));
    gate = { pass, open };
  }

  async function dueCount(): Promise<number> {
    return (await book.due(NODE)).length;
  }

  it("hands on what is taken, in order, and removes it once the flow has it", async () => {
    desk.register(reporter);
    for (const number of [1, 2, 3]) await book.take(NODE, [newsOf(number)]);
    await quiet();
    await desk.settled(NODE);
    assert.deepEqual(reporter.got, texts(1, 2, 3));
    assert.equal(await dueCount(), 0);
  });

  it("hands on after a restart what was due, before what comes new, once the flows run", async () => {
    await book.take(NODE, [newsOf(1), newsOf(2)]);
    start(journal.copy());
    desk.register(reporter);
    await book.take(NODE, [newsOf(3)]);
    await clock.advance(1000);
    assert.deepEqual(reporter.got, []);
    gate.open();
    await quiet();
    await desk.settled(NODE);
    await quiet();
    assert.deepEqual(reporter.got, texts(1, 2, 3));
  });

  it("gives what a deploy cut to the instance in the place of the old one, and only that", async () => {
    const unregister = desk.register(reporter);
    const successor = new TestReporter();
    reporter.arrive = () => {
      if (reporter.got.length < 2) return Promise.resolve(true);
      close();
      unregister();
      desk.register(successor);
      return Promise.resolve(false);
    };
    await book.take(NODE, [newsOf(1), newsOf(2), newsOf(3)]);
    await quiet();
    assert.deepEqual(successor.got, []);
    gate.open();
    await quiet();
    await desk.settled(NODE);
    await quiet();
    assert.deepEqual([reporter.got, successor.got], [texts(1, 2), texts(2, 3)]);
    assert.equal(await dueCount(), 0);
  });

  it("keeps what is taken while no instance is there", async () => {
    desk.register(reporter)();
    await book.take(NODE, [newsOf(1)]);
    await clock.advance(60_000);
    assert.deepEqual(reporter.got, []);
    desk.register(reporter);
    await quiet();
    await desk.settled(NODE);
    assert.deepEqual(reporter.got, texts(1));
  });

  it("goes on where the disk refuses the removal, and removes later what was handed on", async () => {
    await book.take(NODE, [newsOf(1)]);
    journal.refusals = 2;
    desk.register(reporter);
    await quiet();
    await desk.settled(NODE);
    assert.deepEqual([reporter.got, await dueCount()], [texts(1), 1]);
    await clock.advance(5000);
    await desk.settled(NODE);
    assert.equal(await dueCount(), 1);
    await clock.advance(5000);
    await desk.settled(NODE);
    assert.deepEqual([reporter.got, await dueCount()], [texts(1), 0]);
    assert.equal(clock.timers, 0);
  });

  it("repeats after a kill what the disk does not know to be handed on, and loses nothing", async () => {
    await book.take(NODE, [newsOf(1), newsOf(2)]);
    journal.refusals = Infinity;
    desk.register(reporter);
    await quiet();
    await desk.settled(NODE);
    start(journal.copy());
    gate.open();
    const after = new TestReporter();
    desk.register(after);
    await quiet();
    assert.deepEqual([reporter.got, after.got], [texts(1, 2), texts(1, 2)]);
  });

  it("lets no more than sixteen be unknown to the disk as handed on", async () => {
    await book.take(
      NODE,
      Array.from({ length: 100 }, (_, number) => newsOf(number)),
    );
    let release = (): void => undefined;
    journal.hold = new Promise((resolve) => (release = resolve));
    desk.register(reporter);
    await quiet();
    assert.equal(reporter.got.length, 16);
    release();
    journal.hold = undefined;
    for (let round = 0; round < 20; round += 1) await quiet();
    assert.equal(reporter.got.length, 100);
    assert.equal(await dueCount(), 0);
  });

  it("repeats nothing after a stop in good order", async () => {
    const unregister = desk.register(reporter);
    await book.take(NODE, [newsOf(1), newsOf(2), newsOf(3)]);
    await settled();
    close();
    unregister();
    await desk.settled(NODE);
    const handed = reporter.got.length;
    start(journal.copy());
    gate.open();
    const after = new TestReporter();
    desk.register(after);
    await quiet();
    await desk.settled(NODE);
    await quiet();
    assert.deepEqual([...reporter.got, ...after.got], texts(1, 2, 3));
    assert.equal(reporter.got.length, handed);
  });

  it("tries again where the journal cannot be opened", async () => {
    let isRefused = true;
    book = new EventBook({
      open: () => (isRefused ? Promise.reject(new TypeError("no disk")) : Promise.resolve(journal)),
    });
    await new EventBook({ open: () => Promise.resolve(journal) }).take(NODE, [newsOf(1)]);
    desk = new EventDesk({ book, clock, ready: () => gate.pass });
    desk.register(reporter);
    await quiet();
    isRefused = false;
    await clock.advance(5000);
    assert.deepEqual(reporter.got, texts(1));
  });
});
