import type { Node } from "node-red";
import { FlowsGate, type FlowsOf } from "./flows-gate";

export interface Handover {
  /** The output that is used; absent: Catch nodes are told. */
  readonly port?: number | undefined;
  /** What is sent has reached the neighbours. */
  readonly arrived: () => void;
  /** A deploy stopped the neighbours before it could reach them. */
  readonly cut: () => void;
}

/** Lets a node send, and says whether that arrived. */
export function handOver(RED: FlowsOf, node: Node, send: () => void, { port, arrived, cut }: Handover): void {
  send();
  void FlowsGate.of(RED)
    .reached(node, port)
    .then((hasArrived) => {
      if (hasArrived) arrived();
      else cut();
    });
}
