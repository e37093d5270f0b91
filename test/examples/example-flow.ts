import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { PeplinkSimulator, type BrevisOneSimulator, type CgiRouterSimulator } from "../../src/simulators";
import type { FlowItem } from "../support/flow";
import type { NodeRedProcess } from "../support/node-red-process";
import { packageRoot } from "../support/package-root";

export const LOGIN = { username: "flows", password: "simulated-password" };

export type SimulatedGateway = PeplinkSimulator | BrevisOneSimulator | CgiRouterSimulator;

/** The examples that a person completes with a router of their own; `npm start` runs the demo. */
export const exampleNames = readdirSync(join(packageRoot, "examples"))
  .filter((file) => file.endsWith(".json") && file !== "demo.json")
  .map((file) => file.replace(/\.json$/, ""));

/** Those that need other devices than Peplink routers. */
export const otherKindsNames = exampleNames.filter((name) => {
  const flow = JSON.parse(readFileSync(join(packageRoot, "examples", `${name}.json`), "utf8")) as readonly FlowItem[];
  return gatewaysOf(flow).some(({ kind }) => kind !== "peplink");
});

/** An example as the editor gets it for Import > Examples. */
export async function exampleFlow(red: NodeRedProcess, name: string): Promise<readonly FlowItem[]> {
  const { status, body } = await red.admin("GET", `/library/examples/flows/@cellgate/node-red-cellular/${name}`);
  if (status !== 200) throw new Error(`The example ${name} is not offered: ${status} ${body}`);
  return JSON.parse(body) as readonly FlowItem[];
}

/**
 * The example once a person has filled in their routers, here simulated ones that are asked more often.
 * @param devices One for each gateway of the example, in its order.
 */
export function filledIn(flow: readonly FlowItem[], devices: readonly SimulatedGateway[]): readonly FlowItem[] {
  const gateways = gatewaysOf(flow);
  return flow.map((item) => {
    const device = devices[gateways.indexOf(item)];
    if (device !== undefined) {
      // The simulated Peplink router has two cellular connections: what asks for one is told which.
      const connection = device instanceof PeplinkSimulator ? { connId: "2" } : {};
      return { ...item, url: device.url, fingerprint: device.fingerprint ?? "", ...connection, credentials: LOGIN };
    }
    return "interval" in item ? { ...item, interval: "0.1" } : item;
  });
}

export function gatewaysOf(flow: readonly FlowItem[]): readonly FlowItem[] {
  return flow.filter(({ type }) => type === "cellular-gateway");
}
