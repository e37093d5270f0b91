import type { Node, NodeAPI } from "node-red";
import type { CellularError } from "../errors/cellular-error";
import { Badge, clockTime, troubleKey, type BadgeLook } from "./badge";
import type { GatewayNode } from "./gateway-node";
import type { GatewayRuntime, SmsEntry } from "./gateway-runtime";
import type { SmsResult } from "./sms-record";

/** Milliseconds between two badges that differ in their count only. */
const COUNT_PAUSE_MS = 500;
/** Trouble that the badge shows as a time to the next attempt; all other trouble is named. */
const RETRY_CODES: ReadonlySet<string> = new Set(["GATEWAY_BUSY", "RATE_LIMITED", "TIMEOUT", "CONNECTION_LOST"]);

/** What a send node's badge says: trouble first, then what is on its way, then how the last SMS ended. */
export class SendBadge {
  readonly #badge: Badge;
  readonly #nodeId: string;
  readonly #runtime: GatewayRuntime | undefined;
  readonly #unwatch: (() => void) | undefined;
  /** This node's entries that have not ended. */
  readonly #open = new Map<string, "queued" | "sending">();
  /** How many of them wait; counted along, since thousands may. */
  #queued = 0;
  #last: BadgeLook = { fill: "grey", shape: "ring", key: "ready" };
  #countShownAt = 0;
  #countTimer: NodeJS.Timeout | undefined;

  constructor(RED: NodeAPI, node: Node, gateway: GatewayNode | undefined, problem: CellularError | undefined) {
    this.#badge = new Badge(RED, node);
    this.#nodeId = node.id;
    if (gateway === undefined || problem !== undefined) {
      this.#badge.show({ fill: "red", shape: "ring", key: gateway === undefined ? "no-gateway" : "misconfigured" });
      return;
    }
    this.#runtime = gateway.runtime;
    for (const entry of this.#runtime.outbox.entries) this.#note(entry);
    this.#unwatch = this.#runtime.watch((entry) => {
      if (entry === undefined || this.#note(entry)) this.#refresh();
    });
    this.#refresh();
  }

  /** An SMS of this node has ended. */
  ended({ id, ending, finishedAt }: SmsResult): void {
    // What has moved to a fallback ends there, where this badge does not look.
    this.#keep(id, undefined);
    const { outcome } = ending;
    const values = { time: clockTime(finishedAt) };
    if (ending.outcome !== "accepted" && ending.error.code === "STORAGE_FAILED") {
      this.#last = { fill: "red", shape: "ring", key: "storage" };
    } else if (outcome === "accepted") this.#last = { fill: "green", shape: "dot", key: "accepted", values };
    else if (outcome === "unknown") this.#last = { fill: "red", shape: "dot", key: "unknown", values };
    else this.#last = { fill: "red", shape: "ring", key: "not-sent", values };
    if (this.#runtime !== undefined) this.#refresh();
  }

  close(): void {
    clearTimeout(this.#countTimer);
    this.#unwatch?.();
  }

  /** Returns whether the entry is one of this node's. */
  #note({ id, origin, state }: SmsEntry): boolean {
    if (origin.nodeId !== this.#nodeId) return false;
    if (state === "finished") this.#keep(id, undefined);
    else this.#keep(id, state === "sending" ? "sending" : "queued");
    return true;
  }

  /** @param state Undefined for one that has ended. */
  #keep(id: string, state: "queued" | "sending" | undefined): void {
    if (this.#open.get(id) === "queued") this.#queued -= 1;
    if (state === "queued") this.#queued += 1;
    if (state === undefined) this.#open.delete(id);
    else this.#open.set(id, state);
  }

  #refresh(): void {
    const look = this.#look();
    if (look.key !== "queued") {
      clearTimeout(this.#countTimer);
      this.#countTimer = undefined;
      this.#countShownAt = 0;
      this.#badge.show(look);
      return;
    }
    if (this.#countTimer !== undefined) return;
    const rest = this.#countShownAt + COUNT_PAUSE_MS - Date.now();
    if (rest <= 0) {
      this.#countShownAt = Date.now();
      this.#badge.show(look);
      return;
    }
    this.#countTimer = setTimeout(() => {
      this.#countTimer = undefined;
      this.#refresh();
    }, rest);
    this.#countTimer.unref();
  }

  #look(): BadgeLook {
    const runtime = this.#runtime;
    const trouble = runtime?.lane.health ?? undefined;
    const queued = this.#queued;
    if (trouble !== undefined && queued > 0) {
      const hold = runtime?.outbox.hold;
      if (RETRY_CODES.has(trouble.code) && hold !== undefined) {
        const seconds = String(Math.max(1, Math.ceil(hold.remaining / 1000)));
        return { fill: "yellow", shape: "ring", key: "retry", values: { seconds } };
      }
    }
    if (trouble !== undefined && !RETRY_CODES.has(trouble.code) && troubleKey(trouble.code) !== "failed") {
      return { fill: "red", shape: "ring", key: troubleKey(trouble.code) };
    }
    if (queued > 0) return { fill: "yellow", shape: "ring", key: "queued", values: { count: String(queued) } };
    if (this.#open.size > 0) return { fill: "blue", shape: "dot", key: "sending" };
    return this.#last;
  }
}
