import type { Node, NodeAPI } from "node-red";
import { FlowsGate } from "./flows-gate";

export interface Handover {
  /** What is sent has reached the neighbours. */
  readonly arrived: () => void;
  /** A deploy stopped the neighbours before it could reach them. */
  readonly cut: () => void;
}

/** Lets a node send, and says whether that arrived. */
export function handOver(RED: NodeAPI, node: Node, send: () => void, { arrived, cut }: Handover): void {
  send();
  void FlowsGate.of(RED)
    .reached(node)
    .then((hasArrived) => {
      if (hasArrived) arrived();
      else cut();
    });
}
