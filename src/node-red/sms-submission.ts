import { CellularError } from "../errors/cellular-error";
import type { CheckedSms } from "../gateways/gateway";
import { isOptionName, type SmsOptions as GatewayOptions } from "../gateways/sms-options";
import type { Fallback, OnUnknown, Submission } from "../outbox";
import type { GatewayNode } from "./gateway-node";
import { gatewayRegistry } from "./gateway-registry";
import type { GatewayRuntime } from "./gateway-runtime";
import { hashedKey } from "./message-key";
import { gatewayOptions, type SmsOptions } from "./sms-options";
import type { SmsOrigin } from "./sms-origin";

/** One SMS of a send node, before it is in an outbox. */
export interface SmsRequest {
  /** As it was written: each kind of gateway takes it in a form of its own. */
  readonly to: string;
  readonly text: string;
  /** What the node asks a gateway for. */
  readonly settings: GatewayOptions;
  readonly origin: SmsOrigin;
  readonly options: SmsOptions;
  readonly onUnknown: OnUnknown;
  readonly gateway: GatewayNode;
  readonly fallback: GatewayNode | undefined;
  /** Milliseconds. */
  readonly fallbackAfter: number;
}

interface Spare {
  readonly gateway: GatewayNode;
  readonly job: CheckedSms;
}

/**
 * Gives an SMS to the outbox of its gateway, or, if that cannot take it, to that of the fallback at once.
 * @param checked Told what would be sent, once that is known.
 * @throws CellularError what the gateway itself says against it; then nobody has taken it.
 */
export async function submitSms(request: SmsRequest, checked: (sms: CheckedSms) => void): Promise<void> {
  const { to, text, settings, gateway, options } = request;
  const spare = spareOf(request);
  try {
    const { driver } = gateway;
    const job = driver.checkSms({ to, text, ...gatewayOptions(driver.options, settings, wishesOf(options)) });
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
function spareOf({ to, text, settings, options, gateway, fallback }: SmsRequest): Spare | undefined {
  if (fallback === undefined || fallback.reference.id === gateway.reference.id) return undefined;
  // The connection is one of the first gateway's.
  const [own, wishes] = [settings, wishesOf(options)].map((asked) => ({ ...asked, connId: undefined }));
  try {
    const { driver } = fallback;
    const job = driver.checkSms({ to, text, ...gatewayOptions(driver.options, own ?? {}, wishes ?? {}) });
    return { gateway: fallback, job };
  } catch {
    return undefined;
  }
}

/** What a message asks its gateway for. */
function wishesOf(options: SmsOptions): GatewayOptions {
  return Object.fromEntries(Object.entries(options).filter(([name]) => isOptionName(name)));
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
    ...(key === undefined ? {} : { key: keyOf(origin.nodeId, key, job) }),
  };
}

/** One node, one key, one recipient: one SMS. */
function keyOf(nodeId: string, key: string, { to, options: { mode = "number" } }: CheckedSms): string {
  return hashedKey([nodeId, key, mode, to]);
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
