import type { SimulatedDeviceOptions } from "../simulated-device.js";

/** An entry of the gateway's address book. */
export interface Contact {
  readonly id: number;
  readonly name: string;
  readonly number: string;
  /** Whether this number has been used with Telegram. Default false. */
  readonly telegram?: boolean;
}

export interface RecipientGroup {
  readonly id: number;
  readonly name: string;
  /** Ids of contacts. */
  readonly members: readonly number[];
}

export interface BrevisOneSimulatorOptions extends SimulatedDeviceOptions {
  /** Default `apiuser`. */
  readonly username?: string;
  /** Default `simulated-password`. */
  readonly password?: string;
  /** Whether the user has access to the HTTP API. Default true. */
  readonly permitted?: boolean;
  /** Default: two contacts, the second with Telegram. */
  readonly contacts?: readonly Contact[];
  /** Default: one group of both. */
  readonly groups?: readonly RecipientGroup[];
  /** The vendor's page says of a wrong mode that it is an error (`refuse`, default), and that `number` is meant. */
  readonly wrongMode?: "refuse" | "number";
  /** Hardware from 2021 on knows `flash` and `ring`; older one takes no notice of them. Default true. */
  readonly flashAndRing?: boolean;
  /** How the bytes of hex mode are read. Default `utf-8`. */
  readonly hexCharset?: "utf-8" | "latin1";
  /** Which body a success has: no document says. Default `OK`. */
  readonly successBody?: string;
  /** Whether the words of errors end with a full stop. Both are seen. Default false. */
  readonly fullStop?: boolean;
  /** Decibels; null: a page of `/check.php` that names none. Default -83. */
  readonly signal?: number | null;
}

export const DEFAULT_CONTACTS: readonly Contact[] = [
  { id: 1, name: "On call", number: "+447700900201" },
  { id: 2, name: "Foreman", number: "+447700900202", telegram: true },
];

export const DEFAULT_GROUPS: readonly RecipientGroup[] = [{ id: 1, name: "Night shift", members: [1, 2] }];
