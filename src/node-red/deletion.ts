import type { NodeAPI } from "node-red";
import { FlowsGate, type FlowsOf } from "./flows-gate";

/** A node that is closed, and what is to be done once it is deleted. */
interface Closed {
  readonly removed: boolean;
  /** Whether it stood in the flows, and did not run, when the flows ran. */
  readonly isDisabled: boolean;
  readonly done: () => void;
}

/** By the events of their Node-RED, by id. */
const closed = new WeakMap<NodeAPI["events"], Map<string, Closed>>();

/**
 * Does something once a node that is closed is deleted. What Node-RED says of it does not tell: a node that is disabled,
 * or whose flow is, is removed in the same way, and what is kept of that one is to be there when it is enabled again;
 * one in a subflow is not removed, even if the instance is deleted. It is watched until it runs again, or as long as the
 * process lives. What was closed in good order and comes no more has not been deleted: another project was opened, or
 * other flows were loaded.
 * @param removed What Node-RED said when it closed the node.
 * @returns whether it is deleted already
 */
export function whenDeleted(RED: FlowsOf, id: string, removed: boolean, done: () => void): boolean {
  const isGone = isDeleted(RED, id, removed);
  if (isGone) done();
  else watched(RED).set(id, { removed, isDisabled: removed, done });
  return isGone;
}

/** Whether a node stands in the flows, running or not. */
export function isConfigured(RED: Pick<NodeAPI, "nodes">, id: string): boolean {
  return isMadeOf(typesOf(RED), id, false);
}

/**
 * Whether a node that is closed stands in the flows no more.
 * @param removed What Node-RED said when it closed the node; of one in a subflow that is never true.
 */
export function isDeleted(RED: Pick<NodeAPI, "nodes">, id: string, removed: boolean): boolean {
  return !isMadeOf(typesOf(RED), id, !removed);
}

/**
 * One in a subflow has the ids of all instances around it and its own one, joined by dashes, which each may hold too.
 * @param orInModule Whether it may be in a subflow that is a node of its own, from a package. What is in there stands in
 *   no flow: its instance says enough.
 */
function isMadeOf(types: ReadonlyMap<string, string>, id: string, orInModule: boolean): boolean {
  if (types.has(id)) return true;
  for (let at = id.indexOf("-"); at >= 0; at = id.indexOf("-", at + 1)) {
    const type = types.get(id.slice(0, at));
    if (type === undefined) continue;
    if (type.startsWith("subflow:") ? isMadeOf(types, id.slice(at + 1), orInModule) : orInModule && isNode(type)) {
      return true;
    }
  }
  return false;
}

function isNode(type: string): boolean {
  return !["tab", "group", "subflow"].includes(type);
}

function typesOf(RED: Pick<NodeAPI, "nodes">): ReadonlyMap<string, string> {
  const types = new Map<string, string>();
  RED.nodes.eachNode(({ id, type }) => types.set(id, type));
  return types;
}

function watched(RED: FlowsOf): Map<string, Closed> {
  const known = closed.get(RED.events);
  if (known !== undefined) return known;
  const nodes = new Map<string, Closed>();
  closed.set(RED.events, nodes);
  FlowsGate.of(RED).watch(() => {
    for (const [id, { removed, isDisabled, done }] of nodes) {
      const isEnabled: boolean = isRunning(RED, id);
      const isGone = !isEnabled && isDeleted(RED, id, removed);
      if (isEnabled || isGone) nodes.delete(id);
      else nodes.set(id, { removed, isDisabled: true, done });
      if (isGone && isDisabled) done();
    }
  });
  return nodes;
}

/** Node-RED says null of a node that is not there, whatever its types say. */
function isRunning(RED: Pick<NodeAPI, "nodes">, id: string): boolean {
  const node: unknown = RED.nodes.getNode(id);
  return typeof node === "object" && node !== null;
}
