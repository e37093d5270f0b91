import { existsSync } from "node:fs";
import { join } from "node:path";
import type { NodeAPI } from "node-red";
import { CellularError } from "../errors/cellular-error";
import { FlowsGate } from "./flows-gate";
import { GatewayRuntime, type RuntimeSettings, type SmsConclusion, type SmsRelay } from "./gateway-runtime";
import type { RuntimeStoreNotice } from "./runtime-store";
import type { SmsOrigin } from "./sms-origin";
import { smsDesks, type GatewayReference, type SmsResult } from "./sms-record";

/** All gateways of the process, by the id of their config node. They outlive the nodes: a redeploy finds them again. */
class GatewayRegistry {
  readonly #runtimes = new Map<string, GatewayRuntime>();
  /** Gateways that were deleted, until nothing of them is left. */
  readonly #ending = new Map<string, Promise<void>>();

  /** The runtime of a gateway, made at first use. */
  obtain(RED: NodeAPI, id: string, settings: RuntimeSettings): GatewayRuntime {
    const known = this.#runtimes.get(id);
    if (known !== undefined) return known;
    const desk = smsDesks.of(RED);
    const runtime: GatewayRuntime = new GatewayRuntime(settings, {
      path: folderOf(RED, id),
      notice: (notice) => {
        log(RED, settings.reference, notice);
      },
      free: this.#ending.get(id) ?? Promise.resolve(),
      relay: this.#relayOf(RED, id),
      finished: (entry) => {
        const forget = (): void => {
          void runtime.outbox.remove(entry.id);
        };
        desk.deliver({
          result: this.#resultOf(entry, entry.origin, runtime),
          delivered: forget,
          orphaned: () => {
            RED.log.warn(RED._("cellular-gateway.log.orphaned", { id: entry.id, outcome: entry.ending.outcome }));
            forget();
          },
        });
      },
      repeated: (conclusion, origin) => {
        desk.deliver({
          result: this.#resultOf(conclusion, origin, runtime),
          delivered: () => undefined,
          orphaned: () => undefined,
        });
      },
      ready: () => FlowsGate.of(RED).pass(),
      untaken: (count) => {
        const { name } = runtime.reference;
        const values = { gateway: name === "" ? id : name, count: String(count) };
        RED.log.warn(RED._("cellular-gateway.log.untaken", values));
      },
    });
    this.#runtimes.set(id, runtime);
    return runtime;
  }

  get(id: string): GatewayRuntime | undefined {
    return this.#runtimes.get(id);
  }

  /** The gateway that knows what became of the message with that key, or is about to. */
  holderOf(key: string): GatewayRuntime | undefined {
    return [...this.#runtimes.values()].find((runtime) => runtime.outbox.knows(key));
  }

  /** Whether another gateway has the same address: two lanes would then lead to one modem. */
  isShared(id: string): boolean {
    const label = this.#runtimes.get(id)?.label;
    return [...this.#runtimes].some(([other, runtime]) => other !== id && runtime.label === label);
  }

  /** Ends a gateway that was deleted. */
  end(id: string): void {
    const runtime = this.#runtimes.get(id);
    if (runtime === undefined) return;
    this.#runtimes.delete(id);
    const ending = runtime
      .end()
      .catch(() => undefined)
      .finally(() => this.#ending.delete(id));
    this.#ending.set(id, ending);
  }

  /** How SMS get from the outbox of a gateway to those of others. */
  #relayOf(RED: NodeAPI, from: string): SmsRelay {
    return {
      isDurable: (to) => this.#runtimes.get(to)?.isDurable ?? false,
      move: async (entry) => {
        const to = this.#runtimes.get(entry.fallback?.to ?? "");
        if (to === undefined) throw new CellularError("CONFIG_MISSING", "The fallback gateway is not there.");
        await to.outbox.adopt(entry, from);
      },
      settle: async (entry) => {
        const { movedFrom = "" } = entry;
        const first = this.#runtimes.get(movedFrom);
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
    const last = by === first.reference.id ? first : this.#runtimes.get(by);
    const gateway = last?.reference ?? { id: by, name: "", kind: "" };
    return { id, origin, sms: job, gateway, attempts, queuedAt, finishedAt, ending };
  }
}

/** An id may be any text in a flow that was written by hand. */
function folderOf(RED: NodeAPI, id: string): string | undefined {
  const { userDir } = RED.settings;
  const name = encodeURIComponent(id).replace(/^\./, "%2E");
  return userDir === undefined ? undefined : join(userDir, "cellular", name);
}

function isConfigured(RED: NodeAPI, id: string): boolean {
  let isThere = false;
  RED.nodes.eachNode((node) => {
    isThere ||= node.id === id;
  });
  return isThere;
}

function log(RED: NodeAPI, { id, name }: GatewayReference, notice: RuntimeStoreNotice): void {
  const { kind, ...values } = notice;
  const text = RED._(`cellular-gateway.log.${kind}`, { gateway: name === "" ? id : name, ...values });
  if (kind === "taken-over") RED.log.info(text);
  else RED.log.warn(text);
}

export const gatewayRegistry = new GatewayRegistry();
