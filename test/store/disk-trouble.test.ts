import assert from "node:assert/strict";
import { readdirSync, statSync } from "node:fs";
import { assertFailure, failureOf } from "../support/failure.js";
import { systemError, type Operation } from "./hooked-files.js";
import { Breakage, TemporaryStore } from "./temporary-store.js";

const isJournal = ({ path }: Operation): boolean => path.includes(".journal");

describe("a journal on a disk in trouble", () => {
  let store: TemporaryStore;

  beforeEach(() => {
    store = new TemporaryStore();
  });

  afterEach(() => store.clear());

  for (const code of ["ENOSPC", "EIO", "EROFS"]) {
    it(`holds exactly what was acknowledged, whichever operation fails with ${code}`, async function () {
      this.timeout(60_000);
      let operations = Infinity;
      for (let failing = 0; failing < operations; failing += 1) {
        const round = new TemporaryStore();
        let [count, begun] = [0, Infinity];
        const { folder, files, journal } = await round.journal({
          before: () => {
            count += 1;
            if (count - begun === failing) throw systemError(code);
          },
        });
        begun = count;
        const acknowledged: string[] = [];
        for (const key of ["a", "b", "c"]) {
          const append = journal.append([{ set: key, to: { text: key.repeat(key === "b" ? 300_000 : 10) } }]);
          const [outcome] = await Promise.allSettled([append]);
          if (outcome.status === "fulfilled") acknowledged.push(key);
          else assert.match((outcome.reason as Error).message, new RegExp(`^Cabinet: .*${code}`));
        }
        assert.deepEqual([...journal.records.keys()], acknowledged);
        await folder.close();
        operations = count - begun;
        const found = await round.reopened(files);
        assert.deepEqual(Object.keys(found.records), acknowledged, `operation ${failing}`);
        assert.equal(found.damage, undefined);
        await round.clear();
      }
    });
  }

  it("can be asked again once the disk is well", async () => {
    for (const code of ["EACCES", "ENOSPC", "EROFS", "ENOTDIR"]) {
      const breakage = new Breakage(code, () => true);
      const { folder } = await store.journal(breakage.hooks);
      breakage.isOn = true;
      const error = await failureOf(folder.journal("ledger"));
      assertFailure(error, "STORAGE_FAILED", "not-sent");
      assert.equal((error.cause as NodeJS.ErrnoException).code, code);
      breakage.isOn = false;
      await (await folder.journal("ledger")).append([{ set: "a", to: {} }]);
      await folder.close();
    }
  });

  it("brings what was accepted to its end on a full disk, and refuses only what is new", async () => {
    let size = Infinity;
    const { folder, journal } = await store.journal({
      before: ({ kind, end = 0 }) => {
        if (size < Infinity && (kind === "create" || (kind === "write" && end > size))) throw systemError("ENOSPC");
      },
    });
    const text = "x".repeat(600);
    for (let n = 0; n < 20; n += 1) await journal.append([{ set: `first ${n}`, to: { text } }]);
    size = statSync(store.file()).size;
    let accepted = 20;
    for (;;) {
      const [outcome] = await Promise.allSettled([journal.append([{ set: `more ${accepted}`, to: { text } }])]);
      if (outcome.status === "rejected") {
        assert.match((outcome.reason as Error).message, /^Cabinet: .*disk is full/);
        break;
      }
      accepted += 1;
    }
    assert.ok(accepted > 100 && accepted < 400, `${accepted}`);
    assert.equal(journal.records.size, accepted);
    for (const state of ["sending", "finished"]) {
      for (const key of journal.records.keys()) {
        await journal.append([{ change: key, to: { state, text: state === "finished" ? "y".repeat(200) : null } }]);
      }
    }
    for (const key of [...journal.records.keys()].slice(1)) await journal.append([{ drop: key }]);
    await folder.close();
    assert.deepEqual((await store.reopened()).records, { "first 0": { text: "y".repeat(200), state: "finished" } });
  });

  it("refuses one append for want of space and takes the others of the same go", async () => {
    const breakage = new Breakage("ENOSPC", ({ kind, end = 0 }) => kind === "write" && end > 300_000);
    const { journal } = await store.journal(breakage.hooks);
    await journal.append([{ set: "a", to: {} }]);
    breakage.isOn = true;
    const outcomes = await Promise.allSettled([
      journal.append([{ set: "b", to: { text: "x".repeat(300_000) } }]),
      journal.append([{ change: "a", to: { n: 1 } }]),
      journal.append([{ change: "b", to: { n: 1 } }]),
    ]);
    assert.deepEqual(
      outcomes.map(({ status }) => status),
      ["rejected", "fulfilled", "fulfilled"],
    );
    assert.deepEqual(Object.fromEntries(journal.records), { a: { n: 1 } });
  });

  it("never trusts a file again after a sync that failed", async () => {
    const breakage = new Breakage("EIO", (operation) => operation.kind === "datasync" && isJournal(operation));
    const { journal } = await store.journal(breakage.hooks);
    await journal.append([{ set: "a", to: {} }]);
    const before = statSync(store.file()).ino;
    breakage.isOn = true;
    assertFailure(await failureOf(journal.append([{ set: "b", to: {} }])), "STORAGE_FAILED", "not-sent");
    assertFailure(await failureOf(journal.append([{ set: "c", to: {} }])), "STORAGE_FAILED", "not-sent");
    breakage.isOn = false;
    await journal.append([{ set: "d", to: {} }]);
    assert.notEqual(statSync(store.file()).ino, before);
    assert.deepEqual([...journal.records.keys()], ["a", "d"]);
  });

  it("wipes out a write that failed halfway", async () => {
    let isFull = false;
    const { folder, journal } = await store.journal({
      most: (_operation, length) => (isFull ? Math.ceil(length / 2) : length),
      before: ({ kind, end = 0 }) => {
        if (kind !== "write" || !isFull || end === 0) return;
        if (halves > 0) throw systemError("ENOSPC");
        halves += 1;
      },
    });
    let halves = 0;
    await journal.append([{ set: "a", to: {} }]);
    isFull = true;
    assertFailure(await failureOf(journal.append([{ set: "b", to: {} }])), "STORAGE_FAILED", "not-sent");
    isFull = false;
    assert.equal(store.bytes().includes('"b'), false);
    await folder.close();
    assert.deepEqual((await store.reopened()).records, { a: {} });
  });

  it("goes on with the large file where there is no space for a small one", async () => {
    const breakage = new Breakage("ENOSPC", ({ kind, path }) => kind === "create" && path.endsWith(".new"));
    const { folder, journal } = await store.journal(breakage.hooks);
    breakage.isOn = true;
    const text = "x".repeat(100_000);
    for (let round = 0; round < 25; round += 1) await journal.append([{ set: "a", to: { round, text } }]);
    assert.ok(statSync(store.file()).size > 2_000_000);
    breakage.isOn = false;
    for (let round = 0; round < 15; round += 1) await journal.append([{ set: "a", to: { round, text } }]);
    assert.ok(statSync(store.file()).size < 2_000_000);
    await folder.close();
    assert.deepEqual((await store.reopened()).records, { a: { round: 14, text } });
    assert.deepEqual(readdirSync(store.path), ["outbox.journal"]);
  });
});
