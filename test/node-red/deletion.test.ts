import assert from "node:assert/strict";
import type { NodeAPI } from "node-red";
import { isConfigured, isDeleted } from "../../src/node-red/deletion";

/** Flows with these nodes, by id. */
function among(types: Readonly<Record<string, string>>): Pick<NodeAPI, "nodes"> {
  const eachNode = (call: (node: { id: string; type: string }) => void): void => {
    for (const [id, type] of Object.entries(types)) call({ id, type });
  };
  return { nodes: { eachNode } } as unknown as Pick<NodeAPI, "nodes">;
}

describe("whether a node stands in the flows", () => {
  const gateway = "cellular-gateway";
  const flows = among({
    ...{ tab: "tab", gw: gateway, "my-gw": gateway, module: "alarm-unit" },
    ...{ instance: "subflow:one", "first-floor": "subflow:one", inner: "subflow:two" },
  });

  it("is known by its id", () => {
    assert.ok(isConfigured(flows, "gw") && isConfigured(flows, "my-gw"));
    assert.ok(!isConfigured(flows, "other") && !isConfigured(flows, "my"));
  });

  it("is known of one in a subflow by the ids that its own is made of, which may hold dashes", () => {
    for (const id of ["instance-gw", "instance-inner-gw", "first-floor-my-gw", "first-floor-inner-my-gw"]) {
      assert.ok(isConfigured(flows, id), id);
    }
    for (const id of ["gone-gw", "instance-gone", "first-floor-gone", "first-gw", "instance-", "gw-gw", "module-gw"]) {
      assert.ok(!isConfigured(flows, id), id);
    }
  });

  it("is known of one in the subflow of a package by its instance alone, once Node-RED has closed it", () => {
    for (const id of ["module-gone", "instance-module-gone"]) assert.ok(!isDeleted(flows, id, false), id);
    for (const id of ["gone-gw", "tab-gw", "instance-gone"]) assert.ok(isDeleted(flows, id, false), id);
    assert.ok(isDeleted(flows, "module-2", true), "that is no instance, Node-RED says");
  });
});
