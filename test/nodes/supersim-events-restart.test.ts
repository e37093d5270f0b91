import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { EventsLab, WORD } from "./events-lab.js";
import type { Changes } from "./lab.js";

const POLL = { source: "poll", path: "", interval: "0.05" };

describe("super sim events over the end of the process", function () {
  // Node-RED starts up to ten times in one test.
  this.timeout(180_000);
  let lab: EventsLab;
  let userDir: string;

  before(() => {
    userDir = mkdtempSync(join(tmpdir(), "events-"));
  });

  after(() => {
    rmSync(userDir, { recursive: true, force: true });
  });

  afterEach(async () => {
    await lab.stop();
    rmSync(join(userDir, "cellular.trouble"), { force: true });
  });

  /** Writes what it hears to the disk before it passes it on: a report to the test may end with a killed process. */
  const SINK = { id: "heard", type: "test-sink", z: "tab", wires: [["out"]] };

  async function deployWithSink(events: Changes = {}): Promise<void> {
    await lab.red.deploy([...lab.flow({ ...events, wires: [[SINK.id]] }), SINK]);
  }

  function heard(): readonly string[] {
    const file = join(lab.red.userDir, `${SINK.id}.log`);
    return readFileSync(file, { encoding: "utf8", flag: "a+" }).split("\n").slice(0, -1);
  }

  function numbered(count: number): readonly string[] {
    return Array.from({ length: count }, (_, number) => `${WORD} ${String(number)}`);
  }

  it("take a callback once over a restart in good order", async () => {
    lab = await EventsLab.start();
    await lab.deploy();
    const fields = lab.fields("one");
    for (let round = 0; round < 3; round += 1) {
      assert.equal(await lab.status("/supersim", lab.signed(fields)), 200);
      await lab.untilGot(1);
      await lab.red.restart();
    }
    assert.equal(await lab.status("/supersim", lab.signed(lab.fields("last"))), 200);
    await lab.untilGot(2);
    assert.deepEqual(lab.texts(), [`${WORD} one`, `${WORD} last`]);
  });

  it("lose no callback that was answered by a kill", async () => {
    lab = await EventsLab.start();
    await deployWithSink();
    const answered: string[] = [];
    let kills = 0;
    const kill = async (): Promise<void> => {
      kills += 1;
      await lab.red.kill();
    };
    for (let round = 0; round < 4; round += 1) {
      const calls = Array.from({ length: 40 }, async (_, number) => {
        const text = `round ${String(round)} ${String(number)}`;
        if ((await lab.status("/supersim", lab.signed(lab.fields(text)))) !== 200) return;
        answered.push(`${WORD} ${text}`);
        // With the first answer the process ends, in the middle of the others.
        if (answered.length % 40 === 7) await kill();
      });
      await Promise.all(calls);
      await kill();
      await lab.red.restart();
    }
    assert.ok(answered.length >= 7);
    const missing = (): readonly string[] => answered.filter((text) => !heard().includes(text));
    await lab.red.until(() => missing().length === 0, "all that was answered 200");
    const repeated = heard().length - new Set(heard()).size;
    assert.ok(repeated <= 16 * kills, `${String(repeated)} repeated by ${String(kills)} kills`);
  });

  it("lose nothing that is polled by kills and stops, and repeat nothing after a stop", async () => {
    lab = await EventsLab.start({}, {}, false);
    await deployWithSink(POLL);
    await lab.untilBadge(/ready/);
    const texts = numbered(40);
    for (const [at, text] of texts.entries()) {
      if (at === 0) await firstPollIsOver();
      lab.service.report("tracker-1", text);
      if (at % 10 === 9) await lab.red.restart();
      if (at % 10 === 4) {
        await lab.red.kill();
        await lab.red.restart();
      }
    }
    await lab.red.until(() => texts.every((text) => heard().includes(text)), "all that was reported");
    const last = heard().length;
    await lab.red.restart();
    lab.service.report("tracker-1", `${WORD} end`);
    await lab.red.until(() => heard().includes(`${WORD} end`), "the last one");
    assert.equal(heard().length, last + 1);
  });

  /** The first list, which only sets the starting point, is written down before the next one is asked for. */
  async function firstPollIsOver(): Promise<void> {
    for (let round = 0; round < 3; round += 1) await new Promise((resolve) => lab.service.once("request", resolve));
  }

  it("ask on for what was called back", async () => {
    lab = await EventsLab.start();
    await lab.deploy({ verify: "fetch" });
    const { sid } = await lab.client.createSmsCommand({ sim: "tracker-1", payload: `${WORD} asked` });
    lab.service.advance(sid, "sent");
    await lab.service.stop();
    const body = new URLSearchParams({ CommandSid: sid, Status: "sent" }).toString();
    const headers = { "content-type": "application/x-www-form-urlencoded" };
    assert.equal(await lab.status("/supersim", { headers, body }), 200);
    await lab.red.kill();
    await lab.service.start();
    await lab.red.restart();
    await lab.untilGot(1);
    assert.deepEqual(lab.texts(), [`${WORD} asked`]);
  });

  it("keep nothing on disk of a node that is deleted", async () => {
    lab = await EventsLab.start();
    await lab.deploy();
    assert.equal(await lab.status("/supersim", lab.signed(lab.fields("one"))), 200);
    await lab.untilGot(1);
    const [tab, account, , out] = lab.flow();
    await lab.red.deploy([tab!, account!, out!]);
    await lab.deploy();
    const fields = lab.fields("two");
    assert.equal(await lab.status("/supersim", lab.signed(fields)), 200);
    await lab.untilGot(2);
    await lab.red.deploy([]);
  });

  it("answer 503 where nothing can be written down, and take it when it comes again", async () => {
    const folder = join(userDir, "cellular");
    const disk = require.resolve("../support/failing-disk.js");
    lab = await EventsLab.start({ userDir, env: { FAILING_DISK: folder, NODE_OPTIONS: `--require ${disk}` } });
    await lab.deploy();
    assert.equal(await lab.status("/supersim", lab.signed(lab.fields("before"))), 200);
    await lab.untilGot(1);
    writeFileSync(`${folder}.trouble`, "EIO");
    const fields = lab.fields("again");
    const refused = await lab.call("/supersim", lab.signed(fields));
    assert.deepEqual([refused.status, refused.headers["retry-after"]], [503, "10"]);
    await lab.untilBadge(/^red ring disk refuses$/);
    rmSync(`${folder}.trouble`);
    assert.equal(await lab.status("/supersim", lab.signed(fields)), 200);
    await lab.untilGot(2);
    assert.deepEqual(lab.texts(), [`${WORD} before`, `${WORD} again`]);
    await lab.untilBadge(/^green dot/);
    assert.doesNotMatch(readFileSync(join(folder, "account", "events.journal"), "latin1"), /simulated-/);
  });
});
