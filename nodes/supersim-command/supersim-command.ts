import type { Node, NodeAPI, NodeDef } from "node-red";
import { SupersimCommandNode } from "../../src/node-red";

export = (RED: NodeAPI): void => {
  function supersimCommand(this: Node, config: NodeDef): void {
    RED.nodes.createNode(this, config);
    new SupersimCommandNode(RED, this, config);
  }
  RED.nodes.registerType("supersim-command", supersimCommand);
};
