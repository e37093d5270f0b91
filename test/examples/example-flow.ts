import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import {
  PeplinkSimulator,
  type BrevisOneSimulator,
  type CgiRouterSimulator,
  type SuperSimSimulator,
} from "../../src/simulators";
import type { FlowItem } from "../support/flow";
import type { NodeRedProcess } from "../support/node-red-process";
import { packageRoot } from "../support/package-root";

export const LOGIN = { username: "flows", password: "simulated-password" };

export const ACCOUNT_LOGIN = { accountSid: "AC00112233445566778899aabbccddeeff", authToken: "simulated-token" };

export type SimulatedGateway = PeplinkSimulator | BrevisOneSimulator | CgiRouterSimulator;

/** The examples that a person completes with a router of their own; `npm start` runs the demo. */
export const exampleNames = readdirSync(join(packageRoot, "examples"))
  .filter((file) => file.endsWith(".json") && file !== "demo.json")
  .map((file) => file.replace(/\.json$/, ""));

/** Those that need a Super SIM account, and no gateway. */
export const superSimNames = exampleNames.filter((name) => savedFlow(name).some(isAccount));

/** Those that need other devices than Peplink routers. */
export const otherKindsNames = exampleNames.filter((name) =>
  gatewaysOf(savedFlow(name)).some(({ kind }) => kind !== "peplink"),
);

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

/**
 * The example once a person has filled in their account, here a simulated one that is asked more often.
 * @param publicUrl where the account calls back; empty: nowhere
 */
export function filledInAccount(
  flow: readonly FlowItem[],
  account: SuperSimSimulator,
  publicUrl = "",
): readonly FlowItem[] {
  return flow.map((item) => {
    if (isAccount(item)) return { ...item, url: account.url, publicUrl, credentials: ACCOUNT_LOGIN };
    return item.type === "supersim-events" ? { ...item, interval: "1" } : item;
  });
}

export function gatewaysOf(flow: readonly FlowItem[]): readonly FlowItem[] {
  return flow.filter(({ type }) => type === "cellular-gateway");
}

function isAccount({ type }: FlowItem): boolean {
  return type === "supersim-account";
}

function savedFlow(name: string): readonly FlowItem[] {
  return JSON.parse(readFileSync(join(packageRoot, "examples", `${name}.json`), "utf8")) as readonly FlowItem[];
}
