import assert from "node:assert/strict";
import { Lab, PASSWORD, RECIPIENT, WORD, recordOf, verdictOf, type Message } from "./lab.js";

describe("sms send at a router in trouble", () => {
  let lab: Lab;

  before(async () => {
    lab = await Lab.start();
  });

  after(async () => {
    await lab.stop();
  });

  beforeEach(async () => {
    lab.device.heal();
    await lab.device.start();
  });

  function sentWith(tag: string): number {
    return lab.device.sent.filter(({ text }) => text.endsWith(` ${tag}`)).length;
  }

  describe("that leaves it unknown whether the SMS left", () => {
    beforeEach(async () => {
      await lab.deploy(lab.sending());
    });

    it("tells the Catch node once, and does not send again", async () => {
      lab.device.fail("reset-after", { times: 1 });
      const tag = await lab.send();
      assert.equal(verdictOf(await lab.arrival("caught", tag)), "unknown CONNECTION_LOST");
      await lab.untilBadge("send", /^red dot unknown \d\d:\d\d$/);
      await lab.sendsStill();
      assert.deepEqual(lab.arrived(tag), ["caught"]);
      assert.equal(sentWith(tag), 1);
    });

    for (const done of [true, false]) {
      it(`gives up an answer that does not come in time, whether the SMS left or not: ${done ? "it did" : "it did not"}`, async () => {
        await lab.deploy(lab.sending({ gateway: { timeout: "3" } }));
        lab.device.fail("silence", { times: 1, done });
        const tag = await lab.send();
        assert.equal(verdictOf(await lab.arrival("caught", tag)), "unknown TIMEOUT");
        await lab.untilBadge("send", /^red dot unknown/);
        await lab.sendsStill();
        assert.equal(sentWith(tag), done ? 1 : 0);
      });
    }

    for (const [fault, verdict] of [
      ["html", "unknown BAD_RESPONSE"],
      ["truncated", "unknown CONNECTION_LOST"],
      ["oversized", "unknown RESPONSE_TOO_LARGE"],
      ["status", "unknown BAD_RESPONSE"],
    ] as const) {
      it(`takes ${fault} for ${verdict}, and the next message goes`, async () => {
        lab.device.fail(fault, { times: 1, on: "send", status: 500 });
        const tag = await lab.send();
        assert.equal(verdictOf(await lab.arrival("caught", tag)), verdict);
        await lab.untilBadge("send", /^red dot unknown/);
        await lab.sendsStill();
        assert.deepEqual(lab.arrived(tag), ["caught"]);
      });
    }

    it("lets it leave by the second output where there is one", async () => {
      await lab.deploy(lab.sending({ send: { failureOutput: true, outputs: 2 } }));
      lab.device.fail("reset-after", { times: 1 });
      const tag = await lab.send();
      const msg = await lab.arrival("failed", tag);
      assert.equal(verdictOf(msg), "unknown CONNECTION_LOST");
      assert.equal(recordOf(msg).attempts, 1);
    });

    it("sends once more if the node says resend", async () => {
      await lab.deploy(lab.sending({ send: { onUnknown: "resend" } }));
      lab.device.fail("reset-after", { times: 1 });
      const tag = await lab.send();
      const { outcome, attempts } = recordOf(await lab.arrival("out", tag));
      assert.deepEqual({ outcome, attempts }, { outcome: "accepted", attempts: 2 });
      assert.equal(sentWith(tag), 2);
    });

    it("sends once more if the message says resend, and no more than once", async () => {
      lab.device.fail("reset-after", { times: 2 });
      const tag = await lab.send({ smsOptions: { onUnknown: "resend" } });
      const caught = await lab.arrival("caught", tag);
      assert.equal(verdictOf(caught), "unknown CONNECTION_LOST");
      assert.equal(recordOf(caught).attempts, 2);
      assert.equal(sentWith(tag), 2);
    });
  });

  describe("that refuses", () => {
    it("ends that message with the router's words but neither number nor text, and the next one goes", async () => {
      await lab.deploy(lab.sending());
      lab.device.fail("refuse", { times: 1, on: "send" });
      const tag = await lab.send();
      const caught = await lab.arrival("caught", tag);
      assert.equal(verdictOf(caught), "not-sent REFUSED");
      assert.match(String(recordOf(caught).reason), /Operation failed/);
      assert.doesNotMatch(JSON.stringify((caught.error as Message).message), /7700900|Sesame/);
      await lab.untilBadge("send", /^red ring not sent/);
      await lab.sendsStill();
    });

    it("waits where it says so, and the badge counts the seconds", async () => {
      await lab.deploy(lab.sending());
      lab.device.fail("status", { times: 1, on: "send", status: 503, retryAfter: 1 });
      const from = lab.red.statuses.length;
      const tag = await lab.send();
      await lab.untilShown("send", /^yellow ring retry in \d+ s$/, from);
      assert.equal(recordOf(await lab.arrival("out", tag)).attempts, 2);
      assert.equal(sentWith(tag), 1);
      await lab.untilBadge("send", /^green dot/);
    });
  });

  describe("that is down", () => {
    it("shows it at once, keeps the message, and sends it once when the router is back", async () => {
      await lab.deploy(lab.sending());
      await lab.device.stop();
      const tag = await lab.send();
      await lab.untilBadge("send", /^red ring unreachable$/);
      assert.deepEqual(lab.arrived(tag), []);
      await lab.device.start();
      const record = recordOf(await lab.arrival("out", tag));
      assert.equal(record.outcome, "accepted");
      assert.ok(Number(record.attempts) >= 2);
      assert.equal(sentWith(tag), 1);
      await lab.untilBadge("send", /^green dot accepted/);
    });

    it("ends the message with EXPIRED and the reason when its time is over", async () => {
      await lab.deploy(lab.sending({ gateway: { expireAfter: "0.05" } }));
      await lab.device.stop();
      const tag = await lab.send();
      const caught = await lab.arrival("caught", tag);
      assert.equal(verdictOf(caught), "not-sent EXPIRED");
      assert.equal(((caught.error as Message).cause as Message).code, "UNREACHABLE");
      await lab.untilBadge("send", /^red ring unreachable$/);
      await lab.device.start();
    });

    it("keeps to the time that one message asks for", async () => {
      await lab.deploy(lab.sending({ gateway: { expireAfter: 0.005 } }));
      await lab.device.stop();
      const patient = await lab.send({ smsOptions: { expireAfter: 0 } });
      const hasty = await lab.send({ smsOptions: { expireAfter: "0.002" } });
      assert.equal(verdictOf(await lab.arrival("caught", hasty)), "not-sent EXPIRED");
      await lab.device.start();
      await lab.arrival("out", patient);
      assert.equal(sentWith(hasty), 0);
    });
  });

  describe("within the limits set at the gateway", () => {
    it("QUEUE_FULL refuses what is too much, at once, and the rest goes", async () => {
      await lab.deploy(lab.sending({ gateway: { queueLimit: "2", url: lab.line.url } }));
      const taken = lab.heldAt("sent");
      const tags = [await lab.send()];
      await taken;
      for (let index = 1; index < 5; index += 1) tags.push(await lab.send());
      for (const tag of tags.slice(3)) {
        assert.equal(verdictOf(await lab.arrival("caught", tag)), "not-sent QUEUE_FULL");
      }
      lab.line.letGo();
      for (const tag of tags.slice(0, 3)) await lab.arrival("out", tag);
    });

    it("maxPerHour lets the rest wait, says so in the badge, and names it where the message expires", async () => {
      await lab.deploy(lab.sending({ gateway: { maxPerHour: 2, name: "limited" } }));
      await lab.arrival("out", await lab.send());
      await lab.arrival("out", await lab.send());
      const from = lab.red.statuses.length;
      const tag = await lab.send({ smsOptions: { expireAfter: 0.005 } });
      await lab.untilShown("send", /^yellow ring 1 queued$/, from);
      const caught = await lab.arrival("caught", tag);
      assert.equal(verdictOf(caught), "not-sent EXPIRED");
      assert.equal(((caught.error as Message).cause as Message).code, "RATE_LIMITED");
      await lab.deploy(lab.sending({ gateway: { maxPerHour: 0 } }));
      await lab.sendsStill();
    });

    it("minInterval keeps a gap between two SMS", async () => {
      await lab.deploy(lab.sending({ gateway: { minInterval: 150 } }));
      const from = lab.device.sent.length;
      let tag = "";
      for (let index = 0; index < 4; index += 1) tag = await lab.send();
      await lab.arrival("out", tag);
      const times = lab.device.sent.slice(from).map(({ at }) => at.getTime());
      for (const [index, time] of times.slice(1).entries()) assert.ok(time - times[index]! >= 145);
    });

    it("maxSegments refuses a longer text", async () => {
      await lab.deploy(lab.sending({ gateway: { maxSegments: 1 } }));
      const tag = await lab.send({ payload: `${WORD} `.repeat(30) });
      assert.equal(verdictOf(await lab.arrival("caught", tag)), "not-sent TEXT_TOO_LONG");
    });
  });

  describe("that refuses the login", () => {
    it("fails 30 messages with AUTH_FAILED after three logins at most, until the password is right", async () => {
      const attempts: boolean[] = [];
      const count = ({ accepted }: { readonly accepted: boolean }): void => void attempts.push(accepted);
      await lab.deploy(lab.sending({ gateway: { credentials: { username: "admin", password: "wrong" } } }));
      lab.device.on("login", count);
      const tags: string[] = [];
      for (let index = 0; index < 15; index += 1) tags.push(await lab.send());
      await lab.arrival("caught", tags[14]);
      for (let index = 0; index < 15; index += 1) tags.push(await lab.send());
      await lab.arrival("caught", tags[29]);
      for (const tag of tags) assert.deepEqual(lab.arrived(tag), ["caught"]);
      for (const { msg } of lab.at("caught").slice(-30)) assert.equal(verdictOf(msg), "not-sent AUTH_FAILED");
      assert.ok(attempts.length >= 1 && attempts.length <= 3, `${String(attempts.length)} logins`);
      await lab.untilBadge("send", /^red ring login refused$/);
      await lab.deploy(lab.sending({ gateway: { credentials: { username: "admin", password: PASSWORD } } }), "nodes");
      await lab.sendsStill();
      lab.device.off("login", count);
      await lab.untilBadge("send", /^green dot/);
    });
  });
});

describe("sms send with a session that expires", () => {
  it("sends 120 SMS once each, in order, in either disguise", async () => {
    const lab = await Lab.start({ sessionLife: 7, expiryDisguise: "alternate" });
    try {
      await lab.deploy(lab.sending());
      const messages = Array.from({ length: 120 }, (_, index) => ({
        payload: `${WORD} ${String(index)}`,
        to: RECIPIENT,
        tag: index,
      }));
      await lab.red.sendMany("source", messages);
      await lab.red.until(() => lab.at("done").length === messages.length, "all of them");
      assert.deepEqual(
        lab.device.sent.map(({ text }) => text),
        messages.map(({ payload }) => payload),
      );
    } finally {
      await lab.stop();
    }
  });
});

describe("sms send to a read-only admin", () => {
  it("is FORBIDDEN and says which permission lacks", async () => {
    const lab = await Lab.start({ permission: { GET: 1, POST: 0 } });
    try {
      await lab.deploy(lab.sending());
      const caught = await lab.arrival("caught", await lab.send());
      assert.equal(verdictOf(caught), "not-sent FORBIDDEN");
      assert.match(String(recordOf(caught).reason), /POST/);
      await lab.untilBadge("send", /^red ring permission lacks$/);
    } finally {
      await lab.stop();
    }
  });
});
