import type { SimIdentity, StoredSms } from "../gateways/gateway";

/** One SMS as a receiver gets it: whole, or a single part where joining is off. */
export interface ReceivedSms {
  readonly from: string;
  readonly text: string;
  /** UTC seconds, or null where the gateway prints a local date only. */
  readonly timestamp: number | null;
  readonly date: string | null;
  /** That date read as local time, UTC seconds, where it can be. */
  readonly localTime?: number | undefined;
  /** The stored entries it was made of, in order. */
  readonly parts: readonly StoredSms[];
  readonly sim: SimIdentity;
}

/** What the sender is compared as: without white space. */
export function comparableSender(sender: string): string {
  return sender.replaceAll(/\s/g, "");
}
