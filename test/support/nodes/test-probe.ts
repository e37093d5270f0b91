import type { Node, NodeAPI, NodeDef } from "node-red";
import type { Report } from "../node-red-protocol.js";
import { plainCopy } from "../plain-copy.js";

/** A node that tells the test of each message that reaches it. */
export = function (RED: NodeAPI): void {
  RED.nodes.registerType("test-probe", function (this: Node, definition: NodeDef) {
    RED.nodes.createNode(this, definition);
    this.on("input", (msg, _send, done) => {
      const probe = { node: this.id, msg: plainCopy(msg) as Record<string, unknown> };
      process.send?.({ kind: "probe", probe } satisfies Report);
      done();
    });
  });
};
