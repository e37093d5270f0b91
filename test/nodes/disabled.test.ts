import assert from "node:assert/strict";
import { Lab, verdictOf, WORD, type Message } from "./lab.js";
import type { FlowItem } from "../support/node-red-process.js";

const SENDER = "+447700900200";
const MOMENT = 1700000000;

describe("what is disabled and enabled again", () => {
  let lab: Lab;
  let seen = 0;

  before(async () => {
    lab = await Lab.start();
  });

  after(async () => {
    await lab.stop();
  });

  beforeEach(async () => {
    await lab.deploy([]);
    lab.device.heal();
    lab.device.clear();
    seen = lab.red.probes.length;
  });

  const flow = (): readonly FlowItem[] => lab.receiving({ receive: { start: "all" } });

  /** Without the receive node, and without that item and all that is in it. */
  const without = (item: string): readonly FlowItem[] =>
    flow().filter(({ id, z }) => ![item, "receive"].includes(id) && z !== item);

  function disabling(id: string): readonly FlowItem[] {
    return flow().map((item) => (item.id === id ? { ...item, d: true, disabled: true } : item));
  }

  async function poll(): Promise<void> {
    const tag = lab.tag();
    await lab.red.send("poll", { tag });
    await lab.arrival("done", tag);
  }

  function texts(): readonly unknown[] {
    return lab.at("out", seen).map(({ msg }) => msg.payload);
  }

  for (const [what, id] of [
    ["a receive node", "receive"],
    ["its flow", "tab"],
    ["its gateway", "gw"],
  ] as const) {
    describe(`${what}, with sms receive`, () => {
      beforeEach(async () => {
        await lab.deploy(flow());
        lab.device.receive({ from: SENDER, text: `${WORD} before`, timestamp: MOMENT });
        await poll();
        assert.deepEqual(texts(), [`${WORD} before`]);
        await lab.deploy(disabling(id));
        lab.device.receive({ from: SENDER, text: `${WORD} meanwhile`, timestamp: MOMENT + 1 });
      });

      it("hands on what came meanwhile, and nothing again", async () => {
        await lab.deploy(flow());
        await poll();
        assert.deepEqual(texts(), [`${WORD} before`, `${WORD} meanwhile`]);
      });

      it("begins anew if it is deleted in between", async () => {
        await lab.deploy(without(id));
        await lab.deploy(flow());
        await poll();
        assert.deepEqual(texts().slice(1).toSorted(), [`${WORD} before`, `${WORD} meanwhile`]);
      });
    });
  }

  for (const [what, id] of [
    ["a send node", "send"],
    ["its flow", "tab"],
  ] as const) {
    it(`${what}, is told then what became of what it sent, once, over a restart too`, async () => {
      const gateway = { url: lab.line.url };
      const off = lab
        .sending({ gateway })
        .map((item) => (item.id === id ? { ...item, d: true, disabled: true } : item));
      await lab.deploy(lab.sending({ gateway }));
      const taken = lab.heldAt("sent");
      const first = await lab.send();
      await taken;
      await lab.deploy(off);
      lab.line.letGo();
      await lab.inTime(() => lab.journal("gw").includes('"accepted"'), "the outcome on disk");
      await lab.deploy(lab.sending({ gateway }));
      assert.equal((await lab.arrival("out", first)).payload, `${WORD} ${first}`);
      await lab.arrival("done", first);

      const again = lab.heldAt("sent");
      const second = await lab.send();
      await again;
      await lab.deploy(off);
      await lab.red.kill();
      lab.line.letGo();
      await lab.red.restart();
      await lab.deploy(lab.sending({ gateway }));
      assert.equal(verdictOf(await lab.arrival("caught", second)), "unknown INTERRUPTED");
      await lab.sendsStill();
      assert.deepEqual([lab.arrived(first).toSorted(), lab.arrived(second)], [["done", "out"], ["caught"]]);
    });
  }

  it("a gateway lets what is in flight end well, and what waits end as not sent", async () => {
    const gateway = { url: lab.line.url };
    await lab.deploy(lab.sending({ gateway }));
    const taken = lab.heldAt("sent");
    const first = await lab.send();
    const second = await lab.send();
    await taken;
    await lab.deploy(lab.sending({ gateway: { ...gateway, d: true } }));
    const failed = await lab.arrival("caught", second);
    assert.equal(verdictOf(failed), "not-sent CONFIG_MISSING");
    assert.match(String((failed.sms as Message).reason), /"Cabinet" is disabled/);
    lab.line.letGo();
    await lab.arrival("done", first);
    await lab.deploy(lab.sending({ gateway }));
    await lab.sendsStill();
    assert.deepEqual([lab.arrived(first).toSorted(), lab.arrived(second)], [["done", "out"], ["caught"]]);
  });
});
