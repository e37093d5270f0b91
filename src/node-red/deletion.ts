import type { NodeAPI } from "node-red";
import { FlowsGate, type FlowsOf } from "./flows-gate";

/** Nodes that are disabled, with what is to be done once they are deleted; by the events of their Node-RED. */
const disabled = new WeakMap<NodeAPI["events"], Map<string, () => void>>();

/**
 * Does something once a node that was closed as removed is deleted. Node-RED removes a node that is disabled, or whose
 * flow is, in the same way: what is kept of that one is to be there when it is enabled again. It is watched as long as
 * the process lives.
 * @returns whether it is deleted already
 */
export function whenDeleted(RED: FlowsOf, id: string, done: () => void): boolean {
  const isDeleted = !isConfigured(RED, id);
  if (isDeleted) done();
  else watched(RED).set(id, done);
  return isDeleted;
}

/** Whether a node stands in the flows, running or not. */
export function isConfigured(RED: Pick<NodeAPI, "nodes">, id: string): boolean {
  const ids = new Set<string>();
  RED.nodes.eachNode((node) => ids.add(node.id));
  return isMadeOf(ids, id);
}

/** One in a subflow has the ids of all instances around it and its own one, joined by dashes, which each may hold too. */
function isMadeOf(ids: ReadonlySet<string>, id: string): boolean {
  if (ids.has(id)) return true;
  for (let at = id.indexOf("-"); at >= 0; at = id.indexOf("-", at + 1)) {
    if (ids.has(id.slice(0, at)) && isMadeOf(ids, id.slice(at + 1))) return true;
  }
  return false;
}

function watched(RED: FlowsOf): Map<string, () => void> {
  const known = disabled.get(RED.events);
  if (known !== undefined) return known;
  const nodes = new Map<string, () => void>();
  disabled.set(RED.events, nodes);
  FlowsGate.of(RED).watch(() => {
    for (const [id, done] of nodes) {
      const isEnabled: boolean = isRunning(RED, id);
      const isDeleted = !isEnabled && !isConfigured(RED, id);
      if (isEnabled || isDeleted) nodes.delete(id);
      if (isDeleted) done();
    }
  });
  return nodes;
}

/** Node-RED says null of a node that is not there, whatever its types say. */
function isRunning(RED: Pick<NodeAPI, "nodes">, id: string): boolean {
  const node: unknown = RED.nodes.getNode(id);
  return typeof node === "object" && node !== null;
}
