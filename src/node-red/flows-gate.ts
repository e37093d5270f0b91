import type { Node, NodeAPI } from "node-red";
import { neighboursOf } from "./neighbours";

/**
 * Knows whether messages can flow. While a deploy stops and starts nodes, what a node sends to a neighbour that is
 * stopped vanishes silently, even if the sender itself goes on: nothing may be handed on then.
 */
export class FlowsGate {
  static readonly #gates = new WeakMap<NodeAPI["events"], FlowsGate>();
  #open = false;
  readonly #RED: FlowsOf;
  /** Nodes that sent something that may not have arrived yet. */
  readonly #sending = new Set<Sending>();
  readonly #waiting: (() => void)[] = [];
  readonly #watchers = new Set<() => void>();

  /** The one gate of a Node-RED. */
  static of(RED: FlowsOf): FlowsGate {
    const gate = FlowsGate.#gates.get(RED.events) ?? new FlowsGate(RED);
    FlowsGate.#gates.set(RED.events, gate);
    return gate;
  }

  private constructor(RED: FlowsOf) {
    this.#RED = RED;
    const { events } = RED;
    events.on("flows:stopping", () => {
      this.#open = false;
      for (const sending of this.#sending) this.#remember(sending);
    });
    events.on("flows:started", () => {
      this.#open = true;
      for (const pass of this.#waiting.splice(0)) pass();
      for (const watcher of this.#watchers) watcher();
    });
  }

  get isOpen(): boolean {
    return this.#open;
  }

  /** Calls `watcher` each time the flows have started. */
  watch(watcher: () => void): void {
    this.#watchers.add(watcher);
  }

  /**
   * Says whether what a node said just now, by an output or as an error, has reached its neighbours. Node-RED delivers one turn of the event loop
   * later: if a deploy begins in between and stops a neighbour, the message vanishes.
   */
  reached(node: Node, port?: number): Promise<boolean> {
    const sending: Sending = { node, port, neighbours: undefined };
    this.#sending.add(sending);
    return new Promise((resolve) => {
      setImmediate(() => {
        this.#sending.delete(sending);
        resolve(sending.neighbours?.every(([id, instance]) => this.#instance(id) === instance) ?? true);
      });
    });
  }

  /** Resolves when messages can flow. */
  pass(): Promise<void> {
    if (this.#open) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** Runs before the first node stops. */
  #remember(sending: Sending): void {
    sending.neighbours ??= neighboursOf(this.#RED, sending.node, sending.port).map((id) => [id, this.#instance(id)]);
  }

  #instance(id: string): unknown {
    return this.#RED.nodes.getNode(id);
  }
}

/** As much of a Node-RED as the gate looks at. */
export type FlowsOf = Pick<NodeAPI, "events" | "nodes">;

interface Sending {
  readonly node: Node;
  readonly port: number | undefined;
  /** The instances that stood there when a deploy began, by id; undefined while none has. */
  neighbours: readonly (readonly [string, unknown])[] | undefined;
}
