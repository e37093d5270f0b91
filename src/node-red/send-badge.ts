import type { Node, NodeAPI } from "node-red";
import type { CellularError } from "../errors/cellular-error";
import type { Health } from "../lane";
import type { Ending, EntryState } from "../outbox";
import { Badge, clockTime, troubleKey, type BadgeLook } from "./badge";

/** Milliseconds between two badges that differ in their count only. */
const COUNT_PAUSE_MS = 500;
/** Trouble that the badge shows as a time to the next attempt; all other trouble is named. */
const RETRY_CODES: ReadonlySet<string> = new Set(["GATEWAY_BUSY", "RATE_LIMITED", "TIMEOUT", "CONNECTION_LOST"]);

/** An entry of an outbox, as far as a badge shows it. */
interface ShownEntry {
  readonly id: string;
  readonly state: EntryState;
  readonly origin: { readonly nodeId: string };
}

/** A gateway or an account, as far as a badge shows it. */
interface ShownRuntime {
  readonly lane: { readonly health: Health };
  readonly outbox: {
    readonly entries: readonly ShownEntry[];
    readonly hold: { readonly remaining: number } | undefined;
  };
  watch(watcher: (entry: ShownEntry | undefined) => void): () => void;
}

/** How something ended, as far as a badge shows it. */
interface ShownEnd {
  readonly id: string;
  readonly ending: Ending<unknown>;
  readonly finishedAt: Date;
}

type OpenState = "queued" | "sending" | "waiting";

/** What the badge of a node that sends says: trouble first, then what is on its way, then how the last one ended. */
export class SendBadge {
  readonly #badge: Badge;
  readonly #nodeId: string;
  readonly #runtime: ShownRuntime | undefined;
  readonly #unwatch: (() => void) | undefined;
  /** This node's entries that have not ended. */
  readonly #open = new Map<string, OpenState>();
  /** How many of them are in which state; counted along, since thousands may wait. */
  readonly #counts: Record<OpenState, number> = { queued: 0, sending: 0, waiting: 0 };
  #last: BadgeLook = { fill: "grey", shape: "ring", key: "ready" };
  #countShownAt = -Infinity;
  #countTimer: NodeJS.Timeout | undefined;

  /**
   * @param config The gateway or account, or undefined where there is none.
   * @param problem What keeps the node from working, or undefined.
   * @param missing Key of the text where there is none.
   */
  constructor(
    RED: NodeAPI,
    node: Node,
    config: { readonly runtime: ShownRuntime } | undefined,
    problem: CellularError | undefined,
    missing: "no-gateway" | "no-account" = "no-gateway",
  ) {
    this.#badge = new Badge(RED, node);
    this.#nodeId = node.id;
    if (config === undefined || problem !== undefined) {
      this.#badge.show({ fill: "red", shape: "ring", key: config === undefined ? missing : "misconfigured" });
      return;
    }
    this.#runtime = config.runtime;
    for (const entry of this.#runtime.outbox.entries) this.#note(entry);
    this.#unwatch = this.#runtime.watch((entry) => {
      if (entry === undefined || this.#note(entry)) this.#refresh();
    });
    this.#refresh();
  }

  /**
   * Something of this node has ended.
   * @param acceptedKey Key of the text for one that was accepted and has not failed since.
   */
  ended({ id, ending, finishedAt }: ShownEnd, acceptedKey: "accepted" | "sent" | "delivered" = "accepted"): void {
    // What has moved to a fallback ends there, where this badge does not look.
    this.#keep(id, undefined);
    const { outcome } = ending;
    const values = { time: clockTime(finishedAt) };
    if (ending.outcome !== "accepted" && ending.error.code === "STORAGE_FAILED") {
      this.#last = { fill: "red", shape: "ring", key: "storage" };
    } else if (ending.outcome === "accepted" && ending.error !== undefined) {
      const hasFailed = ending.error.code === "COMMAND_FAILED";
      this.#last = {
        ...{ fill: hasFailed ? "red" : "yellow", shape: "ring" },
        ...{ key: hasFailed ? "command-failed" : "wait-timeout", values },
      };
    } else if (outcome === "accepted") this.#last = { fill: "green", shape: "dot", key: acceptedKey, values };
    else if (outcome === "unknown") this.#last = { fill: "red", shape: "dot", key: "unknown", values };
    else this.#last = { fill: "red", shape: "ring", key: "not-sent", values };
    if (this.#runtime !== undefined) this.#refresh();
  }

  close(): void {
    clearTimeout(this.#countTimer);
    this.#unwatch?.();
  }

  /** Returns whether the entry is one of this node's. */
  #note({ id, origin, state }: ShownEntry): boolean {
    if (origin.nodeId !== this.#nodeId) return false;
    if (state === "finished") this.#keep(id, undefined);
    else this.#keep(id, state === "sending" || state === "waiting" ? state : "queued");
    return true;
  }

  /** @param state Undefined for one that has ended. */
  #keep(id: string, state: OpenState | undefined): void {
    const before = this.#open.get(id);
    if (before !== undefined) this.#counts[before] -= 1;
    if (state !== undefined) this.#counts[state] += 1;
    if (state === undefined) this.#open.delete(id);
    else this.#open.set(id, state);
  }

  #refresh(): void {
    const look = this.#look();
    if (look.key !== "queued" && look.key !== "waiting") {
      clearTimeout(this.#countTimer);
      this.#countTimer = undefined;
      this.#countShownAt = -Infinity;
      this.#badge.show(look);
      return;
    }
    if (this.#countTimer !== undefined) return;
    const rest = this.#countShownAt + COUNT_PAUSE_MS - performance.now();
    if (rest <= 0) {
      this.#countShownAt = performance.now();
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
    const { queued, sending, waiting } = this.#counts;
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
    if (sending > 0) return { fill: "blue", shape: "dot", key: "sending" };
    if (waiting > 0) return { fill: "blue", shape: "dot", key: "waiting", values: { count: String(waiting) } };
    return this.#last;
  }
}
