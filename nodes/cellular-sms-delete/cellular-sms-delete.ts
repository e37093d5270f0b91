import type { Node, NodeAPI, NodeDef } from "node-red";
import { smsDeleteNode } from "../../src/node-red";

export = (RED: NodeAPI): void => {
  function cellularSmsDelete(this: Node, config: NodeDef): void {
    RED.nodes.createNode(this, config);
    smsDeleteNode(RED, this, config);
  }
  RED.nodes.registerType("cellular-sms-delete", cellularSmsDelete);
};
