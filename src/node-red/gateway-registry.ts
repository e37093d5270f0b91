import type { NodeAPI } from "node-red";
import { FlowsGate } from "./flows-gate";
import { GatewayRuntime, type FinishedSms, type RuntimeSettings } from "./gateway-runtime";
import { smsDesks, type GatewayReference, type SmsResult } from "./sms-record";

/** All gateways of the process, by the id of their config node. They outlive the nodes: a redeploy finds them again. */
class GatewayRegistry {
  readonly #runtimes = new Map<string, GatewayRuntime>();

  /** The runtime of a gateway, made at first use. */
  obtain(RED: NodeAPI, id: string, settings: RuntimeSettings): GatewayRuntime {
    const known = this.#runtimes.get(id);
    if (known !== undefined) return known;
    const desk = smsDesks.of(RED);
    const runtime: GatewayRuntime = new GatewayRuntime(settings, {
      finished: (entry) => {
        const forget = (): void => {
          void runtime.outbox.remove(entry.id);
        };
        desk.deliver({
          result: resultOf(entry, runtime.reference),
          delivered: forget,
          orphaned: () => {
            RED.log.warn(RED._("cellular-gateway.log.orphaned", { id: entry.id, outcome: entry.ending.outcome }));
            forget();
          },
        });
      },
      ready: () => FlowsGate.of(RED).pass(),
    });
    this.#runtimes.set(id, runtime);
    return runtime;
  }

  get(id: string): GatewayRuntime | undefined {
    return this.#runtimes.get(id);
  }

  /** Whether another gateway has the same address: two lanes would then lead to one modem. */
  isShared(id: string): boolean {
    const label = this.#runtimes.get(id)?.label;
    return [...this.#runtimes].some(([other, runtime]) => other !== id && runtime.label === label);
  }

  /** Ends a gateway that was deleted. */
  end(id: string): void {
    this.#runtimes.get(id)?.end();
    this.#runtimes.delete(id);
  }
}

function resultOf(entry: FinishedSms, gateway: GatewayReference): SmsResult {
  const { id, origin, job, attempts, queuedAt, finishedAt, ending } = entry;
  return { id, origin, sms: job, gateway, attempts, queuedAt, finishedAt, ending };
}

export const gatewayRegistry = new GatewayRegistry();
