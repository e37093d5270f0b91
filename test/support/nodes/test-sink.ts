import { appendFileSync } from "node:fs";
import { join } from "node:path";
import type { Node, NodeAPI, NodeDef } from "node-red";

interface SinkDef extends NodeDef {
  /** Default `payload`. */
  readonly property?: string;
}

/**
 * A node that writes one property of each message, as a line, to `<userDir>/<its id>.log` before it passes it on: it
 * outlives a kill. What is no string is written as JSON.
 */
export = function (RED: NodeAPI): void {
  RED.nodes.registerType("test-sink", function (this: Node, definition: SinkDef) {
    RED.nodes.createNode(this, definition);
    const { property = "payload" } = definition;
    const file = join(RED.settings.userDir ?? ".", `${this.id}.log`);
    this.on("input", (msg, send, done) => {
      const value: unknown = RED.util.getMessageProperty(msg, property);
      appendFileSync(file, `${typeof value === "string" ? value : JSON.stringify(value)}\n`);
      send(msg);
      done();
    });
  });
};
