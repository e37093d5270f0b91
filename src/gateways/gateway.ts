/** The vocabulary that all drivers of gateways share. */

/** Options of every driver call. */
export interface CallOptions {
  /** Ends the call; it fails with `INTERRUPTED`. */
  readonly signal?: AbortSignal;
  /** Time for the whole call in milliseconds, instead of the driver's own. */
  readonly timeout?: number;
}

/** One SMS to one recipient. */
export interface OutgoingSms {
  readonly to: string;
  readonly text: string;
  /** Connection id of the modem to send by; absent: the gateway's choice. */
  readonly connId?: number;
}

export type SmsEncoding = "gsm7" | "ucs2";

/** What a gateway said when it took an SMS. It says nothing about the handset. */
export interface SendReceipt {
  /** The recipient in the form it was given to the gateway. */
  readonly to: string;
  readonly encoding: SmsEncoding;
  readonly segments: number;
  /** The gateway's answer as it was read. */
  readonly raw: unknown;
}

/** One entry of a gateway's SMS store. A long SMS may lie there as several entries. */
export interface StoredSms {
  /** The entry's number in the store. Numbers are used again after a deletion. */
  readonly id: number;
  readonly from: string;
  readonly text: string;
  /** When the service centre took it: UTC seconds, or null where the gateway prints a local date only. */
  readonly timestamp: number | null;
  /** The date as the gateway printed it. */
  readonly date: string | null;
  readonly connId?: number;
  readonly simId?: number;
  readonly iccid?: string;
  readonly imsi?: string;
  readonly mtn?: string;
  readonly raw: Readonly<Record<string, unknown>>;
}
