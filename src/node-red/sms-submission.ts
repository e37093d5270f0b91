import { createHash } from "node:crypto";
import { CellularError } from "../errors/cellular-error";
import type { CheckedSms, OutgoingSms } from "../gateways/gateway";
import type { Fallback, OnUnknown, Submission } from "../outbox";
import type { GatewayNode } from "./gateway-node";
import { gatewayRegistry } from "./gateway-registry";
import type { GatewayRuntime } from "./gateway-runtime";
import type { SmsOptions } from "./sms-options";
import type { SmsOrigin } from "./sms-origin";

/** One SMS of a send node, before it is in an outbox. */
export interface SmsRequest {
  readonly sms: OutgoingSms;
  readonly origin: SmsOrigin;
  readonly options: SmsOptions;
  readonly onUnknown: OnUnknown;
  readonly gateway: GatewayNode;
  readonly fallback: GatewayNode | undefined;
  /** Milliseconds. */
  readonly fallbackAfter: number;
}

/**
 * Gives an SMS to the outbox of its gateway, or, if that cannot take it, to that of the fallback at once.
 * @param checked Told what would be sent, once that is known.
 * @throws CellularError what the gateway itself says against it; then nobody has taken it.
 */
export async function submitSms(request: SmsRequest, checked: (sms: CheckedSms) => void): Promise<void> {
  const { sms, gateway, options } = request;
  const spare = spareOf(request);
  try {
    const job = gateway.driver.checkSms(sms);
    checked(job);
    const fallback: Fallback<CheckedSms> | undefined =
      spare === undefined
        ? undefined
        : { to: spare.gateway.reference.id, job: spare.job, after: request.fallbackAfter };
    const submission = submissionOf(request, gateway.runtime, job, fallback);
    // A key may stand for an SMS that went another way before the settings of the node changed.
    const holder = submission.key === undefined ? undefined : await holderOf(submission.key, [gateway, spare?.gateway]);
    await (holder ?? gateway.runtime).outbox.submit(submission, options.resend);
  } catch (error) {
    if (spare === undefined || !(error instanceof CellularError) || error.outcome !== "not-sent") throw error;
    try {
      const { runtime } = spare.gateway;
      await runtime.outbox.submit(submissionOf(request, runtime, spare.job), options.resend);
    } catch {
      throw error;
    }
  }
}

/** The fallback and what it would send, if it can take the SMS at all. */
function spareOf({ sms, gateway, fallback }: SmsRequest): { gateway: GatewayNode; job: CheckedSms } | undefined {
  if (fallback === undefined || fallback.reference.id === gateway.reference.id) return undefined;
  try {
    // The connection is one of the first gateway's.
    const { to, text } = sms;
    return { gateway: fallback, job: fallback.driver.checkSms({ to, text }) };
  } catch {
    return undefined;
  }
}

function submissionOf(
  { origin, options, onUnknown }: SmsRequest,
  runtime: GatewayRuntime,
  job: CheckedSms,
  fallback?: Fallback<CheckedSms>,
): Submission<CheckedSms, SmsOrigin> {
  const { key, expireAfter, priority = "normal" } = options;
  return {
    job,
    origin,
    priority,
    onUnknown,
    expireAfter: expireAfter === undefined ? runtime.expireAfter : expireAfter * 60_000,
    ...(fallback === undefined ? {} : { fallback }),
    ...(key === undefined ? {} : { key: keyOf(origin.nodeId, key, job.to) }),
  };
}

/** One node, one key, one recipient: one SMS. Hashed, so that the journal holds no number longer than it must. */
function keyOf(nodeId: string, key: string, to: string): string {
  return createHash("sha256")
    .update(JSON.stringify([nodeId, key, to]))
    .digest("base64url");
}

async function holderOf(
  key: string,
  gateways: readonly (GatewayNode | undefined)[],
): Promise<GatewayRuntime | undefined> {
  const used = gateways.filter((gateway) => gateway !== undefined);
  // What a store that cannot be opened holds nobody knows; the gateway itself refuses then.
  await Promise.allSettled(used.map(({ runtime }) => runtime.outbox.open()));
  return gatewayRegistry.holderOf(key);
}
