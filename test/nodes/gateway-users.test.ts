import assert from "node:assert/strict";
import cellularGateway from "../../nodes/cellular-gateway/cellular-gateway.js";
import cellularSmsReceive from "../../nodes/cellular-sms-receive/cellular-sms-receive.js";
import cellularSmsSend from "../../nodes/cellular-sms-send/cellular-sms-send.js";
import { loadFlow, nextInput, node, unload } from "../support/helper.js";

const flow = [
  { id: "tab", type: "tab" },
  { id: "gw", type: "cellular-gateway", url: "http://127.0.0.1:9" },
  { id: "send", type: "cellular-sms-send", z: "tab", gateway: "gw", wires: [[]] },
  { id: "receive", type: "cellular-sms-receive", z: "tab", gateway: "gw", interval: 0, wires: [[]] },
  { id: "catch", type: "catch", z: "tab", scope: ["send"], wires: [["caught"]] },
  { id: "status", type: "status", z: "tab", scope: ["receive"], wires: [["heard"]] },
  { id: "caught", type: "helper", z: "tab", wires: [] },
  { id: "heard", type: "helper", z: "tab", wires: [] },
];
const credentials = { gw: { username: "admin", password: "simulated-password" } };

describe("what a gateway has to say", () => {
  beforeEach(() => loadFlow([cellularGateway, cellularSmsSend, cellularSmsReceive], flow, credentials));
  afterEach(unload);

  it("reaches the Catch node that listens to one of its nodes", async () => {
    const arrival = nextInput("caught");
    node("gw").error("lost", { payload: 1 });
    assert.equal(((await arrival).error as { message: string }).message, "lost");
  });

  it("reaches the Status node that listens to one of its nodes", async () => {
    const arrival = nextInput("heard");
    node("gw").status({ fill: "red", shape: "ring", text: "lost" });
    assert.equal(((await arrival).status as { text: string }).text, "lost");
  });
});
