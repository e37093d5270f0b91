import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PeplinkSimulator } from "../../src/simulators";
import { lastingPort } from "../support/lasting-port";
import { NodeRedProcess, type Probe } from "../support/node-red-process";
import { everyNumber, numbered, outcomesOf, sendingFlow } from "./flow";

/** Milliseconds: what holds a folder that another process has is tried again every few seconds. */
const TAKE_OVER = { timeout: 40_000 };

describe("Two Node-REDs on one user folder", function () {
  this.timeout(90_000);
  let device: PeplinkSimulator;
  let userDir: string;
  let first: NodeRedProcess | undefined;
  let second: NodeRedProcess | undefined;

  beforeEach(async () => {
    device = await new PeplinkSimulator({ port: await lastingPort(), username: "flows" }).start();
    userDir = await mkdtemp(join(tmpdir(), "shared-user-folder-"));
  });

  afterEach(async () => {
    await second?.stop();
    await first?.stop();
    await device.stop();
    await rm(userDir, { recursive: true, force: true });
  });

  it("do not share what waits: the second refuses until the first is gone, then takes it over by itself", async () => {
    const flows = sendingFlow(device).filter(({ id }) => id !== "receive" && id !== "received");
    const one = (first = await NodeRedProcess.start({ userDir, flows }));
    await one.sendMany("source", numbered(1, 1));
    await one.until(() => outcomesOf(one.probes).length === 1, "the first outcome");
    const two = (second = await NodeRedProcess.start({ userDir }));

    await two.sendMany("source", numbered(2, 2));
    const refusal = await two.nextProbe();
    assert.deepEqual(ending(refusal), { number: 2, outcome: "not-sent", code: "STORAGE_FAILED" });
    await one.sendMany("source", numbered(3, 3));
    await one.until(() => outcomesOf(one.probes).length === 2, "the second outcome");

    await device.stop();
    await one.sendMany("source", numbered(4, 6));
    await one.until(() => one.statuses.some(({ status }) => status.text === "unreachable"), "the failed attempt");
    await one.kill();
    await device.start();
    await two.until(() => outcomesOf(two.probes).length === 4, "what the first one has left", TAKE_OVER);

    assert.deepEqual(outcomesOf(one.probes), ["1 accepted", "3 accepted"]);
    assert.deepEqual(outcomesOf(two.probes).slice(1), ["4 accepted", "5 accepted", "6 accepted"]);
    assert.deepEqual(
      device.sent.map(({ text }) => text),
      everyNumber(6, (number) => `alarm ${number}`).filter((text) => text !== "alarm 2"),
    );
  });
});

function ending({ msg }: Probe): object {
  const { number, sms } = msg as {
    readonly number: number;
    readonly sms: { readonly outcome: string; readonly code?: string };
  };
  return { number, outcome: sms.outcome, code: sms.code };
}
