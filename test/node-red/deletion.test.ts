import assert from "node:assert/strict";
import type { NodeAPI } from "node-red";
import { isConfigured } from "../../src/node-red/deletion";

function among(...ids: readonly string[]): Pick<NodeAPI, "nodes"> {
  const eachNode = (call: (node: { id: string }) => void): void => {
    for (const id of ids) call({ id });
  };
  return { nodes: { eachNode } } as unknown as Pick<NodeAPI, "nodes">;
}

describe("whether a node stands in the flows", () => {
  const flows = among("instance", "gw", "first-floor", "my-gw", "inner");

  it("is known by its id", () => {
    assert.ok(isConfigured(flows, "gw") && isConfigured(flows, "my-gw"));
    assert.ok(!isConfigured(flows, "other") && !isConfigured(flows, "my"));
  });

  it("is known of one in a subflow by the ids that its own is made of, which may hold dashes", () => {
    for (const id of ["instance-gw", "instance-inner-gw", "first-floor-my-gw", "first-floor-inner-my-gw"]) {
      assert.ok(isConfigured(flows, id), id);
    }
    for (const id of ["gone-gw", "instance-gone", "first-floor-gone", "first-gw", "instance-"]) {
      assert.ok(!isConfigured(flows, id), id);
    }
  });
});
