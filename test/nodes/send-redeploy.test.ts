import assert from "node:assert/strict";
import { Lab, RECIPIENT, WORD, recordOf, verdictOf, without, type Changes, type Message } from "./lab.js";
import type { DeployType, FlowItem } from "../support/node-red-process.js";

const TYPES: readonly DeployType[] = ["full", "flows", "nodes"];

describe("a deploy while sms send is at work", () => {
  let lab: Lab;
  let deploys = 0;

  before(async () => {
    lab = await Lab.start({}, {}, { runtimeState: { enabled: true, ui: false } });
  });

  after(async () => {
    await lab.stop();
  });

  beforeEach(async () => {
    lab.device.heal();
    lab.line.letGo();
    await lab.deploy(flow());
  });

  /** The sending flow by the line, so that an answer of the router comes when a deploy is done and not before. */
  function flow(changes: { readonly gateway?: Changes; readonly send?: Changes } = {}): readonly FlowItem[] {
    return lab.sending({ ...changes, gateway: { url: lab.line.url, ...changes.gateway } });
  }

  /** The flow with nodes that differ from those that run, so that every type of deploy starts them anew. */
  function changed(changes: { readonly gateway?: Changes; readonly send?: Changes } = {}): readonly FlowItem[] {
    deploys += 1;
    const info = `deploy ${String(deploys)}`;
    return flow(changes)
      .map((item) => (item.id === "tab" || item.id === "gw" ? item : { ...item, info }))
      .map((item) => (changes.gateway === undefined ? without(item, "credentials") : item));
  }

  /** Sends so many SMS, and resolves when the router has the first one; its answers wait for the line to let go. */
  async function inFlight(count: number, msg: Message = {}): Promise<string> {
    const taken = lab.heldAt("sent");
    const tag = await lab.send(msg);
    for (let index = 1; index < count; index += 1) {
      await lab.red.send("source", { payload: `${WORD} ${tag}`, to: RECIPIENT, tag, ...msg });
    }
    await taken;
    return tag;
  }

  function acceptedOnDisk(): number {
    return lab.journal("gw").split("accepted").length;
  }

  for (const type of TYPES) {
    describe(`of type ${type}`, () => {
      it("lets the outcome of a send in flight leave by the new node, once, and a Complete node hear of it", async () => {
        const from = lab.device.sent.length;
        const tag = await inFlight(1, { topic: "t" });
        await lab.deploy(changed(), type);
        lab.line.letGo();
        const msg = await lab.arrival("out", tag);
        assert.equal(msg.topic, "t");
        assert.equal(recordOf(msg).attempts, 1);
        await lab.arrival("done", tag);
        await lab.sendsStill();
        assert.deepEqual(lab.arrived(tag).toSorted(), ["done", "out"]);
        assert.equal(lab.device.sent.length, from + 2);
      });

      it("keeps what waits, in order", async () => {
        const from = lab.device.sent.length;
        const seen = lab.red.probes.length;
        const taken = lab.heldAt("sent");
        const tags: string[] = [];
        for (let index = 0; index < 10; index += 1) tags.push(await lab.send());
        await taken;
        await lab.deploy(changed(), type);
        lab.line.letGo();
        await lab.arrival("done", tags.at(-1));
        assert.deepEqual(
          lab.at("out", seen).map(({ msg }) => msg.tag),
          tags,
        );
        assert.deepEqual(
          lab.device.sent.slice(from).map(({ text }) => text),
          tags.map((tag) => `${WORD} ${tag}`),
        );
        assert.equal(lab.at("done", seen).length, 10);
      });

      it("lets a failure reach the Catch node, once", async () => {
        const good = await inFlight(1);
        lab.device.fail("refuse", { times: 1, on: "send" });
        const bad = await lab.send();
        await lab.deploy(changed(), type);
        lab.line.letGo();
        assert.equal(verdictOf(await lab.arrival("caught", bad)), "not-sent REFUSED");
        await lab.sendsStill();
        assert.deepEqual(lab.arrived(good).toSorted(), ["done", "out"]);
        assert.deepEqual(lab.arrived(bad), ["caught"]);
      });

      it("ends an input with several recipients once, with what was told before the deploy", async () => {
        const to = [RECIPIENT, "+447700900101", "letters", "+447700900102"];
        const second = lab.heldAt("sent", 2);
        const tag = await lab.send({ to });
        await lab.arrival("out", tag);
        await lab.arrival("caught", tag);
        await second;
        await lab.deploy(changed(), type);
        lab.line.letGo();
        await lab.arrival("done", tag);
        await lab.sendsStill();
        assert.deepEqual(lab.arrived(tag).toSorted(), ["caught", "done", "out", "out", "out"]);
      });

      it("tells each failure of several recipients once where none is accepted", async () => {
        const good = await inFlight(1);
        lab.device.fail("refuse", { times: 2, on: "send" });
        const tag = await lab.send({ to: ["x", RECIPIENT, "+447700900101"] });
        await lab.arrival("caught", tag);
        await lab.deploy(changed(), type);
        lab.line.letGo();
        await lab.arrival("done", good);
        await lab.sendsStill();
        assert.deepEqual(lab.arrived(tag), ["caught", "caught", "caught"]);
      });
    });
  }

  it("loses and doubles nothing in a stream of messages with deploys of every type", async () => {
    const from = lab.device.sent.length;
    const seen = lab.red.probes.length;
    const count = 240;
    const messages = Array.from({ length: count }, (_, index) => ({
      payload: `${WORD} ${String(index)}`,
      to: RECIPIENT,
      tag: index,
    }));
    await lab.red.sendMany("source", messages);
    for (let round = 0; round < 4; round += 1) for (const type of TYPES) await lab.deploy(changed(), type);
    // What a Complete node says in the turn in which a deploy stops it is lost; what sms send says is not.
    await lab.red.until(() => lab.at("out", seen).length >= count, `${String(count)} outcomes`);
    await lab.sendsStill();
    assert.deepEqual(
      lab.device.sent.slice(from, -1).map(({ text }) => text),
      messages.map(({ payload }) => payload),
    );
    const told = lab.at("out", seen).map(({ msg }) => msg.tag);
    assert.deepEqual(
      told.slice(0, -1),
      messages.map(({ tag }) => tag),
    );
  });

  it("sends what waits with the new settings, and ends what is in flight on the old ones", async () => {
    const tag = await inFlight(2);
    await lab.deploy(changed({ gateway: { connId: 6, name: "New" } }));
    lab.line.letGo();
    await lab.arrival("done", tag);
    await lab.arrival("done", tag);
    assert.deepEqual(
      lab.device.sent.slice(-2).map(({ connId }) => connId),
      [2, 6],
    );
    await lab.sendsStill();
    assert.equal(lab.device.sent.at(-1)?.connId, 6);
  });

  it("that deletes the node lets its SMS go, and says in the log that nobody is left to hear of it", async () => {
    const tag = await inFlight(1);
    await lab.deploy(flow().filter(({ id }) => id !== "send"));
    lab.line.letGo();
    const warning = await lab.red.nextLog(({ level, msg }) => level === "warn" && msg.includes("no flow was told"));
    assert.match(warning.msg, /SMS.*accepted/);
    await lab.deploy(flow());
    await lab.sendsStill();
    assert.deepEqual(lab.arrived(tag), []);
  });

  it("that deletes the gateway ends what is in flight as unknown and what waits as not sent", async () => {
    const tag = await inFlight(3);
    await lab.deploy(changed().filter(({ id }) => id !== "gw"));
    const verdicts = [];
    for (let index = 0; index < 3; index += 1) verdicts.push(verdictOf(await lab.arrival("caught", tag)));
    assert.deepEqual(verdicts.toSorted(), ["not-sent INTERRUPTED", "not-sent INTERRUPTED", "unknown INTERRUPTED"]);
    await lab.untilBadge("send", /no gateway/);
    lab.line.letGo();
    await lab.deploy(flow());
    await lab.sendsStill();
    assert.deepEqual(lab.arrived(tag), ["caught", "caught", "caught"]);
  });

  it("that spoils the gateway's settings ends what waits, and lets what is in flight end well", async () => {
    const tag = await inFlight(2);
    await lab.deploy(changed({ gateway: { url: "" } }));
    assert.equal(verdictOf(await lab.arrival("caught", tag)), "not-sent CONFIG_MISSING");
    lab.line.letGo();
    await lab.arrival("done", tag);
    await lab.deploy(flow());
    await lab.sendsStill();
    assert.deepEqual(lab.arrived(tag).toSorted(), ["caught", "done", "out"]);
  });

  it("that disables the tab stops no SMS on its way, and a tab enabled again sends", async () => {
    const tag = await inFlight(2);
    await lab.deploy(flow().map((item) => (item.id === "tab" ? { ...item, disabled: true } : item)));
    lab.line.letGo();
    await lab.deploy(flow());
    await lab.arrival("done", await lab.send());
    assert.equal(lab.device.sent.filter(({ text }) => text.endsWith(` ${tag}`)).length, 2);
  });

  it("lets outcomes wait while the flows are stopped", async () => {
    const tag = await inFlight(2);
    const logged = lab.red.logs.length;
    await lab.red.admin("POST", "/flows/state", { state: "stop" });
    await lab.red.until(() => lab.red.logs.slice(logged).some(({ msg }) => msg.includes("Stopped flows")), "the stop");
    const before = acceptedOnDisk();
    lab.line.letGo();
    await lab.inTime(() => acceptedOnDisk() > before, "the outcome on disk");
    assert.deepEqual(lab.arrived(tag), []);
    await lab.red.admin("POST", "/flows/state", { state: "start" });
    await lab.arrival("done", tag);
    await lab.arrival("done", tag);
    assert.deepEqual(lab.arrived(tag).toSorted(), ["done", "done", "out", "out"]);
  });

  it("holds no more timers, sockets or listeners than before", async () => {
    const settle = async (): Promise<void> => {
      await lab.sendsStill();
      await lab.red.until(() => true);
    };
    await settle();
    const before = await lab.red.resources();
    for (let round = 0; round < 10; round += 1) {
      const tag = await inFlight(1);
      await lab.deploy(changed(), TYPES[round % 3]);
      lab.line.letGo();
      await lab.arrival("done", tag);
    }
    await settle();
    const after = await lab.red.resources();
    assert.deepEqual(after.listeners, before.listeners);
    assert.ok((after.active.Timeout ?? 0) <= (before.active.Timeout ?? 0) + 1, JSON.stringify([before, after]));
  });
});

describe("the end of Node-RED while sms send is at work", () => {
  it("is quick and no crash, whether an SMS is in flight or waits", async () => {
    const lab = await Lab.start();
    await lab.deploy(lab.sending());
    lab.device.fail("silence", { done: true, on: "send" });
    const taken = new Promise((resolve) => lab.device.once("sent", resolve));
    await lab.send();
    await lab.send();
    await taken;
    const start = performance.now();
    await lab.stop();
    // The router would never answer, and the gateway waits 30 s for it.
    assert.ok(performance.now() - start < 15_000);
  });
});
