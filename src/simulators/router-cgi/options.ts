import type { SimulatedDeviceOptions } from "../simulated-device.js";

/**
 * Whose documents the router follows. `teltonika`: sends, lists, reads, counts and deletes; a line break is a line
 * break. `proroute`: sends and lists; `%n` in a text is a line break.
 */
export type RouterManner = "teltonika" | "proroute";

/** How the router prints its store; firmware differs. */
export interface ListDialect {
  /** `ctime` (default): `Sat Oct 26 19:04:11 2024` · `iso`: `2024-10-26 19:04:11`. Local time, no zone. */
  readonly date?: "ctime" | "iso";
  /** Default `lf`. */
  readonly lineEnd?: "lf" | "crlf";
  /** Characters that Latin-1 lacks become question marks. Default `utf8`. */
  readonly encoding?: "utf8" | "latin1";
  /** Whether all answers stand in `<pre>`. Default false. */
  readonly pre?: boolean;
  /** What an empty store is: the words `NO MESSAGES` (default) or nothing at all. */
  readonly empty?: "words" | "nothing";
  /** `xml` is said to exist, but nobody has shown an example: its shape here is a guess. Default `text`. */
  readonly form?: "text" | "xml";
}

export interface CgiRouterSimulatorOptions extends SimulatedDeviceOptions {
  /** Default `smsuser`. */
  readonly username?: string;
  /** Default `simulated-password`. */
  readonly password?: string;
  /** Default `teltonika`. */
  readonly manner?: RouterManner;
  /** Whether the SMS gateway is switched on. Default true. */
  readonly enabled?: boolean;
  /** Bad logins after which the router answers nobody any more. Default 20. */
  readonly lockAfter?: number;
  /** Characters of a query after which a GET is refused with HTTP 413. Default 8192. */
  readonly longestQuery?: number;
  /** SMS that can be stored. Default 30. */
  readonly storeCapacity?: number;
  /** Whether the parts of a long SMS are stored as one. Default false: each part has an index of its own. */
  readonly joinsParts?: boolean;
  readonly dialect?: ListDialect;
}
