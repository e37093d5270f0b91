import assert from "node:assert/strict";
import {
  ACCOUNT_SID,
  NO_CREDENTIALS,
  recordOf,
  SIM,
  SMS_COMMANDS,
  SupersimLab,
  verdictOf,
  WORD,
  type Changes,
  type Message,
} from "./supersim-lab.js";
import type { FaultOptions, Fault } from "../../src/simulators/index.js";

interface Failing {
  readonly fault: Fault;
  readonly options?: FaultOptions;
  readonly verdict: string;
  /** How often the service has the command then. */
  readonly taken: number;
}

const failing: readonly Failing[] = [
  { fault: "reset-before", verdict: "unknown CONNECTION_LOST", taken: 0 },
  { fault: "reset-after", verdict: "unknown CONNECTION_LOST", taken: 1 },
  { fault: "silence", verdict: "unknown TIMEOUT", taken: 0 },
  { fault: "silence", options: { done: true }, verdict: "unknown TIMEOUT", taken: 1 },
  { fault: "html", verdict: "unknown BAD_RESPONSE", taken: 0 },
  { fault: "truncated", verdict: "unknown CONNECTION_LOST", taken: 1 },
  { fault: "oversized", verdict: "unknown RESPONSE_TOO_LARGE", taken: 1 },
  { fault: "status", options: { status: 500 }, verdict: "unknown BAD_RESPONSE", taken: 0 },
  { fault: "status", options: { status: 503 }, verdict: "unknown BAD_RESPONSE", taken: 0 },
  { fault: "status", options: { status: 503, retryAfter: 1 }, verdict: "unknown BAD_RESPONSE", taken: 0 },
  { fault: "refuse", verdict: "not-sent REFUSED", taken: 0 },
  { fault: "status", options: { status: 403 }, verdict: "not-sent FORBIDDEN", taken: 0 },
  { fault: "status", options: { status: 404 }, verdict: "not-sent NOT_FOUND", taken: 0 },
  { fault: "status", options: { status: 408 }, verdict: "unknown TIMEOUT", taken: 0 },
];

/** Three seconds from now, and what is left of them in a date, which has whole seconds. */
function inWholeSeconds(): { readonly retryAfter: Date; readonly earliest: () => number } {
  const retryAfter = new Date(Date.now() + 3000);
  return { retryAfter, earliest: () => Math.floor(retryAfter.getTime() / 1000) * 1000 };
}

describe("super sim command at a service in trouble", () => {
  let lab: SupersimLab;

  before(async () => {
    lab = await SupersimLab.start();
  });

  after(async () => {
    await lab.stop();
  });

  beforeEach(async () => {
    lab.device.heal();
    await lab.device.start();
  });

  describe("with a request that fails", () => {
    beforeEach(async () => {
      await lab.deploy(lab.commanding());
    });

    for (const { fault, options = {}, verdict, taken } of failing) {
      const shown = Object.entries(options).map(([name, value]) => ` ${name} ${String(value)}`);
      it(`takes ${fault}${shown.join(",")} for ${verdict}, told once, sent ${String(taken)} times, and the next goes`, async () => {
        if (fault === "silence") await lab.deploy(lab.commanding({ account: { timeout: "3" } }));
        lab.device.fail(fault, { times: 1, on: "send", ...options });
        const tag = await lab.send();
        const caught = await lab.arrival("caught", tag);
        assert.equal(verdictOf(caught), verdict);
        const { reason, code, outcome, ...record } = recordOf(caught);
        assert.deepEqual({ code, outcome }, { code: verdict.split(" ")[1], outcome: verdict.split(" ")[0] });
        assert.doesNotMatch(String(reason), /Sesame|tracker/);
        assert.deepEqual(record, {
          ...{
            sid: null,
            accountSid: null,
            simSid: null,
            payload: `${WORD} ${tag}`,
            status: null,
            direction: "to_sim",
          },
          ...{ dateCreated: null, dateUpdated: null, url: null },
        });
        const isForbidden = verdict.endsWith("FORBIDDEN");
        const look = verdict.startsWith("unknown") ? /^red dot unknown \d\d:\d\d$/ : /^red ring not sent \d\d:\d\d$/;
        await lab.untilBadge("command", isForbidden ? /^red ring permission lacks$/ : look);
        await lab.sendsStill();
        await lab.untilBadge("command", /^green dot accepted/);
        assert.deepEqual(lab.arrived(tag), ["caught"]);
        assert.equal(lab.taken(tag), taken);
      });
    }

    it("lets it leave by the second output where there is one", async () => {
      await lab.deploy(lab.commanding({ command: { failureOutput: true, outputs: 2 } }));
      lab.device.fail("reset-after", { times: 1 });
      const tag = await lab.send();
      assert.equal(verdictOf(await lab.arrival("failed", tag)), "unknown CONNECTION_LOST");
      await lab.arrival("done", tag);
      assert.deepEqual(lab.arrived(tag).toSorted(), ["done", "failed"]);
    });

    for (const [what, command, commandOptions] of [
      ["node", { onUnknown: "resend" }, {}],
      ["message", {}, { onUnknown: "resend" }],
    ] as const) {
      it(`sends once more if the ${what} says resend, and no more than once`, async () => {
        await lab.deploy(lab.commanding({ command }));
        lab.device.fail("reset-after", { times: 1 });
        const tag = await lab.send({ commandOptions });
        assert.equal(recordOf(await lab.arrival("out", tag)).outcome, "accepted");
        assert.equal(lab.taken(tag), 2);
        lab.device.fail("reset-after", { times: 2 });
        const other = await lab.send({ commandOptions });
        assert.equal(verdictOf(await lab.arrival("caught", other)), "unknown CONNECTION_LOST");
        assert.equal(lab.taken(other), 2);
        await lab.sendsStill();
      });
    }
  });

  describe("that knows no such SIM", () => {
    for (const sim of ["nobody", `HS${"9".repeat(32)}`]) {
      it(`is told NOT_FOUND without a word of ${sim.length > 10 ? "its SID" : "its name"}`, async () => {
        await lab.deploy(lab.commanding());
        const caught = await lab.arrival("caught", await lab.send({ sim }));
        assert.equal(verdictOf(caught), "not-sent NOT_FOUND");
        assert.ok(!String(recordOf(caught).reason).includes(sim));
        assert.equal(recordOf(caught).simSid, sim.startsWith("HS") ? sim : null);
        await lab.sendsStill();
      });
    }
  });

  describe("that asks for patience", () => {
    for (const [what, asked] of [
      ["in seconds", () => ({ retryAfter: 1, earliest: (first: number) => first + 1000 })],
      ["as a date", inWholeSeconds],
    ] as const) {
      it(`${what}, waits for that long, says so in the badge, and sends once`, async () => {
        await lab.deploy(lab.commanding());
        const times: number[] = [];
        const note = (): void => void times.push(Date.now());
        lab.device.on("request", note);
        const { retryAfter, earliest } = asked();
        lab.device.fail("status", { times: 1, on: "send", status: 429, retryAfter });
        const from = lab.red.statuses.length;
        const tag = await lab.send();
        await lab.untilShown("command", /^yellow ring retry in [1-4] s$/, from);
        await lab.arrival("out", tag);
        lab.device.off("request", note);
        assert.equal(lab.taken(tag), 1);
        const [first = 0, second = 0] = times;
        // A timer may come a little early.
        assert.ok(second >= earliest(first) - 5, `again after ${String(second - first)} ms`);
        await lab.untilBadge("command", /^green dot accepted/);
      });
    }

    it("without a word of how long, comes again by itself", async () => {
      await lab.deploy(lab.commanding());
      lab.device.fail("status", { times: 1, on: "send", status: 429 });
      const tag = await lab.send();
      await lab.arrival("out", tag);
      assert.equal(lab.taken(tag), 1);
    });

    it("longer than the command lives: EXPIRED with its cause", async () => {
      await lab.deploy(lab.commanding());
      lab.device.fail("status", { times: 1, on: "send", status: 429, retryAfter: 600 });
      const caught = await lab.arrival("caught", await lab.send({ commandOptions: { expireAfter: 0.05 } }));
      assert.equal(verdictOf(caught), "not-sent EXPIRED");
      assert.equal(((caught.error as Message).cause as Message).code, "RATE_LIMITED");
      // Another configuration ends the pause.
      await lab.deploy(lab.commanding({ account: { timeout: 29 } }));
      await lab.sendsStill();
    });
  });

  describe("that is down", () => {
    it("shows it at once, keeps the command, and sends it once when the service is back", async () => {
      await lab.deploy(lab.commanding());
      await lab.device.stop();
      const tag = await lab.send();
      await lab.untilBadge("command", /^red ring unreachable$/);
      assert.deepEqual(lab.arrived(tag), []);
      await lab.device.start();
      assert.equal(recordOf(await lab.arrival("out", tag)).outcome, "accepted");
      assert.equal(lab.taken(tag), 1);
      await lab.untilBadge("command", /^green dot accepted/);
    });

    it("ends the command with EXPIRED and the reason when its time is over", async () => {
      await lab.deploy(lab.commanding({ account: { expireAfter: "0.05" } }));
      await lab.device.stop();
      const patient = await lab.send({ commandOptions: { expireAfter: 0 } });
      const tag = await lab.send();
      const caught = await lab.arrival("caught", tag);
      assert.equal(verdictOf(caught), "not-sent EXPIRED");
      assert.equal(((caught.error as Message).cause as Message).code, "UNREACHABLE");
      await lab.device.start();
      await lab.arrival("out", patient);
      assert.equal(lab.taken(tag), 0);
    });
  });

  describe("within the limits set at the account", () => {
    beforeEach(() => {
      lab.line.letGo();
    });

    /** A command that the service has, and whose answer waits for the line to let go. */
    async function inFlight(msg: Message = {}): Promise<string> {
      const taken = new Promise<void>((resolve) =>
        lab.device.once("sent", () => {
          lab.line.hold();
          resolve();
        }),
      );
      const tag = await lab.send(msg);
      await taken;
      return tag;
    }

    it("has as many requests out at once as concurrency says, and no more", async () => {
      for (const concurrency of [1, 3]) {
        await lab.deploy(lab.commanding({ account: { concurrency } }));
        lab.device.clear();
        lab.device.fail("delay", { delay: 60, times: 9 });
        const seen = lab.red.probes.length;
        const message = { payload: `${WORD} ${String(concurrency)}`, sim: SIM };
        await lab.red.sendMany("source", Array<Message>(9).fill(message));
        await lab.red.until(() => lab.at("done", seen).length === 9, "nine commands");
        assert.equal(lab.device.maxConcurrent, concurrency);
      }
    });

    it("QUEUE_FULL refuses what is too much, at once, and the rest goes", async () => {
      await lab.deploy(lab.commanding({ account: { queueLimit: "2", concurrency: 1, url: lab.line.url } }));
      const tags = [await inFlight()];
      for (let index = 1; index < 5; index += 1) tags.push(await lab.send());
      for (const tag of tags.slice(3)) {
        assert.equal(verdictOf(await lab.arrival("caught", tag)), "not-sent QUEUE_FULL");
      }
      lab.line.letGo();
      for (const tag of tags.slice(0, 3)) await lab.arrival("out", tag);
    });

    it("maxPerHour lets the rest wait, says so in the badge, and names it where the command expires", async () => {
      await lab.deploy(lab.commanding({ account: { maxPerHour: 2, timeout: 28 } }));
      for (const tag of [await lab.send(), await lab.send()]) await lab.arrival("out", tag);
      const from = lab.red.statuses.length;
      const tag = await lab.send({ commandOptions: { expireAfter: 0.005 } });
      await lab.untilShown("command", /^yellow ring 1 queued$/, from);
      const caught = await lab.arrival("caught", tag);
      assert.equal(verdictOf(caught), "not-sent EXPIRED");
      assert.equal(((caught.error as Message).cause as Message).code, "RATE_LIMITED");
      await lab.deploy(lab.commanding({ account: { maxPerHour: 0 } }));
      await lab.sendsStill();
    });

    it("priority: high goes ahead of all that waits", async () => {
      await lab.deploy(lab.commanding({ account: { concurrency: 1, url: lab.line.url } }));
      lab.device.clear();
      await inFlight({ payload: `${WORD} first` });
      await lab.send({ payload: `${WORD} second` });
      await lab.send({ payload: `${WORD} urgent`, commandOptions: { priority: "high" } });
      const last = await lab.send({ payload: `${WORD} last` });
      // What is written down before the first one's outcome waits for its turn when that comes.
      await lab.inTime(() => lab.journal("account").includes(last), "all of them on disk");
      lab.line.letGo();
      await lab.arrival("done", last);
      assert.deepEqual(
        lab.device.sent.map(({ payload }) => payload.slice(WORD.length + 1)),
        ["first", "urgent", "second", "last"],
      );
    });
  });

  describe("that refuses the login", () => {
    const wrong: Changes = { credentials: { ...NO_CREDENTIALS, accountSid: ACCOUNT_SID, authToken: "wrong-token" } };

    it("fails 30 commands with AUTH_FAILED after few requests, the later ones without any, until it is right", async () => {
      await lab.deploy(lab.commanding({ account: { ...wrong, concurrency: 2 } }));
      lab.device.clear();
      const tags = [await lab.send()];
      await lab.arrival("caught", tags[0]);
      await lab.untilBadge("command", /^red ring login refused$/);
      const { length } = lab.device.requests;
      assert.equal(length, 1);
      for (let index = 1; index < 30; index += 1) tags.push(await lab.send());
      for (const tag of tags.slice(1))
        assert.equal(verdictOf(await lab.arrival("caught", tag)), "not-sent AUTH_FAILED");
      assert.equal(lab.device.requests.length, length);
      assert.deepEqual(lab.device.sent, []);
      await lab.deploy(lab.commanding(), "nodes");
      await lab.sendsStill();
      assert.deepEqual(
        lab.device.requests.map(({ path }) => path),
        [SMS_COMMANDS, SMS_COMMANDS],
      );
      await lab.untilBadge("command", /^green dot/);
    });

    it("never tells the token that it refused", () => {
      for (const entry of [...lab.red.logs, ...lab.red.probes, ...lab.red.statuses]) {
        assert.doesNotMatch(JSON.stringify(entry), /wrong-token/);
      }
    });
  });
});
