import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { readdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { FlowItem } from "../support/node-red-process.js";
import { Lab, PASSWORD, recordOf, verdictOf, WORD, without, type Changes, type Message } from "./lab.js";

describe("what waits at sms send when Node-RED starts again", () => {
  let lab: Lab;

  beforeEach(async () => {
    lab = await Lab.start();
  });

  afterEach(async () => {
    await lab.stop();
  });

  function folder(): string {
    return join(lab.red.userDir, "cellular", "gw");
  }

  /** Sends messages that wait, since the router is off, and ends the process without a warning. */
  async function killWith(messages: readonly Message[], flow = lab.sending()): Promise<string[]> {
    await lab.deploy(flow);
    await lab.device.stop();
    const tags: string[] = [];
    for (const msg of messages) tags.push(await lab.send(msg));
    await lab.red.until(() => /[23] queued|unreachable|retry/.test(lab.badge("send")), "messages that wait");
    const isDurable = flow.every(({ durable }) => durable !== false);
    await lab.inTime(() => !isDurable || tags.every((tag) => lab.journal("gw").includes(tag)), "all of them on disk");
    await lab.red.kill();
    return tags;
  }

  async function startAgain(): Promise<void> {
    await lab.device.start();
    await lab.red.restart();
  }

  it("leaves in its order, by the node that queued it, with its message, and reaches a Complete node", async () => {
    const tags = await killWith([{ topic: "door" }, {}, { smsOptions: { priority: "high" } }]);
    await startAgain();
    for (const tag of tags) await lab.arrival("done", tag);
    const [first = "", second = "", third = ""] = tags;
    assert.deepEqual(
      lab.device.sent.map(({ text }) => text),
      [third, first, second].map((tag) => `${WORD} ${tag}`),
    );
    const msg = await lab.arrival("out", first);
    assert.equal(msg.topic, "door");
    assert.equal(msg.payload, `${WORD} ${first}`);
    assert.equal(typeof msg._msgid, "string");
    assert.equal(recordOf(msg).outcome, "accepted");
    assert.equal(lab.red.probes.filter(({ node }) => node === "out").length, 3);
    await lab.sendsStill();
  });

  it("is still given up in its time, and reaches a Catch node then", async () => {
    const [tag] = await killWith([{ smsOptions: { expireAfter: 0.05 } }]);
    await lab.red.restart();
    assert.equal(verdictOf(await lab.arrival("caught", tag)), "not-sent EXPIRED");
    await lab.device.start();
    await lab.sendsStill();
    assert.equal(lab.device.sent.length, 1);
  });

  it("is unknown if it was being sent, and is not sent again", async () => {
    await lab.deploy(lab.sending());
    lab.device.fail("silence", { times: 1, on: "send" });
    const tag = await lab.send();
    await lab.inTime(() => lab.device.requests.length >= 2, "login and send");
    await lab.red.kill();
    lab.device.heal();
    await lab.red.restart();
    assert.equal(verdictOf(await lab.arrival("caught", tag)), "unknown INTERRUPTED");
    await lab.sendsStill();
    assert.ok(lab.device.sent.filter(({ text }) => text === `${WORD} ${tag}`).length <= 1);
  });

  it("is sent also if its node is gone meanwhile, and the log says so without a number or a text", async () => {
    const [tag] = await killWith([{}]);
    await lab.red.restart();
    await lab.deploy(lab.sending().filter(({ id }) => id !== "send"));
    await lab.device.start();
    const { msg } = await lab.red.nextLog(({ msg: text }) => text.includes("is gone: no flow was told"));
    assert.match(msg, /accepted/);
    assert.deepEqual(
      lab.device.sent.map(({ text }) => text),
      [`${WORD} ${tag ?? ""}`],
    );
  });

  it("is reported for each recipient, with its part, and its input is done once", async () => {
    await killWith([{ to: ["+447700900101", "+447700900102"], tag: "both" }]);
    await startAgain();
    await lab.red.until(() => lab.at("out").length === 2 && lab.at("done").length === 1, "both outcomes");
    const parts = lab.at("out").map(({ msg }) => msg.parts as Message);
    assert.deepEqual(
      parts.map(({ index, count }) => [index, count]),
      [
        [0, 2],
        [1, 2],
      ],
    );
    assert.equal(parts[0]?.id, parts[1]?.id);
    await lab.sendsStill();
    assert.equal(lab.at("done").length, 2);
  });

  it("is gone with durable switched off, and no file was ever written", async () => {
    await killWith([{}], lab.sending({ gateway: { durable: false } }));
    assert.equal(existsSync(folder()), false);
    await startAgain();
    await lab.sendsStill();
    assert.equal(lab.device.sent.length, 1);
  });

  it("survives a gracious stop as well as a crash", async () => {
    await lab.deploy(lab.sending());
    await lab.device.stop();
    const tag = await lab.send();
    await lab.untilBadge("send", /unreachable/);
    await lab.device.start();
    await lab.red.restart();
    await lab.arrival("done", tag);
    assert.equal(lab.device.sent.length, 1);
  });

  it("lies in files that nobody else may read, without a credential", async () => {
    await killWith([{}]);
    assert.equal((await stat(folder())).mode & 0o777, 0o700);
    for (const name of await readdir(folder())) {
      const path = join(folder(), name);
      assert.equal((await stat(path)).mode & 0o777, 0o600, name);
      const text = await readFile(path, "utf8");
      assert.ok(!text.includes(PASSWORD) && !text.includes("auth="), `a credential in ${name}`);
    }
    await startAgain();
  });

  it("waits for a gateway whose settings cannot be used now, and goes when they are mended", async () => {
    const flow = lab.sending({ gateway: { url: "${ROUTER_URL}" } });
    const env = { id: "env", type: "global-config", env: [{ name: "ROUTER_URL", type: "str", value: lab.device.url }] };
    const [tag] = await killWith([{}], [...flow, env]);
    const flows = JSON.parse(await readFile(join(lab.red.userDir, "flows.json"), "utf8")) as { readonly id: string }[];
    await writeFile(join(lab.red.userDir, "flows.json"), JSON.stringify(flows.filter(({ id }) => id !== "env")));
    await startAgain();
    const { msg } = await lab.red.nextLog(({ msg: text }) => text.includes("ROUTER_URL"));
    assert.match(msg, /not set/);
    await lab.deploy([...flow, env].map((item) => without(item, "credentials")));
    await lab.arrival("done", tag);
    assert.equal(lab.device.sent.length, 1);
  });
});

describe("the folder of a gateway", () => {
  let lab: Lab;

  before(async () => {
    lab = await Lab.start();
  });

  after(async () => {
    await lab.stop();
  });

  function folder(): string {
    return join(lab.red.userDir, "cellular", "gw");
  }

  function unsaved(changes: Changes): readonly FlowItem[] {
    return lab.sending({ gateway: changes }).map((item) => without(item, "credentials"));
  }

  it("survives each deploy, and goes when the gateway is deleted and nothing waits", async () => {
    await lab.deploy(lab.sending());
    await lab.sendsStill();
    await lab.deploy(unsaved({ name: "Other" }));
    assert.equal(existsSync(folder()), true);
    await lab.deploy(lab.sending().filter(({ id }) => id !== "gw"));
    await lab.inTime(() => !existsSync(folder()), "the end of the folder");
  });

  it("is made anew when the gateway comes back", async () => {
    await lab.deploy(lab.sending());
    await lab.sendsStill();
    assert.equal(existsSync(folder()), true);
  });

  it("goes when durable is switched off, and comes when it is switched on, with what waits", async () => {
    await lab.deploy(lab.sending());
    await lab.device.stop();
    const tag = await lab.send();
    await lab.untilBadge("send", /unreachable/);
    await lab.deploy(unsaved({ durable: false }));
    await lab.inTime(() => !existsSync(folder()), "the end of the folder");
    await lab.deploy(unsaved({ durable: true }));
    await lab.inTime(() => lab.journal("gw").includes(tag), "the entry on disk");
    await lab.red.kill();
    await lab.device.start();
    const from = lab.device.sent.length;
    await lab.red.restart();
    await lab.arrival("done", tag);
    assert.equal(lab.device.sent.length, from + 1);
  });
});
