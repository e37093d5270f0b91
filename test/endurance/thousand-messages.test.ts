import assert from "node:assert/strict";
import { setTimeout as pause } from "node:timers/promises";
import type { DeployType } from "../support/node-red-process";
import { everyNumber, numbered, outcomesOf, Pair, sendingFlow } from "./flow";

const COUNT = 1000;
const DEPLOYS_OF_EACH_TYPE = 20;

describe("1,000 messages through a flow", function () {
  this.timeout(120_000);
  let pair: Pair | undefined;

  afterEach(async () => {
    await pair?.stop();
    pair = undefined;
  });

  async function assertOnceEachInOrder({ device, red }: Pair): Promise<void> {
    await red.until(() => outcomesOf(red.probes).length >= COUNT, "an outcome for each message", { timeout: 100_000 });
    assert.deepEqual(
      device.sent.map(({ text }) => text),
      everyNumber(COUNT, (number) => `alarm ${number}`),
    );
    assert.deepEqual(
      outcomesOf(red.probes),
      everyNumber(COUNT, (number) => `${number} accepted`),
    );
  }

  it("leave once each and in order", async () => {
    pair = await Pair.start();
    const { device, red } = pair;
    await red.sendMany("source", numbered(1, COUNT));
    await assertOnceEachInOrder(pair);
    assert.equal(device.maxConcurrent, 1);
  });

  it("leave once each and in order while the session expires every 50 requests, in either disguise", async () => {
    pair = await Pair.start({ sessionLife: 50, expiryDisguise: "alternate" });
    const { device, red } = pair;
    await red.sendMany("source", numbered(1, COUNT));
    await assertOnceEachInOrder(pair);
    assert.ok(device.logins >= COUNT / 50, `${device.logins} logins`);
  });

  it("leave once each and in order while the router refuses connections for 3 s", async () => {
    pair = await Pair.start();
    const { device, red } = pair;
    await red.sendMany("source", numbered(1, COUNT / 2));
    await red.until(() => outcomesOf(red.probes).length >= COUNT / 2, "the first half", { timeout: 60_000 });
    await device.stop();
    await red.sendMany("source", numbered(COUNT / 2 + 1, COUNT));
    await pause(3000);
    await device.start();
    await assertOnceEachInOrder(pair);
  });

  it("leave once each and in order with 20 deploys of each type in between", async () => {
    pair = await Pair.start({ latency: 4 });
    const { device, red } = pair;
    const types: readonly DeployType[] = ["full", "flows", "nodes"];
    const deploys = Array.from({ length: DEPLOYS_OF_EACH_TYPE }, () => types).flat();
    const share = Math.ceil(COUNT / deploys.length);
    const restarted = ["send", "outcomes", "catch", "source", "receive"];
    for (const [index, type] of deploys.entries()) {
      await red.sendMany("source", numbered(index * share + 1, Math.min((index + 1) * share, COUNT)));
      // Another node each time, so that each kind of restart is seen: of the sender alone, and of its neighbours alone.
      const changed = restarted[index % restarted.length] ?? "send";
      await red.deploy(sendingFlow(device, { [changed]: `deploy ${index}` }), type);
    }
    await assertOnceEachInOrder(pair);
  });
});
