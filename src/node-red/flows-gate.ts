import type { NodeAPI } from "node-red";

/**
 * Knows whether messages can flow. While a deploy stops and starts nodes, what a node sends to a neighbour that is
 * stopped vanishes silently, even if the sender itself goes on: nothing may be handed on then.
 */
export class FlowsGate {
  static readonly #gates = new WeakMap<NodeAPI["events"], FlowsGate>();
  #open = false;
  /** Counts the deploys that have begun. */
  #stops = 0;
  readonly #waiting: (() => void)[] = [];
  readonly #watchers = new Set<() => void>();

  /** The one gate of a Node-RED. */
  static of(RED: Pick<NodeAPI, "events">): FlowsGate {
    const gate = FlowsGate.#gates.get(RED.events) ?? new FlowsGate(RED.events);
    FlowsGate.#gates.set(RED.events, gate);
    return gate;
  }

  private constructor(events: NodeAPI["events"]) {
    events.on("flows:stopping", () => {
      this.#open = false;
      this.#stops += 1;
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
   * Says whether what was sent just now has reached the next node. Node-RED delivers one turn of the event loop later; a
   * deploy that begins in between makes the message vanish.
   */
  reached(): Promise<boolean> {
    const stops = this.#stops;
    return new Promise((resolve) => {
      setImmediate(() => {
        resolve(stops === this.#stops);
      });
    });
  }

  /** Resolves when messages can flow. */
  pass(): Promise<void> {
    if (this.#open) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push(resolve));
  }
}
