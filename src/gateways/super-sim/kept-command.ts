import * as v from "valibot";
import type { SmsCommand } from "./records";

const Text = v.nullable(v.string());

/** A command as this package writes it down and reads it again. */
export const KeptCommand: v.GenericSchema<unknown, SmsCommand> = v.object({
  sid: v.string(),
  accountSid: Text,
  simSid: Text,
  payload: Text,
  status: Text,
  direction: Text,
  dateCreated: Text,
  dateUpdated: Text,
  url: Text,
});
