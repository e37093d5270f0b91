import { createHash } from "node:crypto";
import type { SmsCommand } from "../gateways/super-sim";

/**
 * What makes a change of a command different from every other: its SID and the state that it is in now. Both services
 * tell one state once; the same one again is the same news.
 */
export function stateIdentity({ sid, status }: Pick<SmsCommand, "sid" | "status">): string {
  return JSON.stringify([sid, status]);
}

/** By which KORE marks a callback that comes again. A token alone could be the same for two commands. */
export function tokenIdentity(token: string, { sid }: Pick<SmsCommand, "sid">): string {
  return JSON.stringify([token, sid, "token"]);
}

/** An identity as it is kept: all that lies on the disk of what was seen. */
export function hashed(identity: string): string {
  return createHash("sha256").update(identity).digest("base64url").slice(0, 22);
}

/** A command's direction; where a callback leaves it out, its state says it: only what a SIM sent is `received`. */
export function directionOf({ direction, status }: Pick<SmsCommand, "direction" | "status">): string {
  return direction ?? (status === "received" ? "from_sim" : "to_sim");
}

/** What a node wants to hear of. */
export type WantedDirection = "any" | "from_sim" | "to_sim";

/** Whether a node that wants one direction wants this command. */
export function isWanted(command: Pick<SmsCommand, "direction" | "status">, wanted: WantedDirection): boolean {
  return wanted === "any" || directionOf(command) === wanted;
}
