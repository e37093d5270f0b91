import type { Node, NodeAPI, NodeDef } from "node-red";
import { ussdNode } from "../../src/node-red";

export = (RED: NodeAPI): void => {
  function cellularUssd(this: Node, config: NodeDef): void {
    RED.nodes.createNode(this, config);
    ussdNode(RED, this, config);
  }
  RED.nodes.registerType("cellular-ussd", cellularUssd);
};
