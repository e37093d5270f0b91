import assert from "node:assert/strict";
import { chmodSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { crc32 } from "node:zlib";
import { assertFailure, failureOf } from "../support/failure.js";
import { TemporaryStore } from "./temporary-store.js";
import type { JournalStep } from "../../src/store";

describe("a journal", () => {
  let store: TemporaryStore;

  beforeEach(() => {
    store = new TemporaryStore();
  });

  afterEach(() => store.clear());

  it("is read again as it was written, in the order in which its keys were first set", async () => {
    const { folder, journal } = await store.journal();
    await journal.append([{ set: "b", to: { text: '\u{1f511} "x" \\ \n\u0000', n: 1 } }]);
    await journal.append([
      { set: "a", to: { list: [1, { deep: null }], flag: true } },
      { set: "c", to: {} },
    ]);
    await journal.append([{ change: "b", to: { n: null, state: "sent" } }, { drop: "c" }]);
    await journal.append([{ set: "a", to: { again: 1 } }]);
    const expected = [
      ["b", { text: '\u{1f511} "x" \\ \n\u0000', state: "sent" }],
      ["a", { again: 1 }],
    ];
    assert.deepEqual([...journal.records], expected);
    await folder.close();
    const again = await store.journal();
    assert.deepEqual([...again.journal.records], expected);
    assert.equal(again.journal.damage, undefined);
  });

  it("keeps names that mean something to JavaScript as plain names", async () => {
    const { folder, journal } = await store.journal();
    const record = JSON.parse('{"__proto__":{"polluted":true},"constructor":1}') as Record<string, number>;
    await journal.append([{ set: "__proto__", to: record }]);
    await journal.append([{ change: "__proto__", to: { more: 1 } }]);
    await folder.close();
    const again = (await store.journal()).journal.records.get("__proto__");
    assert.equal(JSON.stringify(again), '{"__proto__":{"polluted":true},"constructor":1,"more":1}');
  });

  it("ignores a change of a record that is not there, and is not damaged by it", async () => {
    const { folder, journal } = await store.journal();
    await journal.append([{ change: "nobody", to: { n: 1 } }, { drop: "nobody" }]);
    await journal.append([{ set: "a", to: {} }, { change: "a", to: { n: 1 } }, { drop: "a" }, { change: "a", to: {} }]);
    await folder.close();
    assert.deepEqual(await store.reopened(), { records: {}, damage: undefined });
  });

  it("does not notice what a caller does to its objects later", async () => {
    const { journal } = await store.journal();
    const record = { n: 1 };
    const appended = journal.append([{ set: "a", to: record }]);
    record.n = 2;
    await appended;
    record.n = 3;
    assert.deepEqual(journal.records.get("a"), { n: 1 });
  });

  it("refuses what is no JSON, and goes on", async () => {
    const { journal } = await store.journal();
    const circular: Record<string, unknown> = {};
    circular.self = circular;
    const step = { set: "a", to: circular } as JournalStep;
    assertFailure(await failureOf(journal.append([step])), "STORAGE_FAILED", "not-sent");
    await journal.append([{ set: "b", to: {} }]);
    assert.deepEqual([...journal.records.keys()], ["b"]);
  });

  it("writes many appends with one sync, and resolves them in their order", async () => {
    let syncs = 0;
    const { journal } = await store.journal({
      before: ({ kind }) => {
        if (kind === "datasync") syncs += 1;
      },
    });
    const before = syncs;
    const order: number[] = [];
    const appends = Array.from({ length: 100 }, async (_, n) => {
      await journal.append([{ set: `k${n}`, to: { n } }]);
      order.push(n);
    });
    await Promise.all(appends);
    assert.deepEqual(order, Array.from(order.keys()));
    assert.equal(syncs - before, 1);
  });

  it("shows a record only once it is synced", async () => {
    let goOn = (): void => undefined;
    let isHeld = false;
    let held = (): void => undefined;
    const holding = new Promise<void>((resolve) => (held = resolve));
    const { journal } = await store.journal({
      before: ({ kind }) => {
        if (kind !== "datasync" || !isHeld) return undefined;
        held();
        return new Promise<void>((resolve) => (goOn = resolve));
      },
    });
    isHeld = true;
    const appended = journal.append([{ set: "a", to: {} }]);
    await holding;
    assert.equal(journal.records.size, 0);
    goOn();
    await appended;
    assert.equal(journal.records.size, 1);
  });

  it("gets along with a system that takes a few bytes at a time", async () => {
    const { folder, journal } = await store.journal({ most: (_operation, length) => Math.min(length, 65_537) });
    const text = "0123456789".repeat(20_000);
    await journal.append([{ set: "a", to: { text } }]);
    await folder.close();
    assert.deepEqual((await store.reopened()).records, { a: { text } });
  });

  it("keeps folder and files to itself, also where they were open to all", async () => {
    const mode = (path: string): number => statSync(path).mode & 0o777;
    const first = await store.journal();
    assert.deepEqual([store.path, store.file(), store.file("lock")].map(mode), [0o700, 0o600, 0o600]);
    await first.folder.close();
    chmodSync(store.path, 0o755);
    chmodSync(store.file(), 0o644);
    await store.journal();
    assert.deepEqual([store.path, store.file()].map(mode), [0o700, 0o600]);
  });

  it("leaves a file of a newer version alone, and says so", async () => {
    await (await store.journal()).folder.close();
    const head = "cellular-journal 2 whatever it may say";
    const newer = `${head} ${crc32(head).toString(16).padStart(8, "0")}\n\u0001\u0002`;
    writeFileSync(store.file(), newer);
    const error = await failureOf(store.journal());
    assertFailure(error, "STORAGE_FAILED", "not-sent");
    assert.match(error.message, /^Cabinet: .*format 2/);
    assert.equal(store.bytes().toString(), newer);
  });

  it("stays small however often its records change", async function () {
    this.timeout(60_000);
    const { folder, journal } = await store.journal();
    const text = "x".repeat(10_000);
    for (let round = 0; round < 30; round += 1) {
      await Promise.all(Array.from({ length: 20 }, (_, n) => journal.append([{ set: `k${n}`, to: { round, text } }])));
    }
    assert.ok(statSync(store.file()).size < 2_000_000, `${statSync(store.file()).size} bytes`);
    assert.deepEqual(readdirSync(store.path).sort(), ["lock", "outbox.journal"]);
    const expected = [...journal.records];
    await folder.close();
    assert.deepEqual([...(await store.journal()).journal.records], expected);
  });

  it("opens ten thousand records of 1 KiB in well under a second", async function () {
    this.timeout(60_000);
    const { folder, journal } = await store.journal();
    const text = "y".repeat(1000);
    await Promise.all(Array.from({ length: 10_000 }, (_, n) => journal.append([{ set: `k${n}`, to: { n, text } }])));
    await folder.close();
    const start = process.cpuUsage();
    const again = await store.journal();
    const { user, system } = process.cpuUsage(start);
    assert.equal(again.journal.records.size, 10_000);
    assert.ok(user + system < 1_000_000, `${user + system} µs of the processor`);
  });

  it("is the same for the same name, and another for another name", async () => {
    const { folder, journal } = await store.journal();
    const [same, other] = await Promise.all([folder.journal("outbox"), folder.journal("ledger")]);
    assert.equal(same, journal);
    await other.append([{ set: "a", to: {} }]);
    assert.equal(journal.records.size, 0);
  });

  it("writes what waits when it is closed, and nothing after that", async () => {
    const { folder, journal } = await store.journal();
    const appended = journal.append([{ set: "a", to: {} }]);
    await folder.close();
    await appended;
    assertFailure(await failureOf(journal.append([{ set: "b", to: {} }])), "STORAGE_FAILED", "not-sent");
    assertFailure(await failureOf(folder.journal("ledger")), "STORAGE_FAILED", "not-sent");
    assert.deepEqual((await store.reopened()).records, { a: {} });
  });
});
