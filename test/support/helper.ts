import type { Node, NodeInitializer } from "node-red";
import type testHelper from "node-red-node-test-helper";
import { placed, type FlowItem } from "./flow.js";
import { nodeRedMain, requireBesideNodeRed } from "./node-red-location.js";

/**
 * node-red-node-test-helper on the Node-RED under test: nodes in this process, without an editor or a user folder.
 *
 * What it is not: permissions of admin routes are stubs that let everyone in, hooks and plugins are not there, and
 * `RED._` returns the key instead of the text. A flow holds one Catch, one Status and one Complete node at most; a
 * second one makes `loadFlow` reject. What depends on these is tested with `NodeRedProcess`.
 */
export const helper = requireBesideNodeRed("node-red-node-test-helper") as typeof testHelper;
helper.init(nodeRedMain);

export type Credentials = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** Registers node types and starts a flow of them, `placed`; resolves when it runs. Core catch, status and complete nodes are there. */
export async function loadFlow(
  nodes: NodeInitializer | readonly NodeInitializer[],
  flow: readonly FlowItem[],
  credentials: Credentials = {},
): Promise<void> {
  const initializers = typeof nodes === "function" ? [nodes] : [...nodes];
  await helper.load(initializers, [...placed(flow)], credentials);
}

/** Closes all nodes and forgets their types. Goes into `afterEach`: a flow that stays spoils the next test. */
export async function unload(): Promise<void> {
  await helper.unload();
}

/** A running node of the loaded flow. */
export function node(id: string): Node {
  const found = helper.getNode(id) as Node | null;
  if (!found) throw new Error(`No running node has the id ${id}.`);
  return found;
}

/** The next message that reaches a node. */
export async function nextInput(id: string): Promise<Readonly<Record<string, unknown>>> {
  const receiver = node(id);
  return new Promise((resolve) => {
    receiver.once("input", (msg) => {
      resolve(msg as Record<string, unknown>);
    });
  });
}
