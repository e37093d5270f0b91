import assert from "node:assert/strict";
import { EventsLab, WORD } from "./events-lab.js";
import type { Message } from "./lab.js";

const POLL = { source: "poll", path: "", interval: "0.05" };

describe("super sim events by poll", () => {
  let lab: EventsLab;

  before(async () => {
    lab = await EventsLab.start({}, {}, false);
  });

  after(async () => {
    await lab.stop();
  });

  beforeEach(async () => {
    await lab.red.deploy([]);
    lab.service.heal();
    await lab.service.start();
    lab.service.clear();
    lab.seen = lab.red.probes.length;
  });

  /** Resolves when so many more lists were asked for: the ones before have been read. */
  async function polls(count = 2): Promise<void> {
    await new Promise<void>((resolve) => {
      let left = count;
      const note = (): void => {
        left -= 1;
        if (left > 0) return;
        lab.service.off("request", note);
        resolve();
      };
      lab.service.on("request", note);
    });
  }

  it("hands on what is new since its first list, oldest first", async () => {
    lab.service.report("tracker-1", `${WORD} old`);
    await lab.deploy(POLL);
    await lab.untilBadge(/^grey ring ready$/);
    await polls();
    for (const text of ["one", "two"]) lab.service.report("tracker-1", `${WORD} ${text}`);
    await lab.untilGot(2);
    await polls();
    assert.deepEqual(lab.texts(), [`${WORD} one`, `${WORD} two`]);
    const [msg] = lab.got();
    const { sid, simSid } = lab.service.commands[1] ?? {};
    const { dateCreated, dateUpdated, url, ...record } = msg?.command as Message;
    assert.deepEqual(record, {
      sid,
      accountSid: "AC00112233445566778899aabbccddeeff",
      simSid,
      payload: `${WORD} one`,
      status: "received",
      direction: "from_sim",
      outcome: "accepted",
    });
    for (const one of [dateCreated, dateUpdated]) assert.ok(!Number.isNaN(Date.parse(String(one))));
    assert.equal(url, `${lab.service.url}/v1/SmsCommands/${String(sid)}`);
    await lab.untilBadge(/^green dot received \d\d:\d\d$/);
  });

  it("hands on changes of state, of the direction that is wanted", async () => {
    await lab.deploy({ ...POLL, direction: "to_sim" });
    await polls();
    const { sid } = await lab.client.createSmsCommand({ sim: "tracker-1", payload: `${WORD} wake` });
    await polls();
    lab.service.report("tracker-1", `${WORD} from`);
    for (const [at, status] of (["sent", "delivered"] as const).entries()) {
      lab.service.advance(sid, status);
      await lab.untilGot(at + 1);
    }
    await polls();
    assert.deepEqual(
      lab.got().map(({ command }) => (command as Message).status),
      ["sent", "delivered"],
    );
  });

  it("reads lists of many pages", async () => {
    await lab.deploy(POLL);
    await polls();
    await lab.service.stop();
    for (let number = 0; number < 450; number += 1) lab.service.report("tracker-1", `${WORD} ${String(number)}`);
    await lab.service.start();
    await lab.untilGot(450);
    await polls(8);
    assert.deepEqual(
      lab.texts(),
      Array.from({ length: 450 }, (_, number) => `${WORD} ${String(number)}`),
    );
  });

  it("says in its badge, and once in the log, that the account cannot be reached, and loses nothing meanwhile", async () => {
    await lab.deploy(POLL);
    await polls();
    const logged = lab.red.logs.length;
    await lab.service.stop();
    await lab.untilBadge(/^red ring unreachable$/);
    lab.service.report("tracker-1", `${WORD} meanwhile`);
    await lab.service.start();
    await lab.untilGot(1);
    await lab.untilBadge(/^green dot received/);
    // A list that was on its way as the account went has a line of its own.
    const warnings = lab.red.logs.slice(logged).flatMap(({ level, msg }) => (level === "warn" ? [msg] : []));
    assert.equal(warnings.filter((msg) => msg.includes("refused")).length, 1, warnings.join("\n"));
    assert.ok(warnings.length <= 2, warnings.join("\n"));
  });

  it("wants an interval that is one", async () => {
    await lab.deploy({ ...POLL, interval: 0 });
    await lab.untilBadge(/^red ring configuration$/);
  });

  it("loses nothing and repeats nothing over deploys", async () => {
    await lab.deploy(POLL);
    await polls();
    const texts = Array.from({ length: 60 }, (_, number) => `${WORD} ${String(number)}`);
    for (const [at, text] of texts.entries()) {
      lab.service.report("tracker-1", text);
      if (at % 6 === 0) await lab.deploy({ ...POLL, name: text });
    }
    await lab.untilGot(texts.length);
    await polls();
    assert.deepEqual(lab.texts(), texts);
  });

  for (const what of ["the node", "its account"]) {
    it(`loses nothing and repeats nothing while ${what} is disabled`, async () => {
      const off = { d: true };
      await lab.deploy(POLL);
      await polls();
      lab.service.report("tracker-1", `${WORD} before`);
      await lab.untilGot(1);
      await (what === "the node" ? lab.deploy({ ...POLL, ...off }) : lab.deploy(POLL, off));
      lab.service.report("tracker-1", `${WORD} meanwhile`);
      await lab.deploy(POLL);
      await lab.untilGot(2);
      await polls();
      assert.deepEqual(lab.texts(), [`${WORD} before`, `${WORD} meanwhile`]);
    });
  }
});
