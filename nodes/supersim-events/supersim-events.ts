import type { Node, NodeAPI, NodeDef } from "node-red";
import { SupersimEventsNode } from "../../src/node-red";

export = (RED: NodeAPI): void => {
  function supersimEvents(this: Node, config: NodeDef): void {
    RED.nodes.createNode(this, config);
    new SupersimEventsNode(RED, this, config);
  }
  RED.nodes.registerType("supersim-events", supersimEvents);
};
