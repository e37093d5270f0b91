import assert from "node:assert/strict";
import { PeplinkSimulator } from "../../src/simulators/index.js";
import { lastingPort } from "../support/lasting-port.js";
import type { FlowItem } from "../support/node-red-process.js";
import { Lab, recordOf, verdictOf, WORD, type Changes } from "./lab.js";

const ALARM = { to: "+447700900100" };

describe("the fallback gateway of sms send", () => {
  let lab: Lab;
  let spare: PeplinkSimulator;

  before(async () => {
    spare = await new PeplinkSimulator({ port: await lastingPort() }).start();
    lab = await Lab.start();
  });

  after(async () => {
    await Promise.all([lab.stop(), spare.stop()]);
  });

  beforeEach(() => {
    lab.device.heal();
    spare.heal();
  });

  function flow(
    changes: { readonly gateway?: Changes; readonly send?: Changes; readonly spare?: Changes } = {},
  ): FlowItem[] {
    return [
      ...lab.sending({ gateway: changes.gateway ?? {}, send: { fallback: "spare", ...changes.send } }),
      { ...lab.gateway({ name: "Spare", url: spare.url, ...changes.spare }), id: "spare" },
    ];
  }

  function texts(device: PeplinkSimulator): readonly string[] {
    return device.sent.map(({ text }) => text);
  }

  it("is not used while the first gateway takes SMS", async () => {
    await lab.deploy(flow());
    const tag = await lab.send();
    assert.equal((recordOf(await lab.arrival("out", tag)).gateway as Changes).id, "gw");
    assert.ok(!texts(spare).includes(`${WORD} ${tag}`));
  });

  it("gets at once what time does not heal; the record names it, with all attempts, and nobody hears of a failure", async () => {
    await lab.deploy(flow());
    lab.device.fail("refuse", { times: 1, on: "send" });
    const tag = await lab.send();
    const record = recordOf(await lab.arrival("out", tag));
    assert.deepEqual(record.gateway, { id: "spare", name: "Spare", kind: "peplink" });
    assert.equal(record.attempts, 2);
    await lab.arrival("done", tag);
    assert.deepEqual(lab.arrived(tag).toSorted(), ["done", "out"]);
    assert.ok(!texts(lab.device).includes(`${WORD} ${tag}`));
  });

  it("gets at once what comes while the login is refused", async () => {
    await lab.deploy(flow({ gateway: { credentials: { username: "admin", password: "wrong" } } }));
    for (let round = 0; round < 3; round += 1) {
      const tag = await lab.send();
      assert.equal((recordOf(await lab.arrival("out", tag)).gateway as Changes).id, "spare");
    }
  });

  it("gets after fallbackAfter what waits for the first gateway", async () => {
    await lab.deploy(flow({ send: { fallbackAfter: "0.5" } }));
    await lab.device.stop();
    try {
      const tag = await lab.send();
      assert.equal((recordOf(await lab.arrival("out", tag)).gateway as Changes).id, "spare");
    } finally {
      await lab.device.start();
    }
  });

  it("can be made to wait longer for one message", async () => {
    await lab.deploy(flow({ send: { fallbackAfter: 0.2 } }));
    await lab.device.stop();
    const tag = lab.tag();
    try {
      await lab.red.send("source", { ...ALARM, payload: `${WORD} ${tag}`, smsOptions: { fallbackAfter: 600 }, tag });
      await lab.untilBadge("send", /unreachable/);
      await lab.arrival("out", await lab.send());
      assert.deepEqual(lab.arrived(tag), []);
    } finally {
      await lab.device.start();
    }
    assert.equal((recordOf(await lab.arrival("out", tag)).gateway as Changes).id, "gw");
  });

  it("does not get what may have left, unless onUnknown says so", async () => {
    await lab.deploy(flow());
    lab.device.fail("reset-after", { times: 2, on: "send" });
    const silent = await lab.send();
    assert.match(verdictOf(await lab.arrival("caught", silent)), /^unknown/);
    const twice = await lab.send({ smsOptions: { onUnknown: "fallback" } });
    assert.equal((recordOf(await lab.arrival("out", twice)).gateway as Changes).id, "spare");
    assert.ok(texts(spare).includes(`${WORD} ${twice}`) && !texts(spare).includes(`${WORD} ${silent}`));
  });

  it("ends as the first gateway said if it cannot take the SMS either", async () => {
    await lab.deploy(flow({ spare: { url: "nonsense" } }));
    lab.device.fail("refuse", { times: 1, on: "send" });
    const tag = await lab.send();
    const msg = await lab.arrival("caught", tag);
    assert.match(verdictOf(msg), /^not-sent REFUSED/);
    assert.equal((recordOf(msg).gateway as Changes).id, "gw");
  });

  it("ends as the fallback said if that refuses too", async () => {
    await lab.deploy(flow());
    lab.device.fail("refuse", { times: 1, on: "send" });
    spare.fail("refuse", { times: 1, on: "send" });
    const msg = await lab.arrival("caught", await lab.send());
    assert.match(verdictOf(msg), /^not-sent REFUSED/);
    assert.equal((recordOf(msg).gateway as Changes).id, "spare");
  });

  it("sends what the first gateway cannot take at all: settings, length, a full queue", async () => {
    for (const gateway of [{ url: "nonsense" }, { maxSegments: 1 }]) {
      await lab.deploy(flow({ gateway }));
      const tag = lab.tag();
      await lab.red.send("source", { payload: `${WORD} ${tag} `.padEnd(200, "."), to: "+447700900100", tag });
      assert.equal((recordOf(await lab.arrival("out", tag)).gateway as Changes).id, "spare");
    }
    await lab.deploy(flow({ gateway: { queueLimit: 1 }, send: { fallbackAfter: 600 } }));
    await lab.device.stop();
    try {
      await lab.send();
      await lab.untilBadge("send", /unreachable/);
      const tag = await lab.send();
      assert.equal((recordOf(await lab.arrival("out", tag)).gateway as Changes).id, "spare");
    } finally {
      await lab.device.start();
    }
  });

  it("that is not there, or disabled, is named in the log, and the message ends as its own gateway says", async () => {
    const named = (): number =>
      lab.red.logs.filter(({ msg }) => msg.startsWith("The fallback gateway is not there")).length;
    const before = named();
    await lab.deploy(flow({ send: { fallback: "nowhere" } }));
    assert.equal(named(), before + 1);
    await lab.deploy(flow({ spare: { d: true } }));
    assert.equal(named(), before + 2);
    lab.device.fail("refuse", { times: 1, on: "send" });
    assert.equal(verdictOf(await lab.arrival("caught", await lab.send())), "not-sent REFUSED");
    await lab.deploy(flow());
    await lab.sendsStill();
    assert.equal(named(), before + 2);
  });

  for (const [what, broken] of [
    ["disabled", { d: true }],
    ["given settings that cannot be used", { url: "nonsense" }],
  ] as const) {
    it(`that is ${what} while an SMS is out does not get it: that ends as the first gateway says`, async () => {
      const gateway = { url: lab.line.url };
      await lab.deploy(flow({ gateway }));
      const asked = lab.heldAt("/cmd.sms.sendMessage");
      lab.device.fail("refuse", { times: 1, on: "send" });
      const tag = await lab.send();
      await asked;
      await lab.deploy(flow({ gateway, spare: broken }));
      lab.line.letGo();
      const msg = await lab.arrival("caught", tag);
      assert.equal(verdictOf(msg), "not-sent REFUSED");
      assert.equal((recordOf(msg).gateway as Changes).id, "gw");
    });
  }

  it("is a mistake if onUnknown is fallback and none is chosen", async () => {
    await lab.deploy(flow({ send: { fallback: "", onUnknown: "fallback" } }));
    const msg = await lab.arrival("caught", await lab.send());
    assert.equal(verdictOf(msg), "not-sent OPTION_INVALID");
  });

  it("goes on with what has moved after a crash, and each leaves once", async () => {
    await lab.deploy(flow({ send: { fallbackAfter: 0.1 } }));
    await Promise.all([lab.device.stop(), spare.stop()]);
    const tags = [await lab.send(), await lab.send()];
    await lab.untilBadge("send", /unreachable/);
    const moved = (): boolean => lab.journal("spare").includes(tags[1] ?? "");
    await lab.inTime(moved, "the move");
    await lab.red.kill();
    await Promise.all([lab.device.start(), spare.start()]);
    await lab.red.restart();
    const isTold = (tag: string): boolean => lab.arrived(tag).some((at) => at === "out" || at === "caught");
    await lab.red.until(() => tags.every(isTold), "what became of both");
    const all = [...texts(lab.device), ...texts(spare)];
    for (const tag of tags) {
      // An attempt that was out when the process ended is unknown.
      const [told] = lab.red.probes.filter(({ msg }) => msg.tag === tag);
      const { outcome } = recordOf(told?.msg ?? {});
      assert.ok(outcome === "accepted" || outcome === "unknown", String(outcome));
      assert.equal(all.filter((text) => text === `${WORD} ${tag}`).length, outcome === "accepted" ? 1 : 0);
    }
  });
});
