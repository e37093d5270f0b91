/** States of a command: to a SIM `queued`, `sent`, then `delivered` or `failed`; from a SIM `received`. */
export type CommandStatus = "queued" | "sent" | "delivered" | "received" | "failed";
export type CommandDirection = "to_sim" | "from_sim";
export type SimStatus = "new" | "ready" | "active" | "inactive" | "scheduled";

/** What SMS Commands and legacy Commands have in common; dates are ISO 8601. */
interface CommandRecord {
  readonly sid: string;
  readonly accountSid: string | null;
  readonly simSid: string | null;
  /** A `CommandStatus`, or a word that the service has learnt since. */
  readonly status: string | null;
  /** A `CommandDirection`, or a word that the service has learnt since. */
  readonly direction: string | null;
  readonly dateCreated: string | null;
  readonly dateUpdated: string | null;
  readonly url: string | null;
}

/** An SMS Command, as the resource `SmsCommands` describes it. */
export interface SmsCommand extends CommandRecord {
  readonly payload: string | null;
}

/** A command of the legacy resource `Commands`. */
export interface LegacyCommand extends CommandRecord {
  readonly command: string | null;
}

/** A SIM of the account, as the resource `Sims` describes it. */
export interface SuperSimCard {
  readonly sid: string;
  readonly uniqueName: string | null;
  readonly accountSid: string | null;
  readonly iccid: string | null;
  /** A `SimStatus`, or a word that the service has learnt since. */
  readonly status: string | null;
  readonly fleetSid: string | null;
  readonly dateCreated: string | null;
  readonly dateUpdated: string | null;
  readonly url: string | null;
  readonly links: Readonly<Record<string, string>> | null;
}

/** What was heard of a command, by a callback or from a list. */
export interface CommandEvent {
  /** What a callback leaves out is null. */
  readonly command: SmsCommand;
  /** By which KORE marks a callback that comes again; null where there is none. */
  readonly token: string | null;
  /** The fields of a callback as they came; null where the command was read from the service. */
  readonly raw: Readonly<Record<string, string>> | null;
}
