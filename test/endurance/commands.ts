import { once } from "node:events";
import type { SuperSimSimulator } from "../../src/simulators";
import type { FlowItem } from "../support/node-red-process";
import type { Seeded } from "../support/seeded";
import type { Killing } from "./killing";
import { textOf } from "./tally";

const SHARE_OF_FAILURES = 0.2;

export interface CommandingChanges {
  readonly command?: Readonly<Record<string, string>>;
  readonly account?: Readonly<Record<string, string>>;
  /** What the flow has besides, on its tab `tab`. */
  readonly more?: readonly FlowItem[];
}

/** A flow that commands what `source` gives it, and shows every outcome at `outcomes`. */
export function commandingFlow(
  service: SuperSimSimulator,
  { command = {}, account = {}, more = [] }: CommandingChanges = {},
): FlowItem[] {
  return [
    { id: "tab", type: "tab", label: "endurance" },
    { id: "source", type: "test-source", z: "tab", wires: [["command"]] },
    { id: "command", type: "supersim-command", z: "tab", account: "account", wires: [["outcomes"]], ...command },
    { id: "catch", type: "catch", z: "tab", scope: null, wires: [["outcomes"]] },
    { id: "outcomes", type: "test-probe", z: "tab", wires: [] },
    {
      ...{ id: "account", type: "supersim-account", url: service.url, fingerprint: service.fingerprint ?? "" },
      ...{ queueLimit: "5000", ...account },
      credentials: { accountSid: "AC00112233445566778899aabbccddeeff", authToken: "simulated-token" },
    },
    ...more,
  ];
}

/** Lets some commands fail on their way to the device. @param pace Milliseconds that a command stays in a state. */
export function failSome(service: SuperSimSimulator, random: Seeded, pace: number): void {
  service.on("sent", ({ sid }) => {
    if (random.below(1) >= SHARE_OF_FAILURES) return;
    const fail = (): unknown => service.advance(sid, "failed");
    setTimeout(fail, random.below(2 * pace)).unref();
  });
}

/** Resolves when no command is on its way at the service: for those told as unknown nobody waits. */
export async function atRest(service: SuperSimSimulator): Promise<void> {
  const isOnItsWay = ({ status }: { readonly status: string }): boolean => status === "queued" || status === "sent";
  while (service.sent.some(isOnItsWay)) await once(service, "command");
}

/** What was told of a command that waits, and what became of it. */
export interface CommandState {
  readonly number: number;
  readonly told: string;
  /** At the service. */
  readonly status: string;
}

export function commandStates({ tally, next }: Killing, service: SuperSimSimulator): readonly CommandState[] {
  const statusOf = new Map(service.sent.map(({ payload, status }) => [payload, status]));
  return Array.from({ length: next - 1 }, (_, index) => index + 1).map((number) => ({
    number,
    told: tally.outcomeOf(number) ?? "nothing",
    status: statusOf.get(textOf(number)) ?? "not there",
  }));
}

const TRUE: Readonly<Record<string, readonly string[]>> = {
  accepted: ["delivered"],
  "accepted COMMAND_FAILED": ["failed"],
  "unknown INTERRUPTED": ["not there", "delivered", "failed"],
};

/** Those of which something else was told than what became of them. */
export function untrue(states: readonly CommandState[]): readonly CommandState[] {
  return states.filter(({ told, status }) => TRUE[told]?.includes(status) !== true);
}

/** How many were told in which way. */
export function stateFigures(states: readonly CommandState[]): Readonly<Record<string, number>> {
  const count = (are: (state: CommandState) => boolean): number => states.filter(are).length;
  return {
    delivered: count(({ told }) => told === "accepted"),
    failed: count(({ told }) => told === "accepted COMMAND_FAILED"),
    unknownAndThere: count(({ told, status }) => told.startsWith("unknown") && status !== "not there"),
  };
}
