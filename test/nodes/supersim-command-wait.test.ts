import assert from "node:assert/strict";
import {
  recordOf,
  SupersimLab,
  verdictOf,
  WORD,
  NO_CREDENTIALS,
  ACCOUNT_SID,
  type Changes,
  type Message,
} from "./supersim-lab.js";

describe("super sim command that waits", () => {
  let lab: SupersimLab;

  before(async () => {
    lab = await SupersimLab.start();
  });

  after(async () => {
    await lab.stop();
  });

  beforeEach(() => {
    lab.device.heal();
  });

  async function deploy(command: Changes, account: Changes = {}): Promise<void> {
    await lab.deploy(lab.commanding({ command, account }));
  }

  /** Calls `act` when the so-manieth question from now on arrives, before it is answered, for what was sent last. */
  function atQuestion(count: number, act: (sid: string) => void): void {
    let left = count;
    const note = ({ method }: { readonly method: string }): void => {
      if (method !== "GET") return;
      left -= 1;
      if (left > 0) return;
      lab.device.off("request", note);
      act(lab.device.sent.at(-1)?.sid ?? "");
    };
    lab.device.on("request", note);
  }

  for (const api of ["sms-commands", "commands"]) {
    describe(`at the resource ${api}`, () => {
      for (const [wait, status] of [
        ["sent", "sent"],
        ["sent", "delivered"],
        ["delivered", "delivered"],
      ] as const) {
        it(`for ${wait} passes the message on when it is ${status}, with the record as it is then`, async () => {
          await deploy({ api, wait });
          const tag = await lab.send({ topic: "t" });
          const sid = await lab.sidOf(tag);
          await lab.untilBadge("command", /^blue dot 1 waiting$/);
          assert.deepEqual(lab.arrived(tag), []);
          lab.device.advance(sid, status);
          const msg = await lab.arrival("out", tag);
          const record = recordOf(msg);
          assert.deepEqual([msg.topic, msg.payload], ["t", `${WORD} ${tag}`]);
          assert.deepEqual(
            [record.sid, record.status, record.outcome, record.payload, "code" in record],
            [sid, status, "accepted", `${WORD} ${tag}`, false],
          );
          await lab.arrival("done", tag);
          assert.deepEqual(lab.arrived(tag).toSorted(), ["done", "out"]);
          await lab.untilBadge("command", new RegExp(`^green dot ${status} \\d\\d:\\d\\d$`));
          assert.equal(lab.taken(tag), 1);
        });
      }
    });
  }

  it("for delivered is not content with sent", async () => {
    await deploy({ wait: "delivered" });
    const seen = lab.red.probes.length;
    atQuestion(1, (sid) => lab.device.advance(sid, "sent"));
    atQuestion(2, (sid) => {
      assert.deepEqual(lab.red.probes.slice(seen), []);
      lab.device.advance(sid, "delivered");
    });
    const tag = await lab.send();
    assert.equal(recordOf(await lab.arrival("out", tag)).status, "delivered");
    assert.equal(lab.asked(await lab.sidOf(tag)), 2);
  });

  it("asks first after 1 s, then after twice as long", async () => {
    await deploy({ wait: "sent" });
    const times: number[] = [];
    const note = (): void => void times.push(performance.now());
    lab.device.on("request", note);
    atQuestion(2, (sid) => lab.device.advance(sid, "sent"));
    const tag = await lab.send();
    await lab.arrival("done", tag);
    lab.device.off("request", note);
    const gaps = times.slice(1).map((time, index) => time - (times[index] ?? 0));
    assert.equal(gaps.length, 2);
    for (const [index, least] of [1000, 2000].entries()) {
      assert.ok((gaps[index] ?? 0) >= least - 5, `the gaps are ${gaps.join(", ")}`);
    }
  });

  describe("and is told that the network could not deliver it", () => {
    for (const hasOutput of [false, true]) {
      it(`lets it reach ${hasOutput ? "the second output" : "the Catch node"} as accepted and COMMAND_FAILED`, async () => {
        await deploy({ wait: "delivered", failureOutput: hasOutput, outputs: hasOutput ? 2 : 1 });
        const tag = await lab.send();
        const sid = await lab.sidOf(tag);
        lab.device.advance(sid, "failed");
        const msg = await lab.arrival(hasOutput ? "failed" : "caught", tag);
        assert.equal(verdictOf(msg), "accepted COMMAND_FAILED");
        const { status, reason } = recordOf(msg);
        assert.deepEqual([recordOf(msg).sid, status], [sid, "failed"]);
        assert.match(String(reason), /accepted.*could not deliver/);
        if (hasOutput) await lab.arrival("done", tag);
        await lab.untilBadge("command", /^red ring command failed \d\d:\d\d$/);
        await lab.sendsStill();
        assert.deepEqual(lab.arrived(tag).toSorted(), hasOutput ? ["done", "failed"] : ["caught"]);
      });
    }
  });

  describe("longer than its waitTimeout", () => {
    for (const [what, command, commandOptions] of [
      ["of the node, from text", { wait: "delivered", waitTimeout: "2.5" }, {}],
      ["of the message", {}, { wait: "delivered", waitTimeout: 0.4 }],
    ] as const) {
      it(`${what}, is told WAIT_TIMEOUT with what is known, after a last question`, async () => {
        await deploy(command);
        atQuestion(1, (sid) => lab.device.advance(sid, "sent"));
        const tag = await lab.send({ commandOptions });
        const sid = await lab.sidOf(tag);
        const msg = await lab.arrival("caught", tag);
        assert.equal(verdictOf(msg), "accepted WAIT_TIMEOUT");
        assert.deepEqual([recordOf(msg).sid, recordOf(msg).status], [sid, "sent"]);
        const seconds = what.startsWith("of the node") ? "2.5" : "0.4";
        assert.match(String(recordOf(msg).reason), new RegExp(`not delivered within ${seconds} s.*it is sent.*24 h`));
        assert.equal(lab.asked(sid), what.startsWith("of the node") ? 2 : 1);
        await lab.untilBadge("command", /^yellow ring timed out \d\d:\d\d$/);
        await lab.sendsStill();
      });
    }
  });

  describe("at a service that cannot be asked", () => {
    it("goes on after a question without an answer, which takes no longer than the account's timeout", async () => {
      await deploy({ wait: "delivered" }, { timeout: "3", concurrency: 1 });
      lab.device.fail("silence", { times: 1, on: "list" });
      const tag = await lab.send();
      const sid = await lab.sidOf(tag);
      await lab.inTime(() => lab.asked(sid) >= 1, "a question");
      lab.device.advance(sid, "delivered");
      // The one turn that there is must be free again.
      await lab.sendsStill();
      assert.equal(recordOf(await lab.arrival("out", tag)).status, "delivered");
    });

    it("goes on when it is back", async () => {
      await deploy({ wait: "delivered" });
      const tag = await lab.send();
      const sid = await lab.sidOf(tag);
      await lab.device.stop();
      await lab.untilBadge("command", /^red ring unreachable$/);
      await lab.device.start();
      lab.device.advance(sid, "delivered");
      await lab.arrival("out", tag);
      await lab.untilBadge("command", /^green dot delivered/);
    });

    for (const [what, hinder, code] of [
      ["is down", (): Promise<void> => lab.device.stop(), "UNREACHABLE"],
      [
        "refuses the login",
        (): Promise<void> => {
          const credentials = { ...NO_CREDENTIALS, accountSid: ACCOUNT_SID, authToken: "wrong" };
          return deploy({ waitTimeout: "4", wait: "delivered" }, { credentials });
        },
        "AUTH_FAILED",
      ],
    ] as const) {
      it(`since it ${what}, is told WAIT_TIMEOUT with that as its cause`, async () => {
        await deploy({ wait: "delivered", waitTimeout: "4" });
        const tag = await lab.send();
        await lab.untilBadge("command", /^blue dot 1 waiting$/);
        await hinder();
        const msg = await lab.arrival("caught", tag);
        assert.equal(verdictOf(msg), "accepted WAIT_TIMEOUT");
        assert.equal(((msg.error as Message).cause as Message).code, code);
        assert.equal(recordOf(msg).status, "queued");
        await lab.device.start();
        await deploy({});
        await lab.sendsStill();
      });
    }

    it("since its settings were spoilt, goes on waiting, and is asked when they are mended", async () => {
      await deploy({ wait: "delivered" });
      const tag = await lab.send();
      const sid = await lab.sidOf(tag);
      await lab.untilBadge("command", /^blue dot 1 waiting$/);
      await deploy({ wait: "delivered" }, { url: "nowhere" });
      await lab.untilBadge("command", /^red ring configuration$/);
      lab.device.advance(sid, "delivered");
      await deploy({ wait: "delivered" });
      assert.equal(recordOf(await lab.arrival("out", tag)).outcome, "accepted");
    });

    it("is asked by many without holding back what is to be sent", async () => {
      await deploy({ wait: "delivered" }, { concurrency: 2 });
      lab.device.clear();
      const tags = await Promise.all(Array.from({ length: 40 }, () => lab.send()));
      for (const tag of tags) await lab.sidOf(tag);
      await lab.untilBadge("command", /^blue dot 40 waiting$/);
      await lab.sendsStill();
      for (const tag of tags) lab.device.advance(await lab.sidOf(tag), "delivered");
      for (const tag of tags) await lab.arrival("done", tag);
      assert.ok(lab.device.maxConcurrent <= 2);
      assert.deepEqual(new Set(tags.flatMap((tag) => lab.arrived(tag))), new Set(["done", "out"]));
    });
  });

  describe("for one that its key stands for", () => {
    let keys = 0;

    function key(more: Message = {}): Message {
      keys += 1;
      return { commandOptions: { key: `wake ${String(keys)}`, ...more } };
    }

    for (const status of ["delivered", "failed"] as const) {
      it(`lets all who come hear the same, ${status}, while it waits and later`, async () => {
        await deploy({ wait: "delivered" });
        const from = lab.device.sent.length;
        const options = key();
        const one = await lab.send(options);
        const sid = await lab.sidOf(one);
        const other = await lab.send({ ...options, topic: "again" });
        await lab.sendsStill();
        assert.deepEqual([...lab.arrived(one), ...lab.arrived(other)], []);
        lab.device.advance(sid, status);
        const at = status === "delivered" ? "out" : "caught";
        const first = recordOf(await lab.arrival(at, one));
        assert.equal(first.sid, sid);
        const second = await lab.arrival(at, other);
        assert.deepEqual([recordOf(second), second.topic], [first, "again"]);
        assert.deepEqual(recordOf(await lab.arrival(at, await lab.send(options))), first);
        assert.equal(lab.device.sent.length, from + 2);
      });
    }

    it("stands for one command to each SIM", async () => {
      await deploy({});
      const from = lab.device.sent.length;
      const options = key();
      for (const sim of ["tracker-1", "tracker-2", "tracker-1"]) {
        await lab.arrival("done", await lab.send({ ...options, sim }));
      }
      assert.equal(lab.device.sent.length, from + 2);
    });

    it("is free again after not-sent, and after unknown with resend alone", async () => {
      await deploy({});
      const from = lab.device.sent.length;
      const options = key();
      lab.device.fail("refuse", { times: 1 });
      assert.equal(verdictOf(await lab.arrival("caught", await lab.send(options))), "not-sent REFUSED");
      lab.device.fail("reset-after", { times: 1 });
      for (let time = 0; time < 2; time += 1) {
        const caught = await lab.arrival("caught", await lab.send(options));
        assert.equal(verdictOf(caught), "unknown CONNECTION_LOST");
      }
      assert.equal(lab.device.sent.length, from + 1);
      const { commandOptions } = options;
      await lab.arrival("out", await lab.send({ commandOptions: { ...(commandOptions as Message), resend: true } }));
      assert.equal(lab.device.sent.length, from + 2);
    });
  });
});
