import { existsSync } from "node:fs";
import type { NodeAPI } from "node-red";
import { CellularError } from "../errors/cellular-error";
import { isConfigured } from "./deletion";
import { FlowsGate } from "./flows-gate";
import { GatewayRuntime, type GatewayConfiguration, type SmsConclusion, type SmsRelay } from "./gateway-runtime";
import { outcomeHooks } from "./outcome-hooks";
import { RuntimeShelf } from "./runtime-shelf";
import type { SmsOrigin } from "./sms-origin";
import { smsDesks, type SmsResult } from "./sms-record";
import { folderOf, nameOf, storePlace } from "./store-place";

const CATALOG = "cellular-gateway";

/** All gateways of the process, by the id of their config node. They outlive the nodes: a redeploy finds them again. */
class GatewayRegistry {
  readonly #shelf = new RuntimeShelf<GatewayRuntime>();

  /** The runtime of a gateway, made at first use. */
  obtain(RED: NodeAPI, id: string, settings: GatewayConfiguration): GatewayRuntime {
    return this.#shelf.obtain(id, (free) => this.#make(RED, id, settings, free));
  }

  #make(RED: NodeAPI, id: string, settings: GatewayConfiguration, free: Promise<void>): GatewayRuntime {
    const runtime: GatewayRuntime = new GatewayRuntime(settings, {
      ...storePlace(RED, CATALOG, settings.reference, free),
      relay: this.#relayOf(RED, id),
      ...outcomeHooks(RED, {
        catalog: CATALOG,
        desk: smsDesks.of(RED),
        resultOf: (conclusion, origin) => this.#resultOf(conclusion, origin, runtime),
        forget: (entryId) => void runtime.outbox.remove(entryId),
      }),
      ready: () => FlowsGate.of(RED).pass(),
      untaken: (count) => {
        RED.log.warn(RED._(`${CATALOG}.log.untaken`, { name: nameOf(runtime.reference), count: String(count) }));
      },
    });
    return runtime;
  }

  get(id: string): GatewayRuntime | undefined {
    return this.#shelf.get(id);
  }

  /** The gateway that knows what became of the message with that key, or is about to. */
  holderOf(key: string): GatewayRuntime | undefined {
    return this.#shelf.all.find((runtime) => runtime.outbox.knows(key));
  }

  /** Whether another gateway has the same address: two lanes would then lead to one modem. */
  isShared(id: string): boolean {
    const own = this.#shelf.get(id);
    return this.#shelf.all.some((other) => other !== own && other.label === own?.label);
  }

  /** Ends a gateway that was deleted. */
  end(id: string): void {
    this.#shelf.end(id);
  }

  /** How SMS get from the outbox of a gateway to those of others. */
  #relayOf(RED: NodeAPI, from: string): SmsRelay {
    return {
      isDurable: (to) => this.#shelf.get(to)?.isDurable ?? false,
      move: async (entry) => {
        const to = this.#shelf.get(entry.fallback?.to ?? "");
        // One whose settings cannot be used, or that is disabled, would only end what may still leave by the first.
        if (to?.driver === undefined) {
          throw new CellularError("CONFIG_MISSING", "The fallback gateway is not there, or cannot be used.");
        }
        await to.outbox.adopt(entry, from);
      },
      settle: async (entry) => {
        const { movedFrom = "" } = entry;
        const first = this.#shelf.get(movedFrom);
        if (first !== undefined) await first.outbox.settle(entry);
        else if (isConfigured(RED, movedFrom) && existsSync(folderOf(RED, movedFrom) ?? "")) {
          // Its settings cannot be used now. When they can, it must not think that the SMS has never left.
          throw new CellularError("STORAGE_FAILED", "The gateway that took the message first cannot be told.");
        }
      },
    };
  }

  /** @param first The gateway that took the SMS; another one may have sent it. */
  #resultOf(conclusion: SmsConclusion, origin: SmsOrigin, first: GatewayRuntime): SmsResult {
    const { id, job, attempts, queuedAt, finishedAt, ending, by } = conclusion;
    const last = by === first.reference.id ? first : this.#shelf.get(by);
    const gateway = last?.reference ?? { id: by, name: "", kind: "" };
    return { id, origin, sms: job, gateway, attempts, queuedAt, finishedAt, ending };
  }
}

export const gatewayRegistry = new GatewayRegistry();
