import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { AUTH_TOKEN, EventsLab, WEBHOOK_SECRET, WORD } from "./events-lab.js";
import type { SuperSimSimulator } from "../../src/simulators/index.js";
import type { FlowItem } from "../support/node-red-process.js";
import type { Message } from "./lab.js";

const MIB = 1024 * 1024;

describe("super sim events by callback", () => {
  let lab: EventsLab;

  before(async () => {
    lab = await EventsLab.start();
  });

  after(async () => {
    await lab.stop();
  });

  beforeEach(async () => {
    await lab.red.deploy([]);
    lab.service.heal();
    lab.service.clear();
    lab.seen = lab.red.probes.length;
  });

  /** Something that is good shows that nothing that came before is still on its way. */
  async function nothingElseThan(texts: readonly string[]): Promise<void> {
    const fields = lab.fields("the last one");
    assert.equal(await lab.status("/supersim", lab.signed(fields)), 200);
    await lab.untilGot(texts.length + 1);
    assert.deepEqual(
      lab.texts(),
      [...texts, "the last one"].map((text) => `${WORD} ${text}`),
    );
  }

  /** Lets the flow send a command; the one that the service has then, whatever else is still on its way there. */
  async function commanded(payload: string): Promise<SuperSimSimulator["sent"][number] | undefined> {
    const find = (): SuperSimSimulator["sent"][number] | undefined =>
      lab.service.sent.find((command) => command.payload === payload);
    const taken = new Promise<void>((resolve) => {
      const look = (): void => {
        if (find() === undefined) return;
        lab.service.off("sent", look);
        resolve();
      };
      lab.service.on("sent", look);
    });
    await lab.red.send("source", { sim: "tracker-2", payload });
    await taken;
    return find();
  }

  it("hands on what a SIM sent, as one message with a record", async () => {
    await lab.deploy();
    await lab.untilBadge(/^grey ring listening$/);
    const command = lab.service.report("tracker-1", `${WORD} 21 degrees`);
    await lab.untilGot(1);
    const [msg] = lab.got();
    assert.ok(msg);
    const { _msgid, command: record, ...rest } = msg;
    assert.equal(typeof _msgid, "string");
    assert.deepEqual(rest, { payload: `${WORD} 21 degrees`, topic: command.simSid });
    const { raw, ...known } = record as Message;
    assert.deepEqual(known, {
      sid: command.sid,
      accountSid: "AC00112233445566778899aabbccddeeff",
      simSid: command.simSid,
      payload: `${WORD} 21 degrees`,
      status: "received",
      direction: "from_sim",
      dateCreated: null,
      dateUpdated: null,
      url: null,
      outcome: "accepted",
    });
    assert.equal((raw as Message).SimUniqueName, "tracker-1");
    await lab.untilBadge(/^green dot received \d\d:\d\d$/);
  });

  it("hands on each state of a command to a SIM", async () => {
    await lab.deploy();
    const { sid } = await lab.client.createSmsCommand({
      sim: "tracker-1",
      payload: `${WORD} wake`,
      callbackUrl: `${lab.red.url}/supersim`,
    });
    for (const status of ["sent", "delivered"] as const) {
      lab.service.advance(sid, status);
      await lab.untilGot(status === "sent" ? 1 : 2);
    }
    assert.deepEqual(
      lab.got().map(({ command }) => (command as Message).status),
      ["sent", "delivered"],
    );
  });

  it("offers itself to commands that name no address for callbacks", async () => {
    await lab.red.deploy([
      ...lab.flow({}, { publicUrl: lab.red.url }),
      { id: "source", type: "test-source", z: "tab", wires: [["command"]] },
      { id: "command", type: "supersim-command", z: "tab", account: "account", wires: [[], []] },
    ]);
    const sent = new Promise((resolve) => lab.service.once("sent", resolve));
    await lab.red.send("source", { sim: "tracker-2", payload: `${WORD} wake` });
    await sent;
    const [command] = lab.service.sent;
    assert.equal(command?.callbackUrl, `${lab.red.url}/supersim`);
    lab.service.advance(command.sid, "delivered");
    await lab.untilGot(1);
  });

  it("stays offered to commands while a deploy starts it anew, and not once it polls", async () => {
    const flow = (changes: Message): readonly FlowItem[] => [
      ...lab.flow(changes, { publicUrl: lab.red.url }),
      { id: "source", type: "test-source", z: "tab", wires: [["command"]] },
      { id: "command", type: "supersim-command", z: "tab", account: "account", wires: [[], []] },
    ];
    await lab.red.deploy(flow({}));
    const texts = Array.from({ length: 30 }, (_, number) => `${WORD} ${String(number)}`);
    const deploys = (async () => {
      for (const name of ["a", "b", "c"]) await lab.red.deploy(flow({ name }), "nodes");
    })();
    // Node-RED drops some of what a node sends in the middle of a deploy.
    for (const payload of texts) await lab.red.send("source", { sim: "tracker-2", payload });
    await deploys;
    assert.equal((await commanded(`${WORD} next`))?.callbackUrl, `${lab.red.url}/supersim`);
    assert.deepEqual([...new Set(lab.service.sent.map(({ callbackUrl }) => callbackUrl))], [`${lab.red.url}/supersim`]);
    await lab.red.deploy(flow({ source: "poll", interval: 3600 }), "nodes");
    assert.equal((await commanded(`${WORD} last`))?.callbackUrl, null);
  });

  it("takes a callback once, however often it comes", async () => {
    await lab.deploy();
    const fields = lab.fields("one");
    const answers = await Promise.all(Array.from({ length: 20 }, () => lab.status("/supersim", lab.signed(fields))));
    assert.deepEqual([...new Set(answers)], [200]);
    await lab.deploy();
    assert.equal(await lab.status("/supersim", lab.signed(fields)), 200);
    await nothingElseThan(["one"]);
  });

  for (const signature of ["twilio", "kore"] as const) {
    for (const callbackBody of ["form", "json"] as const) {
      for (const smsCommandsMethod of ["POST", "GET"] as const) {
        // What KORE says by GET is not signed: the account is asked, and has never heard of it.
        if (signature === "kore" && smsCommandsMethod === "GET") continue;
        it(`takes callbacks of ${signature} by ${smsCommandsMethod} as ${callbackBody}`, async () => {
          await lab.deploy();
          const { SuperSimSimulator } = await import("../../src/simulators/index.js");
          const smsCommandsUrl = `${lab.red.url}/supersim`;
          const service = new SuperSimSimulator({ signature, callbackBody, smsCommandsMethod, smsCommandsUrl });
          await service.start();
          const called = new Promise<{ readonly status: number | null }>((resolve) =>
            service.once("callback", resolve),
          );
          service.report("tracker-1", `${WORD} €`);
          assert.equal((await called).status, 200);
          await service.stop();
          await nothingElseThan(["€"]);
        });
      }
    }
  }

  it("refuses what is not signed well, whatever else it is, and counts it", async () => {
    await lab.deploy();
    const fields = lab.fields("forged");
    const good = lab.signed(fields);
    const forged = [
      { ...good, headers: { "content-type": "application/x-www-form-urlencoded" } },
      { ...good, headers: { ...good.headers, "x-twilio-signature": "" } },
      lab.signed(fields, `${lab.red.url}/supersim`, "guessed"),
      lab.signed(fields, `${lab.red.url}/other`),
      { ...good, body: `${String(good.body)}x` },
      { ...good, body: "" },
      { ...good, headers: { "content-type": "application/json" }, body: "{" },
      { ...good, body: Array.from({ length: 10_000 }, (_, number) => `f${String(number)}=1`).join("&") },
      { method: "GET" },
    ];
    for (const one of forged) assert.equal(await lab.status("/supersim", one), 403);
    await lab.untilBadge(/^yellow ring 9 refused$/);
    await nothingElseThan([]);
    await lab.untilBadge(/^green dot received \d\d:\d\d, 9 refused$/);
  });

  it("refuses what is signed and makes no sense", async () => {
    await lab.deploy();
    const odd: readonly (readonly [Readonly<Record<string, string>>, number])[] = [
      [{ Status: "received" }, 400],
      [lab.fields("odd", { CommandSid: "HC1" }), 400],
      [JSON.parse(`{"__proto__":"x","CommandSid":"${lab.sid()}"}`) as Record<string, string>, 400],
      [Object.fromEntries(Array.from({ length: 10_000 }, (_, number) => [`f${String(number)}`, "1"])), 413],
    ];
    for (const [fields, status] of odd) assert.equal(await lab.status("/supersim", lab.signed(fields)), status);
    const text = { ...lab.signed(lab.fields("text")), headers: { "content-type": "text/plain" } };
    assert.equal(await lab.status("/supersim", text), 415);
    const put = await lab.call("/supersim", { method: "PUT" });
    assert.deepEqual([put.status, put.headers.allow], [405, "GET, POST"]);
    await nothingElseThan([]);
  });

  it("turns away bodies that are too large, without keeping them", async () => {
    await lab.deploy();
    const before = (await lab.red.resources()).memory.rss;
    const headers = { "content-type": "application/x-www-form-urlencoded" };
    assert.equal(await lab.status("/supersim", { headers, body: Buffer.alloc(256 * 1024 + 1, "x") }), 413);
    assert.equal(await lab.status("/supersim", { headers, body: Buffer.alloc(256 * 1024, "x") }), 403);
    for (const more of [{}, { "transfer-encoding": "chunked" }]) {
      const outgoing = { headers: { ...headers, ...more }, body: Buffer.alloc(50 * MIB, "x") };
      const status = await lab.status("/supersim", outgoing);
      assert.equal(status, 413);
    }
    const after = (await lab.red.resources()).memory.rss;
    assert.ok(after - before < 40 * MIB, `${String((after - before) / MIB)} MiB more`);
    await nothingElseThan([]);
  });

  it("answers at its path alone, with a slash behind it or not, and is gone with the node", async () => {
    await lab.deploy({ path: "/hooks/super sim%21/" });
    await lab.untilBadge(/configuration/);
    await lab.deploy({ path: "/hooks/super%20sim/" });
    const call = async (path: string): Promise<number> => {
      return lab.status(path, lab.signed(lab.fields(path), lab.red.url + path));
    };
    assert.equal(await call("/hooks/super%20sim"), 200);
    assert.equal(await call("/hooks/super%20sim/"), 200);
    assert.equal(await call("/hooks/%73uper%20sim?x=1&y=2"), 200);
    for (const path of ["/hooks", "/hooks/super%2520sim", "/hooks/super%20sim/x", "/hooks//super%20sim", "/%zz"]) {
      assert.ok([404, 400].includes(await call(path)), path);
    }
    await lab.untilGot(3);
    await lab.deploy({ path: "elsewhere", d: true });
    await lab.red.deploy([]);
    assert.equal(await call("/hooks/super%20sim"), 404);
  });

  it("hands on the direction that is wanted alone", async () => {
    await lab.deploy({ direction: "to_sim" });
    assert.equal(await lab.status("/supersim", lab.signed(lab.fields("from"))), 200);
    assert.equal(await lab.status("/supersim", lab.signed(lab.fields("to", { Status: "sent" }))), 200);
    assert.equal(await lab.status("/supersim", lab.signed(lab.fields("no", { Direction: "from_sim" }))), 200);
    await lab.untilGot(1);
    assert.deepEqual(lab.texts(), [`${WORD} to`]);
  });

  it("lets one node have a path", async () => {
    await lab.red.deploy([...lab.flow(), lab.events("second")]);
    await lab.untilBadge(/^red ring path is taken$/, "second");
    await nothingElseThan([]);
  });

  it("answers before an http in node at its path, and says in the log that there is one", async () => {
    const page = { id: "page", type: "http in", z: "tab", url: "/supersim/", method: "post", wires: [["reply"]] };
    const reply = { id: "reply", type: "http response", z: "tab", statusCode: "418", wires: [] };
    const shared = (): number => lab.red.logs.filter(({ msg }) => msg.includes("An http in node has the path")).length;
    await lab.red.deploy([page, reply, ...lab.flow()]);
    assert.equal(shared(), 1);
    await nothingElseThan([]);
    await lab.red.deploy([...lab.flow(), { ...page, d: true }, { ...page, id: "other", url: "/other" }, reply]);
    assert.equal(shared(), 1);
    assert.equal(await lab.status("/other", lab.signed(lab.fields("other"))), 418);
  });

  it("says so where no secret is there, and believes nobody", async () => {
    const login = {
      accountSid: "AC00112233445566778899aabbccddeeff",
      apiKeySid: "SKffeeddccbbaa99887766554433221100",
      apiKeySecret: "simulated-secret",
    };
    await lab.deploy({}, { auth: "apikey", credentials: login });
    await lab.untilBadge(/^red ring no secret for signatures$/);
    for (const secret of ["", AUTH_TOKEN]) {
      assert.equal(await lab.status("/supersim", lab.signed(lab.fields("x"), undefined, secret)), 403);
    }
  });

  it("shows what keeps it from working, and answers nobody", async () => {
    await lab.deploy({ account: "" });
    await lab.untilBadge(/^red ring no account$/);
    assert.equal(await lab.status("/supersim", lab.signed(lab.fields("x"))), 404);
    await lab.deploy({ path: "" });
    await lab.untilBadge(/^red ring configuration$/);
    assert.equal(await lab.status("/supersim", lab.signed(lab.fields("x"))), 404);
  });

  it("asks callers to come again while the account's settings cannot be used, or it is disabled, and takes nothing", async () => {
    await lab.deploy({}, { provider: "vodafone" });
    await lab.untilBadge(/^red ring configuration$/);
    const { status, headers } = await lab.call("/supersim", lab.signed(lab.fields("x")));
    assert.deepEqual([status, headers["retry-after"]], [503, "10"]);
    assert.match(lab.badge(), /^red ring configuration$/);
    await lab.deploy({}, { d: true });
    await lab.untilBadge(/^red ring no account$/);
    assert.equal(await lab.status("/supersim", lab.signed(lab.fields("x"))), 503);
    await lab.deploy();
    await nothingElseThan([]);
  });

  it("tells in the log that KORE calls no http address", async () => {
    const logged = lab.red.logs.length;
    const credentials = {
      clientId: "simulated-client",
      clientSecret: "simulated-secret",
      webhookSecret: WEBHOOK_SECRET,
    };
    await lab.deploy({}, { provider: "kore", publicUrl: "http://example.org", credentials });
    const lines = lab.red.logs.slice(logged).filter(({ level }) => level === "warn");
    assert.deepEqual(
      lines.map(({ msg }) => msg.includes("Account Fleet: publicUrl is no https")),
      [true],
    );
  });

  it("loses nothing and repeats nothing over deploys in the middle of callbacks", async () => {
    await lab.deploy();
    const count = 120;
    const texts = Array.from({ length: count }, (_, number) => `callback ${String(number)}`);
    const deploys = (async () => {
      for (const name of ["a", "b", "c", "d", "e", "f"]) await lab.deploy({ name });
    })();
    const answers: number[] = [];
    for (const text of texts) answers.push(await lab.status("/supersim", lab.signed(lab.fields(text))));
    await deploys;
    assert.deepEqual([...new Set(answers)], [200]);
    await nothingElseThan(texts);
  });

  it("believes what the account says where it is to ask, and nothing else", async () => {
    await lab.deploy({ verify: "fetch" });
    const unsigned = (fields: Readonly<Record<string, string>>): Promise<number> =>
      lab.status("/supersim", {
        headers: { "content-type": "application/x-www-form-urlencoded" },
        body: new URLSearchParams(fields).toString(),
      });
    const { sid } = await lab.client.createSmsCommand({ sim: "tracker-1", payload: `${WORD} true` });
    lab.service.advance(sid, "delivered");
    lab.service.fail("status", { times: 2 });
    assert.equal(await unsigned({ CommandSid: sid, Payload: `${WORD} forged`, Status: "failed" }), 200);
    assert.equal(await unsigned(lab.fields("forged")), 200);
    assert.equal(await unsigned({ Status: "received" }), 400);
    // As behind a proxy that nobody told of.
    const misjudged = lab.signed({ CommandSid: sid, Status: "sent" }, "https://elsewhere.example.org/supersim");
    assert.equal(await lab.status("/supersim", misjudged), 200);
    await lab.untilGot(1);
    const [msg] = lab.got();
    assert.equal(msg?.payload, `${WORD} true`);
    assert.equal((msg.command as Message).status, "delivered");
    await lab.untilBadge(/received \d\d:\d\d, 2 refused/);
    assert.equal(lab.got().length, 1);
  });

  it("shows that the account cannot be asked, until it can", async () => {
    await lab.deploy({ verify: "fetch" });
    const hint = async (sid: string): Promise<void> => {
      const body = new URLSearchParams({ CommandSid: sid }).toString();
      const headers = { "content-type": "application/x-www-form-urlencoded" };
      assert.equal(await lab.status("/supersim", { headers, body }), 200);
    };
    const { sid } = await lab.client.createSmsCommand({ sim: "tracker-1", payload: `${WORD} late` });
    const logged = lab.red.logs.length;
    lab.service.fail("status", { on: "any", status: 401 });
    await hint(sid);
    await lab.untilBadge(/^red ring login refused$/);
    // One more is written down as well: that is no word of the account.
    await hint(lab.sid());
    assert.match(lab.badge(), /login refused/);
    assert.equal(lab.red.logs.slice(logged).filter(({ level }) => level === "warn").length, 1);
    lab.service.heal();
    await lab.deploy({ verify: "fetch" }, { timeout: 29 });
    await lab.untilGot(1);
    assert.equal(lab.texts()[0], `${WORD} late`);
    await lab.untilBadge(/^green dot received/);
  });

  it("asks the account for what KORE says by GET, since nobody signs a query", async () => {
    await lab.deploy();
    const { sid } = await lab.client.createSmsCommand({ sim: "tracker-1", payload: `${WORD} true` });
    lab.service.advance(sid, "sent");
    const signature = createHash("sha256").update(`${WEBHOOK_SECRET}GET${lab.red.url}/supersim`).digest("hex");
    const headers = { "kore-signature": signature };
    assert.equal(await lab.status(`/supersim?CommandSid=${sid}&Status=failed`, { method: "GET", headers }), 200);
    await lab.untilGot(1);
    assert.equal((lab.got()[0]?.command as Message).status, "sent");
  });
});
