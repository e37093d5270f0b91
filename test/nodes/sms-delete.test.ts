import assert from "node:assert/strict";
import { PeplinkSimulator, type StoredPart } from "../../src/simulators/index.js";
import type { DeployType, FlowItem } from "../support/node-red-process.js";
import { Lab, WORD, type Changes, type Message } from "./lab.js";

const SENDER = "+447700900200";
const SECOND_SIM = 2;

describe("sms delete", () => {
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

  /** source → sms delete, which stands in the place of the send node. */
  function flow(node: Changes = {}, gateway: Changes = {}): readonly FlowItem[] {
    deploys += 1;
    const send = { type: "cellular-sms-delete", info: `deploy ${String(deploys)}`, wires: [["out"]], ...node };
    return lab.sending({ gateway, send });
  }

  async function deploy(node: Changes = {}, gateway: Changes = { connId: 2 }): Promise<void> {
    await lab.deploy(flow(node, gateway));
  }

  async function ask(received: unknown, msg: Message = {}): Promise<string> {
    const tag = lab.tag();
    await lab.red.send("source", { ...msg, received, tag });
    return tag;
  }

  /** Asks, and resolves when the node is done with it. */
  async function askWell(received: unknown): Promise<void> {
    const tag = await ask(received);
    await lab.arrival("done", tag);
    assert.deepEqual(lab.arrived(tag).toSorted(), ["done", "out"]);
  }

  /** Asks in vain; the code that the Catch node got. */
  async function askInVain(received: unknown): Promise<unknown> {
    const tag = await ask(received);
    const caught = await lab.arrival("caught", tag);
    assert.deepEqual(lab.arrived(tag), ["caught"]);
    assert.deepEqual(caught.received, received);
    return (caught.error as Message).code;
  }

  function receive(count: number, connId = 2): readonly StoredPart[] {
    return Array.from({ length: count }, (_, index) => {
      const text = `${WORD} ${String(index + 1)}`;
      return lab.device.receive({ from: SENDER, text, connId, timestamp: 1_700_000_000 + index })[0]!;
    });
  }

  function slots(connId = 2): readonly number[] {
    return lab.device.store(connId).map(({ id }) => id);
  }

  /** A record as sms receive makes it. */
  function recordOf(...parts: readonly StoredPart[]): Message {
    const [{ from, connId, iccid, simId } = assert.fail()] = parts;
    return {
      id: "x",
      from,
      text: parts.map(({ text }) => text).join(""),
      parts: parts.map(({ id, timestamp, text }) => ({ id, timestamp, text })),
      connId,
      simId,
      iccid,
    };
  }

  it("passes its message on unchanged once the SMS is deleted", async () => {
    await deploy();
    const [sms] = receive(1);
    const msg = { payload: { a: [1] }, topic: "t", received: recordOf(sms!), other: true };
    const tag = await ask(msg.received, msg);
    const { _msgid, tag: kept, ...rest } = await lab.arrival("out", tag);
    assert.deepEqual([typeof _msgid, kept, rest], ["string", tag, msg]);
    assert.deepEqual(slots(), []);
    await lab.untilBadge("send", /^green dot deleted \d\d:\d\d$/);
  });

  describe("deletes", () => {
    for (const [what, ids, left] of [
      ["one id", 2, [1, 3, 4]],
      ["one id as text", "2", [1, 3, 4]],
      ["several ids", [1, 4], [2, 3]],
      ["several ids, some as text", ["1", 4], [2, 3]],
      ["everything", "all", []],
    ] as const) {
      it(what, async () => {
        await deploy();
        receive(4);
        await askWell(ids);
        assert.deepEqual(slots(), left);
      });
    }

    it("all parts of a record, which says itself where it lies", async () => {
      await deploy({}, {});
      const parts = lab.device.receive({ from: SENDER, text: `${WORD} `.repeat(50), connId: 6, timestamp: 1 });
      receive(1, 6);
      receive(1, 2);
      await askWell(recordOf(...parts));
      assert.deepEqual([parts.length > 1, slots(6), slots(2)], [true, [parts.length + 1], [1]]);
    });

    for (const [what, node, msg] of [
      ["a property that it names", { ids: "which.one", idsType: "msg" }, { which: { one: 2 } }],
      ["a number", { ids: "2", idsType: "num" }, {}],
      ["an array as JSON", { ids: "[2]", idsType: "json" }, {}],
      ["an expression", { ids: "$number('2')", idsType: "jsonata" }, {}],
    ] as const) {
      it(`what stands in ${what}`, async () => {
        await deploy(node);
        receive(3);
        await lab.arrival("done", await ask(undefined, msg));
        assert.deepEqual(slots(), [1, 3]);
      });
    }

    it('"all" that stands in the node itself', async () => {
      await deploy({ ids: "all", idsType: "str" });
      receive(3);
      await lab.arrival("done", await ask(undefined));
      assert.deepEqual(slots(), []);
    });

    it("at the connection and from the SIM that the node names", async () => {
      const [{ iccid } = assert.fail()] = receive(1, 6);
      receive(1, 2);
      await deploy({ connId: "6", iccid }, { connId: 2 });
      await askWell("all");
      assert.deepEqual([slots(6), slots(2)], [[], [1]]);
    });
  });

  describe("deletes nothing and says", () => {
    for (const [what, received, code] of [
      ["an id that does not exist", 9, "NOT_FOUND"],
      ["an id that does not exist, beside others that do", [1, 2, 9], "NOT_FOUND"],
      ["a word", "some", "OPTION_INVALID"],
      ["an empty text", "", "OPTION_INVALID"],
      ["a negative id", -1, "OPTION_INVALID"],
      ["a fraction", 1.5, "OPTION_INVALID"],
      ["null", null, "OPTION_INVALID"],
      ["nothing", undefined, "OPTION_INVALID"],
      ["true", true, "OPTION_INVALID"],
      ["an array with a word in it", [1, "x"], "OPTION_INVALID"],
      ['an array with "all" in it', ["all"], "OPTION_INVALID"],
      ["an array with null in it", [1, null], "OPTION_INVALID"],
      ["an empty object", {}, "OPTION_INVALID"],
      ["a record without parts", { from: SENDER, parts: [] }, "OPTION_INVALID"],
    ] as const) {
      it(`${code} of ${what}`, async () => {
        await deploy();
        receive(3);
        assert.equal(await askInVain(received), code);
        assert.deepEqual(slots(), [1, 2, 3]);
        await lab.untilBadge("send", /^red ring failed \d\d:\d\d$/);
      });
    }

    it("NOT_FOUND of a record whose slot holds another SMS now", async () => {
      await deploy();
      const [old] = receive(1);
      lab.device.clear();
      lab.device.receive({ from: SENDER, text: `${WORD} new`, connId: 2, timestamp: 1_700_000_500 });
      assert.equal(await askInVain(recordOf(old!)), "NOT_FOUND");
      assert.deepEqual(slots(), [1]);
    });

    it("NOT_FOUND of a record of which one part is gone, and the other parts stay", async () => {
      await deploy();
      const [first, second] = receive(2);
      await askWell(1);
      assert.equal(await askInVain(recordOf(first!, second!)), "NOT_FOUND");
      assert.deepEqual(slots(), [2]);
    });

    it("NOT_FOUND of a record of a SIM that is not the active one now", async () => {
      await deploy();
      const [sms] = receive(1);
      lab.device.swapSim(2, SECOND_SIM);
      receive(1);
      assert.equal(await askInVain(recordOf(sms!)), "NOT_FOUND");
      assert.deepEqual([lab.device.store(2, 1).length, lab.device.store(2, SECOND_SIM).length], [1, 1]);
      lab.device.swapSim(2, 1);
      await askWell(recordOf(sms!));
    });

    it("REFUSED where the SIM is pulled out, and where it is pulled between list and deletion", async () => {
      await deploy();
      const [sms] = receive(1);
      lab.device.pullSim(2);
      assert.equal(await askInVain(recordOf(sms!)), "REFUSED");
      lab.device.swapSim(2, 1);
      const pull = ({ path }: { readonly path: string }): void => {
        if (path.endsWith("/cmd.sms.delete")) lab.device.pullSim(2);
      };
      lab.device.on("request", pull);
      assert.equal(await askInVain(recordOf(sms!)), "REFUSED");
      lab.device.off("request", pull);
      assert.equal(lab.device.store(2, 1).length, 1);
    });

    it("REFUSED of a connection that does not exist, with the router's words", async () => {
      await deploy({ connId: 99 });
      receive(1);
      const caught = await lab.arrival("caught", await ask(1));
      const { code, message } = caught.error as Message;
      assert.equal(code, "REFUSED");
      assert.match(String(message), /invalid connId/);
      assert.deepEqual(slots(), [1]);
    });

    it("OPTION_INVALID where it is not clear which connection is meant", async () => {
      await deploy({}, {});
      receive(1);
      assert.equal(await askInVain("all"), "OPTION_INVALID");
      assert.deepEqual(slots(), [1]);
    });

    for (const [what, node, gateway, badge] of [
      ["no gateway", { gateway: "" }, {}, /^red ring no gateway$/],
      ["a gateway without an address", {}, { url: "" }, /^red ring configuration$/],
      ["a connection in words", { connId: "two" }, {}, /^red ring configuration$/],
    ] as const) {
      it(`CONFIG_MISSING of ${what}`, async () => {
        await deploy(node, gateway);
        await lab.untilBadge("send", badge);
        assert.equal(await askInVain(1), "CONFIG_MISSING");
      });
    }
  });

  describe("where the deletion goes wrong", () => {
    for (const [fault, code, badge] of [
      ["reset-before", "CONNECTION_LOST", /^red dot failed/],
      ["reset-after", "CONNECTION_LOST", /^red dot failed/],
      ["html", "BAD_RESPONSE", /^red dot failed/],
      ["truncated", "CONNECTION_LOST", /^red dot failed/],
      ["refuse", "REFUSED", /^red ring failed/],
    ] as const) {
      it(`${fault} is ${code}, told once; the deletion is not repeated, and the next one goes`, async () => {
        await deploy();
        receive(2);
        lab.device.fail(fault, { times: 1, on: "delete" });
        const asked = lab.device.requests.length;
        assert.equal(await askInVain(2), code);
        const deletions = lab.device.requests.slice(asked).filter(({ path }) => path.endsWith("/cmd.sms.delete"));
        assert.equal(deletions.length, 1);
        await lab.untilBadge("send", badge);
        await askWell(1);
      });
    }

    it("UNREACHABLE is told at once, and shows at the badge", async () => {
      await deploy();
      await lab.device.stop();
      assert.equal(await askInVain(1), "UNREACHABLE");
      await lab.untilBadge("send", /^red ring unreachable$/);
      await lab.device.start();
    });
  });

  describe("at another router", () => {
    let other: PeplinkSimulator | undefined;

    afterEach(async () => {
      await other?.stop();
      other = undefined;
    });

    it("of firmware 8.5.0 is UNSUPPORTED, and nothing is deleted", async () => {
      other = await new PeplinkSimulator({ firmware: "8.5.0" }).start();
      other.receive({ from: SENDER, text: WORD, connId: 2 });
      await deploy({}, { url: other.url, connId: 2 });
      assert.equal(await askInVain(1), "UNSUPPORTED");
      assert.equal(other.store(2).length, 1);
    });

    it("with one cellular connection needs none to be named", async () => {
      const sims = [{ iccid: "8999901000000000121", imsi: "001010000000121", mtn: "" }];
      const connections = [
        { type: "cellular", id: 5, name: "LTE", carrier: "Northwind Mobile", signalLevel: 4, sims },
      ] as const;
      other = await new PeplinkSimulator({ connections }).start();
      for (let index = 0; index < 3; index += 1) other.receive({ from: SENDER, text: WORD, timestamp: index + 1 });
      await deploy({}, { url: other.url });
      await askWell([1, 3]);
      assert.deepEqual(
        other.store(5).map(({ id }) => id),
        [2],
      );
    });

    it("with 5,000 SMS deletes one, most and all of them within the time of one request each", async () => {
      other = await new PeplinkSimulator({ storeCapacity: 5000 }).start();
      const all: StoredPart[] = [];
      for (let index = 0; index < 5000; index += 1) {
        all.push(...other.receive({ from: SENDER, text: `${WORD} ${String(index)}`, connId: 2, timestamp: index + 1 }));
      }
      await deploy({}, { url: other.url, connId: 2, timeout: 5 });
      await askWell(recordOf(all[4321]!));
      assert.equal(other.store(2).length, 4999);
      await askWell(all.slice(0, 4000).map(({ id }) => id));
      assert.equal(other.store(2).length, 999);
      await askWell("all");
      assert.equal(other.store(2).length, 0);
    });
  });

  describe("and a deploy in the middle", () => {
    function gateway(): Changes {
      return { connId: 2, url: lab.line.url };
    }

    beforeEach(() => {
      lab.line.letGo();
    });

    for (const type of ["full", "flows", "nodes"] as const satisfies readonly DeployType[]) {
      it(`of type ${type} lets the message leave by the new node, once`, async () => {
        await deploy({}, gateway());
        receive(2);
        const taken = lab.heldAt("deleted");
        const tag = await ask(1, { topic: "t" });
        await taken;
        await lab.deploy(flow({}, gateway()), type);
        lab.line.letGo();
        assert.equal((await lab.arrival("out", tag)).topic, "t");
        await lab.arrival("done", tag);
        await askWell(2);
        assert.deepEqual(lab.arrived(tag).toSorted(), ["done", "out"]);
      });

      it(`of type ${type} lets a failure reach the Catch node, once, and what waits goes on`, async () => {
        await deploy({}, gateway());
        receive(2);
        const listed = lab.heldAt("/cmd.sms.get");
        const bad = await ask(9);
        const good = await ask(1);
        await listed;
        await lab.deploy(flow({}, gateway()), type);
        lab.line.letGo();
        assert.equal(((await lab.arrival("caught", bad)).error as Message).code, "NOT_FOUND");
        await lab.arrival("done", good);
        await askWell(2);
        assert.deepEqual([lab.arrived(bad), lab.arrived(good).toSorted()], [["caught"], ["done", "out"]]);
      });
    }
  });
});
