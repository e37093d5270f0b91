import { createHash } from "node:crypto";
import type { ReceivedSms } from "../inbox";
import type { GatewayReference } from "./sms-record";

/** `msg.received`: what is known of a received SMS. */
export interface ReceivedRecord {
  /** The same for the same SMS, over restarts. */
  readonly id: string;
  readonly from: string;
  readonly text: string;
  /** ISO 8601; a local date that a gateway prints is read in the zone of Node-RED; null where it gives none. */
  readonly receivedAt: string | null;
  /** Whether all parts are there; null: the gateway does not say. */
  readonly complete: boolean | null;
  readonly parts: readonly { readonly id: number | null; readonly timestamp: number | null; readonly text: string }[];
  readonly gateway: GatewayReference;
  readonly connId?: number;
  readonly simId?: number;
  readonly iccid?: string;
  readonly imsi?: string;
  readonly mtn?: string;
  /** The gateway's own fields of each part. */
  readonly raw: { readonly parts: readonly Readonly<Record<string, unknown>>[] };
}

export function receivedRecord(sms: ReceivedSms, gateway: GatewayReference): ReceivedRecord {
  const { from, text, timestamp, localTime, parts, sim } = sms;
  return {
    id: createHash("sha256")
      .update(
        JSON.stringify([
          sim.iccid ?? sim.imsi ?? sim.connId ?? null,
          ...parts.map((part) => [part.id, part.timestamp ?? part.date, part.from, part.text]),
        ]),
      )
      .digest("base64url")
      .slice(0, 22),
    from,
    text,
    receivedAt: isoDate(timestamp ?? localTime ?? null),
    complete: isComplete(parts),
    parts: parts.map((part) => ({ id: part.id, timestamp: part.timestamp, text: part.text })),
    gateway,
    ...sim,
    raw: { parts: parts.map(({ raw }) => raw) },
  };
}

/** False as soon as one part is known to lack; nobody is told that all are there. */
function isComplete(parts: ReceivedSms["parts"]): boolean | null {
  return parts.some(({ complete }) => complete === false) ? false : null;
}

/** The time as ISO 8601; null for a time that no calendar has. */
function isoDate(timestamp: number | null): string | null {
  if (timestamp === null) return null;
  const date = new Date(timestamp * 1000);
  return Number.isNaN(date.getTime()) ? null : date.toISOString();
}
