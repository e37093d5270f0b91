import assert from "node:assert/strict";
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as fc from "fast-check";
import { CellularError } from "../../src/errors/cellular-error";
import { DiskOutboxStore, type Codec, type EntryCodec, type OutboxStore } from "../../src/outbox";
import { StoreFolder } from "../../src/store";
import type { TestEntry } from "./outbox-under-test";

const asText: Codec<string> = {
  encode: (value) => value,
  decode: (value) => {
    assert.equal(typeof value, "string");
    return String(value);
  },
};
const ORDINARY = { noNullPrototype: true };
const codec: EntryCodec<string, string, string> = { job: asText, origin: asText, receipt: asText };

const error = new CellularError("GATEWAY_BUSY", "Come again.", {
  retryAfter: 5000,
  status: 503,
  cause: new CellularError("TIMEOUT", "No answer.", { outcome: "unknown" }),
});
const plain: TestEntry = {
  id: "1",
  job: "job",
  origin: "origin",
  priority: "normal",
  onUnknown: "report",
  expireAfter: 3_600_000,
  state: "queued",
  attempts: 0,
  queuedAt: new Date("2026-11-22T12:00:00.000Z"),
  deadline: Infinity,
  moveAt: Infinity,
  keyUntil: Infinity,
};

describe("An outbox on disk", () => {
  let folder = "";
  const open: StoreFolder[] = [];

  beforeEach(async () => {
    folder = join(await mkdtemp(join(tmpdir(), "outbox-")), "cellular", "gateway");
  });

  afterEach(async () => {
    for (const one of open.splice(0)) await one.close();
    await rm(join(folder, "..", ".."), { recursive: true, force: true });
  });

  /** The store as another process finds it. */
  async function reopened(unreadable?: (count: number) => void): Promise<OutboxStore<string, string, string>> {
    for (const one of open.splice(0)) await one.close();
    const files = new StoreFolder({ path: folder, label: "the gateway" });
    open.push(files);
    return new DiskOutboxStore({
      open: () => files.journal("outbox"),
      codec,
      ...(unreadable === undefined ? {} : { unreadable }),
    });
  }

  it("gives back every entry as it was written last, in the order of their first writing", async function () {
    this.timeout(60_000);
    const entry = fc.record<TestEntry>(
      {
        id: fc.constant(""),
        job: fc.string(),
        origin: fc.string({ unit: "grapheme" }),
        priority: fc.constantFrom("normal", "high"),
        onUnknown: fc.constantFrom("report", "fallback", "resend"),
        expireAfter: fc.nat(),
        state: fc.constantFrom("queued", "sending", "moved", "finished"),
        attempts: fc.nat(),
        queuedAt: fc.date({ noInvalidDate: true }),
        deadline: fc.constant(Infinity),
        moveAt: fc.constant(Infinity),
        keyUntil: fc.constant(Infinity),
        key: fc.string(),
        movedFrom: fc.string(),
        fallback: fc.record({ to: fc.string(), job: fc.string(), after: fc.nat() }, ORDINARY),
        lastFailure: fc.constant(error),
        doubt: fc.constant(error),
        finishedAt: fc.date({ noInvalidDate: true }),
        ending: fc.oneof(
          fc.record({ outcome: fc.constant("accepted" as const), receipt: fc.string() }, ORDINARY),
          fc.record(
            { outcome: fc.constantFrom("not-sent" as const, "unknown" as const), error: fc.constant(error) },
            ORDINARY,
          ),
        ),
      },
      {
        ...ORDINARY,
        requiredKeys: [
          "id",
          "job",
          "origin",
          "priority",
          "onUnknown",
          "expireAfter",
          "state",
          "attempts",
          "queuedAt",
          "deadline",
          "moveAt",
          "keyUntil",
        ],
      },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(entry, { minLength: 1, maxLength: 5 }), async (entries) => {
        await rm(folder, { recursive: true, force: true });
        const store = await reopened();
        await store.load();
        const written = entries.map((one, index) => ({ ...one, id: String(index) }));
        for (const one of written) await store.write({ ...plain, ...one, state: "queued", attempts: 0 });
        for (const one of [...written].reverse()) await store.write(one);
        const found = await (await reopened()).load();
        assert.deepEqual(found.entries, written);
      }),
      { numRuns: 40 },
    );
  });

  it("gives back texts with every character that breaks lines somewhere", async () => {
    const store = await reopened();
    await store.load();
    const text = "a\n\r\u000b\u000c\u0085\u2028\u2029b";
    await store.write({ ...plain, job: text, origin: text });
    assert.deepEqual((await (await reopened()).load()).entries, [{ ...plain, job: text, origin: text }]);
  });

  it("keeps deadlines for a process that starts its clock anew", async () => {
    const store = await reopened();
    await store.load();
    const before = performance.now();
    await store.write({ ...plain, deadline: before + 60_000, expireAfter: 60_000 });
    const [found] = (await (await reopened()).load()).entries;
    const late = (found?.deadline ?? 0) - (before + 60_000);
    assert.ok(Math.abs(late) < 5000, `${late} ms off`);
  });

  it("removes an entry and remembers its key in one step", async () => {
    const store = await reopened();
    await store.load();
    await store.write({ ...plain, key: "door" });
    const conclusion = {
      id: "1",
      job: "job",
      attempts: 1,
      queuedAt: plain.queuedAt,
      finishedAt: plain.queuedAt,
      ending: { outcome: "unknown", error } as const,
      by: "gateway",
    };
    const until = performance.now() + 3_600_000;
    await store.remove("1", { keep: { key: "door", until, conclusion }, free: [] });
    const reread = await reopened();
    const found = await reread.load();
    assert.deepEqual(found.entries, []);
    assert.deepEqual(
      found.claims.map(({ key, conclusion: kept }) => ({ key, kept })),
      [{ key: "door", kept: conclusion }],
    );
    await reread.remove("none", { free: ["door"] });
    assert.deepEqual((await (await reopened()).load()).claims, []);
  });

  it("leaves a whole record of no known form where it is, and says so", async () => {
    const store = await reopened();
    await store.load();
    await store.write(plain);
    const strange = new StoreFolder({ path: folder, label: "the gateway" });
    for (const one of open.splice(0)) await one.close();
    open.push(strange);
    const journal = await strange.journal("outbox");
    await journal.append([{ set: "entry 2", to: { state: "teleported" } }]);
    const counts: number[] = [];
    const found = await (await reopened((count) => counts.push(count))).load();
    assert.deepEqual(
      found.entries.map(({ id }) => id),
      ["1"],
    );
    assert.deepEqual(counts, [1]);
    await open[0]?.close();
    assert.match(await readFile(join(folder, "outbox.journal"), "utf8"), /teleported/);
  });

  it("lets nobody else read it", async () => {
    await (await reopened()).load();
    assert.equal((await stat(folder)).mode & 0o777, 0o700);
    for (const name of await readdir(folder)) {
      assert.equal((await stat(join(folder, name))).mode & 0o777, 0o600, name);
    }
  });

  it("says which entries may have gone further than a damaged record tells", async () => {
    const store = await reopened();
    await store.load();
    await store.write(plain);
    await store.write({ ...plain, state: "sending", attempts: 1 });
    await store.write({ ...plain, id: "2" });
    for (const one of open.splice(0)) await one.close();
    const file = join(folder, "outbox.journal");
    const bytes = await readFile(file);
    bytes.write("X", bytes.indexOf('"sending"') + 3);
    await writeFile(file, bytes);
    const found = await (await reopened()).load();
    assert.deepEqual(
      found.entries.map(({ id, state }) => `${id} ${state}`),
      ["1 queued", "2 queued"],
    );
    assert.deepEqual([...found.doubtful], ["1"]);
  });
});
