import type { LegacyCommand, SmsCommand } from "./records";

/** A command of the legacy resource in the form of an SMS Command. */
export function asSmsCommand({ command, ...record }: LegacyCommand): SmsCommand {
  return { ...record, payload: command };
}
