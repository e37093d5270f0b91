import { appendFileSync } from "node:fs";
import { join } from "node:path";
import type { Node, NodeAPI, NodeDef } from "node-red";

/** A node that writes the payload of each message to `<userDir>/<its id>.log` before it passes it on: it outlives a kill. */
export = function (RED: NodeAPI): void {
  RED.nodes.registerType("test-sink", function (this: Node, definition: NodeDef) {
    RED.nodes.createNode(this, definition);
    const file = join(RED.settings.userDir ?? ".", `${this.id}.log`);
    this.on("input", (msg, send, done) => {
      appendFileSync(file, `${String(msg.payload)}\n`);
      send(msg);
      done();
    });
  });
};
