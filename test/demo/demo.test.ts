import assert from "node:assert/strict";
import { once } from "node:events";
import { existsSync, readdirSync, watch } from "node:fs";
import { mkdir, mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DemoProcess, freePorts, occupy } from "./demo-process";

interface FlowItem {
  readonly type: string;
  readonly label?: string;
}

describe("npm start", function () {
  this.timeout(40_000);
  let scratch: string;
  let port: number;
  let handsetPort: number;

  beforeEach(async () => {
    scratch = await mkdtemp(join(tmpdir(), "demo-test-"));
    [port, handsetPort] = await freePorts();
  });

  afterEach(async () => {
    await DemoProcess.endAll();
    await rm(scratch, { recursive: true, force: true });
  });

  /** A demo whose temporary files lie in a folder of this test. */
  function start(env: Readonly<Record<string, string | undefined>> = {}): DemoProcess {
    const ports = { PORT: String(port), HANDSET_PORT: String(handsetPort) };
    return new DemoProcess({ ...ports, TMPDIR: scratch, DEMO_DIR: undefined, ...env });
  }

  async function assertPortsFree(): Promise<void> {
    for (const each of [port, handsetPort]) await (await occupy(each)).free();
  }

  it("prints both addresses, shows editor and phone, and tells of each SMS through the three devices", async () => {
    const demo = start();
    await demo.nextLine(/Ctrl-C/);
    assert.ok(demo.lines.some((line) => line.endsWith(`http://127.0.0.1:${port}`)));
    assert.ok(demo.lines.some((line) => line.endsWith(`http://127.0.0.1:${handsetPort}`)));
    assert.match(await page(port), /<title>node-red-cellular demo<\/title>/);
    assert.match(await page(handsetPort), /<title>Simulated phone<\/title>/);

    const told = /^\d\d:\d\d:\d\d {2}sms {2}(\w+) {2}\+447700900101 {2}via (.*)$/;
    const story: Record<string, string[]> = {};
    for (let line = 0; line < 7; line += 1) {
      const [, what = "", kind = ""] = told.exec(await demo.nextLine(/ sms /)) ?? [];
      (story[kind] ??= []).push(what);
    }
    assert.deepEqual(story, {
      peplink: ["accepted", "received", "accepted"],
      "router-cgi": ["accepted", "received", "accepted"],
      "brevis-one": ["accepted"],
    });

    for (const state of ["sent     ", "delivered"]) {
      await demo.nextLine(new RegExp(`^\\d\\d:\\d\\d:\\d\\d {2}command {2}${state} {2}tracker-2 {2}via twilio$`));
    }
    await demo.nextLine(/^\d\d:\d\d:\d\d {2}report {3}received {3}tracker-2 {2}via twilio$/);
    // Each state goes through the flow more than once, and is told once.
    const news = demo.lines.filter((line) => line.includes("tracker")).map((line) => line.slice(10));
    assert.equal(new Set(news).size, news.length);

    const { code, after } = await demo.interrupt();
    assert.equal(code, 0);
    assert.ok(after < 5000, `it took ${after} ms`);
    assert.deepEqual(demo.errors, []);
    assert.deepEqual(readdirSync(scratch), []);
    await assertPortsFree();
  });

  it("ends at once and leaves nothing behind when it is interrupted before it has started", async () => {
    const watcher = watch(scratch);
    const demo = start();
    await once(watcher, "change");
    watcher.close();
    const { code, after } = await demo.interrupt();
    assert.equal(code, 0);
    assert.ok(after < 5000, `it took ${after} ms`);
    assert.deepEqual(readdirSync(scratch), []);
    await assertPortsFree();
  });

  for (const [name, taken] of [
    ["PORT", () => port],
    ["HANDSET_PORT", () => handsetPort],
  ] as const) {
    it(`says in one line that ${name} is in use, and leaves nothing behind`, async () => {
      const occupied = await occupy(taken());
      const demo = start();
      const { code } = await demo.ended;
      await occupied.free();
      assert.equal(code, 1);
      assert.deepEqual(demo.errors, [
        `Port ${taken()} is in use. Stop what uses it, or set PORT or HANDSET_PORT to another one.`,
      ]);
      assert.deepEqual(demo.lines, []);
      assert.deepEqual(readdirSync(scratch), []);
      await assertPortsFree();
    });
  }

  it("says in one line that a port is none", async () => {
    const demo = start({ PORT: "http" });
    const { code } = await demo.ended;
    assert.equal(code, 1);
    assert.deepEqual(demo.errors, ["PORT is no port number. Set it to a number from 1 to 65535."]);
    assert.deepEqual(readdirSync(scratch), []);
  });

  it("keeps the flows of DEMO_DIR, even one that was linked to a clone which is gone", async () => {
    const folder = join(scratch, "kept");
    const scope = join(folder, "node_modules", "@cellgate");
    await mkdir(scope, { recursive: true });
    await symlink(join(scratch, "gone"), join(scope, "node-red-cellular"));
    const first = start({ DEMO_DIR: folder });
    await first.nextLine(/Ctrl-C/);
    const flows = await flowsAt(port);
    const renamed = flows.map((item) => (item.label === "Pump alarm by SMS" ? { ...item, label: "My pump" } : item));
    const deployed = await fetch(`http://127.0.0.1:${port}/flows`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(renamed),
    });
    assert.equal(deployed.status, 204);
    assert.equal((await first.interrupt()).code, 0);
    assert.ok(existsSync(join(folder, "flows.json")));

    const second = start({ DEMO_DIR: folder });
    await second.nextLine(/ sms {2}accepted {2}\+447700900101 {2}via peplink$/);
    assert.deepEqual(
      (await flowsAt(port)).filter(({ type }) => type === "tab").map(({ label }) => label),
      ["My pump", "House and tank by SMS", "Fleet"],
    );
    assert.equal((await second.interrupt()).code, 0);
    assert.ok(existsSync(join(folder, "flows.json")));
    assert.deepEqual(readdirSync(scratch), ["kept"]);
  });
});

async function page(port: number): Promise<string> {
  const response = await fetch(`http://127.0.0.1:${port}/`);
  assert.equal(response.status, 200);
  return response.text();
}

async function flowsAt(port: number): Promise<readonly FlowItem[]> {
  return (await (await fetch(`http://127.0.0.1:${port}/flows`)).json()) as readonly FlowItem[];
}
