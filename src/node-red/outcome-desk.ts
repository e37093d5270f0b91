import type { Node, NodeMessage } from "node-red";
import { FlowsGate, type FlowsOf } from "./flows-gate";
import { handOver } from "./handover";
import type { SmsResult } from "./sms-record";
import { asError, type Input } from "./wrappers";

/** The node instance that can report outcomes now. */
export interface Reporter {
  readonly node: Node;
  /** The output by which an outcome leaves; undefined where Catch nodes are told. */
  outputFor(result: SmsResult): number | undefined;
  /** Tells the flow what became of an SMS, as the answer to `input`. */
  report(result: SmsResult, input: Input): void;
}

/** One outcome on its way to the flow. One of the two is called, once. */
export interface Delivery {
  readonly result: SmsResult;
  /** The flow has been told. */
  readonly delivered: () => void;
  /** The node is gone: nobody is left to tell. */
  readonly orphaned: () => void;
}

/**
 * Brings outcomes to the node that queued the SMS. A redeploy may have put a new instance in its place; the old one's
 * `send` and `done` vanish silently then, so the message is given to the new one as an input, whose `send` and `done`
 * work, with the outcome waiting here for it.
 */
export class OutcomeDesk {
  static readonly #desks = new WeakMap<FlowsGate, OutcomeDesk>();
  readonly #RED: FlowsOf;
  readonly #gate: FlowsGate;
  readonly #reporters = new Map<string, Reporter>();
  readonly #claims = new WeakMap<NodeMessage, Delivery>();
  readonly #held: Delivery[] = [];

  /** The one desk of a Node-RED. */
  static of(RED: FlowsOf): OutcomeDesk {
    const gate = FlowsGate.of(RED);
    const desk = OutcomeDesk.#desks.get(gate) ?? new OutcomeDesk(RED, gate);
    OutcomeDesk.#desks.set(gate, desk);
    return desk;
  }

  private constructor(RED: FlowsOf, gate: FlowsGate) {
    this.#RED = RED;
    this.#gate = gate;
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
  deliver(delivery: Delivery): void {
    if (this.#gate.isOpen) this.#hand(delivery);
    else this.#held.push(delivery);
  }

  /** Reports the outcome that this desk sent an input for; returns whether it was such an input. */
  answers(input: Input, reporter: Reporter): boolean {
    const delivery = this.#claims.get(input.msg);
    if (delivery === undefined) return false;
    this.#claims.delete(input.msg);
    this.#report(delivery, reporter, input);
    return true;
  }

  #hand(delivery: Delivery): void {
    const { origin } = delivery.result;
    const reporter = this.#reporters.get(origin.nodeId);
    if (reporter === undefined) {
      delivery.orphaned();
    } else if (reporter === origin.instance) {
      this.#report(delivery, reporter, origin.input);
    } else {
      this.#claims.set(origin.msg, delivery);
      reporter.node.receive(origin.msg);
    }
  }

  #report(delivery: Delivery, reporter: Reporter, input: Input): void {
    const { result, delivered } = delivery;
    const tell = (): void => {
      try {
        reporter.report(result, input);
      } catch (error) {
        // What a flow does with an outcome must not reach the outbox, nor the outcomes behind this one.
        reporter.node.error(asError(error), result.origin.msg);
      }
    };
    handOver(this.#RED, reporter.node, tell, {
      port: reporter.outputFor(result),
      arrived: delivered,
      cut: () => {
        this.deliver(delivery);
      },
    });
  }
}
