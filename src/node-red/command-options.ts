import type { Priority } from "../outbox";
import {
  CALLBACK_METHODS,
  COMMAND_APIS,
  COMMAND_WAITS,
  type CallbackMethod,
  type CommandApi,
  type CommandWait,
} from "./command-job";
import {
  duration,
  messageKey,
  oneOf,
  positiveDuration,
  readMessageOptions,
  text,
  yesOrNo,
  type OptionReaders,
} from "./message-options";

/** What can be set for one message. */
export interface CommandOptions {
  readonly api?: CommandApi;
  readonly callbackUrl?: string;
  readonly callbackMethod?: CallbackMethod;
  readonly wait?: CommandWait;
  /** Seconds. */
  readonly waitTimeout?: number;
  readonly onUnknown?: "report" | "resend";
  readonly priority?: Priority;
  /** Minutes, 0 = never. */
  readonly expireAfter?: number;
  /** Stands for one command to each SIM, for 24 h. */
  readonly key?: string;
  /** Whether to send again although nobody knows what became of the command that the key stands for. */
  readonly resend?: boolean;
}

const READERS: OptionReaders<CommandOptions> = {
  api: oneOf(COMMAND_APIS),
  callbackUrl: text,
  callbackMethod: oneOf(CALLBACK_METHODS),
  wait: oneOf(COMMAND_WAITS),
  waitTimeout: positiveDuration("seconds"),
  onUnknown: oneOf(["report", "resend"]),
  priority: oneOf(["normal", "high"]),
  expireAfter: duration("minutes"),
  key: messageKey,
  resend: yesOrNo,
};

/** Reads `msg.commandOptions`. @throws CellularError `OPTION_INVALID` */
export function readCommandOptions(value: unknown): CommandOptions {
  return readMessageOptions(READERS, value, "msg.commandOptions");
}
