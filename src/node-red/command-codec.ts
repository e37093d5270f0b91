import * as v from "valibot";
import { KeptCommand, type SmsCommand } from "../gateways/super-sim";
import type { EntryCodec } from "../outbox";
import { CALLBACK_METHODS, COMMAND_APIS, COMMAND_WAITS, type CommandJob } from "./command-job";
import { resourceOf } from "./command-record";
import type { Origin } from "./outcome-desk";
import { plainCopy, plainMessage } from "./plain-message";

const Job = v.object({
  api: v.picklist(COMMAND_APIS),
  sim: v.string(),
  text: v.string(),
  callbackUrl: v.optional(v.string()),
  callbackMethod: v.optional(v.picklist(CALLBACK_METHODS)),
  wait: v.picklist(COMMAND_WAITS),
  waitTimeout: v.number(),
});
const StoredOrigin = v.object({ nodeId: v.string(), msg: v.looseObject({ _msgid: v.optional(v.string()) }) });

/** How commands are written down: what is sent, which node asked for it, and as much of its message as can be. */
export function commandCodec(): EntryCodec<CommandJob, Origin, SmsCommand> {
  return {
    job: {
      encode: (job) => plainCopy({ ...job }, Infinity) ?? null,
      decode: (value) =>
        v.parse(
          v.custom<CommandJob>((job) => v.is(Job, job)),
          value,
        ),
    },
    origin: {
      encode: ({ nodeId, msg }) => ({ nodeId, msg: plainMessage(msg) }),
      decode: (value) => {
        const { nodeId, msg } = v.parse(StoredOrigin, value);
        return { nodeId, msg: { ...msg } };
      },
    },
    receipt: {
      encode: (command) => ({ ...resourceOf(command) }),
      decode: (value) => v.parse(KeptCommand, value),
    },
  };
}
