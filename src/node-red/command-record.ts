import type { CellularError, CellularErrorCode, Outcome } from "../errors/cellular-error";
import type { SmsCommand } from "../gateways/super-sim";
import type { Ending } from "../outbox";
import type { CommandJob } from "./command-job";
import { Desks, type Origin } from "./outcome-desk";

/** What became of one command, before it is put into a message. */
export interface CommandResult {
  readonly id: string;
  readonly origin: Origin;
  /** The checked command, or as much of it as could be read. */
  readonly job: Partial<CommandJob>;
  readonly finishedAt: Date;
  readonly ending: Ending<SmsCommand>;
}

/** Bring what became of each command back to its node. */
export const commandDesks = new Desks<CommandResult>();

/** `msg.command`: the record that a flow reads; what the service did not say is null. */
export interface CommandRecord extends Omit<SmsCommand, "sid"> {
  readonly sid: string | null;
  readonly outcome: Outcome;
  /** Of a failure only, also one after `accepted`. */
  readonly code?: CellularErrorCode;
  readonly reason?: string;
}

/** What went wrong, also after the service had accepted the command; undefined if nothing. */
export function failureOf({ ending }: Pick<CommandResult, "ending">): CellularError | undefined {
  return ending.error;
}

export function commandRecord(result: CommandResult): CommandRecord {
  const { ending, job } = result;
  const failure = failureOf(result);
  return {
    ...(ending.outcome === "accepted" ? resourceOf(ending.receipt) : unsent(job)),
    outcome: ending.outcome,
    ...(failure === undefined ? {} : { code: failure.code, reason: failure.message }),
  };
}

/** The record of a command that the service has. */
export function resourceOf(command: SmsCommand): SmsCommand {
  const { sid, accountSid, simSid, payload, status, direction, dateCreated, dateUpdated, url } = command;
  return { sid, accountSid, simSid, payload, status, direction, dateCreated, dateUpdated, url };
}

function unsent({ sim = "", text }: Partial<CommandJob>): Omit<CommandRecord, "outcome"> {
  return {
    sid: null,
    accountSid: null,
    simSid: /^HS[0-9a-fA-F]{32}$/.test(sim) ? sim : null,
    payload: text ?? null,
    status: null,
    direction: "to_sim",
    dateCreated: null,
    dateUpdated: null,
    url: null,
  };
}
