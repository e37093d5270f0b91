import type { NodeAPI } from "node-red";
import { EventBook, EventDesk } from "../events";
import type { AccountRuntime } from "./account-runtime";
import { FlowsGate } from "./flows-gate";

/** What the events nodes of one account share. */
export interface AccountEvents {
  readonly book: EventBook;
  readonly desk: EventDesk;
}

const ofRuntime = new WeakMap<AccountRuntime, AccountEvents>();

/** What the events nodes of an account share; it lives as long as the account. */
export function eventsOf(RED: NodeAPI, runtime: AccountRuntime): AccountEvents {
  const known = ofRuntime.get(runtime);
  if (known !== undefined) return known;
  const gate = FlowsGate.of(RED);
  const book = new EventBook({ open: () => runtime.openEvents() });
  const events = { book, desk: new EventDesk({ book, ready: () => gate.pass() }) };
  ofRuntime.set(runtime, events);
  return events;
}
