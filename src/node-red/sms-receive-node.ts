import type { Node, NodeAPI } from "node-red";
import { asCellularError, CellularError } from "../errors/cellular-error";
import { comparableSender, type ReceivedSms, type Receiver } from "../inbox";
import { Badge, clockTime, troubleKey } from "./badge";
import { whenDeleted } from "./deletion";
import { FlowsGate } from "./flows-gate";
import { GatewayNode } from "./gateway-node";
import { environmentOf, Properties } from "./properties";
import { receivedRecord } from "./received-record";
import { onClose, onInput } from "./wrappers";

type Wishes = Pick<Receiver, "connId" | "interval" | "start" | "from" | "join"> & Required<Pick<Receiver, "after">>;

/** `cellular-sms-receive`: one message for each SMS that arrives at the gateway. */
export class SmsReceiveNode implements Receiver {
  static readonly #running = new Map<string, SmsReceiveNode>();
  readonly id: string;
  readonly #RED: NodeAPI;
  readonly #node: Node;
  readonly #badge: Badge;
  readonly #gate: FlowsGate;
  readonly #gateway: GatewayNode | undefined;
  readonly #wishes: Wishes | CellularError;
  #lastTrouble: string | undefined;
  #lastReceived: Date | undefined;
  #untaken = 0;

  constructor(RED: NodeAPI, node: Node, config: object) {
    this.id = node.id;
    this.#RED = RED;
    this.#node = node;
    this.#badge = new Badge(RED, node);
    this.#gate = FlowsGate.of(RED);
    this.#gateway = GatewayNode.find(RED, "gateway" in config ? config.gateway : undefined);
    this.#wishes = readWishes(RED, node, config);
    const { problem } = this;
    if (problem !== undefined) {
      this.#badge.show({
        fill: "red",
        shape: "ring",
        key: this.#gateway === undefined ? "no-gateway" : "misconfigured",
      });
    }
    const leave = this.#gateway?.addUser(node);
    const unsubscribe = problem === undefined ? this.#gateway?.runtime.inbox.subscribe(this) : undefined;
    if (problem === undefined) this.#showPeace();
    SmsReceiveNode.#running.set(this.id, this);
    onInput(node, async ({ msg, done }) => {
      const failure = await this.#poll();
      // What this instance says of its input would vanish: the one in its place polls for it once more.
      if (!this.#isRunning)
        this.#inPlace((successor) => {
          successor.#node.receive(msg);
        });
      else if (failure === null) done();
      else done(failure);
    });
    onClose(node, (removed) => {
      if (this.#isRunning) SmsReceiveNode.#running.delete(this.id);
      unsubscribe?.();
      leave?.();
      const forget = (): void => void this.#gateway?.forgetReceiver(this.id).catch(() => undefined);
      whenDeleted(RED, this.id, removed, forget);
    });
  }

  get connId(): number | undefined {
    return this.#wish("connId");
  }

  get interval(): number {
    return this.#wish("interval");
  }

  get start(): "new" | "all" {
    return this.#wish("start");
  }

  get from(): ReadonlySet<string> {
    return this.#wish("from");
  }

  get join(): boolean {
    return this.#wish("join");
  }

  get after(): "keep" | "delete" | "flow" {
    return this.#wish("after");
  }

  /** What keeps this node from working, or undefined. */
  get problem(): CellularError | undefined {
    if (this.#gateway === undefined) {
      return new CellularError("CONFIG_MISSING", "No gateway is chosen, or it is disabled. Choose one in the node.");
    }
    return this.#wishes instanceof CellularError ? this.#wishes : this.#gateway.problem;
  }

  handOn(sms: ReceivedSms): void {
    const gateway = this.#gateway;
    if (gateway === undefined) return;
    this.#lastReceived = new Date();
    this.#node.send({ payload: sms.text, topic: sms.from, received: receivedRecord(sms, gateway.reference) });
  }

  hasArrived(): Promise<boolean> {
    return this.#gate.reached(this.#node, 0);
  }

  polled(failure: CellularError | null, untaken: number): void {
    this.#untaken = untaken;
    if (failure === null) {
      this.#lastTrouble = undefined;
      this.#showPeace();
      return;
    }
    this.#badge.show({ fill: "red", shape: "ring", key: troubleKey(failure.code) });
    // Once for each kind of trouble, not at each poll.
    if (this.#lastTrouble !== failure.code) this.#node.warn(failure.message);
    this.#lastTrouble = failure.code;
  }

  get #isRunning(): boolean {
    return SmsReceiveNode.#running.get(this.id) === this;
  }

  /** Calls `task` with the instance that has this one's place, once the flows run; with none if the node is deleted. */
  #inPlace(task: (successor: SmsReceiveNode) => void): void {
    void FlowsGate.of(this.#RED)
      .pass()
      .then(() => {
        const successor = SmsReceiveNode.#running.get(this.id);
        if (successor !== undefined) task(successor);
      });
  }

  #showPeace(): void {
    if (this.#untaken > 0) {
      const values = { count: String(this.#untaken) };
      this.#badge.show({ fill: "yellow", shape: "ring", key: "untaken", values });
    } else if (this.#lastReceived === undefined) this.#badge.show({ fill: "grey", shape: "ring", key: "ready" });
    else {
      const values = { time: clockTime(this.#lastReceived) };
      this.#badge.show({ fill: "green", shape: "dot", key: "received", values });
    }
  }

  async #poll(): Promise<CellularError | null> {
    const { problem } = this;
    if (problem !== undefined) return problem;
    return (await this.#gateway?.runtime.inbox.pollNow(this.connId)) ?? null;
  }

  #wish<K extends keyof Wishes>(name: K): Wishes[K] {
    if (this.#wishes instanceof CellularError) throw this.#wishes;
    return this.#wishes[name];
  }
}

function readWishes(RED: NodeAPI, node: Node, config: object): Wishes | CellularError {
  const properties = new Properties(config, environmentOf(RED, node));
  try {
    const senders = properties.text("from").split(",").map(comparableSender);
    return {
      connId: properties.optionalNumber("connId"),
      interval: properties.number("interval", 30) * 1000,
      start: properties.choice("start", ["new", "all"], "new"),
      from: new Set(senders.filter((sender) => sender !== "")),
      join: properties.boolean("join", true),
      after: properties.choice("after", ["keep", "delete", "flow"], "keep"),
    };
  } catch (error) {
    return asCellularError(error, "sms receive");
  }
}
