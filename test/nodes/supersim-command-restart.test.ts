import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import type { DeployType, FlowItem } from "../support/node-red-process.js";
import {
  recordOf,
  SupersimLab,
  TOKEN,
  verdictOf,
  without,
  WORD,
  type FlowChanges,
  type Message,
} from "./supersim-lab.js";

const WAITING = /^blue dot \d waiting$/;
const DELIVERED: FlowChanges = { command: { wait: "delivered" } };

/** A command that the service has, and that waits to be delivered. */
interface Waiting {
  readonly tag: string;
  readonly sid: string;
}

async function waits(lab: SupersimLab, msg: Message = {}): Promise<Waiting> {
  const tag = await lab.send(msg);
  const sid = await lab.sidOf(tag);
  await lab.untilBadge("command", WAITING);
  return { tag, sid };
}

describe("a command that waits when Node-RED starts again", () => {
  let lab: SupersimLab;

  beforeEach(async () => {
    lab = await SupersimLab.start();
    await lab.deploy(lab.commanding(DELIVERED));
  });

  afterEach(async () => {
    await lab.stop();
  });

  function folder(): string {
    return join(lab.red.userDir, "cellular", "account");
  }

  for (const [what, end] of [
    ["a graceful stop", (): Promise<void> => Promise.resolve()],
    ["a kill", (): Promise<void> => lab.red.kill()],
  ] as const) {
    it(`goes on waiting after ${what}, and is told under the same SID with its message`, async () => {
      const { tag, sid } = await waits(lab, { topic: "t" });
      await end();
      await lab.red.restart();
      await lab.untilBadge("command", WAITING);
      assert.deepEqual(lab.arrived(tag), []);
      lab.device.advance(sid, "delivered");
      const msg = await lab.arrival("out", tag);
      assert.deepEqual([msg.topic, msg.payload], ["t", `${WORD} ${tag}`]);
      assert.deepEqual([recordOf(msg).sid, recordOf(msg).status], [sid, "delivered"]);
      await lab.arrival("done", tag);
      await lab.sendsStill();
      assert.deepEqual(lab.arrived(tag).toSorted(), ["done", "out"]);
      assert.equal(lab.taken(tag), 1);
    });

    it(`is told what became of it meanwhile, after ${what}`, async () => {
      const { tag, sid } = await waits(lab);
      await end();
      lab.device.advance(sid, "failed");
      await lab.red.restart();
      const msg = await lab.arrival("caught", tag);
      assert.equal(verdictOf(msg), "accepted COMMAND_FAILED");
      assert.equal(recordOf(msg).sid, sid);
    });
  }

  it("is asked for once although its time was over by then", async () => {
    const { tag, sid } = await waits(lab, { commandOptions: { waitTimeout: 4 } });
    await lab.red.kill();
    lab.device.advance(sid, "delivered");
    const killed = performance.now();
    await lab.inTime(() => performance.now() > killed + 4000, "the end of its time");
    const asked = lab.asked(sid);
    await lab.red.restart();
    assert.equal(recordOf(await lab.arrival("out", tag)).status, "delivered");
    assert.equal(lab.asked(sid), asked + 1);
  });

  it("still answers for its key", async () => {
    const options = { commandOptions: { key: "once" } };
    const { tag, sid } = await waits(lab, options);
    await lab.red.kill();
    await lab.red.restart();
    const other = await lab.send(options);
    await lab.sendsStill();
    lab.device.advance(sid, "delivered");
    for (const one of [tag, other]) assert.equal(recordOf(await lab.arrival("out", one)).sid, sid);
    assert.equal(lab.device.sent.length, 2);
  });

  it("is unknown if it was being sent, and is not sent again", async () => {
    lab.device.fail("silence", { times: 1, done: true });
    const tag = await lab.send();
    await lab.sidOf(tag);
    await lab.red.kill();
    await lab.red.restart();
    assert.equal(verdictOf(await lab.arrival("caught", tag)), "unknown INTERRUPTED");
    await lab.sendsStill();
    assert.equal(lab.taken(tag), 1);
  });

  it("is sent if it had been queued, and followed then", async () => {
    await lab.device.stop();
    const tag = await lab.send();
    await lab.untilBadge("command", /unreachable/);
    await lab.red.kill();
    await lab.device.start();
    await lab.red.restart();
    lab.device.advance(await lab.sidOf(tag), "delivered");
    assert.equal(recordOf(await lab.arrival("out", tag)).status, "delivered");
    assert.equal(lab.taken(tag), 1);
  });

  it("is gone with durable switched off, and no file was ever written", async () => {
    await lab.deploy(lab.commanding({ ...DELIVERED, account: { durable: "false" } }));
    const { tag, sid } = await waits(lab);
    assert.equal(existsSync(folder()), false);
    await lab.red.kill();
    await lab.red.restart();
    lab.device.advance(sid, "delivered");
    await lab.sendsStill();
    assert.deepEqual(lab.arrived(tag), []);
    assert.equal(lab.asked(sid), 0);
  });

  it("goes to the disk when durable is switched on, and off it again, and is followed all the time", async () => {
    await lab.deploy(lab.commanding({ ...DELIVERED, account: { durable: false } }));
    const { tag, sid } = await waits(lab);
    await lab.deploy(lab.commanding({ ...DELIVERED, account: { durable: true } }));
    await lab.inTime(() => lab.journal("account").includes(sid), "the command on disk");
    await lab.deploy(lab.commanding({ ...DELIVERED, account: { durable: false } }));
    await lab.inTime(() => !existsSync(folder()), "the end of the folder");
    lab.device.advance(sid, "delivered");
    await lab.arrival("done", tag);
  });

  it("lies in files that nobody else may read, without a secret", async () => {
    await waits(lab);
    await lab.red.kill();
    assert.equal((await stat(folder())).mode & 0o777, 0o700);
    for (const name of await readdir(folder())) {
      const path = join(folder(), name);
      assert.equal((await stat(path)).mode & 0o777, 0o600, name);
      assert.ok(!(await readFile(path, "utf8")).includes(TOKEN), name);
    }
    await lab.red.restart();
  });
});

describe("a deploy while a command waits", () => {
  let lab: SupersimLab;
  let deploys = 0;

  before(async () => {
    lab = await SupersimLab.start({}, {}, { runtimeState: { enabled: true, ui: false } });
  });

  after(async () => {
    await lab.stop();
  });

  beforeEach(async () => {
    lab.device.heal();
    await lab.deploy(lab.commanding(DELIVERED));
  });

  /** The flow with nodes that differ from those that run, so that every type of deploy starts them anew. */
  function changed(changes: FlowChanges = DELIVERED): readonly FlowItem[] {
    deploys += 1;
    const info = `deploy ${String(deploys)}`;
    return lab
      .commanding(changes)
      .map((item) => (item.id === "tab" || item.id === "account" ? item : { ...item, info }))
      .map((item) => (changes.account === undefined ? without(item, "credentials") : item));
  }

  for (const type of ["full", "flows", "nodes"] as const satisfies readonly DeployType[]) {
    for (const [status, at] of [
      ["delivered", "out"],
      ["failed", "caught"],
    ] as const) {
      it(`of type ${type} lets ${status} leave by the new node, once`, async () => {
        const { tag, sid } = await waits(lab, { topic: "t" });
        await lab.deploy(changed(), type);
        await lab.untilBadge("command", WAITING);
        lab.device.advance(sid, status);
        const msg = await lab.arrival(at, tag);
        assert.deepEqual([msg.topic, recordOf(msg).sid, recordOf(msg).status], ["t", sid, status]);
        await lab.sendsStill();
        assert.deepEqual(lab.arrived(tag).toSorted(), status === "failed" ? ["caught"] : ["done", "out"]);
        assert.equal(lab.taken(tag), 1);
      });
    }

    it(`of type ${type} lets a command in flight wait on`, async () => {
      lab.device.fail("delay", { delay: 300, times: 1, on: "send" });
      const tag = await lab.send();
      const sid = await lab.sidOf(tag);
      await lab.deploy(changed(), type);
      lab.device.advance(sid, "delivered");
      await lab.arrival("done", tag);
      assert.equal(lab.taken(tag), 1);
    });
  }

  it("asks by the new settings", async () => {
    const { tag, sid } = await waits(lab);
    await lab.deploy(changed({ ...DELIVERED, account: { auth: "apikey", credentials: apiKey() } }));
    lab.device.advance(sid, "delivered");
    await lab.arrival("done", tag);
    await lab.sendsStill();
  });

  it("changes nothing for what waits by the old one, if the node waits for nothing now", async () => {
    const { tag, sid } = await waits(lab);
    await lab.deploy(changed({ command: { wait: "none" } }));
    await lab.sendsStill();
    assert.deepEqual(lab.arrived(tag), []);
    lab.device.advance(sid, "delivered");
    await lab.arrival("done", tag);
  });

  it("that deletes the node says in the log that nobody is left to hear of it", async () => {
    const { tag, sid } = await waits(lab);
    await lab.deploy(lab.commanding().filter(({ id }) => id !== "command"));
    lab.device.advance(sid, "delivered");
    const { msg } = await lab.red.nextLog(
      ({ level, msg: text }) => level === "warn" && text.includes("no flow was told"),
    );
    assert.match(msg, /accepted/);
    await lab.deploy(lab.commanding());
    await lab.sendsStill();
    assert.deepEqual(lab.arrived(tag), []);
  });

  it("that deletes the account ends it as accepted and interrupted, and the folder goes", async () => {
    const { tag, sid } = await waits(lab);
    await lab.deploy(changed().filter(({ id }) => id !== "account"));
    const msg = await lab.arrival("caught", tag);
    assert.equal(verdictOf(msg), "accepted INTERRUPTED");
    assert.deepEqual([recordOf(msg).sid, recordOf(msg).status], [sid, "queued"]);
    assert.match(String(recordOf(msg).reason), /may still arrive/);
    await lab.untilBadge("command", /^red ring no account$/);
    await lab.inTime(() => !existsSync(join(lab.red.userDir, "cellular", "account")), "the end of the folder");
    await lab.deploy(lab.commanding());
    await lab.sendsStill();
    assert.deepEqual(lab.arrived(tag), ["caught"]);
  });

  it("that disables the tab asks nothing less, and the outcome is told when it is back", async () => {
    const { tag, sid } = await waits(lab);
    await lab.deploy(lab.commanding(DELIVERED).map((item) => (item.id === "tab" ? { ...item, disabled: true } : item)));
    await lab.deploy(lab.commanding(DELIVERED));
    lab.device.advance(sid, "delivered");
    await lab.arrival("done", tag);
  });

  it("lets the outcome wait while the flows are stopped", async () => {
    const { tag, sid } = await waits(lab);
    const logged = lab.red.logs.length;
    await lab.red.admin("POST", "/flows/state", { state: "stop" });
    await lab.red.until(() => lab.red.logs.slice(logged).some(({ msg }) => msg.includes("Stopped flows")), "the stop");
    lab.device.advance(sid, "delivered");
    await lab.red.admin("POST", "/flows/state", { state: "start" });
    await lab.arrival("done", tag);
    assert.deepEqual(lab.arrived(tag).toSorted(), ["done", "out"]);
  });

  it("leaves no timers, sockets or listeners behind", async () => {
    const round = async (type: DeployType): Promise<void> => {
      const { tag, sid } = await waits(lab);
      await lab.deploy(changed(), type);
      lab.device.advance(sid, "delivered");
      await lab.arrival("done", tag);
    };
    await round("full");
    const before = await lab.red.resources();
    for (const type of ["full", "flows", "nodes"] as const) await round(type);
    const after = await lab.red.resources();
    assert.deepEqual(after.listeners, before.listeners);
    assert.ok((after.active.Timeout ?? 0) <= (before.active.Timeout ?? 0) + 1, JSON.stringify([before, after]));
  });
});

describe("the end of Node-RED while a command waits", () => {
  it("is quick and no crash, whether it is being asked for or not", async () => {
    const lab = await SupersimLab.start();
    await lab.deploy(lab.commanding(DELIVERED));
    lab.device.fail("silence", { on: "list" });
    const { sid } = await waits(lab);
    await waits(lab);
    await lab.inTime(() => lab.asked(sid) >= 1, "a question");
    await lab.stop();
  });
});

function apiKey(): Readonly<Record<string, string>> {
  return { apiKeySid: "SKffeeddccbbaa99887766554433221100", apiKeySecret: "simulated-secret" };
}
