import assert from "node:assert/strict";
import fc from "fast-check";
import { CellularError } from "../../src/errors/cellular-error";
import { HOUR, NODE, quiet, START } from "./events-under-test";
import { PolledAccount, stateOf, type ListOrder } from "./polled-account";

const UNREACHABLE = new CellularError("UNREACHABLE", "Super SIM: no connection.");

describe("the polls of an account", () => {
  let account: PolledAccount;

  beforeEach(() => {
    account = new PolledAccount();
  });

  afterEach(() => {
    account.source.end();
  });

  /** Polls once. Where time is to pass, the clock of the account and that of the node go on together. */
  async function poll(): Promise<CellularError | null> {
    account.source.resume();
    const polling = account.source.pollNow();
    await account.clock.advance(0);
    return polling;
  }

  async function pass(milliseconds: number): Promise<void> {
    account.now += milliseconds;
    await account.clock.advance(milliseconds);
  }

  it("says nothing of what there was at the first poll ever, and everything after it", async () => {
    account.add();
    assert.equal(await poll(), null);
    assert.deepEqual(await account.due(), []);
    account.now += 1000;
    account.add();
    await poll();
    await poll();
    assert.deepEqual(await account.due(), ["2 received"]);
  });

  it("tells the first command of an account that had none", async () => {
    await poll();
    account.add();
    await poll();
    assert.deepEqual(await account.due(), ["1 received"]);
  });

  it("tells all that came before it polled again where there was nothing at first", async () => {
    await poll();
    account.add();
    await pass(30 * HOUR);
    account.add();
    await poll();
    assert.deepEqual(await account.due(), ["1 received", "2 received"]);
  });

  it("tells each change of a command's state, and not that it waits", async () => {
    await poll();
    const command = account.create();
    await poll();
    assert.deepEqual(await account.due(), []);
    account.advance(command, "sent");
    await poll();
    account.advance(command, "delivered");
    await poll();
    assert.deepEqual(await account.due(), ["1 sent", "1 delivered"]);
  });

  it("tells what it does not find waiting any more", async () => {
    await poll();
    account.advance(account.create(), "failed");
    await poll();
    assert.deepEqual(await account.due(), ["1 failed"]);
  });

  it("tells the oldest change first", async () => {
    await poll();
    for (let number = 0; number < 5; number += 1) {
      account.now += 1000;
      account.add();
    }
    account.add();
    await poll();
    assert.deepEqual(
      await account.due(),
      [1, 2, 3, 4, 5, 6].map((number) => `${String(number)} received`),
    );
  });

  it("hears of every command that it reads", async () => {
    account.create();
    await poll();
    await poll();
    assert.equal(account.heard.length, 2);
  });

  it("polls at once, then at its interval, and not while it is paused", async () => {
    account.source.resume();
    await account.clock.advance(0);
    assert.equal(account.polled.length, 1);
    await account.clock.advance(59_999);
    assert.equal(account.polled.length, 1);
    await account.clock.advance(1);
    assert.equal(account.polled.length, 2);
    account.source.pause();
    await account.clock.advance(HOUR);
    assert.equal(account.polled.length, 2);
    account.source.resume();
    await account.clock.advance(0);
    assert.equal(account.polled.length, 3);
    account.source.end();
    assert.equal(account.clock.timers, 0);
  });

  it("polls once at a time", async () => {
    let release = (): void => undefined;
    account.add();
    account.hold = new Promise((resolve) => (release = resolve));
    account.source.resume();
    await account.clock.advance(10 * 60_000);
    assert.equal(account.filters.length, 1);
    const asked = account.source.pollNow();
    release();
    await quiet();
    await account.clock.advance(0);
    assert.equal(await asked, null);
    assert.equal(account.filters.length, 2);
  });

  it("counts nothing of a poll that broke off, and tries again at the next interval", async () => {
    await poll();
    for (let number = 0; number < 5; number += 1) account.add();
    account.failure = UNREACHABLE;
    account.failsAfter = 3;
    assert.equal((await poll())?.code, "UNREACHABLE");
    assert.deepEqual(await account.due(), []);
    account.failure = undefined;
    await pass(60_000);
    assert.equal((await account.due()).length, 5);
    assert.deepEqual(account.polled, [null, "UNREACHABLE", null]);
  });

  it("sets no starting point by a first poll that broke off", async () => {
    account.failure = UNREACHABLE;
    account.add();
    await poll();
    account.failure = undefined;
    await poll();
    assert.deepEqual(await account.due(), []);
    account.add();
    await poll();
    assert.deepEqual(await account.due(), ["2 received"]);
  });

  it("counts nothing that the disk refuses", async () => {
    await poll();
    account.add();
    account.journal.refusals = 1;
    assert.equal((await poll())?.code, "STORAGE_FAILED");
    assert.deepEqual(await account.due(), []);
    await poll();
    assert.deepEqual(await account.due(), ["1 received"]);
  });

  it("counts nothing of a poll that a deploy cut off", async () => {
    await poll();
    account.add();
    let release = (): void => undefined;
    account.hold = new Promise((resolve) => (release = resolve));
    const polling = poll();
    await account.clock.advance(0);
    account.source.end();
    release();
    assert.equal((await polling)?.code, "INTERRUPTED");
    assert.deepEqual([await account.due(), account.polled], [[], [null]]);
    account.source = account.poller();
    await poll();
    assert.deepEqual(await account.due(), ["1 received"]);
  });

  it("loses nothing of three days that it was off, and repeats nothing", async () => {
    account.add();
    await poll();
    account.source.pause();
    const before = account.create();
    for (let hour = 0; hour < 72; hour += 1) {
      account.now += HOUR;
      account.add();
      if (hour === 20) account.advance(before, "delivered");
    }
    await account.clock.advance(72 * HOUR);
    account.restart();
    await account.clock.advance(0);
    assert.equal((await account.due()).length, 73);
    await pass(HOUR);
    assert.equal((await account.due()).length, 73);
  });

  it("is not led astray by a date in the future", async () => {
    await poll();
    account.add({ dateUpdated: "2099-01-01T00:00:00Z" });
    await poll();
    account.add();
    await poll();
    for (let day = 0; day < 5; day += 1) {
      await pass(24 * HOUR);
      account.add();
      await poll();
    }
    assert.equal((await account.due()).length, 7);
    assert.equal(new Set(await account.due()).size, 7);
  });

  it("tells what has no date once, as long as it is listed", async () => {
    await poll();
    account.add({ dateUpdated: null, dateCreated: null });
    for (let day = 0; day < 5; day += 1) {
      await pass(24 * HOUR);
      account.add();
      await poll();
    }
    assert.equal(new Set(await account.due()).size, 6);
    assert.equal((await account.due()).length, 6);
  });

  it("forgets what lies before its window", async () => {
    await poll();
    for (let day = 0; day < 60; day += 1) {
      for (let number = 0; number < 30; number += 1) account.add();
      await pass(12 * HOUR);
      await poll();
    }
    const seen = [...account.journal.records.values()].filter(({ kind }) => kind === "seen");
    assert.ok(seen.length <= 4, `${String(seen.length)} buckets`);
    assert.equal((await account.due()).length, 1800);
  });

  it("asks for the direction that is wanted alone", async () => {
    account = new PolledAccount("from_sim");
    await poll();
    assert.deepEqual(account.filters, [{ direction: "from_sim" }]);
    account.advance(account.create(), "sent");
    account.add();
    await poll();
    assert.deepEqual(await account.due(), ["2 received"]);
  });

  it("begins anew with a direction that it did not list before", async () => {
    account = new PolledAccount("from_sim");
    await poll();
    const old = account.create();
    account.advance(old, "sent");
    account.add();
    account.restart("any");
    await poll();
    assert.deepEqual(await account.due(), ["2 received"]);
    account.advance(old, "delivered");
    await poll();
    assert.deepEqual(await account.due(), ["2 received", "1 delivered"]);
  });

  describe("of an account that keeps its commands for long", () => {
    beforeEach(async () => {
      account.now -= 100 * 24 * HOUR;
      for (let number = 0; number < 1000; number += 1) {
        account.now += 60_000;
        account.add();
      }
      account.now = START;
      account.add();
      await poll();
      account.read = 0;
    });

    for (const order of ["by-update", "by-creation"] as const) {
      it(`reads no further than it need where the list is sorted ${order}`, async () => {
        account.order = order;
        account.add();
        await poll();
        assert.equal(account.read, 202);
        assert.deepEqual(await account.due(), ["1002 received"]);
      });
    }

    for (const order of ["oldest-first", "shuffled"] as const) {
      it(`reads all where the list comes ${order}`, async () => {
        account.order = order;
        account.add();
        await poll();
        assert.equal(account.read, 1002);
        assert.deepEqual(await account.due(), ["1002 received"]);
      });
    }
  });

  it("finds in a list by creation what changed long after it was made", async () => {
    account.order = "by-creation";
    const first = account.create();
    for (let number = 0; number < 500; number += 1) {
      account.now += 1000;
      account.add();
    }
    await poll();
    await pass(23 * HOUR);
    for (let number = 0; number < 500; number += 1) account.add();
    await poll();
    await pass(30 * 60_000);
    account.advance(first, "delivered");
    await poll();
    assert.equal((await account.due()).at(-1), "1 delivered");
  });

  it("tells every news once, whatever the order, the clocks, the failures and the kills", async function () {
    this.timeout(60_000);
    const orders: readonly ListOrder[] = ["by-update", "by-creation", "oldest-first", "shuffled"];
    const step = fc.oneof(
      {
        weight: 3,
        arbitrary: fc.record({ kind: fc.constant("add" as const), count: fc.integer({ min: 1, max: 40 }) }),
      },
      { weight: 3, arbitrary: fc.record({ kind: fc.constant("create" as const), count: fc.constant(1) }) },
      { weight: 3, arbitrary: fc.record({ kind: fc.constant("advance" as const), count: fc.nat(20) }) },
      { weight: 3, arbitrary: fc.record({ kind: fc.constant("pass" as const), count: fc.nat(60) }) },
      {
        weight: 1,
        arbitrary: fc.record({ kind: fc.constant("clock" as const), count: fc.integer({ min: -90, max: 90 }) }),
      },
      { weight: 6, arbitrary: fc.record({ kind: fc.constant("poll" as const), count: fc.constant(0) }) },
      { weight: 2, arbitrary: fc.record({ kind: fc.constant("break" as const), count: fc.nat(30) }) },
      { weight: 1, arbitrary: fc.record({ kind: fc.constant("refuse" as const), count: fc.constant(0) }) },
      { weight: 2, arbitrary: fc.record({ kind: fc.constant("kill" as const), count: fc.constant(0) }) },
    );
    const run = fc.record({
      order: fc.constantFrom(...orders),
      old: fc.constantFrom(0, 250),
      steps: fc.array(step, { maxLength: 40 }),
    });
    await fc.assert(
      fc.asyncProperty(run, async ({ order, old, steps }) => {
        account = new PolledAccount("any", Infinity);
        account.order = order;
        account.now -= 30 * 24 * HOUR;
        for (let number = 0; number < old; number += 1) {
          account.now += 60_000;
          account.add();
        }
        account.now = START;
        const told = new Set<string>();
        const expected = new Set<string>();
        let isFirst = true;
        for (const { kind, count } of steps) {
          if (kind === "add") for (let number = 0; number < count; number += 1) account.add();
          else if (kind === "create") account.create();
          else if (kind === "advance") {
            const open = account.commands.filter(
              ({ direction, status, dateCreated }) =>
                direction === "to_sim" &&
                (status === "queued" || status === "sent") &&
                Date.parse(dateCreated ?? "") > account.now - 24 * HOUR,
            );
            const one = open[count % Math.max(1, open.length)];
            if (one !== undefined) account.advance(one, one.status === "queued" ? "sent" : "delivered");
          } else if (kind === "pass") await pass(count * HOUR);
          else if (kind === "clock") account.clock.setDate(new Date(account.now + count * 24 * HOUR));
          else if (kind === "kill") account.restart("any", Infinity);
          else if (kind === "break") {
            account.failure = UNREACHABLE;
            account.failsAfter = count;
            assert.equal((await poll())?.code, "UNREACHABLE");
            account.failure = undefined;
          } else {
            account.journal.refusals = kind === "refuse" ? 1 : 0;
            const failure = await poll();
            account.journal.refusals = 0;
            if (failure !== null) continue;
            for (const command of account.commands) {
              const state = stateOf(command);
              const isNews = !isFirst && !told.has(state) && command.status !== "queued";
              if (isNews) expected.add(state);
              told.add(state);
            }
            isFirst = false;
          }
          const due = await account.due();
          assert.deepEqual(due.toSorted(), [...expected].toSorted());
        }
        account.source.end();
        assert.equal((await account.book.due(NODE)).length, expected.size);
      }),
      { numRuns: 150 },
    );
  });
});
