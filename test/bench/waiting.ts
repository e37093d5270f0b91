/** What it costs to start with SMS that wait for a gateway that cannot be reached: time and memory, with none and with many. */
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { Lane } from "../../src/lane";
import { smsCodec } from "../../src/node-red/sms-codec";
import { Batch } from "../../src/node-red/sms-origin";
import { DiskOutboxStore, Outbox } from "../../src/outbox";
import { StoreFolder } from "../../src/store";
import { NodeRedProcess, type FlowItem } from "../support/node-red-process";
import { median } from "./median";

const WAITING = 10_000;
const ROUNDS = 5;

interface Cost {
  /** Until the flows run. */
  readonly started: number;
  /** Until the first attempt to send has failed: all that waits has been taken up before. */
  readonly ready: number;
  /** Resident memory in MiB, after a garbage collection. */
  readonly memory: number;
}

function flow(port: number): FlowItem[] {
  return [
    { id: "tab", type: "tab", label: "waiting" },
    { id: "source", type: "test-source", z: "tab", wires: [["send"]] },
    { id: "send", type: "cellular-sms-send", z: "tab", gateway: "gateway", wires: [[]] },
    {
      id: "gateway",
      type: "cellular-gateway",
      kind: "peplink",
      url: `http://127.0.0.1:${port}`,
      queueLimit: String(2 * WAITING),
      expireAfter: "0",
      credentials: { username: "flows", password: "simulated-password" },
    },
  ];
}

/** A port at which nobody listens. */
async function deadPort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

/** A user folder whose flows are deployed, with so many SMS that wait. */
async function userFolder(port: number, count: number): Promise<string> {
  const userDir = await mkdtemp(join(tmpdir(), "waiting-"));
  const red = await NodeRedProcess.start({ userDir, flows: flow(port) });
  await red.stop();
  const folder = new StoreFolder({ path: join(userDir, "cellular", "gateway"), label: "bench" });
  const outbox = new Outbox({
    id: "gateway",
    label: "bench",
    lane: new Lane(),
    store: new DiskOutboxStore({ open: () => folder.journal("outbox"), codec: smsCodec() }),
    limits: { minInterval: 0, maxPerHour: 0, queueLimit: count + 1 },
    transmit: () => Promise.reject(new Error("nothing is sent here")),
    observer: { moved: () => undefined, finished: () => undefined, repeated: () => undefined },
  });
  const numbers = Array.from({ length: count }, (_, index) => index);
  await Promise.all(
    numbers.map((number) => {
      const text = `Pump 3 stopped at 10:00, pressure 2.4 bar, reading ${number}.`;
      const msg = { _msgid: `message ${number}`, payload: text, to: "+447700900123", topic: "pumps" };
      return outbox.submit({
        job: { to: "+447700900123", text, encoding: "gsm7", segments: 1, options: {} },
        origin: { nodeId: "send", msg, batch: new Batch(1) },
        priority: "normal",
        onUnknown: "report",
        expireAfter: 0,
      });
    }),
  );
  await folder.close();
  return userDir;
}

async function start(userDir: string, isAnythingWaiting: boolean): Promise<Cost> {
  const begin = performance.now();
  const red = await NodeRedProcess.start({ userDir });
  const started = performance.now() - begin;
  if (!isAnythingWaiting) await red.send("source", { to: "+447700900123", payload: "one" });
  await red.until(() => red.statuses.some(({ status }) => status.text === "unreachable"), "the failed attempt");
  const ready = performance.now() - begin;
  const { memory } = await red.resources();
  await red.kill();
  return { started, ready, memory: memory.rss / 2 ** 20 };
}

async function main(): Promise<void> {
  // A Node-RED under test keeps no process alive by itself.
  const alive = setInterval(() => undefined, 1000);
  const port = await deadPort();
  const empty = await userFolder(port, 0);
  const full = await userFolder(port, WAITING);
  const costs: Record<"none" | "many", Cost[]> = { none: [], many: [] };
  try {
    for (let round = 0; round < ROUNDS; round += 1) {
      costs.none.push(await start(empty, round > 0));
      costs.many.push(await start(full, true));
    }
  } finally {
    clearInterval(alive);
    for (const userDir of [empty, full]) await rm(userDir, { recursive: true, force: true });
  }
  for (const [name, unit] of [
    ["started", "ms"],
    ["ready", "ms"],
    ["memory", "MiB"],
  ] as const) {
    const none = median(costs.none.map((cost) => cost[name]));
    const many = median(costs.many.map((cost) => cost[name]));
    console.log(
      `${name.padEnd(8)}  0 or 1 waiting ${none.toFixed(0)} ${unit}  ${WAITING} waiting ${many.toFixed(0)} ${unit}  ` +
        `ratio ${(many / none).toFixed(2)}  (medians of ${ROUNDS} starts each)`,
    );
  }
}

void main();
