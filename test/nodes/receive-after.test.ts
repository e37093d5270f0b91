import assert from "node:assert/strict";
import { PeplinkSimulator } from "../../src/simulators/index.js";
import type { DeployType, FlowItem } from "../support/node-red-process.js";
import { Lab, WORD, type Changes, type Message } from "./lab.js";

const SENDER = "+447700900200";
const OTHER = "+447700900201";

describe("sms receive and what becomes of the SMS afterwards", () => {
  let lab: Lab;
  let seen = 0;
  let deploys = 0;
  let clock = 1_700_000_000;

  before(async () => {
    lab = await Lab.start();
  });

  after(async () => {
    await lab.stop();
  });

  beforeEach(async () => {
    await lab.deploy([]);
    lab.device.heal();
    lab.device.swapSim(2, 1);
    lab.device.clear();
    seen = lab.red.probes.length;
  });

  function flow(receive: Changes, gateway: Changes = {}, ...more: readonly FlowItem[]): readonly FlowItem[] {
    deploys += 1;
    return [...lab.receiving({ receive: { info: String(deploys), start: "all", ...receive }, gateway }), ...more];
  }

  async function poll(): Promise<void> {
    const tag = lab.tag();
    await lab.red.send("poll", { tag });
    await lab.arrival("done", tag);
  }

  function arrive(text: string, from = SENDER): void {
    clock += 60;
    lab.device.receive({ from, text: `${WORD} ${text}`, connId: 2, timestamp: clock });
  }

  function texts(node = "out"): readonly unknown[] {
    return lab.at(node, seen).map(({ msg }) => msg.payload);
  }

  function stored(): readonly string[] {
    return lab.device.store(2).map(({ text }) => text);
  }

  for (const [after, left] of [
    ["keep", 2],
    ["flow", 2],
    ["delete", 0],
    [undefined, 2],
  ] as const) {
    it(`leaves ${String(left)} of 2 SMS in the store with ${after ?? "nothing said, as an older flow was saved"}`, async () => {
      await lab.deploy(flow(after === undefined ? {} : { after }));
      arrive("one");
      arrive("two");
      await poll();
      assert.deepEqual([texts(), stored().length], [[`${WORD} one`, `${WORD} two`], left]);
      await poll();
      assert.equal(texts().length, 2);
    });
  }

  it("deletes nothing of what it passes over at the beginning", async () => {
    arrive("old");
    await lab.deploy(flow({ after: "delete", start: "new" }));
    await poll();
    arrive("fresh");
    await poll();
    assert.deepEqual([texts(), stored()], [[`${WORD} fresh`], [`${WORD} old`]]);
  });

  it("deletes the parts of a long SMS together", async () => {
    await lab.deploy(flow({ after: "delete" }));
    arrive("long ".repeat(80).trim());
    await poll();
    await poll();
    assert.deepEqual([texts(), stored()], [[`${WORD} ${"long ".repeat(80).trim()}`], []]);
  });

  it("keeps what another node on the gateway has not got yet, and deletes it once both have it", async () => {
    const second = {
      id: "second",
      type: "cellular-sms-receive",
      z: "tab",
      gateway: "gw",
      interval: 0,
      start: "all",
      from: OTHER,
      wires: [["failed"]],
    };
    await lab.deploy(flow({ after: "delete", from: SENDER }, {}, second));
    arrive("one");
    arrive("other", OTHER);
    await poll();
    assert.deepEqual(
      [texts("out"), texts("failed"), stored()],
      [[`${WORD} one`], [`${WORD} other`], [`${WORD} other`]],
    );
  });

  it("makes room in a small store, so that nothing is lost", async () => {
    await lab.deploy(flow({ after: "delete" }));
    for (let index = 0; index < 50; index += 1) {
      arrive(String(index));
      if (index % 10 === 9) await poll();
    }
    assert.deepEqual([texts().length, lab.device.dropped], [50, 0]);
  });

  it("tries again what could not be deleted; the SMS comes once, and the badge and one line of the log say so", async () => {
    await lab.deploy(flow({ after: "delete" }));
    const lines = lab.red.logs.length;
    lab.device.fail("refuse", { on: "delete" });
    arrive("one");
    for (let round = 0; round < 3; round += 1) {
      const tag = lab.tag();
      await lab.red.send("poll", { tag });
      assert.equal(((await lab.arrival("caught", tag)).error as Message).code, "REFUSED");
    }
    await lab.untilBadge("receive", /^red ring failed/);
    lab.device.heal();
    await poll();
    assert.deepEqual([texts(), stored()], [[`${WORD} one`], []]);
    assert.equal(lab.red.logs.slice(lines).filter(({ level }) => level === "warn").length, 1);
    await lab.untilBadge("receive", /^green dot received/);
  });

  for (const fault of ["reset-after", "truncated", "html"] as const) {
    it(`hands on once, and has the store empty in the end, where a deletion ends in ${fault}`, async () => {
      await lab.deploy(flow({ after: "delete" }));
      lab.device.fail(fault, { on: "delete", times: 1 });
      arrive("one");
      await lab.red.send("poll", { tag: lab.tag() });
      await lab.red.until(() => texts().length === 1, "the SMS");
      await poll();
      assert.deepEqual([texts(), stored()], [[`${WORD} one`], []]);
    });
  }

  it("hands on all the same at a router that cannot delete, and says UNSUPPORTED", async () => {
    const router = await new PeplinkSimulator({ firmware: "8.5.0" }).start();
    try {
      await lab.deploy(flow({ after: "delete" }, { url: router.url }));
      router.receive({ from: SENDER, text: `${WORD} one`, connId: 2 });
      const tag = lab.tag();
      await lab.red.send("poll", { tag });
      assert.equal(((await lab.arrival("caught", tag)).error as Message).code, "UNSUPPORTED");
      assert.deepEqual([texts(), router.store(2).length], [[`${WORD} one`], 1]);
    } finally {
      await router.stop();
    }
  });

  it("deletes nothing where the SIM was swapped after the list", async () => {
    await lab.deploy(flow({ after: "delete", connId: "2" }));
    arrive("one");
    lab.device.receive({ from: SENDER, text: `${WORD} one`, connId: 2, sim: 2, timestamp: clock });
    let lists = 0;
    const swap = ({ path }: { readonly path: string }): void => {
      if (!path.endsWith("/cmd.sms.get")) return;
      lists += 1;
      if (lists === 2) lab.device.swapSim(2, 2);
    };
    lab.device.on("request", swap);
    await poll();
    lab.device.off("request", swap);
    assert.deepEqual([lists, lab.device.store(2, 1).length, lab.device.store(2, 2).length], [2, 1, 1]);
  });

  for (const type of ["full", "flows", "nodes"] as const satisfies readonly DeployType[]) {
    it(`hands on once and deletes where a deploy of type ${type} comes in the middle of the deletion`, async () => {
      const gateway = { url: lab.line.url };
      lab.line.letGo();
      await lab.deploy(flow({ after: "delete" }, gateway));
      arrive("one");
      const taken = lab.heldAt("deleted");
      const tag = lab.tag();
      await lab.red.send("poll", { tag });
      await taken;
      await lab.deploy(flow({ after: "delete" }, gateway), type);
      lab.line.letGo();
      await lab.arrival("done", tag);
      await poll();
      assert.deepEqual([texts(), stored(), lab.arrived(tag)], [[`${WORD} one`], [], ["done"]]);
    });
  }

  describe("that is left to the flow", () => {
    /** receive → sms delete → out: what reaches `out` is deleted. */
    function toDelete(changes: Changes = {}): readonly FlowItem[] {
      return [
        ...flow({ after: "flow", wires: [["remove"]] }),
        { id: "remove", type: "cellular-sms-delete", z: "tab", gateway: "gw", wires: [["out"]], ...changes },
      ];
    }

    it("goes when the flow hands it to sms delete, long or short, from every SIM", async () => {
      await lab.deploy(toDelete());
      arrive("one");
      arrive("long ".repeat(80).trim());
      lab.device.receive({ from: OTHER, text: `${WORD} six`, connId: 6, timestamp: clock });
      await poll();
      await poll();
      await lab.red.until(() => texts().length === 3, "three SMS");
      assert.deepEqual([stored(), lab.device.store(6)], [[], []]);
      for (const { msg } of lab.at("out", seen)) {
        assert.deepEqual([msg.topic, typeof msg.received], [(msg.received as Message).from, "object"]);
      }
      await poll();
      assert.equal(texts().length, 3);
    });

    it("stays where the deletion fails, and is not handed on again by that", async () => {
      await lab.deploy(toDelete());
      lab.device.fail("refuse", { on: "delete", times: 1 });
      arrive("one");
      await poll();
      const { msg } = await lab.red.nextProbe(({ node, msg: { topic } }) => node === "caught" && topic === SENDER);
      assert.deepEqual([(msg.error as Message).code, msg.payload], ["REFUSED", `${WORD} one`]);
      await poll();
      assert.deepEqual([texts(), stored()], [[], [`${WORD} one`]]);
    });
  });
});
