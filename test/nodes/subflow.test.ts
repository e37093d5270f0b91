import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { FlowItem } from "../support/node-red-process.js";
import { Lab, WORD } from "./lab.js";

const SENDER = "+447700900200";

describe("a gateway in a subflow", () => {
  let lab: Lab;
  let seen = 0;
  let moment = 1700000000;

  before(async () => {
    lab = await Lab.start();
  });

  after(async () => {
    await lab.stop();
  });

  beforeEach(async () => {
    await lab.deploy([]);
    lab.device.clear();
    seen = lab.red.probes.length;
  });

  /** The gateway and a receive node with `start: all` in a subflow, of which there is one instance. */
  function flow(instance: object = {}): readonly FlowItem[] {
    return [
      { id: "sub", type: "subflow", name: "unit", in: [{ wires: [{ id: "receive" }] }], out: [OUT], env: [] },
      { ...lab.gateway(), z: "sub" },
      { id: "receive", type: "cellular-sms-receive", z: "sub", gateway: "gw", interval: 0, start: "all", wires: [[]] },
      { id: "tab", type: "tab", label: "flow" },
      { id: "poll", type: "test-source", z: "tab", wires: [["unit-1"]] },
      { id: "unit-1", type: "subflow:sub", z: "tab", wires: [["out"]], ...instance },
      { id: "out", type: "test-probe", z: "tab", wires: [] },
    ];
  }

  const without = (id: string): readonly FlowItem[] => flow().filter((item) => item.id !== id);
  const folder = (): string => join(lab.red.userDir, "cellular", "unit-1-gw");

  /** Has the stored SMS polled for, and one more that comes now; returns all that the flow has got so far. */
  async function polled(): Promise<readonly unknown[]> {
    const tag = lab.tag();
    // Texts of one moment might be parts of one.
    moment += 1000;
    lab.device.receive({ from: SENDER, text: `${WORD} ${tag}`, timestamp: moment });
    await lab.red.send("poll", {});
    await lab.red.nextProbe(({ msg }) => msg.payload === `${WORD} ${tag}`);
    return lab.at("out", seen).map(({ msg }) => msg.payload);
  }

  it("keeps what it knows over deploys, and while its instance is disabled", async () => {
    await lab.deploy(flow());
    const [first] = await polled();
    await lab.deploy(flow({ name: "changed" }));
    assert.equal((await polled()).length, 2);
    await lab.deploy(flow({ d: true }));
    await lab.deploy(flow());
    const all = await polled();
    assert.deepEqual([all.length, all.filter((text) => text === first).length], [3, 1]);
  });

  for (const [what, id] of [
    ["its instance", "unit-1"],
    ["it", "gw"],
  ] as const) {
    it(`leaves nothing behind when ${what} is deleted`, async () => {
      await lab.deploy(flow());
      await polled();
      assert.equal(existsSync(folder()), true);
      await lab.deploy(without(id));
      await lab.inTime(() => !existsSync(folder()), "the end of the folder");
      await lab.deploy(flow());
      assert.equal((await polled()).length, 3, "it begins anew");
    });
  }

  it("leaves nothing behind either when its instance is deleted while it is disabled", async () => {
    await lab.deploy(flow());
    await polled();
    await lab.deploy(flow({ d: true }));
    assert.equal(existsSync(folder()), true);
    await lab.deploy(without("unit-1"));
    await lab.inTime(() => !existsSync(folder()), "the end of the folder");
  });
});

const OUT = { wires: [{ id: "receive", port: 0 }] };
