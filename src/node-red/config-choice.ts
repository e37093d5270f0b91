import type { NodeAPI } from "node-red";
import type { CellularError } from "../errors/cellular-error";
import { AccountNode } from "./account-node";
import { GatewayNode } from "./gateway-node";

/** As much of a config node as the nodes that choose it look at. */
interface Choosable {
  readonly isGone: boolean;
  readonly problem: CellularError | undefined;
}

/** The config node that a node names in its settings. */
export class ConfigChoice<Config extends Choosable> {
  readonly #find: (id: unknown) => Config | undefined;
  readonly #id: unknown;
  /** The config node as it was when the node started. */
  readonly #known: Config | undefined;

  constructor(id: unknown, find: (id: unknown) => Config | undefined) {
    this.#find = find;
    this.#id = id;
    this.#known = find(id);
  }

  /** Whether one is chosen, there or not. */
  get isMade(): boolean {
    return typeof this.#id === "string" && this.#id !== "";
  }

  /** The one in force. In the middle of a deploy Node-RED finds none, but the one that was goes on behind it. */
  get now(): Config | undefined {
    return this.#find(this.#id) ?? (this.#known?.isGone === false ? this.#known : undefined);
  }

  /** The one in force, if its settings can be used. */
  get usable(): Config | undefined {
    const { now } = this;
    return now?.problem === undefined ? now : undefined;
  }
}

/** The gateway that a saved node names under `property`. */
export function gatewayChoice(RED: NodeAPI, config: object, property = "gateway"): ConfigChoice<GatewayNode> {
  const saved: Readonly<Record<string, unknown>> = { ...config };
  return new ConfigChoice(saved[property], (id) => GatewayNode.find(RED, id));
}

/** The account that a saved node names. */
export function accountChoice(RED: NodeAPI, config: object): ConfigChoice<AccountNode> {
  const saved: Readonly<Record<string, unknown>> = { ...config };
  return new ConfigChoice(saved.account, (id) => AccountNode.find(RED, id));
}
