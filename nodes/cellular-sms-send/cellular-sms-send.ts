import type { Node, NodeAPI, NodeDef } from "node-red";
import { SmsSendNode } from "../../src/node-red";

export = (RED: NodeAPI): void => {
  function cellularSmsSend(this: Node, config: NodeDef): void {
    RED.nodes.createNode(this, config);
    new SmsSendNode(RED, this, config);
  }
  RED.nodes.registerType("cellular-sms-send", cellularSmsSend);
};
