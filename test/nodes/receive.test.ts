import assert from "node:assert/strict";
import { Lab, WORD, type Changes, type Message } from "./lab.js";

const SENDER = "+447700900200";
const OTHER = "+447700900201";

describe("sms receive", () => {
  let lab: Lab;
  let seen = 0;

  before(async () => {
    lab = await Lab.start();
  });

  after(async () => {
    await lab.stop();
  });

  beforeEach(async () => {
    await lab.deploy([]);
    lab.device.heal();
    await lab.device.start();
    lab.device.clear();
    seen = lab.red.probes.length;
  });

  /** Lets the node poll by an input, and resolves when that poll has ended well. */
  async function poll(source = "poll"): Promise<void> {
    const tag = lab.tag();
    await lab.red.send(source, { tag });
    await lab.arrival("done", tag);
  }

  function received(node = "out"): readonly Message[] {
    return lab.at(node, seen).map(({ msg }) => msg);
  }

  function texts(node?: string): readonly unknown[] {
    return received(node).map(({ payload }) => payload);
  }

  async function deploy(receive: Changes = {}, gateway: Changes = {}): Promise<void> {
    await lab.deploy(lab.receiving({ receive, gateway }));
  }

  it("hands on what arrives, as one message with a record", async () => {
    await deploy();
    await poll();
    const timestamp = 1580867113;
    const [part] = lab.device.receive({ from: SENDER, text: `${WORD} OFF`, connId: 6, timestamp });
    await poll();
    const [msg, ...more] = received();
    assert.deepEqual(more, []);
    assert.ok(msg);
    const { _msgid, received: record, ...rest } = msg;
    assert.equal(typeof _msgid, "string");
    assert.deepEqual(rest, { payload: `${WORD} OFF`, topic: SENDER });
    const { id, raw, ...known } = record as Message;
    assert.match(String(id), /^[\w-]{22}$/);
    assert.equal(typeof raw, "object");
    assert.deepEqual(known, {
      from: SENDER,
      text: `${WORD} OFF`,
      receivedAt: "2020-02-05T01:45:13.000Z",
      complete: null,
      parts: [{ id: part?.id, timestamp, text: `${WORD} OFF` }],
      gateway: { id: "gw", name: "Cabinet", kind: "peplink" },
      connId: 6,
      simId: 1,
      iccid: "8999901000000000161",
      imsi: "001010000000161",
      mtn: "+447700900161",
    });
    await lab.untilBadge("receive", /^green dot received \d\d:\d\d$/);
  });

  it("hands on each SMS once, oldest first, from every cellular connection", async () => {
    await deploy();
    await poll();
    for (const [index, connId] of [2, 2, 6, 2].entries()) {
      lab.device.receive({ from: SENDER, text: `${WORD} ${String(index)}`, connId, timestamp: 1700000000 + index });
    }
    await poll();
    await poll();
    assert.deepEqual(
      received()
        .filter(({ received: record }) => (record as Message).connId === 2)
        .map(({ payload }) => payload),
      [`${WORD} 0`, `${WORD} 1`, `${WORD} 3`],
    );
    assert.equal(texts().length, 4);
  });

  it("says nothing of what was stored at the first poll where it begins with what is new", async () => {
    lab.device.receive({ from: SENDER, text: `${WORD} old` });
    await deploy({ start: "new" });
    await poll();
    await lab.untilBadge("receive", /^grey ring ready$/);
    lab.device.receive({ from: SENDER, text: `${WORD} fresh` });
    await poll();
    assert.deepEqual(texts(), [`${WORD} fresh`]);
  });

  it("hands on what was stored before where it begins with all", async () => {
    lab.device.receive({ from: SENDER, text: `${WORD} old` });
    await deploy({ start: "all" });
    await poll();
    assert.deepEqual(texts(), [`${WORD} old`]);
  });

  it("lets through the senders that it names, blanks or not", async () => {
    await deploy({ from: " +44 7700 900200 , INFO" });
    await poll();
    for (const from of [OTHER, SENDER, "INFO", "info"]) lab.device.receive({ from, text: `${WORD} ${from}` });
    await poll();
    assert.deepEqual(
      received()
        .map(({ topic }) => topic)
        .toSorted(),
      [SENDER, "INFO"].toSorted(),
    );
  });

  it("says in its badge, and once in the log, that SMS nobody takes stay in the store", async () => {
    const logged = lab.red.logs.length;
    await deploy({ from: SENDER });
    lab.device.receive({ from: OTHER, text: `${WORD} offer` });
    for (let round = 0; round < 3; round += 1) await poll();
    assert.match(lab.badge("receive"), /^yellow ring 1 SMS/);
    const lines = lab.red.logs.slice(logged).filter(({ msg }) => msg.includes("fill the store"));
    assert.equal(lines.length, 1);
    lab.device.clear();
    await poll();
    assert.doesNotMatch(lab.badge("receive"), /yellow/);
  });

  it("joins the parts of a long SMS, or hands them on one by one", async () => {
    const text = `${WORD} `.repeat(50).trim();
    for (const join of [true, "false"]) {
      await lab.deploy([]);
      lab.device.clear();
      seen = lab.red.probes.length;
      await deploy({ join });
      await poll();
      const parts = lab.device.receive({ from: SENDER, text, timestamp: 1700000000 });
      await poll();
      await poll();
      assert.equal(texts().join(""), text);
      assert.equal(texts().length, join === true ? 1 : parts.length);
      const counts = received().map(({ received: record }) => ((record as Message).parts as unknown[]).length);
      assert.deepEqual(counts, join === true ? [parts.length] : parts.map(() => 1));
    }
  });

  it("reads the one connection that it names", async () => {
    await deploy({ connId: "6" });
    await poll();
    lab.device.receive({ from: SENDER, text: `${WORD} two`, connId: 2 });
    lab.device.receive({ from: SENDER, text: `${WORD} six`, connId: 6 });
    await poll();
    assert.deepEqual(texts(), [`${WORD} six`]);
  });

  it("hands an SMS on with no text", async () => {
    await deploy();
    await poll();
    lab.device.receive({ from: SENDER, text: "" });
    await poll();
    assert.deepEqual(texts(), [""]);
  });

  it("gives several nodes on one gateway their own", async () => {
    const second = {
      id: "second",
      type: "cellular-sms-receive",
      z: "tab",
      gateway: "gw",
      interval: "0",
      from: OTHER,
      wires: [["failed"]],
    };
    await lab.deploy([...lab.receiving(), second]);
    await poll();
    lab.device.receive({ from: SENDER, text: `${WORD} one` });
    lab.device.receive({ from: OTHER, text: `${WORD} other` });
    await poll();
    assert.deepEqual(texts("out").toSorted(), [`${WORD} one`, `${WORD} other`]);
    assert.deepEqual(texts("failed"), [`${WORD} other`]);
  });

  it("polls by itself at its interval", async () => {
    await deploy({ interval: "${EVERY}", env: [] }, {});
    await lab.deploy([
      { id: "global", type: "global-config", env: [{ name: "EVERY", value: "0.05", type: "num" }] },
      ...lab.receiving({ receive: { interval: "${EVERY}" } }),
    ]);
    const from = lab.device.requests.length;
    await new Promise<void>((resolve) => {
      const count = (): void => {
        if (lab.device.requests.length < from + 12) return;
        lab.device.off("request", count);
        resolve();
      };
      lab.device.on("request", count);
    });
    lab.device.receive({ from: SENDER, text: `${WORD} by itself` });
    await lab.red.nextProbe(({ msg }) => msg.payload === `${WORD} by itself`);
    assert.deepEqual(lab.at("done", seen), []);
  });

  describe("where the poll fails", () => {
    it("tells the Catch node of the message that asked for it, and the badge", async () => {
      await deploy();
      await lab.device.stop();
      const tag = lab.tag();
      await lab.red.send("poll", { tag, payload: "kept" });
      const caught = await lab.arrival("caught", tag);
      assert.equal((caught.error as Message).code, "UNREACHABLE");
      assert.equal(caught.payload, "kept");
      await lab.untilBadge("receive", /^red ring unreachable$/);
      await lab.device.start();
      await poll();
      await lab.untilBadge("receive", /^grey ring ready$/);
      assert.deepEqual(lab.arrived(tag), ["caught"]);
    });

    it("writes one line to the log, not one for each poll, and tells no Catch node", async () => {
      await deploy({ interval: 0.02 });
      const lines = lab.red.logs.length;
      lab.device.fail("html", { on: "any" });
      const from = lab.device.requests.length;
      await lab.untilBadge("receive", /^red ring failed$/);
      await new Promise<void>((resolve) => {
        const count = (): void => {
          if (lab.device.requests.length >= from + 10) resolve();
        };
        lab.device.on("request", count);
      });
      lab.device.removeAllListeners("request");
      lab.device.heal();
      await lab.untilBadge("receive", /^grey ring ready$/);
      const warned = lab.red.logs.slice(lines).filter(({ id }) => id === "receive");
      assert.equal(warned.length, 1, JSON.stringify(warned));
      assert.equal(warned[0]?.level, "warn");
      assert.deepEqual(lab.at("caught", seen), []);
    });

    for (const [what, receive, gateway, code, badge] of [
      ["no gateway", { gateway: "" }, {}, "CONFIG_MISSING", /^red ring no gateway$/],
      ["a gateway without an address", {}, { url: "" }, "CONFIG_MISSING", /^red ring configuration$/],
      ["an interval in words", { interval: "often" }, {}, "CONFIG_MISSING", /^red ring configuration$/],
      ["a negative interval", { interval: -1 }, {}, "CONFIG_MISSING", /^red ring configuration$/],
      ["an unset variable", { from: "${NOWHERE_SET}" }, {}, "CONFIG_MISSING", /^red ring configuration$/],
      ["a beginning that is none", { start: "yesterday" }, {}, "CONFIG_MISSING", /^red ring configuration$/],
      ["a connection that is none", { connId: 99 }, {}, "REFUSED", /^red ring failed$/],
    ] as const) {
      it(`says so: ${what} is ${code}`, async () => {
        await deploy(receive, gateway);
        const tag = lab.tag();
        await lab.red.send("poll", { tag });
        const caught = await lab.arrival("caught", tag);
        assert.equal((caught.error as Message).code, code);
        await lab.untilBadge("receive", badge);
      });
    }

    it("stays away after a refused login", async () => {
      const attempts: unknown[] = [];
      const note = (attempt: unknown): void => void attempts.push(attempt);
      lab.device.on("login", note);
      await deploy({ interval: 0.02 }, { credentials: { username: "admin", password: "wrong" } });
      await lab.untilBadge("receive", /^red ring login refused$/);
      for (let index = 0; index < 10; index += 1) {
        const tag = lab.tag();
        await lab.red.send("poll", { tag });
        assert.equal(((await lab.arrival("caught", tag)).error as Message).code, "AUTH_FAILED");
      }
      lab.device.off("login", note);
      assert.equal(attempts.length, 1);
    });
  });

  describe("and a deploy", () => {
    for (const type of ["full", "flows", "nodes"] as const) {
      it(`of type ${type} in the middle of a poll loses and doubles nothing, and the input is done`, async () => {
        const gateway = { url: lab.line.url };
        lab.line.letGo();
        await deploy({}, gateway);
        await poll();
        lab.device.receive({ from: SENDER, text: `${WORD} during` });
        const tag = lab.tag();
        const asked = lab.heldAt("/cmd.sms.get");
        await lab.red.send("poll", { tag });
        await asked;
        await lab.deploy(
          lab.receiving({ gateway }).map((item) => (item.id === "gw" ? item : { ...item, info: type })),
          type,
        );
        lab.line.letGo();
        await lab.arrival("done", tag);
        await poll();
        assert.deepEqual(texts(), [`${WORD} during`]);
        assert.deepEqual(lab.arrived(tag), ["done"]);
      });
    }

    it("makes it forget nothing", async () => {
      await deploy();
      await poll();
      lab.device.receive({ from: SENDER, text: `${WORD} before` });
      await poll();
      await deploy({ name: "renamed" });
      lab.device.receive({ from: SENDER, text: `${WORD} after` });
      await poll();
      assert.deepEqual(texts(), [`${WORD} before`, `${WORD} after`]);
    });

    it("loses and doubles nothing of a stream of SMS, with deploys of every type", async () => {
      const flow = (info: string): ReturnType<Lab["receiving"]> =>
        lab
          .receiving({ receive: { interval: 0.01 } })
          .map((item) => (item.id === "gw" || item.id === "tab" ? item : { ...item, info }));
      await lab.deploy(flow("first"));
      await lab.untilBadge("receive", /ready/);
      await poll();
      const count = 18;
      for (let index = 0; index < count; index += 1) {
        lab.device.receive({ from: SENDER, text: `${WORD} ${String(index)}`, timestamp: 1700000000 + index });
        await lab.deploy(flow(String(index)), (["full", "flows", "nodes"] as const)[index % 3]);
      }
      await lab.red.until(() => texts().length >= count, "all of them");
      await poll();
      assert.deepEqual(
        texts(),
        Array.from({ length: count }, (_, index) => `${WORD} ${String(index)}`),
      );
    });
  });
});
