import type { Node, NodeAPI, NodeDef } from "node-red";

/**
 * The nodes that what a node sends, or reports as its end or its error, comes to first, and those right behind them:
 * its own wires, and the Catch and Complete nodes of its flow with theirs.
 */
export function neighboursOf(RED: NodeAPI, node: Node): readonly string[] {
  const listeners: string[] = [];
  RED.nodes.eachNode((other: NodeDef) => {
    if (other.z === node.z && (other.type === "catch" || other.type === "complete")) {
      listeners.push(other.id, ...wiredTo(other));
    }
  });
  return [...wiredTo(node), ...listeners];
}

function wiredTo(node: object): readonly string[] {
  const wires: unknown = "wires" in node ? node.wires : undefined;
  if (!Array.isArray(wires)) return [];
  return wires.flat().filter((id): id is string => typeof id === "string");
}
