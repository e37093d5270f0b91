import assert from "node:assert/strict";
import type { Node, NodeAPI, NodeDef } from "node-red";
import { loadFlow, nextInput, node, unload } from "./helper.js";

function upper(RED: NodeAPI): void {
  RED.nodes.registerType(
    "upper",
    function (this: Node<{ word: string }>, definition: NodeDef) {
      RED.nodes.createNode(this, definition);
      this.on("input", (msg, send, done) => {
        if (typeof msg.payload !== "string") {
          done(new Error("no text"));
          return;
        }
        send({ ...msg, payload: msg.payload.toUpperCase() + this.credentials.word });
        done();
      });
    },
    { credentials: { word: { type: "text" } } },
  );
}

const flow = [
  { id: "tab", type: "tab" },
  { id: "upper", type: "upper", z: "tab", wires: [["end"]] },
  { id: "end", type: "helper", z: "tab", wires: [] },
  { id: "catch", type: "catch", z: "tab", scope: null, wires: [["caught"]] },
  { id: "caught", type: "helper", z: "tab", wires: [] },
];

describe("a flow in this process", () => {
  afterEach(unload);

  it("runs a node with its credentials", async () => {
    await loadFlow(upper, flow, { upper: { word: "!" } });
    const arrival = nextInput("end");
    node("upper").receive({ payload: "hello" });
    assert.equal((await arrival).payload, "HELLO!");
  });

  it("brings a failure to the Catch node", async () => {
    await loadFlow([upper], flow);
    const arrival = nextInput("caught");
    node("upper").receive({ payload: 1 });
    const { error } = await arrival;
    assert.equal((error as Error).message, "Error: no text");
  });

  it("says which node is not there", async () => {
    await loadFlow(upper, flow);
    assert.throws(() => node("nobody"), /No running node has the id nobody/);
  });
});
