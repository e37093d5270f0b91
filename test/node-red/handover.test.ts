import assert from "node:assert/strict";
import { EventEmitter } from "node:events";
import type { Node, NodeAPI } from "node-red";
import { handOver } from "../../src/node-red/handover.js";

/** As much of a Node-RED as a handover sees: its events, and the nodes that run. */
class Flows {
  readonly events = new EventEmitter();
  readonly running = new Map<string, object>();
  readonly sender = { id: "sender", wires: [["neighbour"], ["other"]] };

  constructor() {
    this.start("sender", "neighbour", "other");
  }

  get RED(): Pick<NodeAPI, "events" | "nodes"> {
    const nodes = { getNode: (id: string) => this.running.get(id) ?? null, eachNode: () => undefined };
    return { events: this.events, nodes } as unknown as Pick<NodeAPI, "events" | "nodes">;
  }

  start(...ids: readonly string[]): void {
    for (const id of ids) this.running.set(id, {});
    this.events.emit("flows:started");
  }

  stop(...ids: readonly string[]): void {
    this.events.emit("flows:stopping");
    for (const id of ids) this.running.delete(id);
  }

  /** What a handover by this output ends as; `during` happens in the turn in which the node sends. */
  async ending(port: number | undefined, during: () => void): Promise<string> {
    return new Promise((resolve) => {
      const ends = (how: string) => (): void => {
        resolve(how);
      };
      const node = this.sender as unknown as Node;
      handOver(this.RED, node, () => undefined, { port, arrived: ends("arrived"), cut: ends("cut") });
      during();
    });
  }
}

describe("a message that a node hands to its neighbour", () => {
  let flows: Flows;

  beforeEach(() => {
    flows = new Flows();
  });

  it("has arrived where nothing happens", async () => {
    assert.equal(await flows.ending(0, () => undefined), "arrived");
  });

  it("is cut off where the neighbour stops in the same turn", async () => {
    assert.equal(
      await flows.ending(0, () => {
        flows.stop("neighbour");
      }),
      "cut",
    );
  });

  it("is cut off where another instance has taken the neighbour's place already", async () => {
    assert.equal(
      await flows.ending(0, () => {
        flows.stop("neighbour");
        flows.start("neighbour");
      }),
      "cut",
    );
  });

  it("has arrived where a deploy stops other nodes, and even the sender", async () => {
    assert.equal(
      await flows.ending(0, () => {
        flows.stop("sender", "other");
      }),
      "arrived",
    );
  });

  it("has arrived where a deploy stops nothing", async () => {
    assert.equal(
      await flows.ending(0, () => {
        flows.stop();
      }),
      "arrived",
    );
  });

  it("goes by the output that is used", async () => {
    assert.equal(
      await flows.ending(1, () => {
        flows.stop("other");
      }),
      "cut",
    );
  });

  it("is cut off with the sender where Catch nodes are told, or nobody is wired", async () => {
    for (const port of [undefined, 2]) {
      flows.start("sender");
      assert.equal(
        await flows.ending(port, () => {
          flows.stop("sender");
        }),
        "cut",
      );
    }
  });
});
