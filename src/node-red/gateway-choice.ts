import type { NodeAPI } from "node-red";
import { GatewayNode } from "./gateway-node";

/** The gateway that a node names in its settings. */
export class GatewayChoice {
  readonly #RED: NodeAPI;
  readonly #id: unknown;
  /** The gateway as it was when the node started. */
  readonly #known: GatewayNode | undefined;

  constructor(RED: NodeAPI, id: unknown) {
    this.#RED = RED;
    this.#id = id;
    this.#known = GatewayNode.find(RED, id);
  }

  /** Whether one is chosen, there or not. */
  get isMade(): boolean {
    return typeof this.#id === "string" && this.#id !== "";
  }

  /** The gateway in force. In the middle of a deploy Node-RED finds none, but the one that was goes on behind it. */
  get now(): GatewayNode | undefined {
    return GatewayNode.find(this.#RED, this.#id) ?? (this.#known?.isGone === false ? this.#known : undefined);
  }

  /** The gateway in force, if its settings can be used. */
  get usable(): GatewayNode | undefined {
    const { now } = this;
    return now?.problem === undefined ? now : undefined;
  }
}
