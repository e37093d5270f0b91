import assert from "node:assert/strict";
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { FakeClock } from "../support/fake-clock.js";
import { assertFailure, failureOf } from "../support/failure.js";
import type { Operation } from "./hooked-files.js";
import { runKeeper } from "./keeper-process.js";
import { Breakage, TemporaryStore } from "./temporary-store.js";

describe("the folder of a gateway", () => {
  let store: TemporaryStore;

  beforeEach(() => {
    store = new TemporaryStore();
  });

  afterEach(() => store.clear());

  it("is made anew from memory within a heartbeat if somebody deletes it", async () => {
    const clock = new FakeClock();
    let remade = (): void => undefined;
    const after = ({ kind, path }: Operation): void => {
      if (kind === "rename" && path.endsWith(".journal")) remade();
    };
    const { folder, journal } = await store.journal({ after }, { clock });
    await journal.append([{ set: "a", to: {} }]);
    const remaking = new Promise<void>((resolve) => (remade = resolve));
    rmSync(store.path, { recursive: true });
    await clock.advance(2000);
    await remaking;
    await journal.append([{ set: "b", to: {} }]);
    assert.deepEqual(store.notices, [{ kind: "remade" }]);
    assert.deepEqual(readdirSync(store.path).sort(), ["lock", "outbox.journal"]);
    await folder.close();
    assert.deepEqual((await store.reopened()).records, { a: {}, b: {} });
  });

  it("is made anew by an append that comes later than a heartbeat", async () => {
    const clock = new FakeClock();
    const { folder, journal } = await store.journal({}, { clock });
    await journal.append([{ set: "a", to: {} }]);
    rmSync(store.userFolder, { recursive: true });
    clock.block(2500);
    await journal.append([{ set: "b", to: {} }]);
    await folder.close();
    assert.deepEqual((await store.reopened()).records, { a: {}, b: {} });
  });

  it("is made anew once the disk lets it, if that fails at first", async () => {
    const clock = new FakeClock();
    const breakage = new Breakage("ENOSPC", ({ kind }) => kind === "create" || kind === "names");
    const { folder, journal } = await store.journal(breakage.hooks, { clock });
    await journal.append([{ set: "a", to: {} }]);
    rmSync(store.path, { recursive: true });
    breakage.isOn = true;
    clock.block(2500);
    assertFailure(await failureOf(journal.append([{ set: "b", to: {} }])), "STORAGE_FAILED", "not-sent");
    breakage.isOn = false;
    await journal.append([{ set: "c", to: {} }]);
    await folder.close();
    assert.deepEqual((await store.reopened()).records, { a: {}, c: {} });
  });

  it("gets its journal back if somebody puts another file in its place", async () => {
    const clock = new FakeClock();
    const { folder, journal } = await store.journal({}, { clock });
    await journal.append([{ set: "a", to: {} }]);
    renameSync(store.file(), store.file("moved"));
    writeFileSync(store.file(), "something else");
    clock.block(2500);
    await journal.append([{ set: "b", to: {} }]);
    await folder.close();
    assert.deepEqual((await store.reopened()).records, { a: {}, b: {} });
  });

  it("is removed with all it holds, and the one above it if that is empty", async () => {
    const neighbour = store.folder({ path: `${store.path}-2` });
    await neighbour.journal("outbox");
    const { folder } = await store.journal();
    await folder.remove();
    assert.deepEqual(readdirSync(`${store.userFolder}/cellular`), ["gateway-2"]);
    await neighbour.remove();
    assert.deepEqual(readdirSync(store.userFolder), []);
  });

  it("is removed also if it was never opened, or is closed, or is not there", async () => {
    const { folder } = await store.journal();
    await folder.close();
    await folder.remove();
    assert.equal(existsSync(store.path), false);
    await store.folder().remove();
    mkdirSync(store.path, { recursive: true });
    await store.folder().remove();
    assert.equal(existsSync(store.path), false);
  });

  it("is not removed while another process uses it", async () => {
    const keeper = await runKeeper(store.path);
    assertFailure(await failureOf(store.folder().remove()), "STORAGE_FAILED", "not-sent");
    assert.equal(existsSync(store.file()), true);
    await keeper.kill("SIGKILL");
  });

  it("says what stands in its place", async () => {
    writeFileSync(`${store.userFolder}/cellular`, "a file");
    const error = await failureOf(store.folder().journal("outbox"));
    assertFailure(error, "STORAGE_FAILED", "not-sent");
    assert.match(error.message, /^Cabinet: .*A file stands where a folder should be/);
  });

  it("keeps no process alive, and is given back when the process ends", async () => {
    const keeper = await runKeeper(store.path);
    await keeper.append("a");
    assert.equal(existsSync(store.file("lock")), true);
    await keeper.letGo();
    assert.equal(existsSync(store.file("lock")), false);
    assert.deepEqual(Object.keys((await store.reopened()).records), ["a"]);
    assert.deepEqual(store.notices, []);
  });

  it("listens for the end of the process only while it is held", async () => {
    const before = process.listenerCount("exit");
    const { folder } = await store.journal();
    const other = store.folder({ path: `${store.path}-2` });
    await other.journal("outbox");
    assert.equal(process.listenerCount("exit"), before + 1);
    await folder.close();
    await other.close();
    assert.equal(process.listenerCount("exit"), before);
  });
});
