import type { Node, NodeAPI } from "node-red";
import { GatewayNode, type GatewayConfig } from "../../src/node-red";

export = (RED: NodeAPI): void => {
  function cellularGateway(this: Node, config: GatewayConfig & Parameters<NodeAPI["nodes"]["createNode"]>[1]): void {
    RED.nodes.createNode(this, config);
    new GatewayNode(RED, this, config);
  }
  RED.nodes.registerType("cellular-gateway", cellularGateway, {
    credentials: {
      username: { type: "text" },
      password: { type: "password" },
      clientId: { type: "text" },
      clientSecret: { type: "password" },
    },
  });
};
