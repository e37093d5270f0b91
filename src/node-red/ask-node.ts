import type { Node, NodeAPI, NodeMessage } from "node-red";
import { asCellularError, CellularError } from "../errors/cellular-error";
import type { SmsGateway } from "../gateways/gateway";
import { Badge, clockTime, troubleKey } from "./badge";
import { GatewayNode } from "./gateway-node";
import { Desks, type Origin, type OutcomeDesk, type Reporter } from "./outcome-desk";
import { environmentOf, Properties } from "./properties";
import type { GatewayReference } from "./sms-record";
import { onClose, onInput, type Input } from "./wrappers";

/** One request to a gateway, which goes by that name in records. */
type Request = (gateway: SmsGateway, reference: GatewayReference) => Promise<void>;

/** One request to a gateway for one message: what a node that asks for something has to say of itself. */
export interface Question<Settings> {
  /** Reads the saved node. @throws CellularError `CONFIG_MISSING` */
  readonly readSettings: (properties: Properties) => Settings;
  /** Makes the request of one message ready, without talking to the gateway. */
  readonly prepare: (settings: Settings, msg: NodeMessage) => Promise<Request>;
  /** Key of the badge after success. */
  readonly doneKey: string;
}

interface Answer {
  readonly origin: Origin;
  readonly failure: CellularError | undefined;
}

const answerDesks = new Desks<Answer>();

/** A node that asks its gateway for something, waits, and passes its message on: sms delete and ussd. */
export class AskNode<Settings> implements Reporter<Answer> {
  readonly node: Node;
  readonly #RED: NodeAPI;
  readonly #gatewayId: unknown;
  readonly #badge: Badge;
  readonly #desk: OutcomeDesk<Answer>;
  readonly #question: Question<Settings>;
  readonly #settings: Settings | CellularError;

  constructor(RED: NodeAPI, node: Node, config: object, question: Question<Settings>) {
    this.node = node;
    this.#RED = RED;
    this.#badge = new Badge(RED, node);
    this.#desk = answerDesks.of(RED);
    this.#question = question;
    this.#gatewayId = "gateway" in config ? config.gateway : undefined;
    this.#settings = readOr(() => question.readSettings(new Properties(config, environmentOf(RED, node))));

    const gateway = GatewayNode.find(RED, this.#gatewayId);
    const leave = gateway?.addUser(node);
    const unregister = this.#desk.register(this);
    this.#showReadiness(gateway);
    onInput(node, (input) => this.#take(input));
    onClose(node, () => {
      unregister();
      leave?.();
    });
  }

  outputFor({ failure }: Answer): number | undefined {
    return failure === undefined ? 0 : undefined;
  }

  report({ origin, failure }: Answer, { msg, send, done }: Input): void {
    const values = { time: clockTime(new Date()) };
    if (failure === undefined) {
      this.#badge.show({ fill: "green", shape: "dot", key: this.#question.doneKey, values });
      send(origin.msg);
      done();
      return;
    }
    const gateway = GatewayNode.find(this.#RED, this.#gatewayId);
    if (this.#isUsable(gateway)) {
      const shape = failure.outcome === "unknown" ? "dot" : "ring";
      this.#badge.show({ fill: "red", shape, key: troubleKey(failure.code), values });
    } else this.#showReadiness(gateway);
    if (msg !== origin.msg) Object.assign(msg, origin.msg);
    done(failure);
  }

  #showReadiness(gateway: GatewayNode | undefined): void {
    if (gateway === undefined) this.#badge.show({ fill: "red", shape: "ring", key: "no-gateway" });
    else if (!this.#isUsable(gateway)) this.#badge.show({ fill: "red", shape: "ring", key: "misconfigured" });
    else this.#badge.show({ fill: "grey", shape: "ring", key: "ready" });
  }

  #isUsable(gateway: GatewayNode | undefined): boolean {
    return !(this.#settings instanceof CellularError) && gateway !== undefined && gateway.problem === undefined;
  }

  async #take(input: Input): Promise<void> {
    if (this.#desk.answers(input, this)) return;
    const failure = await this.#ask(input.msg);
    const origin: Origin = { nodeId: this.node.id, msg: input.msg, asked: { input, instance: this } };
    this.#desk.deliver({
      result: { origin, failure },
      delivered: () => undefined,
      // The node is deleted: nobody waits for this any more, and what was done at the device is done.
      orphaned: () => undefined,
    });
  }

  async #ask(msg: NodeMessage): Promise<CellularError | undefined> {
    try {
      if (this.#settings instanceof CellularError) throw this.#settings;
      const gateway = GatewayNode.find(this.#RED, this.#gatewayId);
      if (gateway === undefined) {
        throw new CellularError("CONFIG_MISSING", "No gateway is chosen, or it is disabled. Choose one in the node.");
      }
      const { runtime, reference } = gateway;
      const request = await this.#question.prepare(this.#settings, msg);
      this.#badge.show({ fill: "blue", shape: "dot", key: "working" });
      await runtime.ask((driver) => request(driver, reference));
      return undefined;
    } catch (error) {
      return withDoubt(asCellularError(error, "The gateway"));
    }
  }
}

/** Node-RED hands on code and message of an error, but not its outcome: the message says that it is unknown. */
function withDoubt(failure: CellularError): CellularError {
  if (failure.outcome !== "unknown") return failure;
  const text = `${failure.message} It may have been done all the same.`;
  return new CellularError(failure.code, text, { outcome: "unknown", cause: failure.cause });
}

function readOr<T>(read: () => T): T | CellularError {
  try {
    return read();
  } catch (error) {
    return asCellularError(error, "The node");
  }
}
