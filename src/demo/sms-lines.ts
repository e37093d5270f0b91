import type { NodeMessage } from "node-red";
import * as v from "valibot";
import type { News } from "./lines";

const Sent = v.object({
  id: v.string(),
  outcome: v.string(),
  to: v.string(),
  gateway: v.object({ kind: v.string() }),
});
const Received = v.object({ id: v.string(), from: v.string(), gateway: v.object({ kind: v.string() }) });

/** What a message tells of an SMS. */
export function newsOfSms(msg: NodeMessage): News | undefined {
  const sent = v.safeParse(Sent, msg.sms);
  if (sent.success) {
    const { id, outcome, to, gateway } = sent.output;
    return { key: `${id} ${outcome}`, words: wordsOf(outcome, to, gateway.kind) };
  }
  const received = v.safeParse(Received, msg.received);
  if (!received.success) return undefined;
  const { id, from, gateway } = received.output;
  return { key: id, words: wordsOf("received", from, gateway.kind) };
}

function wordsOf(what: string, number: string, kind: string): string {
  return `sms  ${what.padEnd(8)}  ${number}  via ${kind}`;
}
