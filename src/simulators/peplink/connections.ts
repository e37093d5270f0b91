import { invalidConnId } from "./envelope.js";
import type { CellularOptions, ConnectionOptions, EthernetOptions, SimOptions } from "./options.js";
import { SmsStore } from "./sms-store.js";

/** A SIM card with its store; the store goes with the card. */
export interface Sim extends SimOptions {
  /** Slot, from 1. */
  readonly slot: number;
  readonly store: SmsStore;
  inserted: boolean;
}

/** A cellular WAN: several SIM slots, at most one of them active. */
export class CellularWan {
  readonly options: CellularOptions;
  readonly sims: readonly Sim[];
  #activeSlot: number | undefined;

  constructor(options: CellularOptions, storeCapacity: number) {
    this.options = options;
    this.sims = options.sims.map((sim, index) => ({
      ...sim,
      slot: index + 1,
      store: new SmsStore(storeCapacity),
      inserted: true,
    }));
    this.#activeSlot = this.sims[0]?.slot;
  }

  get id(): number {
    return this.options.id;
  }

  get activeSim(): Sim | undefined {
    return this.sims.find((sim) => sim.slot === this.#activeSlot);
  }

  /** The SIM of a slot. @throws RangeError where there is no such slot. */
  sim(slot: number): Sim {
    const found = this.sims.find((sim) => sim.slot === slot);
    if (found === undefined) throw new RangeError(`connection ${this.id} has no SIM slot ${slot}`);
    return found;
  }

  /** Makes another slot the active one, its SIM put back where it had been pulled. */
  swap(slot: number): void {
    const sim = this.sim(slot);
    sim.inserted = true;
    this.#activeSlot = sim.slot;
  }

  /** Takes the active SIM out. No other slot becomes active by itself. */
  pull(): void {
    const sim = this.activeSim;
    if (sim !== undefined) sim.inserted = false;
    this.#activeSlot = undefined;
  }
}

export type Wan = CellularWan | EthernetOptions;

/** The router's WAN connections. */
export class Connections {
  readonly all: readonly Wan[];

  constructor(options: readonly ConnectionOptions[], storeCapacity: number) {
    this.all = options.map((one) => (one.type === "cellular" ? new CellularWan(one, storeCapacity) : one));
  }

  get cellular(): readonly CellularWan[] {
    return this.all.filter((wan) => wan instanceof CellularWan);
  }

  /** The cellular connection of an id. @throws Refusal "invalid connId", also for an Ethernet WAN. */
  byId(connId: number): CellularWan {
    const found = this.cellular.find(({ id }) => id === connId);
    if (found === undefined) throw invalidConnId();
    return found;
  }

  /** The connection the router takes by itself: the first with a SIM at work. */
  first(): CellularWan | undefined {
    return this.cellular.find(({ activeSim }) => activeSim !== undefined);
  }
}
