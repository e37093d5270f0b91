import type { Node, NodeAPI, NodeDef } from "node-red";
import { SmsReceiveNode } from "../../src/node-red";

export = (RED: NodeAPI): void => {
  function cellularSmsReceive(this: Node, config: NodeDef): void {
    RED.nodes.createNode(this, config);
    new SmsReceiveNode(RED, this, config);
  }
  RED.nodes.registerType("cellular-sms-receive", cellularSmsReceive);
};
