import * as v from "valibot";
import { readSimSlot, WanConnection, type WanStatusResponse } from "./wire";

/** A SIM slot of a cellular connection. */
export interface SimSlot {
  readonly simId: number;
  readonly active: boolean;
  readonly detected: boolean;
  readonly iccid: string | null;
  readonly imsi: string | null;
  readonly mtn: string | null;
  readonly apn: string | null;
}

/** A cellular WAN connection of a router. */
export interface CellularConnection {
  readonly connId: number;
  readonly name: string | null;
  /** The router's own word for its state, e.g. connected. */
  readonly state: string | null;
  readonly carrier: string | null;
  /** 0 to 5 bars. */
  readonly signalLevel: number | null;
  readonly sims: readonly SimSlot[];
}

/** Names that the modem type has had: `gobi` before firmware 8.0.1. */
const CELLULAR_TYPES: ReadonlySet<string> = new Set(["cellular", "gobi"]);

/**
 * Picks the cellular connections out of the answer to `status.wan.connection`, in the router's own order. Each field is
 * named here, so that the APN's user name and password, which stand there in clear, go no further.
 */
export function readConnections(response: v.InferOutput<typeof WanStatusResponse>): readonly CellularConnection[] {
  return orderedKeys(response).flatMap((key) => {
    const connId = connectionId(key);
    const parsed = v.safeParse(WanConnection, response[key]);
    if (connId === undefined || !parsed.success) return [];
    const { name, type, message, cellular } = parsed.output;
    if (!CELLULAR_TYPES.has((type ?? "").toLowerCase())) return [];
    return [
      {
        connId,
        name,
        state: message,
        carrier: cellular?.carrier?.name ?? null,
        signalLevel: cellular?.signalLevel ?? null,
        sims: readSims(cellular?.sim ?? {}),
      },
    ];
  });
}

/** ICCID of the SIM in use: the active one, else the only one. Undefined where that is not clear, or it shows none. */
export function iccidInUse({ sims }: CellularConnection): string | undefined {
  const hasIccid = ({ iccid }: SimSlot): boolean => iccid !== null && iccid !== "";
  const present = sims.filter((slot) => slot.active || slot.detected || hasIccid(slot));
  const active = present.filter((slot) => slot.active);
  const [only, other] = active.length > 0 ? active : present;
  return only === undefined || other !== undefined || !hasIccid(only) ? undefined : (only.iccid ?? undefined);
}

function readSims(slots: Readonly<Record<string, unknown>>): readonly SimSlot[] {
  return orderedKeys(slots).flatMap((key) => {
    const simId = connectionId(key);
    const slot = readSimSlot(slots[key]);
    if (simId === undefined || slot === undefined) return [];
    const { active, simCardDetected: detected, iccid, imsi, mtn, apn } = slot;
    return [{ simId, active, detected, iccid, imsi, mtn, apn }];
  });
}

/** Keys as `order` lists them, then those that it forgets. */
function orderedKeys(keyed: Readonly<Record<string, unknown>>): readonly string[] {
  const { order: listed, ...rest } = keyed;
  const order = Array.isArray(listed) ? listed.map(String) : [];
  const position = (key: string): number => {
    const index = order.indexOf(key);
    return index === -1 ? order.length : index;
  };
  return Object.keys(rest).sort((one, other) => position(one) - position(other));
}

/** Some firmware writes a prefix before the number: `vwan5` is connection 5. */
function connectionId(key: string): number | undefined {
  const digits = /\d+$/.exec(key)?.[0];
  return digits === undefined ? undefined : Number(digits);
}
