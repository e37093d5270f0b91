import assert from "node:assert/strict";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { PeplinkSimulator } from "../../src/simulators";
import { Lab, recordOf, verdictOf, WORD, type Changes, type Message } from "../nodes/lab";
import { lineOf, type Line } from "./what-follows";

/** Why a gateway does not take an SMS from the start. */
interface Obstacle {
  readonly gateway?: Changes;
  readonly msg?: Message;
  /** What has to happen before the flow runs, and after it was deployed. */
  readonly before?: (lab: Lab) => Promise<void>;
  readonly begin?: (lab: Lab) => Promise<void>;
  readonly end?: (lab: Lab) => Promise<unknown>;
}

const OBSTACLES: readonly Obstacle[] = [
  // The first one: no process has used the folder yet, and now it cannot be made.
  {
    before: async (lab) => {
      await mkdir(dirname(folderOf(lab)), { recursive: true });
      await writeFile(folderOf(lab), "no folder");
    },
    end: (lab) => rm(folderOf(lab)),
  },
  { msg: { to: "12" } },
  { msg: { payload: "" } },
  { msg: { payload: {} } },
  { msg: { smsOptions: { priority: "first" } } },
  { msg: { payload: `${WORD} `.padEnd(200, ".") }, gateway: { maxSegments: 1 } },
  { gateway: { url: "nonsense" } },
  {
    gateway: { queueLimit: 1 },
    begin: async (lab) => {
      await lab.device.stop();
      await lab.send();
      await lab.untilBadge("send", /unreachable/);
    },
    end: (lab) => lab.device.start(),
  },
];

/** What a real Node-RED makes of an SMS that its gateway does not take: with a fallback that would, and without one. */
export async function refusedInputs(): Promise<readonly Line[]> {
  const spare = await new PeplinkSimulator().start();
  const lab = await Lab.start();
  const lines: Line[] = [];
  try {
    for (const obstacle of OBSTACLES) lines.push(await lineFor(obstacle, lab, spare));
  } finally {
    await Promise.all([lab.stop(), spare.stop()]);
  }
  return lines;
}

async function lineFor(obstacle: Obstacle, lab: Lab, spare: PeplinkSimulator): Promise<Line> {
  const { gateway = {}, msg = {}, before, begin, end } = obstacle;
  const spareGateway = { ...lab.gateway({ name: "Spare", url: spare.url }), id: "spare" };
  const flow = (fallback: string) => [
    ...lab.sending({ gateway, send: { fallback, fallbackAfter: 600 } }),
    spareGateway,
  ];
  await before?.(lab);
  await lab.deploy(flow(""));
  await begin?.(lab);
  const [outcome = "", code = ""] = verdictOf(await lab.arrival("caught", await lab.send(msg))).split(" ");
  await lab.deploy(flow("spare"));
  const tag = await lab.send(msg);
  await lab.red.until(() => lab.arrived(tag).some((node) => node === "out" || node === "caught"), "an outcome");
  await end?.(lab);
  const [first] = lab.arrived(tag);
  if (first === "out") {
    assert.equal((recordOf(await lab.arrival("out", tag)).gateway as Changes).id, "spare");
    return lineOf(code, outcome, "fallback");
  }
  assert.equal(verdictOf(await lab.arrival("caught", tag)), `${outcome} ${code}`);
  return lineOf(code, outcome, "reported");
}

function folderOf(lab: Lab): string {
  return join(lab.red.userDir, "cellular", "gw");
}
