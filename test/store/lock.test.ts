import assert from "node:assert/strict";
import { existsSync, mkdirSync, readdirSync, renameSync, statSync, utimesSync, writeFileSync } from "node:fs";
import type { StoreFolder } from "../../src/store";
import { thisMachine, type Identity, type Machine } from "../../src/store/machine";
import { FakeClock, settled } from "../support/fake-clock.js";
import { assertFailure, failureOf } from "../support/failure.js";
import type { Operation } from "./hooked-files.js";
import { KeeperProcess, runKeeper } from "./keeper-process.js";
import { TemporaryStore } from "./temporary-store.js";

const SELF: Identity = { pid: 7, start: "100", boot: "b1", namespace: "pid:[1]", machine: "m1", host: "cabinet" };

function machine(identity: Partial<Identity>, isRunning?: boolean): Machine {
  return { identity: () => Promise.resolve({ ...SELF, ...identity }), isRunning: () => Promise.resolve(isRunning) };
}

describe("the lock of a folder", () => {
  let store: TemporaryStore;
  let clock: FakeClock;

  beforeEach(() => {
    store = new TemporaryStore();
    clock = new FakeClock();
    mkdirSync(store.path, { recursive: true });
  });

  afterEach(() => store.clear());

  /** Leaves a lock behind as if a process had written it. */
  function leaveLock(owner: Partial<Identity> = {}): void {
    writeFileSync(store.file("lock"), `${JSON.stringify({ token: "left", ...SELF, ...owner })}\n`);
  }

  /** Opens the folder while time passes for it alone; returns how long it watched a former owner, in ms. */
  async function taken(folder: StoreFolder, whileWaiting: () => void = () => undefined): Promise<number> {
    const [start, told] = [clock.now(), store.notices.length];
    const opened = { isDone: false };
    const opening = folder.journal("outbox").finally(() => (opened.isDone = true));
    opening.catch(() => undefined);
    // What is read from the disk comes in its own time: the clock goes on only while somebody waits for it.
    while (!opened.isDone && store.notices.length === told) {
      await settled();
      if (clock.timers === 0 || store.notices.length > told) continue;
      whileWaiting();
      await clock.advance(1000);
    }
    const time = clock.now() - start;
    await opening;
    return time;
  }

  function folder(own: Machine): StoreFolder {
    return store.folder({ clock, machine: own });
  }

  function silenceOf(owner: Partial<Identity>, self: Partial<Identity> = {}, isRunning?: boolean): Promise<number> {
    leaveLock(owner);
    return taken(folder(machine(self, isRunning)));
  }

  it("keeps a second folder object of the same process out", async () => {
    const first = store.folder();
    await first.journal("outbox");
    const error = await failureOf(store.folder().journal("outbox"));
    assertFailure(error, "STORAGE_FAILED", "not-sent");
    assert.match(error.message, /^Cabinet: another Node-RED uses the folder/);
    await first.close();
    await store.folder().journal("outbox");
  });

  it("keeps another process out at once while its owner lives", async () => {
    const keeper = await runKeeper(store.path);
    const start = performance.now();
    assertFailure(await failureOf(store.folder().journal("outbox")), "STORAGE_FAILED", "not-sent");
    assert.ok(performance.now() - start < 5000);
    await keeper.kill("SIGKILL");
  });

  it("passes at once to the next process when its owner is killed", async () => {
    const keeper = await runKeeper(store.path);
    await keeper.append("a");
    await keeper.kill("SIGKILL");
    const start = performance.now();
    const journal = await store.folder().journal("outbox");
    assert.ok(performance.now() - start < 5000);
    assert.deepEqual([...journal.records.keys()], ["a"]);
    assert.deepEqual(store.notices, [{ kind: "taken-over", silence: 0 }]);
  });

  it("is got by exactly one of several processes that want it after a crash", async function () {
    this.timeout(60_000);
    for (let round = 0; round < 3; round += 1) {
      const owner = await runKeeper(store.path);
      await owner.kill("SIGKILL");
      const keepers = Array.from({ length: 4 }, () => new KeeperProcess(store.path));
      const outcomes = await Promise.allSettled(keepers.map((keeper) => keeper.answer()));
      const winners = keepers.filter((_, at) => outcomes[at]!.status === "fulfilled");
      assert.equal(winners.length, 1);
      await winners[0]!.append(`round ${round}`);
      for (const keeper of keepers) await keeper.kill("SIGKILL");
    }
    const journal = await store.folder().journal("outbox");
    assert.deepEqual([...journal.records.keys()], ["round 0", "round 1", "round 2"]);
    assert.deepEqual(readdirSync(store.path).sort(), ["lock", "outbox.journal"]);
  });

  it("is lost by an owner that was stopped for too long, which then writes nothing more", async function () {
    this.timeout(60_000);
    const keeper = await runKeeper(store.path);
    await keeper.append("a");
    keeper.signal("SIGSTOP");
    // Seen from another container, nobody can tell whether the owner lives.
    const elsewhere: Machine = {
      identity: async () => ({ ...(await thisMachine.identity()), namespace: "pid:[1]", pid: 1 }),
      isRunning: () => Promise.resolve(undefined),
    };
    const own = folder(elsewhere);
    assert.ok((await taken(own)) >= 30_000);
    const journal = await own.journal("outbox");
    await journal.append([{ set: "b", to: {} }]);
    keeper.passTime(30_000);
    keeper.signal("SIGCONT");
    await assert.rejects(keeper.append("c"), /another process has taken over the folder/);
    await assert.rejects(keeper.append("d"), /another process has taken over the folder/);
    await journal.append([{ set: "e", to: {} }]);
    await keeper.kill("SIGKILL");
    await own.close();
    assert.deepEqual(Object.keys((await store.reopened()).records), ["a", "b", "e"]);
  });

  it("counts as free at once where its owner is surely gone", async () => {
    assert.equal(await silenceOf({ pid: 8 }, {}, false), 0);
  });

  it("counts as free at once where a process of the same id started later", async () => {
    const identity = await thisMachine.identity();
    leaveLock({ ...identity, start: String(Number(identity.start) - 1) });
    assert.equal(await taken(folder(thisMachine)), 0);
  });

  it("counts as free at once where the same machine has been started again", async () => {
    assert.equal(await silenceOf({ boot: "b0" }), 0);
  });

  it("needs 30 s of silence where another machine may have it, or one that does not say who it is", async () => {
    assert.ok((await silenceOf({ boot: "b0", machine: "m0" })) >= 30_000);
    await store.clear();
    store = new TemporaryStore();
    mkdirSync(store.path, { recursive: true });
    assert.ok((await silenceOf({ boot: "b0", machine: "" }, { machine: "" })) >= 30_000);
  });

  it("needs 6 s of silence where it looks like this container before its restart", async () => {
    const time = await silenceOf({ namespace: "pid:[2]" });
    assert.ok(time >= 6000 && time < 12_000, `${time}`);
  });

  it("needs 30 s of silence where another container has it", async () => {
    assert.ok((await silenceOf({ namespace: "pid:[2]", host: "other" })) >= 30_000);
  });

  it("needs 30 s of silence where processes of others are hidden", async () => {
    assert.ok((await silenceOf({ pid: 8 }, {}, undefined)) >= 30_000);
  });

  it("goes by host name and process id on systems without /proc", async () => {
    const bare = { start: "", boot: "", namespace: "", machine: "" };
    assert.equal(await silenceOf(bare, bare), 0, "the same process id");
    await store.clear();
    store = new TemporaryStore();
    mkdirSync(store.path, { recursive: true });
    assert.equal(await silenceOf({ ...bare, pid: 8 }, bare, false), 0, "no such process");
  });

  it("needs 30 s of silence on systems without /proc where that process id is in use, or the host is another", async () => {
    const bare = { start: "", boot: "", namespace: "", machine: "" };
    assert.ok((await silenceOf({ ...bare, pid: 8 }, bare, true)) >= 30_000);
    await store.clear();
    store = new TemporaryStore();
    mkdirSync(store.path, { recursive: true });
    assert.ok((await silenceOf({ ...bare, host: "other" }, bare, false)) >= 30_000);
  });

  for (const [what, content] of [
    ["garbled", "\0\0\u0001{"],
    ["forged", '{"token":1,"pid":"x"}'],
  ] as const) {
    it(`needs 30 s of silence where it is ${what}`, async () => {
      writeFileSync(store.file("lock"), content);
      assert.ok((await taken(folder(machine({})))) >= 30_000);
      assert.equal(store.notices[0]?.kind, "taken-over");
    });
  }

  it("needs 3 s where its owner ended between making it and writing to it", async () => {
    writeFileSync(store.file("lock"), "");
    const silence = await taken(folder(machine({})));
    assert.ok(silence >= 3000 && silence < 10_000, `${silence} ms`);
  });

  it("is free at once though its last taker ended before it had removed the dead one's lock", async () => {
    leaveLock({ pid: 8 });
    renameSync(store.file("lock"), store.file("lock.moved-left"));
    // The clock stands still: whoever waited would wait for ever.
    await folder(machine({}, false)).journal("outbox");
    assert.equal(existsSync(store.file("lock.moved-left")), false);
  });

  it("is not taken from one who gives signs of life, whatever his clock says", async () => {
    for (const start of [0, 1_000_000_000, 4_000_000_000]) {
      leaveLock({ namespace: "pid:[2]", host: "other" });
      utimesSync(store.file("lock"), start, start);
      let looks = 0;
      const signOfLife = (): void => {
        looks += 1;
        // His clock is set back.
        if (looks === 20) utimesSync(store.file("lock"), start + 1, start + 1);
      };
      assertFailure(await failureOf(taken(folder(machine({})), signOfLife)), "STORAGE_FAILED", "not-sent");
      assert.match(store.bytes("lock").toString(), /"token":"left"/);
    }
  });

  it("is taken after 30 s of silence, whatever time its file shows", async () => {
    leaveLock({ namespace: "pid:[2]", host: "other" });
    utimesSync(store.file("lock"), 4_000_000_000, 4_000_000_000);
    assert.ok((await taken(folder(machine({})))) >= 30_000);
  });

  it("shows a sign of life every 2 s, and another time with each", async () => {
    let beat = (): void => undefined;
    const after = ({ kind }: Operation): void => {
      if (kind === "setTime") beat();
    };
    await store.journal({ after }, { clock });
    const times = [statSync(store.file("lock")).mtimeMs];
    while (times.length < 5) {
      const beaten = new Promise<void>((resolve) => (beat = resolve));
      while (clock.timers === 0) await settled();
      await clock.advance(2000);
      await beaten;
      times.push(statSync(store.file("lock")).mtimeMs);
    }
    assert.equal(new Set(times).size, 5);
  });

  it("is given up on while it is waited for when the folder is closed", async () => {
    leaveLock({ namespace: "pid:[2]", host: "other" });
    const own = folder(machine({}));
    const failure = failureOf(own.journal("outbox"));
    while (clock.timers === 0) await settled();
    await own.close();
    assertFailure(await failure, "STORAGE_FAILED", "not-sent");
    assert.equal(clock.timers, 0);
    assert.match(store.bytes("lock").toString(), /"token":"left"/);
  });
});
