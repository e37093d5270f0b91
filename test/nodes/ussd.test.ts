import assert from "node:assert/strict";
import { PeplinkSimulator } from "../../src/simulators/index.js";
import type { DeployType, FlowItem } from "../support/node-red-process.js";
import { Lab, type Changes, type Message } from "./lab.js";

const WORDS = "Request is sent successfully";

describe("ussd", () => {
  let lab: Lab;
  let deploys = 0;

  before(async () => {
    lab = await Lab.start();
  });

  after(async () => {
    await lab.stop();
  });

  beforeEach(() => {
    lab.device.heal();
    lab.device.swapSim(2, 1);
    lab.device.clear();
  });

  /** source → ussd, which stands in the place of the send node. */
  function flow(node: Changes = {}, gateway: Changes = {}): readonly FlowItem[] {
    deploys += 1;
    const send = { type: "cellular-ussd", info: `deploy ${String(deploys)}`, wires: [["out"]], connId: "2", ...node };
    return lab.sending({ gateway, send });
  }

  async function ask(msg: Message): Promise<string> {
    const tag = lab.tag();
    await lab.red.send("source", { ...msg, tag });
    return tag;
  }

  async function codeOf(msg: Message): Promise<unknown> {
    return (await errorOf(msg)).code;
  }

  async function errorOf(msg: Message): Promise<Message> {
    const tag = await ask(msg);
    const caught = await lab.arrival("caught", tag);
    assert.deepEqual(lab.arrived(tag), ["caught"]);
    assert.equal(caught.ussd, undefined);
    assert.deepEqual(caught.payload, msg.payload);
    return caught.error as Message;
  }

  async function goesStill(): Promise<void> {
    const tag = await ask({ payload: "*100#" });
    await lab.arrival("done", tag);
    assert.deepEqual(lab.arrived(tag).toSorted(), ["done", "out"]);
  }

  it("gives the router's own word as payload and a record beside it; all else passes through", async () => {
    await lab.deploy(flow());
    const tag = await ask({ payload: "*109#", topic: "t", other: [1] });
    const { _msgid, tag: kept, ...rest } = await lab.arrival("out", tag);
    assert.deepEqual([typeof _msgid, kept], ["string", tag]);
    assert.deepEqual(rest, {
      payload: WORDS,
      topic: "t",
      other: [1],
      ussd: {
        code: "*109#",
        reply: null,
        acknowledged: true,
        gateway: { id: "gw", name: "Cabinet", kind: "peplink" },
        connId: 2,
        iccid: "8999901000000000121",
      },
    });
    await lab.arrival("done", tag);
    await lab.untilBadge("send", /^green dot sent \d\d:\d\d$/);
  });

  it("names the SIM that is active, and goes to another one that the node names", async () => {
    lab.device.swapSim(2, 2);
    await lab.deploy(flow());
    const active = (await lab.arrival("out", await ask({ payload: "1" }))).ussd as Message;
    await lab.deploy(flow({ iccid: "8999901000000000121" }));
    const named = (await lab.arrival("out", await ask({ payload: "2" }))).ussd as Message;
    assert.deepEqual([active.iccid, named.iccid], ["8999901000000000122", "8999901000000000121"]);
    assert.deepEqual(
      lab.device.ussdSent.map(({ iccid }) => iccid),
      [active.iccid, named.iccid],
    );
  });

  for (const [what, node, msg, code] of [
    ["a number as payload", {}, { payload: 109 }, "109"],
    ["a property that it names", { code: "a.b", codeType: "msg" }, { a: { b: "*1#" } }, "*1#"],
    ["its own field", { code: "*2#", codeType: "str" }, {}, "*2#"],
    ["an expression", { code: "'*' & '3#'", codeType: "jsonata" }, {}, "*3#"],
  ] as const) {
    it(`takes the code from ${what}`, async () => {
      await lab.deploy(flow(node));
      await lab.arrival("done", await ask(msg));
      assert.deepEqual(
        lab.device.ussdSent.map((sent) => sent.code),
        [code],
      );
    });
  }

  for (const [what, payload] of [
    ["letters", "BALANCE"],
    ["a letter among digits", "*109a#"],
    ["a blank", "*109 #"],
    ["a line end", "*109#\n"],
    ["an empty text", ""],
    ["nothing", undefined],
    ["null", null],
    ["a boolean", true],
    ["a negative number", -1],
    ["an object", { code: "*109#" }],
    ["an array", ["*109#"]],
  ] as const) {
    it(`is CODE_INVALID of ${what}, and nothing is sent`, async () => {
      await lab.deploy(flow());
      assert.equal(await codeOf({ payload }), "CODE_INVALID");
      assert.deepEqual(lab.device.ussdSent, []);
      await lab.untilBadge("send", /^red ring failed/);
    });
  }

  it("goes to the node's connection, else to the gateway's; to none where that is not clear", async () => {
    for (const [node, gateway] of [
      [{ connId: "6" }, { connId: 2 }],
      [{ connId: "" }, { connId: 6 }],
    ]) {
      await lab.deploy(flow(node, gateway));
      const { connId } = (await lab.arrival("out", await ask({ payload: "*1#" }))).ussd as Message;
      assert.equal(connId, 6);
    }
    await lab.deploy(flow({ connId: "" }));
    assert.equal(await codeOf({ payload: "*1#" }), "OPTION_INVALID");
    await lab.deploy(flow({ connId: "99" }));
    assert.equal(await codeOf({ payload: "*1#" }), "REFUSED");
    assert.equal(lab.device.ussdSent.length, 2);
  });

  it("is CONFIG_MISSING without a gateway", async () => {
    await lab.deploy(flow({ gateway: "" }));
    assert.equal(await codeOf({ payload: "*1#" }), "CONFIG_MISSING");
    await lab.untilBadge("send", /^red ring no gateway$/);
  });

  for (const [fault, code, badge, sent] of [
    ["reset-after", "CONNECTION_LOST", /^red dot/, 1],
    ["truncated", "CONNECTION_LOST", /^red dot/, 1],
    ["html", "BAD_RESPONSE", /^red dot/, 0],
    ["refuse", "REFUSED", /^red ring/, 0],
  ] as const) {
    it(`${fault} is ${code}, told once, and the code is not sent again`, async () => {
      await lab.deploy(flow());
      lab.device.fail(fault, { times: 1, on: "ussd" });
      const error = await errorOf({ payload: "*109#" });
      assert.equal(error.code, code);
      const isDoubtful = String(error.message).endsWith(" It may have been done all the same.");
      assert.equal(isDoubtful, code !== "REFUSED");
      await lab.untilBadge("send", badge);
      assert.equal(lab.device.ussdSent.length, sent);
      await goesStill();
      assert.equal(lab.device.ussdSent.length, sent + 1);
    });
  }

  for (const [firmware, code] of [
    ["8.1.0", undefined],
    ["8.0.0", "UNSUPPORTED"],
  ] as const) {
    it(`at a router of firmware ${firmware} ${code === undefined ? "goes by the older function" : `is ${code}`}`, async () => {
      const router = await new PeplinkSimulator({ firmware }).start();
      try {
        await lab.deploy(flow({}, { url: router.url }));
        if (code === undefined) await goesStill();
        else assert.equal(await codeOf({ payload: "*1#" }), code);
        assert.equal(router.ussdSent.length, code === undefined ? 1 : 0);
      } finally {
        await router.stop();
      }
    });
  }

  for (const type of ["full", "flows", "nodes"] as const satisfies readonly DeployType[]) {
    it(`lets its message leave by the new node, once, after a deploy of type ${type} in the middle`, async () => {
      const gateway = { url: lab.line.url };
      lab.line.letGo();
      await lab.deploy(flow({}, gateway));
      const taken = lab.heldAt("ussd");
      const tag = await ask({ payload: "*109#", topic: "t" });
      await taken;
      await lab.deploy(flow({}, gateway), type);
      lab.line.letGo();
      const { topic, ussd } = await lab.arrival("out", tag);
      assert.deepEqual([topic, ((ussd as Message).gateway as Message).id], ["t", "gw"]);
      await lab.arrival("done", tag);
      await goesStill();
      assert.deepEqual(lab.arrived(tag).toSorted(), ["done", "out"]);
      assert.equal(lab.device.ussdSent.length, 2);
    });
  }
});
