import assert from "node:assert/strict";
import { asCellularError, CellularError } from "../../src/errors/cellular-error";
import { EventBook, FetchCheck, type WantedDirection } from "../../src/events";
import type { LegacyCommand, SmsCommand } from "../../src/gateways/super-sim";
import { FakeClock } from "../support/fake-clock";
import { assertFailure, failureOf } from "../support/failure";
import { commandOf, HOUR, NODE, sidOf, TestJournal, quiet } from "./events-under-test";

const SID = sidOf(1);

describe("the check of a callback at the account", () => {
  let clock: FakeClock;
  let journal: TestJournal;
  let book: EventBook;
  let check: FetchCheck;
  let commands: Map<string, SmsCommand>;
  let legacy: Map<string, LegacyCommand>;
  let trouble: CellularError | undefined;
  /** Requests wait for it. */
  let hold: Promise<void> | undefined;
  let asked: string[];
  let heard: string[];
  let refused: number;
  let givenUp: string[];
  let outcomes: string[];

  beforeEach(() => {
    clock = new FakeClock();
    commands = new Map([[SID, commandOf(1)]]);
    legacy = new Map();
    trouble = undefined;
    hold = undefined;
    asked = [];
    heard = [];
    refused = 0;
    givenUp = [];
    outcomes = [];
    start(new TestJournal());
  });

  afterEach(() => {
    check.end();
  });

  function start(disk: TestJournal, direction: WantedDirection = "any"): void {
    journal = disk;
    book = new EventBook({ open: () => Promise.resolve(journal) });
    redeploy(direction);
  }

  function redeploy(direction: WantedDirection = "any"): void {
    check = new FetchCheck({
      node: NODE,
      book,
      clock,
      direction,
      fetchSmsCommand: (sid, signal) => answer("sms", commands, sid, signal),
      fetchCommand: (sid, signal) => answer("legacy", legacy, sid, signal),
      heard: ({ status }) => void heard.push(status ?? ""),
      refused: () => (refused += 1),
      asked: (failure) => void outcomes.push(failure?.code ?? "answered"),
      written: (failure) => void outcomes.push(failure?.code ?? "written"),
      givenUp: ({ code }) => void givenUp.push(code),
      asFailure: (error) => asCellularError(error, "Super SIM"),
    });
    check.resume();
  }

  async function answer<T>(name: string, from: Map<string, T>, sid: string, signal: AbortSignal): Promise<T> {
    asked.push(`${name} ${String(parseInt(sid.slice(2), 16))}`);
    await hold;
    signal.throwIfAborted();
    if (trouble !== undefined) throw trouble;
    const found = from.get(sid);
    if (found === undefined) throw new CellularError("NOT_FOUND", "Super SIM: there is none.");
    return found;
  }

  async function due(): Promise<readonly SmsCommand[]> {
    return (await book.due(NODE)).map(({ event }) => event.command);
  }

  it("believes the account's own record alone", async () => {
    assert.equal(await check.check(SID), true);
    await quiet();
    assert.deepEqual(await due(), [commandOf(1)]);
    assert.deepEqual([asked, heard, refused], [["sms 1"], ["received"], 0]);
    assert.deepEqual(await book.questions(NODE), []);
  });

  it("finds commands of the legacy resource", async () => {
    const { payload, ...rest } = commandOf(2, { status: "delivered", direction: "to_sim" });
    legacy.set(sidOf(2), { ...rest, command: payload });
    await check.check(sidOf(2));
    await quiet();
    assert.deepEqual(asked, ["sms 2", "legacy 2"]);
    assert.deepEqual(await due(), [{ ...rest, payload }]);
  });

  it("drops and counts what the account does not know", async () => {
    await check.check(sidOf(9));
    await quiet();
    assert.deepEqual([await due(), refused, clock.timers], [[], 0, 1]);
    await clock.advance(2000);
    await quiet();
    assert.deepEqual([await due(), await book.questions(NODE), refused], [[], [], 1]);
    assert.deepEqual(asked, ["sms 9", "legacy 9", "sms 9", "legacy 9"]);
    assert.equal(clock.timers, 0);
  });

  it("finds what the account did not know yet when it was asked first", async () => {
    await check.check(sidOf(9));
    await quiet();
    commands.set(sidOf(9), commandOf(9));
    await clock.advance(2000);
    await quiet();
    assert.deepEqual([await due(), refused], [[commandOf(9)], 0]);
  });

  it("asks for nothing that can be no SID", async () => {
    for (const sid of ["", "HC1", `${SID}/../Sims`, `HS${"0".repeat(32)}`]) {
      assert.equal(await check.check(sid), false);
    }
    assert.deepEqual([asked, journal.appends], [[], []]);
  });

  it("takes one state once, however often it is called back", async () => {
    for (let time = 0; time < 3; time += 1) {
      await check.check(SID);
      await quiet();
    }
    assert.equal((await due()).length, 1);
    commands.set(SID, commandOf(1, { status: "delivered" }));
    await check.check(SID);
    await quiet();
    assert.equal((await due()).length, 2);
  });

  it("tells of each question whether the account answered it", async () => {
    trouble = new CellularError("AUTH_FAILED", "Super SIM: the login was refused.");
    await check.check(SID);
    await quiet();
    assert.deepEqual(outcomes, ["AUTH_FAILED"]);
    trouble = undefined;
    await check.check(sidOf(9));
    await quiet();
    assert.deepEqual(outcomes, ["AUTH_FAILED", "answered"]);
    await clock.advance(1000);
    await quiet();
    assert.deepEqual(outcomes, ["AUTH_FAILED", "answered", "answered", "written"]);
  });

  it("does not take a disk that refuses for an account that cannot be asked", async () => {
    await check.check(SID);
    journal.refusals = 1;
    await quiet();
    assert.deepEqual(outcomes, ["answered", "STORAGE_FAILED"]);
    await clock.advance(1000);
    await quiet();
    assert.deepEqual(outcomes, ["answered", "STORAGE_FAILED", "answered", "written"]);
  });

  it("asks at growing gaps while the account cannot be asked", async () => {
    trouble = new CellularError("UNREACHABLE", "Super SIM: no connection.");
    await check.check(SID);
    await quiet();
    for (const [gap, count] of [
      [1000, 2],
      [2000, 3],
      [4000, 4],
    ] as const) {
      await clock.advance(gap - 1);
      assert.equal(asked.length, count - 1);
      await clock.advance(1);
      assert.equal(asked.length, count);
    }
    await clock.advance(HOUR);
    const before = asked.length;
    await clock.advance(5 * 60_000);
    assert.equal(asked.length, before + 1);
    trouble = undefined;
    await clock.advance(5 * 60_000);
    assert.equal((await due()).length, 1);
    assert.deepEqual([clock.timers, refused, givenUp], [0, 0, []]);
  });

  it("waits as long as the account asks to", async () => {
    trouble = new CellularError("RATE_LIMITED", "Super SIM: too many.", { retryAfter: 90_000 });
    await check.check(SID);
    await clock.advance(89_999);
    assert.equal(asked.length, 1);
    await clock.advance(1);
    assert.equal(asked.length, 2);
  });

  it("gives up after a day", async () => {
    trouble = new CellularError("AUTH_FAILED", "Super SIM: the login was refused.");
    await check.check(SID);
    await clock.advance(24 * HOUR - 1);
    assert.deepEqual(givenUp, []);
    await clock.advance(1);
    assert.deepEqual([givenUp, refused], [["AUTH_FAILED"], 0]);
    assert.deepEqual([await book.questions(NODE), clock.timers], [[], 0]);
  });

  it("asks on after a kill, for what is left of the day", async () => {
    trouble = new CellularError("UNREACHABLE", "Super SIM: no connection.");
    await check.check(SID);
    await clock.advance(20 * HOUR);
    check.end();
    start(journal.copy());
    await clock.advance(4 * HOUR - 1);
    assert.deepEqual(givenUp, []);
    await clock.advance(1);
    assert.deepEqual(givenUp, ["UNREACHABLE"]);
  });

  it("does not take a clock that was just set for a day that has passed", async () => {
    trouble = new CellularError("UNREACHABLE", "Super SIM: no connection.");
    clock.setDate(new Date(0));
    await check.check(SID);
    check.end();
    clock.setDate(new Date(Date.UTC(2026, 10, 21)));
    start(journal.copy());
    await clock.advance(HOUR);
    trouble = undefined;
    await clock.advance(5 * 60_000);
    assert.equal((await due()).length, 1);
  });

  it("asks once more for what is called back while it is asked for", async () => {
    let release = (): void => undefined;
    hold = new Promise((resolve) => (release = resolve));
    await check.check(SID);
    await quiet();
    await check.check(SID);
    await check.check(SID);
    await quiet();
    assert.equal(asked.length, 1);
    release();
    await quiet();
    assert.equal(asked.length, 2);
    assert.deepEqual([(await due()).length, await book.questions(NODE)], [1, []]);
  });

  it("asks again where the answer cannot be written down", async () => {
    await check.check(SID);
    journal.refusals = 1;
    await quiet();
    assert.equal((await due()).length, 0);
    await clock.advance(1000);
    assert.deepEqual([(await due()).length, await book.questions(NODE)], [1, []]);
  });

  it("answers nobody whose SID cannot be written down", async () => {
    journal.refusals = 1;
    assertFailure(await failureOf(check.check(SID)), "STORAGE_FAILED", "not-sent");
    await clock.advance(HOUR);
    assert.deepEqual(asked, []);
  });

  it("leaves what it was asking for to the instance in its place", async () => {
    let release = (): void => undefined;
    hold = new Promise((resolve) => (release = resolve));
    await check.check(SID);
    await quiet();
    const writing = check.check(sidOf(2));
    commands.set(sidOf(2), commandOf(2));
    check.end();
    hold = undefined;
    redeploy();
    release();
    await writing;
    await quiet();
    assert.deepEqual(
      (await due()).map(({ sid }) => sid),
      [SID, sidOf(2)],
    );
    assert.equal(clock.timers, 0);
  });

  it("hands on only the direction that is wanted, and hears of both", async () => {
    check.end();
    start(new TestJournal(), "to_sim");
    commands.set(sidOf(2), commandOf(2, { direction: "to_sim", status: "sent" }));
    await check.check(SID);
    await check.check(sidOf(2));
    await quiet();
    assert.deepEqual(
      (await due()).map(({ sid }) => sid),
      [sidOf(2)],
    );
    assert.deepEqual(heard, ["received", "sent"]);
  });

  it("asks for eight at a time", async () => {
    hold = new Promise(() => undefined);
    await Promise.all(Array.from({ length: 20 }, (_, number) => check.check(sidOf(number))));
    await quiet();
    assert.equal(asked.length, 8);
  });
});
