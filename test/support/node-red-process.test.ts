import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { NodeRedProcess, type FlowItem } from "./node-red-process.js";

const tab = { id: "tab", type: "tab", label: "flow" };
const source = { id: "source", type: "test-source", z: "tab", wires: [["probe"]] };
const probe = { id: "probe", type: "test-probe", z: "tab", wires: [] };
const wire: readonly FlowItem[] = [tab, source, probe];

/** A flow whose function node runs some code between source and probe. */
function flowWith(code: string): readonly FlowItem[] {
  const body = { id: "code", type: "function", z: "tab", func: code, outputs: 1, wires: [["probe"]] };
  return [tab, { ...source, wires: [["code"]] }, body, probe];
}

describe("a Node-RED process", () => {
  let red: NodeRedProcess;

  before(async () => {
    red = await NodeRedProcess.start({ flows: wire, env: { A_WORD: "from outside" } });
  });

  after(async () => {
    await red.stop();
    assert.equal(existsSync(red.userDir), false);
  });

  it("brings what a test-source sends to the test-probe", async () => {
    await red.deploy(wire);
    await red.send("source", { payload: "hello", data: Buffer.from("hi") });
    const { node, msg } = await red.nextProbe();
    assert.equal(node, "probe");
    assert.equal(msg.payload, "hello");
    assert.deepEqual(msg.data, { type: "Buffer", data: [104, 105] });
  });

  it("puts many messages at a node's input, in order", async () => {
    await red.deploy(flowWith("return msg;"));
    const seen = red.probes.length;
    await red.injectMany(
      "code",
      Array.from({ length: 500 }, (_, index) => ({ payload: index })),
    );
    await red.until(() => red.probes.length === seen + 500, "500 probes");
    const payloads = red.probes.slice(seen).map(({ msg }) => msg.payload);
    assert.deepEqual(
      payloads,
      Array.from({ length: 500 }, (_, index) => index),
    );
    for (const payload of payloads) await red.nextProbe(({ msg }) => msg.payload === payload);
  });

  it("gives each probe to one wait only, and finds a later one by its content", async () => {
    await red.deploy(wire);
    await red.sendMany("source", [{ payload: "a" }, { payload: "b" }, { payload: "c" }]);
    const wanted = await red.nextProbe(({ msg }) => msg.payload === "b");
    const rest = [await red.nextProbe(), await red.nextProbe()];
    assert.equal(wanted.msg.payload, "b");
    assert.deepEqual(
      rest.map(({ msg }) => msg.payload),
      ["a", "c"],
    );
  });

  it("says what it waited for when nothing came", async () => {
    await assert.rejects(
      red.nextProbe(({ msg }) => msg.payload === "never", { timeout: 1 }),
      /in vain for a matching probe/,
    );
  });

  it("gives code and message of an error that reached a probe, down to its cause", async () => {
    const code = `const cause = Object.assign(new Error("refused"), { code: "ECONNREFUSED" });
      msg.problem = Object.assign(new Error("not there", { cause }), { code: "UNREACHABLE", outcome: "not-sent" });
      return msg;`;
    await red.deploy(flowWith(code));
    await red.send("source", {});
    const { msg } = await red.nextProbe();
    assert.deepEqual(msg.problem, {
      name: "Error",
      message: "not there",
      code: "UNREACHABLE",
      outcome: "not-sent",
      cause: { name: "Error", message: "refused", code: "ECONNREFUSED" },
    });
  });

  it("reports statuses and log lines with their node", async () => {
    await red.deploy(flowWith(`node.status({ fill: "red", shape: "ring", text: "lost" }); node.warn("careful");`));
    await red.send("source", {});
    const { status } = await red.nextStatus(({ node, status }) => node === "code" && status.fill !== undefined);
    const line = await red.nextLog(({ id }) => id === "code");
    assert.deepEqual(status, { fill: "red", shape: "ring", text: "lost" });
    assert.deepEqual({ level: line.level, msg: line.msg }, { level: "warn", msg: "careful" });
  });

  for (const type of ["full", "flows", "nodes"] as const) {
    it(`runs the new flows once a deploy of type ${type} has resolved`, async () => {
      await red.deploy(flowWith("msg.payload = 'old'; return msg;"));
      await red.deploy(flowWith(`msg.payload = '${type}'; return msg;`), type);
      await red.send("source", {});
      const { msg } = await red.nextProbe();
      assert.equal(msg.payload, type);
    });
  }

  it("refuses a deploy of a type that is not there", async () => {
    const unknown = { id: "unknown", type: "no-such-type", z: "tab", wires: [] };
    await assert.rejects(red.deploy([...wire, unknown]), /missing-types.*no-such-type/);
  });

  it("refuses to send where there is no such node", async () => {
    await red.deploy(wire);
    await assert.rejects(red.send("nobody", {}), /No running node has the id nobody/);
    await assert.rejects(red.send("probe", {}), /no test-source/);
  });

  it("passes environment variables on", async () => {
    await red.deploy(flowWith("msg.payload = env.get('A_WORD'); return msg;"));
    await red.send("source", {});
    const { msg } = await red.nextProbe();
    assert.equal(msg.payload, "from outside");
  });

  it("shows a timer that a flow leaves behind", async () => {
    await red.deploy(wire);
    const before = await red.resources();
    await red.deploy(flowWith("context.set('timer', setInterval(() => {}, 60000)); return msg;"));
    await red.send("source", {});
    await red.nextProbe();
    const during = await red.resources();
    await red.deploy(wire);
    const after = await red.resources();
    assert.equal(during.active.Timeout, (before.active.Timeout ?? 0) + 1);
    assert.deepEqual(after.active, before.active);
    assert.deepEqual(after.listeners, before.listeners);
    assert.equal(after.fds, before.fds);
    assert.ok(after.memory.heapUsed > 0);
  });

  it("keeps flows and address when it is killed and started again", async () => {
    await red.deploy(wire);
    const { url, pid } = red;
    await red.kill();
    assert.equal(red.crashed, undefined);
    await red.restart();
    assert.equal(red.url, url);
    assert.notEqual(red.pid, pid);
    await red.send("source", { payload: "again" });
    const { msg } = await red.nextProbe();
    assert.equal(msg.payload, "again");
  });

  it("lets a wait outlast a graceful restart", async () => {
    await red.deploy(wire);
    const waiting = red.nextProbe();
    await red.restart();
    await red.send("source", { payload: "later" });
    const { msg } = await waiting;
    assert.equal(msg.payload, "later");
  });
});

describe("a Node-RED process that crashes", () => {
  const rejection = `Promise.reject(Object.assign(new Error("nobody caught this"), { code: "LOST" }));`;

  it("names the rejection that ended it, and starts again", async () => {
    const red = await NodeRedProcess.start({ flows: flowWith(rejection) });
    await red.send("source", {});
    const crash = await red.expectCrash();
    assert.equal(crash.origin, "unhandledRejection");
    assert.equal(crash.message, "nobody caught this");
    assert.equal(crash.code, "LOST");
    await assert.rejects(red.send("source", {}), /not running/);
    await red.restart();
    assert.equal(red.crashed, undefined);
    await red.stop();
  });

  it("fails the waits, and the stop of a test that did not expect it", async () => {
    const throws = `timers.setImmediate(() => { throw new Error("out of the blue"); });`;
    const flows = flowWith(throws).map((item) =>
      item.type === "function" ? { ...item, libs: [{ var: "timers", module: "timers" }] } : item,
    );
    const red = await NodeRedProcess.start({ flows });
    const waiting = assert.rejects(red.nextProbe(), /out of the blue/);
    await red.send("source", {});
    await waiting;
    assert.equal(red.crashed?.origin, "uncaughtException");
    await assert.rejects(red.stop(), /out of the blue/);
    assert.equal(existsSync(red.userDir), false);
  });

  it("is noticed when the process ends without a word", async () => {
    const red = await NodeRedProcess.start({ flows: wire });
    process.kill(red.pid!, "SIGKILL");
    const crash = await red.expectCrash();
    assert.equal(crash.origin, "exit");
    assert.match(crash.message, /SIGKILL/);
    await red.stop();
  });
});

describe("a Node-RED process whose test is gone", () => {
  it("ends by itself", async () => {
    const userDir = await mkdtemp(join(tmpdir(), "node-red-"));
    const modulePath = join(__dirname, "node-red-process.js");
    const script = `require(process.argv[1]).NodeRedProcess.start({ userDir: process.argv[2] })
      .then((red) => { console.log(new URL(red.url).port); setInterval(() => {}, 60000); });`;
    const parent = spawn(process.execPath, ["--eval", script, modulePath, userDir]);
    try {
      const [line] = (await once(parent.stdout, "data")) as [Buffer];
      const socket = connect(Number(line.toString()), "127.0.0.1");
      await once(socket, "connect");
      const closed = once(
        socket.on("error", () => undefined),
        "close",
      );
      parent.kill("SIGKILL");
      await closed;
    } finally {
      parent.kill("SIGKILL");
      await rm(userDir, { recursive: true, force: true, maxRetries: 5 });
    }
  });
});

describe("credentials of a flow", () => {
  it("reach the node and stay out of the flow file", async () => {
    const proxy = { id: "proxy", type: "http proxy", name: "", url: "http://127.0.0.1:9", noproxy: [] };
    const credentials = { proxy: { username: "someone", password: "a word that stays secret" } };
    const red = await NodeRedProcess.start({ flows: [...wire, proxy], credentials });
    try {
      const stored = await red.admin("GET", "/credentials/http-proxy/proxy");
      const flows = await red.admin("GET", "/flows");
      assert.deepEqual(JSON.parse(stored.body), { username: "someone", has_password: true });
      assert.doesNotMatch(flows.body, /stays secret/);
    } finally {
      await red.stop();
    }
  });
});
