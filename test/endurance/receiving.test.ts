import assert from "node:assert/strict";
import type { DeployType, FlowItem } from "../support/node-red-process";
import { Pair } from "./flow";

const COUNT = 100;
const DEPLOYS = 20;
const TYPES: readonly DeployType[] = ["full", "flows", "nodes"];
const SENDERS = ["+447700900301", "+447700900302", "+447700900303", "+447700900304"] as const;

/** What five nodes on one gateway let through. */
const FILTERS: Readonly<Record<string, readonly string[]>> = {
  everything: [],
  first: [SENDERS[0]],
  pair: [SENDERS[0], SENDERS[1]],
  third: [SENDERS[2]],
  stranger: ["+447700900399"],
};

interface Arrival {
  readonly from: string;
  readonly text: string;
}

describe("100 SMS, 5 receive nodes, a list that fails every third time, 20 redeploys", function () {
  this.timeout(120_000);
  let pair: Pair | undefined;

  afterEach(async () => {
    await pair?.stop();
    pair = undefined;
  });

  it("give each node what it should get, once", async () => {
    pair = await Pair.start({ storeCapacity: COUNT + 10 }, (device) =>
      receivers(device.url, device.fingerprint ?? "", ""),
    );
    const { device, red } = pair;
    let lists = 0;
    device.on("request", ({ path }) => {
      if (!path.endsWith("/cmd.sms.get")) return;
      lists += 1;
      if (lists % 3 === 2) device.fail("status", { on: "list", times: 1, status: 500 });
    });

    const arrivals: Arrival[] = [];
    for (let deploy = 0; deploy < DEPLOYS; deploy += 1) {
      for (let index = 0; index < COUNT / DEPLOYS; index += 1) {
        const number = arrivals.length;
        const arrival = { from: SENDERS[number % SENDERS.length] ?? "", text: `report ${number}` };
        arrivals.push(arrival);
        device.receive({ ...arrival, connId: 2, timestamp: 1_790_000_000 + 60 * number });
      }
      const flow = receivers(device.url, device.fingerprint ?? "", `deploy ${deploy}`);
      await red.deploy(flow, TYPES[deploy % TYPES.length]);
      // At least one list between two deploys, failed or not: else only the last ones would count.
      const seen = lists;
      await red.until(() => lists > seen, "a list");
    }

    const expected = Object.entries(FILTERS).flatMap(([node, from]) =>
      arrivals
        .filter((arrival) => from.length === 0 || from.includes(arrival.from))
        .map(({ text }) => `${node} ${text}`),
    );
    const handedOn = (): string[] =>
      red.probes.map(({ node, msg }) => `${node.replace("-probe", "")} ${String(msg.payload)}`);
    await red.until(() => new Set(handedOn()).size >= expected.length, "each SMS at each node", { timeout: 60_000 });
    const twice = handedOn().length - new Set(handedOn()).size;
    assert.deepEqual(handedOn().sort(), expected.sort(), `${twice} came twice`);
    assert.ok(lists > DEPLOYS, `${lists} lists`);
  });
});

function receivers(url: string, fingerprint: string, name: string): FlowItem[] {
  return [
    { id: "tab", type: "tab", label: "receiving" },
    ...Object.entries(FILTERS).flatMap(([id, from], index) => [
      {
        id,
        type: "cellular-sms-receive",
        z: "tab",
        name: index % 2 === 0 ? name : "",
        gateway: "gateway",
        connId: "2",
        interval: "0.1",
        start: "all",
        from: from.join(", "),
        wires: [[`${id}-probe`]],
      },
      { id: `${id}-probe`, type: "test-probe", z: "tab", name: index % 2 === 0 ? "" : name, wires: [] },
    ]),
    {
      id: "gateway",
      type: "cellular-gateway",
      kind: "peplink",
      url,
      fingerprint,
      credentials: { username: "flows", password: "simulated-password" },
    },
  ];
}
