import type { Node, NodeAPI } from "node-red";
import { AccountNode, serveSims, type AccountConfig } from "../../src/node-red";

export = (RED: NodeAPI): void => {
  function supersimAccount(this: Node, config: AccountConfig & Parameters<NodeAPI["nodes"]["createNode"]>[1]): void {
    RED.nodes.createNode(this, config);
    new AccountNode(RED, this, config);
  }
  RED.nodes.registerType("supersim-account", supersimAccount, {
    credentials: {
      accountSid: { type: "text" },
      authToken: { type: "password" },
      apiKeySid: { type: "text" },
      apiKeySecret: { type: "password" },
      clientId: { type: "text" },
      clientSecret: { type: "password" },
      webhookSecret: { type: "password" },
    },
  });
  serveSims(RED);
};
