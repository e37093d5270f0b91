import assert from "node:assert/strict";
import { EventEmitter } from "node:events";
import type { NodeAPI } from "node-red";
import { isConfigured, isDeleted, whenDeleted } from "../../src/node-red/deletion";

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

describe("A node that was closed", () => {
  /** Flows that change, and what has been done of what was to be done. */
  class Flows {
    readonly events = new EventEmitter();
    readonly configured = new Set<string>();
    readonly running = new Set<string>();
    deleted = 0;
    readonly #RED = {
      events: this.events,
      nodes: {
        eachNode: (call: (node: object) => void) => {
          for (const id of this.configured) call({ id, type: "cellular-gateway" });
        },
        getNode: (id: string) => (this.running.has(id) ? {} : null),
      },
    } as unknown as Pick<NodeAPI, "events" | "nodes">;

    close(id: string, removed: boolean): void {
      this.running.delete(id);
      whenDeleted(this.#RED, id, removed, () => {
        this.deleted += 1;
      });
    }

    start(...running: readonly string[]): void {
      for (const id of running) this.running.add(id);
      this.events.emit("flows:started");
    }
  }

  it("is deleted at once where the flows lack it", () => {
    const flows = new Flows();
    flows.close("gw", true);
    assert.equal(flows.deleted, 1);
  });

  for (const removed of [true, false]) {
    it(`is deleted once the flows lack it, after it was disabled with removed ${removed}`, () => {
      const flows = new Flows();
      flows.configured.add("gw");
      flows.close("gw", removed);
      flows.start();
      assert.equal(flows.deleted, 0);
      flows.configured.clear();
      flows.start();
      flows.start();
      assert.equal(flows.deleted, 1);
    });
  }

  it("is not deleted where it runs again, nor where other flows are loaded after it was closed in good order", () => {
    const flows = new Flows();
    flows.configured.add("gw").add("other");
    flows.close("gw", false);
    flows.close("other", false);
    flows.configured.delete("other");
    flows.start("gw");
    flows.configured.clear();
    flows.running.clear();
    flows.start();
    assert.equal(flows.deleted, 0);
  });
});
