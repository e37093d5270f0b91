import type { SimulatedDeviceOptions } from "../simulated-device.js";

/** What a login may do: 1 = may, 0 = may not. A read-only admin has `POST: 0`. */
export interface Permission {
  readonly GET: 0 | 1;
  readonly POST: 0 | 1;
}

export interface ApiClient {
  readonly clientId: string;
  readonly clientSecret: string;
}

/** How an expired login shows: HTTP 401, HTTP 200 with code 401 in the envelope, or one after the other. */
export type ExpiryDisguise = "http-401" | "envelope-401" | "alternate";

export interface SimOptions {
  readonly iccid: string;
  readonly imsi: string;
  readonly mtn: string;
}

export interface CellularOptions {
  readonly type: "cellular";
  readonly id: number;
  readonly name: string;
  readonly carrier: string;
  /** Bars, 0 to 5. */
  readonly signalLevel: number;
  /** The SIM slots in order; the first is active. Slots count from 1. */
  readonly sims: readonly SimOptions[];
}

export interface EthernetOptions {
  readonly type: "ethernet";
  readonly id: number;
  readonly name: string;
}

export type ConnectionOptions = CellularOptions | EthernetOptions;

/** Where the router's documents contradict themselves: which of the readings this router speaks. */
export interface WireDialect {
  /** Where a stored SMS has its text: `message` in the vendor's example (default), `content` in its table. */
  readonly textKey?: "message" | "content";
  /** How a stored SMS states its length: a string in the example (default), a number in the table. */
  readonly length?: "string" | "number";
  /** What stands before the id in the keys of `status.wan.connection`, e.g. `vwan`. Default nothing. */
  readonly connectionPrefix?: string;
}

export interface PeplinkSimulatorOptions extends SimulatedDeviceOptions {
  /** Default `admin`. */
  readonly username?: string;
  /** Default `simulated-password`. */
  readonly password?: string;
  /** API clients that exist from the start; `auth.client` adds more. */
  readonly clients?: readonly ApiClient[];
  /** What a login may do. Default all. */
  readonly permission?: Permission;
  /** Firmware version; functions newer than it are unknown to the router. Default `8.5.2`. */
  readonly firmware?: string;
  /** Authorised requests after which a session or token has expired. Default: never. */
  readonly sessionLife?: number;
  /** Default `http-401`. */
  readonly expiryDisguise?: ExpiryDisguise;
  /** Seconds that an access token lives, answered as given: a number, or a string of digits. Default 172800. */
  readonly expiresIn?: number | string;
  /** Default: Ethernet 1, and cellular 2 and 6 with two SIMs each. */
  readonly connections?: readonly ConnectionOptions[];
  /** SMS that one SIM can store. Default 20. */
  readonly storeCapacity?: number;
  readonly dialect?: WireDialect;
}

function sim(number: number): SimOptions {
  // ICCID and IMSI of a test network; the numbers are from a range that is given to nobody.
  return { iccid: `8999901000000000${number}`, imsi: `001010000000${number}`, mtn: `+447700900${number}` };
}

export const DEFAULT_CONNECTIONS: readonly ConnectionOptions[] = [
  { type: "ethernet", id: 1, name: "WAN 1" },
  {
    type: "cellular",
    id: 2,
    name: "Cellular 1",
    carrier: "Northwind Mobile",
    signalLevel: 4,
    sims: [sim(121), sim(122)],
  },
  {
    type: "cellular",
    id: 6,
    name: "Cellular 2",
    carrier: "Contoso Wireless",
    signalLevel: 3,
    sims: [sim(161), sim(162)],
  },
];
