import assert from "node:assert/strict";
import { Lab, recordOf, verdictOf, type Message } from "./lab.js";

describe("msg.smsOptions.key at sms send", () => {
  let lab: Lab;
  let keys = 0;

  before(async () => {
    lab = await Lab.start();
  });

  after(async () => {
    await lab.stop();
  });

  beforeEach(async () => {
    lab.device.heal();
    await lab.deploy(lab.sending());
  });

  function key(more: Message = {}): Message {
    keys += 1;
    return { smsOptions: { key: `alarm ${String(keys)}`, ...more } };
  }

  it("makes one SMS of what comes twice; both hear its outcome, and both inputs are done", async () => {
    const from = lab.device.sent.length;
    const options = key();
    const [one, other] = [await lab.send(options), await lab.send({ ...options, topic: "again" })];
    const first = recordOf(await lab.arrival("out", one));
    const msg = await lab.arrival("out", other);
    assert.deepEqual(recordOf(msg), first);
    assert.equal(msg.topic, "again");
    for (const tag of [one, other]) await lab.arrival("done", tag);
    const late = await lab.send(options);
    assert.deepEqual(recordOf(await lab.arrival("out", late)), first);
    assert.equal(lab.device.sent.length, from + 1);
  });

  it("stands for one SMS to each recipient", async () => {
    const from = lab.device.sent.length;
    const options = key();
    await lab.arrival("done", await lab.send({ ...options, to: "+447700900101" }));
    await lab.arrival("done", await lab.send({ ...options, to: "+447700900102,+447700900101" }));
    assert.deepEqual(
      lab.device.sent.slice(from).map(({ to }) => to),
      ["+447700900101", "+447700900102"],
    );
  });

  it("is that of one node: another one sends its own", async () => {
    const flow = lab.sending();
    const second = { id: "send2", type: "cellular-sms-send", z: "tab", gateway: "gw", wires: [["out"], []] };
    const source = { id: "source2", type: "test-source", z: "tab", wires: [["send2"]] };
    await lab.deploy([...flow, second, source]);
    const from = lab.device.sent.length;
    const options = key();
    for (const at of ["source", "source2"]) await lab.arrival("out", await lab.send(options, at));
    assert.equal(lab.device.sent.length, from + 2);
  });

  it("is free again after not-sent", async () => {
    lab.device.fail("refuse", { times: 1, on: "send" });
    const options = key();
    assert.match(verdictOf(await lab.arrival("caught", await lab.send(options))), /^not-sent/);
    await lab.arrival("out", await lab.send(options));
  });

  it("tells again after unknown, and sends again only with resend", async () => {
    const from = lab.device.sent.length;
    lab.device.fail("reset-after", { times: 1, on: "send" });
    const options = key();
    const first = await lab.arrival("caught", await lab.send(options));
    const again = await lab.arrival("caught", await lab.send(options));
    assert.equal(verdictOf(again), verdictOf(first));
    assert.equal(recordOf(again).id, recordOf(first).id);
    assert.equal(lab.device.sent.length, from + 1);
    const { smsOptions } = options;
    const resent = await lab.send({ smsOptions: { ...(smsOptions as Message), resend: true } });
    assert.notEqual(recordOf(await lab.arrival("out", resent)).id, recordOf(first).id);
    assert.equal(lab.device.sent.length, from + 2);
  });

  it("is remembered over a crash", async () => {
    const options = key();
    const first = recordOf(await lab.arrival("out", await lab.send(options)));
    const from = lab.device.sent.length;
    await lab.red.kill();
    await lab.red.restart();
    assert.deepEqual(recordOf(await lab.arrival("out", await lab.send(options))), first);
    assert.equal(lab.device.sent.length, from);
  });

  for (const wrong of ["", {}, true, "x".repeat(1001)]) {
    it(`is refused as ${JSON.stringify(wrong).slice(0, 12)}`, async () => {
      const tag = await lab.send({ smsOptions: { key: wrong } });
      assert.equal(verdictOf(await lab.arrival("caught", tag)), "not-sent OPTION_INVALID");
    });
  }
});
