import { CellularError } from "../errors/cellular-error";
import { asSmsCommand, type SmsCommand, type SuperSim } from "../gateways/super-sim";
import type { Tracking } from "../outbox";
import { readText } from "../sms";
import type { DriverSlot } from "./driver-slot";

/** Which resource a command goes through; `commands` is the legacy one. */
export const COMMAND_APIS = ["sms-commands", "commands"] as const;
/** Until which state a command is followed. */
export const COMMAND_WAITS = ["none", "sent", "delivered"] as const;
export const CALLBACK_METHODS = ["POST", "GET"] as const;

export type CommandApi = (typeof COMMAND_APIS)[number];
export type CommandWait = (typeof COMMAND_WAITS)[number];
export type CallbackMethod = (typeof CALLBACK_METHODS)[number];

/** A command before it is checked: a flow may give anything. */
export type UncheckedCommand = Omit<CommandJob, "sim" | "text"> & { readonly sim: unknown; readonly text: unknown };

/** One command to one SIM. Plain data, since it waits on disk. */
export interface CommandJob {
  readonly api: CommandApi;
  /** SID or unique name. */
  readonly sim: string;
  readonly text: string;
  readonly callbackUrl?: string;
  readonly callbackMethod?: CallbackMethod;
  readonly wait: CommandWait;
  /** Seconds. */
  readonly waitTimeout: number;
}

/** Which state of a command to a SIM follows which; `received` is one of those from a SIM. */
const ORDER: Readonly<Record<string, number>> = { queued: 1, sent: 2, delivered: 3, failed: 3 };
const LAST = 3;

/**
 * Checks a command without any request, and returns it as it would be sent.
 * @throws CellularError `ADDRESS_INVALID`, `TEXT_EMPTY`, `TEXT_INVALID`, `TEXT_TOO_LONG` or `OPTION_INVALID`.
 */
export function checkCommand(driver: SuperSim, wanted: UncheckedCommand): CommandJob {
  const { sim, text, callbackUrl, callbackMethod } = wanted;
  if (Array.isArray(sim)) {
    throw new CellularError(
      "ADDRESS_INVALID",
      "There is a list of SIMs. Send one message for each, by a split node say.",
    );
  }
  const named = typeof sim === "number" ? String(sim) : typeof sim === "string" ? sim : "";
  const checked = driver.checkSmsCommand({ sim: named, payload: readText(text), callbackUrl, callbackMethod });
  return { ...wanted, sim: checked.sim, text: checked.payload };
}

/** Sends a command, in one attempt. */
export async function sendCommand(driver: SuperSim, job: CommandJob, signal: AbortSignal): Promise<SmsCommand> {
  const { api, sim, text, callbackUrl, callbackMethod } = job;
  // Without an address a method says nothing.
  const callback = callbackUrl === undefined ? {} : { callbackUrl, callbackMethod };
  if (api === "commands")
    return asSmsCommand(await driver.createCommand({ sim, command: text, ...callback }, { signal }));
  return driver.createSmsCommand({ sim, payload: text, ...callback }, { signal });
}

/** How a command is followed until it is `sent` or `delivered`. */
export function commandTracking(slot: DriverSlot<SuperSim>, label: () => string): Tracking<CommandJob, SmsCommand> {
  return {
    nameOf: ({ sid }) => sid,
    standing: ({ wait }, { status }) => {
      if (status === "failed") return commandFailed(label());
      const goal = wait === "delivered" ? LAST : (ORDER[wait] ?? 0);
      return orderOf(status) >= goal ? "reached" : "open";
    },
    merge: latestOf,
    ask: (job, { sid }, { signal, timeout }) =>
      slot.use(async (driver) => {
        // An answer that does not come must neither hold the turns of others nor use up all the time that there is.
        const call = { signal, timeout: Math.min(timeout, driver.timeout), once: true };
        if (job.api === "commands") return asSmsCommand(await driver.fetchCommand(sid, call));
        return driver.fetchSmsCommand(sid, call);
      }),
    timedOut: (job, { status }, cause) => waitTimeout(label(), job, status, cause),
  };
}

/** What is known of a command once news of it have come: a state never goes back, and a last one stays. */
export function latestOf(known: SmsCommand, news: SmsCommand): SmsCommand {
  if (news.status === null || orderOf(known.status) === LAST) return known;
  // A word that the service has learnt since stands wherever it comes: nobody here knows what it follows.
  const isOlder = Object.hasOwn(ORDER, news.status) && orderOf(news.status) < orderOf(known.status);
  const said = Object.entries(news).filter(([, value]) => value !== null);
  const all: SmsCommand = { ...known, ...Object.fromEntries(said) };
  // A callback brings no date: the one that is known is that of the state before.
  const dateUpdated = news.dateUpdated ?? (news.status === known.status ? known.dateUpdated : null);
  return isOlder ? known : { ...all, dateUpdated };
}

function orderOf(status: string | null): number {
  return status !== null && Object.hasOwn(ORDER, status) ? (ORDER[status] ?? 0) : 0;
}

function commandFailed(label: string): CellularError {
  return new CellularError(
    "COMMAND_FAILED",
    `${label}: the command was accepted, but the network could not deliver it; the service does not say why. ` +
      "Look whether the SIM is active and the device within reach.",
    { outcome: "accepted" },
  );
}

function waitTimeout(
  label: string,
  { wait, waitTimeout: seconds }: CommandJob,
  status: string | null,
  cause: CellularError | undefined,
): CellularError {
  const reason = cause === undefined ? "" : ` It could not be asked for last: ${cause.message}`;
  return new CellularError(
    "WAIT_TIMEOUT",
    `${label}: the command was accepted, but not ${wait} within ${String(seconds)} s (it is ${status ?? "in no state"}). ` +
      `It may still arrive: the network tries for up to 24 h.${reason}`,
    { outcome: "accepted", ...(cause === undefined ? {} : { cause }) },
  );
}
