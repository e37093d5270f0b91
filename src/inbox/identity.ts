import { createHash } from "node:crypto";
import type { SimIdentity, StoredSms } from "../gateways/gateway";

/**
 * Names a SIM: by its ICCID, else its IMSI, else the slot it sits in, for firmware that tells no more. Hashed, for it is
 * kept with the ledgers.
 */
export function simKey(sim: SimIdentity): string {
  return createHash("sha256").update(simName(sim)).digest("base64url");
}

function simName({ iccid, imsi, connId, simId }: SimIdentity): string {
  if (iccid !== undefined && iccid !== "") return `iccid ${iccid}`;
  if (imsi !== undefined && imsi !== "") return `imsi ${imsi}`;
  return `slot ${String(connId ?? "-")} ${String(simId ?? "-")}`;
}

/**
 * What makes one stored SMS different from every other: its SIM, slot, time as the device gave it, sender and text,
 * hashed so that neither numbers nor texts are kept. A slot that is used again has another identity; a local date is
 * taken as printed, so that a change to daylight saving changes nothing.
 */
export function smsIdentity(sim: string, { id, timestamp, date, from, text }: StoredSms): string {
  const parts = JSON.stringify([sim, id, timestamp ?? date, from, text]);
  return createHash("sha256").update(parts).digest("base64url");
}
