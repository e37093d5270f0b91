import type { Node, NodeAPI, NodeDef } from "node-red";

/**
 * The nodes that the next thing a node says comes to.
 * @param port The output that it leaves by; absent: it is an error, which goes to the Catch nodes of the flow and to
 *   those right behind them. Where nobody is there, the node itself stands for them.
 */
export function neighboursOf(RED: Pick<NodeAPI, "nodes">, node: Node, port?: number): readonly string[] {
  const ids = port === undefined ? catchersOf(RED, node) : (wiresOf(node)[port] ?? []);
  return ids.length === 0 ? [node.id] : ids;
}

function catchersOf(RED: Pick<NodeAPI, "nodes">, node: Node): readonly string[] {
  const ids: string[] = [];
  RED.nodes.eachNode((other: NodeDef) => {
    if (other.type === "catch" && other.z === node.z) ids.push(other.id, ...wiresOf(other).flat());
  });
  return ids;
}

function wiresOf(node: object): readonly (readonly string[])[] {
  const wires: unknown = "wires" in node ? node.wires : undefined;
  if (!Array.isArray(wires)) return [];
  return wires.map((ids: unknown) => (Array.isArray(ids) ? ids.filter((id) => typeof id === "string") : []));
}
