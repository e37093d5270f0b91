import assert from "node:assert/strict";
import type { DeployType, Resources } from "../support/node-red-process";
import { everyNumber, numbered, outcomesOf, Pair, sendingFlow } from "./flow";

const WARM_UP = 6;
const DEPLOYS = 200;
const TYPES: readonly DeployType[] = ["full", "flows", "nodes"];
const RESTARTED = ["send", "receive", "gateway", "outcomes", "received"];

describe("200 redeploys while SMS go out and come in", function () {
  this.timeout(180_000);
  let pair: Pair | undefined;

  afterEach(async () => {
    await pair?.stop();
    pair = undefined;
  });

  it("leave no timer, socket, listener or file handle behind, and lose nothing", async () => {
    pair = await Pair.start({ latency: 3, storeCapacity: 1000 });
    const { device, red } = pair;
    let count = 0;
    let arrived = 0;
    const deploy = async (index: number): Promise<void> => {
      await red.sendMany("source", numbered(count + 1, count + 3));
      count += 3;
      if (index % 4 === 0) {
        arrived += 1;
        // Seconds apart: entries of one sender and one second count as the parts of one SMS.
        device.receive({ from: "+447700900200", text: `answer ${arrived}`, timestamp: 1_790_000_000 + 60 * arrived });
      }
      const changed = RESTARTED[index % RESTARTED.length] ?? "send";
      const type = TYPES[index % TYPES.length] ?? "full";
      await red.deploy(sendingFlow(device, { [changed]: `deploy ${index}` }), type);
    };
    const settled = async (): Promise<Resources> => {
      await red.until(() => outcomesOf(red.probes).length >= count, "an outcome for each message", { timeout: 60_000 });
      await red.until(() => receivedTexts().length >= arrived, "each SMS that arrived", { timeout: 60_000 });
      // Sockets rest for one second before they are closed.
      await red.deploy(withoutPolling(sendingFlow(device)), "full");
      while (device.connectionsOpen > 0) await new Promise((resolve) => setTimeout(resolve, 50));
      return red.resources();
    };
    const receivedTexts = (): unknown[] =>
      red.probes.filter(({ node }) => node === "received").map(({ msg }) => msg.payload);

    for (let index = 0; index < WARM_UP; index += 1) await deploy(index);
    const before = await settled();
    for (let index = 0; index < DEPLOYS; index += 1) await deploy(index);
    const after = await settled();

    assert.deepEqual(after.listeners, before.listeners);
    assert.deepEqual(after.active, before.active);
    assert.equal(after.fds, before.fds);
    assert.deepEqual(
      device.sent.map(({ text }) => text),
      everyNumber(count, (number) => `alarm ${number}`),
    );
    assert.deepEqual(
      outcomesOf(red.probes),
      everyNumber(count, (number) => `${number} accepted`),
    );
    assert.deepEqual(
      receivedTexts(),
      everyNumber(arrived, (number) => `answer ${number}`),
    );
    assert.equal(device.maxConcurrent, 1);
  });
});

function withoutPolling(flow: ReturnType<typeof sendingFlow>): ReturnType<typeof sendingFlow> {
  return flow.map((item) => (item.type === "cellular-sms-receive" ? { ...item, interval: "0" } : item));
}
