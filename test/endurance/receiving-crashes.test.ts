import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { PeplinkSimulator } from "../../src/simulators";
import type { FlowItem } from "../support/node-red-process";
import { Seeded } from "../support/seeded";
import { Pair } from "./flow";
import { moment, nothing } from "./moment";

/** How often Node-RED is killed in each test; 200 in all by hand. */
const KILLS = Math.ceil(Number(process.env.KILLS ?? 20) / 6);
const SENDER = "+447700900200";
const CONNECTION = 2;
/** Milliseconds after which a kill comes whatever happens. */
const LONGEST_LIFE = 400;

type After = "keep" | "delete" | "flow";

/** What comes in is written to the disk by `sink`, then, for `flow`, deleted by the flow. */
function flow(device: PeplinkSimulator, after: After): FlowItem[] {
  const sink = { id: `sink-${after}`, type: "test-sink", z: "tab", wires: [[after === "flow" ? "delete" : "probe"]] };
  return [
    { id: "tab", type: "tab", label: "receiving" },
    {
      id: `receive-${after}`,
      type: "cellular-sms-receive",
      z: "tab",
      gateway: "gateway",
      connId: String(CONNECTION),
      interval: "0.05",
      start: "all",
      after,
      wires: [[sink.id]],
    },
    sink,
    { id: "delete", type: "cellular-sms-delete", z: "tab", gateway: "gateway", wires: [["probe"]] },
    { id: "probe", type: "test-probe", z: "tab", wires: [] },
    {
      id: "gateway",
      type: "cellular-gateway",
      kind: "peplink",
      url: device.url,
      fingerprint: device.fingerprint ?? "",
      credentials: { username: "flows", password: "simulated-password" },
    },
  ];
}

describe("A Node-RED that is killed while it receives", function () {
  this.timeout(20_000 + KILLS * 5000);
  const random = new Seeded();
  const rows: object[] = [];
  let pair: Pair | undefined;
  let arrived = 0;

  before(async () => {
    pair = await Pair.start({ latency: 2, storeCapacity: 2000 }, (device) => flow(device, "keep"));
  });

  after(async () => {
    await pair?.stop();
    if (process.env.PRINT_TABLE === "1") {
      console.log(`seed ${random.seed}`);
      console.table(rows);
    }
  });

  /** SMS that come one minute after the other: those of one second would count as the parts of one. */
  function receive(device: PeplinkSimulator): string[] {
    return Array.from({ length: random.whole(1, 6) }, () => {
      arrived += 1;
      const text = `report ${arrived}`;
      device.receive({ from: SENDER, text, connId: CONNECTION, timestamp: 1_790_000_000 + 60 * arrived });
      return text;
    });
  }

  function someMoment({ device }: Pair): Promise<void> {
    const count = random.whole(1, 5);
    switch (random.pick(["time", "list", "deleted"])) {
      case "list":
        return moment(count, LONGEST_LIFE, (seen) => {
          device.on("request", seen);
          return () => device.off("request", seen);
        });
      case "deleted":
        return moment(count, LONGEST_LIFE, (seen) => {
          device.on("deleted", seen);
          return () => device.off("deleted", seen);
        });
      case "time":
        return moment(1, random.whole(0, LONGEST_LIFE), nothing);
    }
  }

  for (const mode of ["keep", "delete", "flow"] as const) {
    it(`loses no SMS with after: ${mode}, in ${KILLS} kills`, async () => {
      assert.ok(pair);
      const { red, device } = pair;
      device.clear();
      await red.deploy(flow(device, mode));
      const written = (): string[] =>
        readFileSync(join(red.userDir, `sink-${mode}.log`), { encoding: "utf8", flag: "a+" })
          .split("\n")
          .slice(0, -1);

      const expected: string[] = [];
      for (let kill = 0; kill < KILLS; kill += 1) {
        expected.push(...receive(device));
        await someMoment(pair);
        expected.push(...receive(device));
        await red.kill();
        expected.push(...receive(device));
        await red.restart();
      }
      await red.until(() => new Set(written()).size >= expected.length, "each SMS that arrived", { timeout: 60_000 });
      if (mode !== "keep") await emptied(device);

      const texts = new Set(written());
      const lost = expected.filter((text) => !texts.has(text)).length;
      const twice = written().length - texts.size;
      rows.push({ after: mode, kills: KILLS, arrived: expected.length, lost, twice });
      assert.deepEqual([...texts].sort(), expected.sort(), `seed ${random.seed}`);
    });
  }
});

async function emptied(device: PeplinkSimulator): Promise<void> {
  for (let second = 0; device.store(CONNECTION).length > 0; second += 1) {
    assert.ok(second < 30, "the store is not emptied");
    await moment(device.store(CONNECTION).length, 1000, (seen) => {
      device.on("deleted", seen);
      return () => device.off("deleted", seen);
    });
  }
}
