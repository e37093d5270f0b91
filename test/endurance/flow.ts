import { PeplinkSimulator, type PeplinkSimulatorOptions } from "../../src/simulators";
import { lastingPort } from "../support/lasting-port";
import { NodeRedProcess, type FlowItem, type Probe } from "../support/node-red-process";

export const PHONE = "+447700900123";

/** A flow that sends what `source` gives it, and shows every outcome at `outcomes`. */
export function sendingFlow(device: PeplinkSimulator, changes: Readonly<Record<string, string>> = {}): FlowItem[] {
  const named = (id: string): { readonly name: string } => ({ name: changes[id] ?? "" });
  return [
    { id: "tab", type: "tab", label: "endurance" },
    { id: "source", type: "test-source", z: "tab", ...named("source"), wires: [["send"]] },
    {
      id: "send",
      type: "cellular-sms-send",
      z: "tab",
      ...named("send"),
      gateway: "gateway",
      wires: [["outcomes"]],
    },
    { id: "catch", type: "catch", z: "tab", scope: null, ...named("catch"), wires: [["outcomes"]] },
    { id: "outcomes", type: "test-probe", z: "tab", ...named("outcomes"), wires: [] },
    {
      id: "receive",
      type: "cellular-sms-receive",
      z: "tab",
      ...named("receive"),
      gateway: "gateway",
      interval: "1",
      start: "all",
      wires: [["received"]],
    },
    { id: "received", type: "test-probe", z: "tab", ...named("received"), wires: [] },
    {
      id: "gateway",
      type: "cellular-gateway",
      ...named("gateway"),
      kind: "peplink",
      url: device.url,
      fingerprint: device.fingerprint ?? "",
      queueLimit: "5000",
      credentials: { username: "flows", password: "simulated-password" },
    },
  ];
}

/** A simulated router and a Node-RED that sends through it; `stop` ends both, whatever became of them. */
export class Pair {
  readonly device: PeplinkSimulator;
  readonly red: NodeRedProcess;

  private constructor(device: PeplinkSimulator, red: NodeRedProcess) {
    this.device = device;
    this.red = red;
  }

  static async start(
    options: PeplinkSimulatorOptions = {},
    flow: (device: PeplinkSimulator) => FlowItem[] = sendingFlow,
  ): Promise<Pair> {
    const port = await lastingPort();
    const device = await new PeplinkSimulator({ port, tls: true, username: "flows", ...options }).start();
    try {
      return new Pair(device, await NodeRedProcess.start({ flows: flow(device) }));
    } catch (error) {
      await device.stop();
      throw error;
    }
  }

  async stop(): Promise<void> {
    try {
      await this.red.stop();
    } finally {
      await this.device.stop();
    }
  }
}

export interface Numbered {
  readonly to: string;
  readonly payload: string;
  readonly number: number;
}

/** Messages that say which one they are. */
export function numbered(from: number, to: number): Numbered[] {
  return Array.from({ length: to - from + 1 }, (_, index) => {
    const number = from + index;
    return { to: PHONE, payload: `alarm ${number}`, number };
  });
}

/** The outcomes that the flow was told: `number outcome`, in the order they came. */
export function outcomesOf(probes: readonly Probe[]): string[] {
  return probes
    .filter(({ node }) => node === "outcomes")
    .map(({ msg }) => {
      const { number, sms } = msg as { readonly number: number; readonly sms: { readonly outcome: string } };
      return `${number} ${sms.outcome}`;
    });
}

export function everyNumber(count: number, text: (number: number) => string): string[] {
  return Array.from({ length: count }, (_, index) => text(index + 1));
}
