import type { DeviceAnswer } from "../http-message.js";
import type { CellularWan, Sim } from "./connections.js";
import { Refusal, okAnswer } from "./envelope.js";
import { atLeast } from "./firmware.js";
import type { WireDialect } from "./options.js";
import type { Parameters } from "./parameters.js";
import type { Router } from "./router.js";
import type { SmsStore, StoredEntry } from "./sms-store.js";

/** `POST /api/cmd.sms.sendMessage` */
export function sendMessage(router: Router, parameters: Parameters): DeviceAnswer {
  const connId = parameters.optionalConnId();
  const wan = connId === undefined ? router.connections.first() : router.connections.byId(connId);
  const to = parameters.text("address");
  if (!/^\+[1-9]\d{1,14}$/.test(to)) throw new Refusal(400, "Wrong address format");
  const text = parameters.optionalText("content") ?? "";
  const { id, sim } = working(wan);
  router.sent({ to, text, connId: id, iccid: sim.iccid, at: new Date() });
  return okAnswer();
}

/** `GET /api/cmd.sms.get` */
export function getSms(router: Router, parameters: Parameters): DeviceAnswer {
  const { id: connId, sim } = working(router.connections.byId(parameters.connId()));
  const { iccid, imsi, mtn } = sim;
  return okAnswer({
    connId,
    simId: sim.slot,
    ...(atLeast(router.firmware, "8.2.0") && { imsi, iccid, mtn }),
    sms: bySender(sim.store.entries, router.dialect),
  });
}

/** `POST /api/cmd.sms.delete` */
export function deleteSms(router: Router, parameters: Parameters): DeviceAnswer {
  const { id: connId, sim } = working(router.connections.byId(parameters.connId()));
  const iccid = parameters.text("iccid");
  if (iccid !== sim.iccid) throw new Refusal(400, "invalid iccid");
  const ids = wanted(parameters.get("id"), sim.store);
  sim.store.delete(ids);
  router.deleted({ connId, iccid, ids, at: new Date() });
  return okAnswer();
}

function working(wan: CellularWan | undefined): { readonly id: number; readonly sim: Sim } {
  const sim = wan?.activeSim;
  if (wan === undefined || sim === undefined) throw new Refusal(400, "No SIM card");
  return { id: wan.id, sim };
}

/** The slots to empty: all of them must be taken, or none is emptied. */
function wanted(id: unknown, store: SmsStore): number[] {
  if (id === "all") return store.entries.map((entry) => entry.id);
  const ids: unknown[] = Array.isArray(id) ? id : [id];
  const numbers = ids.filter((one) => typeof one === "number");
  if (ids.length === 0 || numbers.length < ids.length) throw new Refusal(400, "Invalid parameter: id");
  if (!numbers.every((one) => store.has(one))) throw new Refusal(400, "invalid id");
  return numbers;
}

/** The store as it is answered: grouped by sender, in the order of the slots. */
function bySender(entries: readonly StoredEntry[], dialect: Required<WireDialect>): unknown[] {
  const senders = new Map<string, unknown[]>();
  for (const entry of entries) {
    const messages = senders.get(entry.from) ?? [];
    messages.push(message(entry, dialect));
    senders.set(entry.from, messages);
  }
  return [...senders].map(([sender, messages]) => ({ sender, message: messages }));
}

function message({ id, date, timestamp, text }: StoredEntry, dialect: Required<WireDialect>): Record<string, unknown> {
  const length = dialect.length === "string" ? String(text.length) : text.length;
  return { id, date, timestamp, length, [dialect.textKey]: text };
}
