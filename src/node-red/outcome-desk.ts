import type { Node, NodeMessage } from "node-red";
import { isConfigured } from "./deletion";
import { FlowsGate, type FlowsOf } from "./flows-gate";
import { handOver } from "./handover";
import { asError, type Input } from "./wrappers";

/** Where something came from whose outcome is to be told. */
export interface Origin {
  readonly nodeId: string;
  readonly msg: NodeMessage;
  /** The input that waits for the outcome; none waits for one that was asked for before a restart. */
  readonly asked?: Asked;
}

/** An input, and the node instance that took it: only while that lives can it answer. */
export interface Asked {
  readonly input: Input;
  readonly instance: object;
}

export interface Traceable {
  readonly origin: Origin;
}

/** The node instance that can report outcomes now. */
export interface Reporter<Result> {
  readonly node: Node;
  /** The output by which an outcome leaves; undefined where Catch nodes are told. */
  outputFor(result: Result): number | undefined;
  /** Tells the flow what became of it, as the answer to `input`. */
  report(result: Result, input: Input): void;
}

/** One outcome on its way to the flow. One of the two is called, once. */
export interface Delivery<Result> {
  readonly result: Result;
  /** The flow has been told. */
  readonly delivered: () => void;
  /** The node is deleted: nobody is left to tell. */
  readonly orphaned: () => void;
}

/**
 * Brings outcomes to the node that asked for something. A redeploy may have put a new instance in its place; the old one's
 * `send` and `done` vanish silently then, so the message is given to the new one as an input, whose `send` and `done`
 * work, with the outcome waiting here for it.
 */
export class OutcomeDesk<Result extends Traceable> {
  readonly #RED: FlowsOf;
  readonly #gate: FlowsGate;
  readonly #reporters = new Map<string, Reporter<Result>>();
  readonly #claims = new WeakMap<NodeMessage, Delivery<Result>>();
  readonly #held: Delivery<Result>[] = [];

  constructor(RED: FlowsOf) {
    const gate = FlowsGate.of(RED);
    this.#RED = RED;
    this.#gate = gate;
    gate.watch(() => {
      for (const delivery of this.#held.splice(0)) this.#hand(delivery);
    });
  }

  /** Makes a node instance the one that reports for its id; returns what ends that. */
  register(reporter: Reporter<Result>): () => void {
    const { id } = reporter.node;
    this.#reporters.set(id, reporter);
    return () => {
      if (this.#reporters.get(id) === reporter) this.#reporters.delete(id);
    };
  }

  /** Reports an outcome now, or when the flows run again, and the node with them. */
  deliver(delivery: Delivery<Result>): void {
    if (this.#gate.isOpen) this.#hand(delivery);
    else this.#held.push(delivery);
  }

  /** Reports the outcome that this desk sent an input for; returns whether it was such an input. */
  answers(input: Input, reporter: Reporter<Result>): boolean {
    const delivery = this.#claims.get(input.msg);
    if (delivery === undefined) return false;
    this.#claims.delete(input.msg);
    this.#report(delivery, reporter, input);
    return true;
  }

  #hand(delivery: Delivery<Result>): void {
    const { origin } = delivery.result;
    const reporter = this.#reporters.get(origin.nodeId);
    if (reporter === undefined) {
      // One that is disabled is told once it is enabled again.
      if (isConfigured(this.#RED, origin.nodeId)) this.#held.push(delivery);
      else delivery.orphaned();
    } else if (reporter === origin.asked?.instance) {
      this.#report(delivery, reporter, origin.asked.input);
    } else {
      this.#claims.set(origin.msg, delivery);
      reporter.node.receive(origin.msg);
    }
  }

  #report(delivery: Delivery<Result>, reporter: Reporter<Result>, input: Input): void {
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

/** The desks of each Node-RED, one for each sort of outcome. */
export class Desks<Result extends Traceable> {
  readonly #desks = new WeakMap<FlowsGate, OutcomeDesk<Result>>();

  of(RED: FlowsOf): OutcomeDesk<Result> {
    const gate = FlowsGate.of(RED);
    const desk = this.#desks.get(gate) ?? new OutcomeDesk<Result>(RED);
    this.#desks.set(gate, desk);
    return desk;
  }
}
