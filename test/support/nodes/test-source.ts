import type { Node, NodeAPI, NodeDef } from "node-red";

/** A node that sends what the test asks it to send; the runner calls its `send`. */
export = function (RED: NodeAPI): void {
  RED.nodes.registerType("test-source", function (this: Node, definition: NodeDef) {
    RED.nodes.createNode(this, definition);
  });
};
