import type { Node, NodeAPI, NodeMessage } from "node-red";
import { asCellularError, CellularError } from "../errors/cellular-error";
import type { SmsGateway } from "../gateways/gateway";
import { Badge, clockTime, troubleKey } from "./badge";
import { GatewayNode } from "./gateway-node";
import { environmentOf, Properties } from "./properties";
import { onClose, onInput } from "./wrappers";

/** One request to a gateway for one message: what a node that asks for something has to say of itself. */
export interface Question<Settings> {
  /** Reads the saved node. @throws CellularError `CONFIG_MISSING` */
  readonly readSettings: (properties: Properties) => Settings;
  /** Makes the request of one message ready, without talking to the gateway. */
  readonly prepare: (settings: Settings, msg: NodeMessage) => Promise<(gateway: SmsGateway) => Promise<void>>;
  /** Key of the badge after success. */
  readonly doneKey: string;
}

/** A node that asks its gateway for something, waits, and passes its message on: sms delete and ussd. */
export class AskNode<Settings> {
  readonly #RED: NodeAPI;
  readonly #gatewayId: unknown;
  readonly #badge: Badge;
  readonly #question: Question<Settings>;
  readonly #settings: Settings | CellularError;

  constructor(RED: NodeAPI, node: Node, config: object, question: Question<Settings>) {
    this.#RED = RED;
    this.#badge = new Badge(RED, node);
    this.#question = question;
    this.#gatewayId = "gateway" in config ? config.gateway : undefined;
    this.#settings = readOr(() => question.readSettings(new Properties(config, environmentOf(RED, node))));
    const gateway = GatewayNode.find(RED, this.#gatewayId);
    const leave = gateway?.addUser(node);
    if (gateway === undefined) this.#badge.show({ fill: "red", shape: "ring", key: "no-gateway" });
    else if (this.#settings instanceof CellularError || gateway.problem !== undefined) {
      this.#badge.show({ fill: "red", shape: "ring", key: "misconfigured" });
    } else this.#badge.show({ fill: "grey", shape: "ring", key: "ready" });

    onInput(node, async ({ msg, send, done }) => {
      try {
        await this.#ask(msg);
      } catch (error) {
        done(this.#failed(error));
        return;
      }
      send(msg);
      done();
    });
    onClose(node, () => {
      leave?.();
    });
  }

  async #ask(msg: NodeMessage): Promise<void> {
    if (this.#settings instanceof CellularError) throw this.#settings;
    const gateway = GatewayNode.find(this.#RED, this.#gatewayId);
    if (gateway === undefined) {
      throw new CellularError("CONFIG_MISSING", "No gateway is chosen, or it is disabled. Choose one in the node.");
    }
    const { runtime } = gateway;
    const request = await this.#question.prepare(this.#settings, msg);
    this.#badge.show({ fill: "blue", shape: "dot", key: "working" });
    await runtime.ask(request);
    this.#badge.show({
      fill: "green",
      shape: "dot",
      key: this.#question.doneKey,
      values: { time: clockTime(new Date()) },
    });
  }

  #failed(error: unknown): CellularError {
    const failure = asCellularError(error, "The gateway");
    const key = troubleKey(failure.code);
    const values = { time: clockTime(new Date()) };
    this.#badge.show({ fill: "red", shape: failure.outcome === "unknown" ? "dot" : "ring", key, values });
    return failure;
  }
}

function readOr<T>(read: () => T): T | CellularError {
  try {
    return read();
  } catch (error) {
    return asCellularError(error, "The node");
  }
}
