/** One node, tab or configuration node of a flow file. Node-RED takes `credentials` out of it when it is deployed. */
export type FlowItem = Readonly<Record<string, unknown>> & { readonly id: string; readonly type: string };

/**
 * The flow with a place on the canvas for each node that has `wires`.
 * Node-RED takes a node without `x` and `y` for a configuration node, which starts and deploys in another way.
 */
export function placed<T extends FlowItem>(flow: readonly T[]): readonly T[] {
  return flow.map((item) => ("wires" in item && !("x" in item) ? { ...item, x: 100, y: 100 } : item));
}
