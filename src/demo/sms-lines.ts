import type { NodeMessage } from "node-red";
import * as v from "valibot";

const Sent = v.object({
  id: v.string(),
  outcome: v.string(),
  to: v.string(),
  gateway: v.object({ kind: v.string() }),
});
const Received = v.object({ id: v.string(), from: v.string(), gateway: v.object({ kind: v.string() }) });

/** Makes one line of each SMS that goes through the flow, whichever nodes its message passes. */
export class SmsLines {
  readonly #told = new Set<string>();

  /** The line for a message, or undefined if it tells nothing new. */
  lineFor(msg: NodeMessage, now: Date): string | undefined {
    const sent = v.safeParse(Sent, msg.sms);
    if (sent.success) {
      const { id, outcome, to, gateway } = sent.output;
      return this.#once(`${id} ${outcome}`, line(now, outcome, to, gateway.kind));
    }
    const received = v.safeParse(Received, msg.received);
    if (!received.success) return undefined;
    const { id, from, gateway } = received.output;
    return this.#once(id, line(now, "received", from, gateway.kind));
  }

  #once(key: string, text: string): string | undefined {
    if (this.#told.has(key)) return undefined;
    this.#told.add(key);
    return text;
  }
}

function line(now: Date, what: string, number: string, kind: string): string {
  const time = now.toTimeString().slice(0, 8);
  return `${time}  sms  ${what.padEnd(8)}  ${number}  via ${kind}`;
}
