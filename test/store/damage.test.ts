import assert from "node:assert/strict";
import { existsSync, statSync, writeFileSync } from "node:fs";
import { StoreFolder, type Journal } from "../../src/store";
import { ModelDisk } from "./model-disk.js";
import { TemporaryStore } from "./temporary-store.js";

const IDS = ["9f1c", "b27e", "4d03", "e8a5"].map((id) => `${id}-${id}`);
const [FIRST, SECOND, THIRD, FOURTH] = IDS as [string, string, string, string];

describe("a damaged journal", () => {
  let store: TemporaryStore;

  beforeEach(() => {
    store = new TemporaryStore();
  });

  afterEach(() => store.clear());

  /** Four records, one line each, then one change of each, one line each; 9 lines with the head. */
  async function written(): Promise<void> {
    const { folder, journal } = await store.journal();
    for (const id of IDS) await journal.append([{ set: id, to: { state: "queued" } }]);
    for (const id of IDS) await journal.append([{ change: id, to: { state: "sending" } }]);
    await folder.close();
  }

  function lines(): string[] {
    const text = store.bytes().toString("latin1").replace(/\0+$/, "");
    return text.split("\n").filter((line) => line !== "");
  }

  function spoil(line: number, change: (text: string) => string): void {
    const all = lines();
    all[line] = change(all[line]!);
    writeFileSync(store.file(), Buffer.from(all.join("\n"), "latin1"));
  }

  it("gives up the one record, keeps its bytes, says so once, and goes on", async () => {
    await written();
    spoil(6, (text) => text.replace("sending", "s?nding"));
    const { records, damage } = await store.reopened();
    assert.deepEqual(records[SECOND], { state: "queued" });
    assert.deepEqual(records[THIRD], { state: "sending" });
    assert.deepEqual(damage, { records: 1, doubtful: new Set([SECOND]) });
    assert.deepEqual(store.notices, [{ kind: "damaged", file: "outbox.journal", records: 1 }]);
    assert.match(store.bytes("outbox.damaged").toString(), /s\?nding/);
    assert.equal(statSync(store.file("outbox.damaged")).mode & 0o777, 0o600);
    assert.equal((await store.reopened()).damage, undefined);
    assert.equal(store.notices.length, 1);
  });

  it("doubts all that was not written about later if nobody can tell what the damaged bytes were about", async () => {
    await written();
    spoil(6, (text) => "\0".repeat(text.length));
    const { damage } = await store.reopened();
    assert.deepEqual(damage, { records: 1, doubtful: new Set([FIRST, SECOND]) });
  });

  it("counts a line that has vanished", async () => {
    await written();
    const all = lines();
    all.splice(7, 1);
    writeFileSync(store.file(), all.join("\n"));
    const { damage } = await store.reopened();
    assert.deepEqual(damage, { records: 1, doubtful: new Set([FIRST, SECOND, THIRD]) });
    assert.equal(existsSync(store.file("outbox.damaged")), false);
  });

  it("does not doubt a record that was set as a whole later", async () => {
    const { folder, journal } = await store.journal();
    for (const n of [1, 2, 3]) for (const id of IDS.slice(0, 2)) await journal.append([{ set: id, to: { n } }]);
    await folder.close();
    spoil(3, () => "nothing to be read");
    const { records, damage } = await store.reopened();
    assert.deepEqual(records, { [FIRST]: { n: 3 }, [SECOND]: { n: 3 } });
    assert.deepEqual(damage, { records: 1, doubtful: new Set() });
  });

  it("counts a change of a record that was lost", async () => {
    await written();
    spoil(2, (text) => text.replace("queued", "qu?ued"));
    const { records, damage } = await store.reopened();
    assert.equal(records[SECOND], undefined);
    assert.deepEqual(damage, { records: 2, doubtful: new Set() });
  });

  it("survives the loss of its head", async () => {
    await written();
    spoil(0, () => "garbage");
    const { records, damage } = await store.reopened();
    assert.deepEqual(Object.keys(records), IDS);
    assert.deepEqual(damage, { records: 1, doubtful: new Set() });
  });

  it("survives being emptied", async () => {
    await written();
    writeFileSync(store.file(), "");
    assert.deepEqual(await store.reopened(), { records: {}, damage: { records: 1, doubtful: new Set() } });
    assert.deepEqual(await store.reopened(), { records: {}, damage: undefined });
  });

  it("drops an end that was never acknowledged in silence, and never brings it back", async () => {
    await written();
    const whole = store.bytes();
    const good = lines();
    // The last change is torn; what stands behind it was written in the same go.
    const torn = [...good.slice(0, 8), good[8]!.slice(0, 30), good[9]!].join("\n");
    writeFileSync(store.file(), Buffer.concat([Buffer.from(torn, "latin1"), Buffer.alloc(whole.length)]));
    const { folder, journal } = await store.journal();
    assert.equal(journal.damage, undefined);
    assert.deepEqual(journal.records.get(FOURTH), { state: "queued" });
    await journal.append([{ change: FIRST, to: { n: 1 } }]);
    await folder.close();
    const { records, damage } = await store.reopened();
    assert.equal(damage, undefined);
    assert.deepEqual([records[FIRST], records[FOURTH]], [{ state: "sending", n: 1 }, { state: "queued" }]);
    assert.deepEqual(store.notices, []);
  });

  it("never yields a wrong record, whichever byte is flipped", async function () {
    this.timeout(90_000);
    await written();
    const good = store.bytes();
    const end = good.indexOf(0);
    for (let at = 0; at < end + 40; at += 1) {
      for (const flip of [1 << (at % 8), 0xff]) {
        const bytes = Buffer.from(good);
        bytes[at] = bytes[at]! ^ flip;
        const { records, damage } = await readOnModel(bytes);
        const where = `byte ${at} of ${end} ^ ${flip}`;
        for (const [id, record] of records) {
          assert.ok(IDS.includes(id), where);
          const isDoubtful = damage?.doubtful.has(id) === true;
          assert.ok(record.state === "sending" || (isDoubtful && record.state === "queued"), where);
        }
        if (damage === undefined) assert.deepEqual([...records.keys()], IDS, where);
        // The record itself, and what was changed of it later.
        else assert.ok(damage.records >= 1 && damage.records <= 2, `${where}: ${damage.records} records`);
      }
    }
  });
});

/** Opens a journal's bytes on a modelled disk, which is quicker than a real one. */
async function readOnModel(bytes: Buffer): Promise<Journal> {
  const disk = new ModelDisk();
  await disk.makeFolder("/user");
  await (await disk.create("/user/outbox.journal")).write(bytes, 0);
  const folder = new StoreFolder({ path: "/user", label: "Cabinet", files: disk });
  const journal = await folder.journal("outbox");
  await folder.close();
  return journal;
}
