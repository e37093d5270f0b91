import type { CellularErrorCode, Outcome } from "../errors/cellular-error";
import type { CheckedSms, SendReceipt, SmsEncoding } from "../gateways/gateway";
import type { Ending } from "../outbox";
import { Desks } from "./outcome-desk";
import type { SmsOrigin } from "./sms-origin";

/** Which gateway a record speaks of. */
export interface GatewayReference {
  readonly id: string;
  readonly name: string;
  readonly kind: string;
}

/** What became of one SMS, before it is put into a message. */
export interface SmsResult {
  readonly id: string;
  readonly origin: SmsOrigin;
  /** The checked SMS, or as much of it as could be read. */
  readonly sms: Partial<CheckedSms>;
  readonly gateway: GatewayReference | null;
  readonly attempts: number;
  /** Null if it failed before it could be queued. */
  readonly queuedAt: Date | null;
  readonly finishedAt: Date;
  readonly ending: Ending<SendReceipt>;
}

/** Bring what became of each SMS back to its node. */
export const smsDesks = new Desks<SmsResult>();

/** `msg.sms`: the record that a flow reads. */
export interface SmsRecord {
  readonly id: string;
  readonly outcome: Outcome;
  readonly gateway: GatewayReference | null;
  readonly to: string | null;
  readonly text: string | null;
  readonly encoding: SmsEncoding | null;
  readonly segments: number | null;
  readonly attempts: number;
  /** ISO 8601. */
  readonly queuedAt: string | null;
  readonly finishedAt: string;
  /** Of a failure only. */
  readonly code?: CellularErrorCode;
  readonly reason?: string;
}

export function smsRecord({ id, sms, gateway, attempts, queuedAt, finishedAt, ending }: SmsResult): SmsRecord {
  return {
    id,
    outcome: ending.outcome,
    gateway,
    to: sms.to ?? null,
    text: sms.text ?? null,
    encoding: sms.encoding ?? null,
    segments: sms.segments ?? null,
    attempts,
    queuedAt: queuedAt?.toISOString() ?? null,
    finishedAt: finishedAt.toISOString(),
    ...(ending.outcome === "accepted" ? {} : { code: ending.error.code, reason: ending.error.message }),
  };
}
