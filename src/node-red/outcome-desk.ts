import type { Node, NodeAPI, NodeMessage } from "node-red";
import { FlowsGate } from "./flows-gate";
import type { SmsResult } from "./sms-record";
import type { Input } from "./wrappers";

/** The node instance that can report outcomes now. */
export interface Reporter {
  readonly node: Node;
  /** Tells the flow what became of an SMS, as the answer to `input`. */
  report(result: SmsResult, input: Input): void;
}

interface Delivery {
  readonly result: SmsResult;
  /** Called once the flow has been told. */
  readonly delivered: () => void;
}

/** An outcome that comes back to its node as an input. */
export interface Claim {
  readonly result: SmsResult;
  /** To be called right after the report. */
  readonly reported: () => void;
}

/**
 * Brings outcomes to the node that queued the SMS. A redeploy may have put a new instance in its place; the old one's
 * `send` and `done` vanish silently then, so the message is given to the new one as an input, whose `send` and `done`
 * work, with the outcome waiting here for it.
 */
export class OutcomeDesk {
  static readonly #desks = new WeakMap<FlowsGate, OutcomeDesk>();
  readonly #gate: FlowsGate;
  readonly #reporters = new Map<string, Reporter>();
  readonly #claims = new WeakMap<NodeMessage, Delivery>();
  #held: Delivery[] = [];
  /** Tells a person that an outcome found nobody. */
  readonly #orphaned: (result: SmsResult) => void;

  /** The one desk of a Node-RED. */
  static of(RED: NodeAPI): OutcomeDesk {
    const gate = FlowsGate.of(RED);
    const desk = OutcomeDesk.#desks.get(gate) ?? new OutcomeDesk(RED, gate);
    OutcomeDesk.#desks.set(gate, desk);
    return desk;
  }

  private constructor(RED: NodeAPI, gate: FlowsGate) {
    this.#gate = gate;
    this.#orphaned = ({ id, ending: { outcome } }) => {
      RED.log.warn(RED._("cellular-gateway.log.orphaned", { id, outcome }));
    };
    gate.watch(() => {
      for (const delivery of this.#held.splice(0)) this.#hand(delivery);
    });
  }

  /** Makes a node instance the one that reports for its id; returns what ends that. */
  register(reporter: Reporter): () => void {
    const { id } = reporter.node;
    this.#reporters.set(id, reporter);
    return () => {
      if (this.#reporters.get(id) === reporter) this.#reporters.delete(id);
    };
  }

  /** Reports an outcome now, or when the flows run again. */
  deliver(result: SmsResult, delivered: () => void): void {
    if (this.#gate.isOpen) this.#hand({ result, delivered });
    else this.#held.push({ result, delivered });
  }

  /** The outcome that a message was sent for by this desk, if it was. */
  claim(msg: NodeMessage, node: Node): Claim | undefined {
    const delivery = this.#claims.get(msg);
    this.#claims.delete(msg);
    if (delivery === undefined) return undefined;
    return {
      result: delivery.result,
      reported: () => {
        void this.#confirm(delivery, node);
      },
    };
  }

  #hand(delivery: Delivery): void {
    const { result, delivered } = delivery;
    const { origin } = result;
    const reporter = this.#reporters.get(origin.nodeId);
    if (reporter === undefined) {
      this.#orphaned(result);
      delivered();
    } else if (reporter === origin.instance) {
      reporter.report(result, origin.input);
      void this.#confirm(delivery, reporter.node);
    } else {
      this.#claims.set(origin.msg, delivery);
      reporter.node.receive(origin.msg);
    }
  }

  /** A deploy that began right after the report has swallowed it: it is made again when the flows run. */
  async #confirm(delivery: Delivery, node: Node): Promise<void> {
    if (await this.#gate.reached(node)) delivery.delivered();
    else this.deliver(delivery.result, delivery.delivered);
  }
}
