import type { NodeMessage } from "node-red";
import * as v from "valibot";
import type { News } from "./lines";
import { TRACKERS } from "./trackers";

const Command = v.object({
  sid: v.nullable(v.string()),
  simSid: v.nullable(v.string()),
  status: v.nullable(v.string()),
  direction: v.string(),
  outcome: v.optional(v.string()),
  code: v.optional(v.string()),
});

/** What a message tells of a command to a tracker, or of a report that a tracker sent. */
export function newsOfCommand(msg: NodeMessage): News | undefined {
  const read = v.safeParse(Command, msg.command);
  if (!read.success) return undefined;
  const { sid, simSid, status, direction, outcome, code } = read.output;
  // What never reached the service has no state there.
  const what = status ?? outcome;
  if (what === undefined) return undefined;
  const tracker = TRACKERS.find((each) => each.sid === simSid)?.uniqueName ?? String(msg.sim);
  const kind = direction === "from_sim" ? "report " : "command";
  const failure = code === undefined ? "" : `: ${code}`;
  const words = `${kind}  ${what.padEnd(9)}  ${tracker}  via twilio${failure}`;
  return { key: `${sid ?? msg._msgid} ${what}${failure}`, words };
}
