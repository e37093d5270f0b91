import assert from "node:assert/strict";
import { once } from "node:events";
import fc from "fast-check";
import { SuperSimSimulator, type SuperSimSimulatorOptions } from "../../src/simulators/index.js";
import { ask } from "./raw-client.js";
import { BASIC, basic, FORM, jsonOf, SIM, SuperSimClient } from "./super-sim-client.js";

describe("simulated Super SIM", () => {
  let device: SuperSimSimulator;
  let client: SuperSimClient;

  async function start(options: SuperSimSimulatorOptions = {}): Promise<void> {
    device = await new SuperSimSimulator(options).start();
    client = new SuperSimClient(device.url);
  }

  afterEach(() => device.stop());

  it("takes an SMS Command and shows it as the vendor's file says", async () => {
    await start();
    const told = once(device, "sent");
    const answer = await client.create({ Sim: "tracker-1", Payload: "checkin: firmware update" });
    const [command] = device.sent;
    assert.equal(answer.status, 201);
    const shown = jsonOf(answer);
    assert.match(String(shown.date_created), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    assert.deepEqual(shown, {
      sid: command?.sid,
      account_sid: "AC00112233445566778899aabbccddeeff",
      sim_sid: SIM,
      payload: "checkin: firmware update",
      status: "queued",
      direction: "to_sim",
      date_created: shown.date_created,
      date_updated: shown.date_created,
      url: `${device.url}/v1/SmsCommands/${command?.sid}`,
    });
    assert.match(command?.sid ?? "", /^HC[0-9a-f]{32}$/);
    assert.deepEqual(await told, [command]);
    assert.deepEqual(jsonOf(await client.get(`SmsCommands/${command?.sid}`)), shown);
  });

  it("takes a legacy Command", async () => {
    await start();
    const answer = await client.create({ Sim: SIM, Command: "wake" }, "Commands");
    const shown = jsonOf(answer);
    assert.deepEqual([answer.status, shown.command, shown.payload], [201, "wake", undefined]);
    const found = jsonOf(await client.get("Commands"));
    assert.deepEqual(found.commands, [shown]);
  });

  const refusals: readonly (readonly [what: string, fields: Readonly<Record<string, string>>, status: number])[] = [
    ["no SIM", { Payload: "a" }, 400],
    ["no text", { Sim: SIM }, 400],
    ["161 characters", { Sim: SIM, Payload: "x".repeat(161) }, 400],
    ["an unknown SIM", { Sim: "tracker-9", Payload: "a" }, 404],
    ["a callback URL that is none", { Sim: SIM, Payload: "a", CallbackUrl: "flows" }, 400],
    ["a callback URL of ftp", { Sim: SIM, Payload: "a", CallbackUrl: "ftp://flows.example" }, 400],
    ["a callback method that is none", { Sim: SIM, Payload: "a", CallbackMethod: "PUT" }, 400],
  ];
  for (const [what, fields, status] of refusals) {
    it(`refuses ${what}`, async () => {
      await start();
      const answer = await client.create(fields);
      assert.deepEqual([answer.status, jsonOf(answer).status], [status, status]);
      assert.equal(typeof jsonOf(answer).code, "number");
      assert.deepEqual(device.sent, []);
    });
  }

  it("refuses JSON, other methods, unknown paths and filters that are none", async () => {
    await start();
    const asJson = await client.create({ Sim: SIM, Payload: "a" }, "SmsCommands", {
      "content-type": "application/json",
    });
    assert.equal(asJson.status, 400);
    assert.equal((await client.create({}, "Sims")).status, 405);
    assert.equal((await client.get("Fleets")).status, 404);
    assert.equal((await client.get(`SmsCommands/HC${"0".repeat(32)}`)).status, 404);
    for (const query of ["Status=lost", "Direction=up", "PageSize=0", "PageSize=1001", "Page=-1", "PageToken=x"]) {
      assert.equal((await client.get(`SmsCommands?${query}`)).status, 400, query);
    }
  });

  it("takes the account's token and the API key, and nobody else", async () => {
    await start();
    client.authorization = basic("SKffeeddccbbaa99887766554433221100", "simulated-secret");
    assert.equal((await client.get("Sims")).status, 200);
    client.authorization = BASIC.replace("Basic", "bAsIc");
    assert.equal((await client.get("Sims")).status, 200);
    for (const authorization of ["", "Bearer x", basic("SKffeeddccbbaa99887766554433221100", "simulated-token")]) {
      client.authorization = authorization;
      assert.equal((await client.get("Sims")).status, 401);
    }
  });

  it("gives KORE's tokens, and takes them until they end", async () => {
    await start({ provider: "kore", endedToken: 403 });
    const login = { grant_type: "client_credentials", client_id: "simulated-client" };
    const bad = await client.token({ ...login, client_secret: "x" });
    assert.deepEqual([bad.status, jsonOf(bad).error], [401, "unauthorized_client"]);
    const good = jsonOf(await client.token({ ...login, client_secret: "simulated-secret" }));
    assert.equal(good.expires_in, 3600);
    assert.equal((await client.get("Sims")).status, 403);
    client.authorization = `Bearer ${String(good.access_token)}`;
    assert.equal((await client.get("Sims")).status, 200);
    client.authorization = `bearer ${String(good.access_token)}`;
    assert.equal((await client.get("Sims")).status, 200);
    const plain = await client.create({ Sim: SIM, Payload: "a", CallbackUrl: "http://flows.example" });
    assert.equal(plain.status, 400);
    device.endTokens();
    assert.equal((await client.get("Sims")).status, 403);
  });

  it("lists newest first, filtered, page by page, though more come in meanwhile", async () => {
    await start();
    for (let number = 0; number < 5; number += 1) await client.create({ Sim: SIM, Payload: String(number) });
    device.report("tracker-2", "I am here");
    const seen: unknown[] = [];
    let next: unknown = `SmsCommands?PageSize=2&Direction=to_sim`;
    while (typeof next === "string") {
      const page = jsonOf(await client.get(next));
      seen.push(...(page.sms_commands as { readonly payload: string }[]).map(({ payload }) => payload));
      next = (page.meta as Record<string, unknown>).next_page_url;
      await client.create({ Sim: SIM, Payload: "late" });
    }
    assert.deepEqual(seen, ["4", "3", "2", "1", "0"]);
    const reports = jsonOf(await client.get("SmsCommands?Sim=tracker-2&Status=received")).sms_commands;
    assert.deepEqual(
      (reports as Record<string, unknown>[]).map(({ payload, direction }) => [payload, direction]),
      [["I am here", "from_sim"]],
    );
  });

  it("leads back from a page to the one before", async () => {
    await start();
    for (let number = 0; number < 5; number += 1) device.report("tracker-1", String(number));
    const pages: { readonly payloads: unknown; readonly meta: Record<string, unknown> }[] = [];
    const read = async (address: string): Promise<Record<string, unknown>> => {
      const { sms_commands, meta } = jsonOf(await client.get(address));
      const payloads = (sms_commands as Record<string, unknown>[]).map(({ payload }) => payload);
      pages.push({ payloads, meta: meta as Record<string, unknown> });
      return meta as Record<string, unknown>;
    };
    const first = await read("SmsCommands?PageSize=2");
    const second = await read(String(first.next_page_url));
    await read(String(second.next_page_url));
    await read(String(pages[2]?.meta.previous_page_url));
    await read(String(pages[3]?.meta.previous_page_url));
    assert.deepEqual(
      pages.map(({ payloads }) => payloads),
      [["4", "3"], ["2", "1"], ["0"], ["2", "1"], ["4", "3"]],
    );
    assert.deepEqual(
      pages.map(({ meta }) => [meta.page, meta.previous_page_url === null]),
      [
        [0, true],
        [1, false],
        [2, false],
        [1, false],
        [0, true],
      ],
    );
  });

  it("lists its SIMs", async () => {
    await start();
    const { sims } = jsonOf(await client.get("Sims?Iccid=89883070000000000002"));
    assert.deepEqual(
      (sims as Record<string, unknown>[]).map((sim) => [sim.unique_name, sim.status]),
      [["tracker-2", "active"]],
    );
  });

  it("moves commands on by itself at the pace that it is given", async () => {
    await start({ pace: 5 });
    const answer = jsonOf(await client.create({ Sim: SIM, Payload: "a" }));
    const statuses = new Set<unknown>();
    while (!statuses.has("delivered")) {
      statuses.add(jsonOf(await client.get(`SmsCommands/${String(answer.sid)}`)).status);
    }
    assert.equal(device.sent[0]?.status, "delivered");
  });

  it("moves a command on once it is started again, from where it was stopped", async () => {
    await start({ pace: 5 });
    const statusNow = (): string | undefined => device.sent[0]?.status;
    const taken = once(device, "sent");
    const cut = client.create({ Sim: SIM, Payload: "a" }).catch(() => undefined);
    await taken;
    await device.stop();
    await cut;
    assert.equal(statusNow(), "queued");
    const moved = once(device, "command");
    await device.start();
    await moved;
    await device.stop();
    assert.equal(statusNow(), "sent");
    const delivered = once(device, "delivered");
    await device.start();
    await delivered;
  });

  it("finds every third request too many", async () => {
    await start({ limitEvery: 3, retryAfter: 2 });
    const answers = [];
    for (let number = 0; number < 6; number += 1) answers.push(await client.create({ Sim: SIM, Payload: "a" }));
    assert.deepEqual(
      answers.map(({ status, headers }) => [status, headers["retry-after"]]),
      [1, 2, 3, 1, 2, 3].map((turn) => (turn === 3 ? [429, "2"] : [201, undefined])),
    );
    assert.equal(device.sent.length, 4);
  });

  it("tells sends and lists of one path apart when it shows faults", async () => {
    await start();
    device.fail("refuse", { on: "send" });
    assert.equal((await client.get("SmsCommands")).status, 200);
    assert.equal((await client.create({ Sim: SIM, Payload: "a" })).status, 400);
    assert.equal(device.sent.length, 0);
  });

  it("answers whatever it is asked, and takes nothing that it must not take", async () => {
    await start();
    const odd = fc.string({ unit: "binary", maxLength: 30 });
    const name = fc.constantFrom("Sim", "Payload", "CallbackUrl", "CallbackMethod", "__proto__", "Status", "Page");
    const value = fc.oneof(odd, fc.constantFrom(SIM, "tracker-1", "x".repeat(161), "https://flows.example", "GET"));
    const form = fc.array(fc.tuple(name, value)).map((fields) => new URLSearchParams(fields).toString());
    const path = fc.constantFrom("SmsCommands", "Commands", "Sims", "SmsCommands/HC1", "constructor", "%");
    await fc.assert(
      fc.asyncProperty(path, fc.oneof(form, odd), fc.boolean(), async (asked, fields, isGet) => {
        device.clear();
        const url = `${device.url}/v1/${asked}${isGet ? `?${encodeURIComponent(fields).replaceAll("%3D", "=").replaceAll("%26", "&")}` : ""}`;
        const headers = { ...FORM, authorization: BASIC };
        const answer = await ask(url, isGet ? "GET" : "POST", isGet ? undefined : fields, { headers });
        assert.ok([200, 201, 400, 404, 405].includes(answer.status), String(answer.status));
        assert.equal(device.sent.length, answer.status === 201 ? 1 : 0);
        for (const { payload, simSid } of device.sent) {
          assert.ok(payload !== "" && Buffer.byteLength(payload) <= 160 && simSid === SIM);
        }
      }),
      { numRuns: 500 },
    );
  });

  it("has nobody to move or to call back for where there is no such command or SIM", async () => {
    await start();
    assert.throws(() => device.advance("HC0", "sent"), RangeError);
    assert.throws(() => device.report("tracker-9", "a"), RangeError);
    await assert.rejects(device.callback("HC0"), RangeError);
    const quiet = device.report("tracker-1", "a");
    assert.equal(await device.callback(quiet.sid), null);
  });

  it("moves a command to states of the API alone, and none of a text from a SIM", async () => {
    await start();
    const sid = String(jsonOf(await client.create({ Sim: SIM, Payload: "a" })).sid);
    const report = device.report(SIM, "I am here");
    for (const status of ["banana", "", "Sent", undefined] as never[]) {
      assert.throws(() => device.advance(sid, status), RangeError);
    }
    for (const status of ["queued", "sent", "delivered", "failed"] as const) {
      assert.throws(() => device.advance(report.sid, status), RangeError);
      assert.equal(device.advance(sid, status).status, status);
    }
    assert.equal(device.advance(report.sid, "received").status, "received");
    assert.deepEqual(
      device.commands.map(({ status }) => status),
      ["failed", "received"],
    );
  });

  it("lets a SIM send as much as it takes itself, and no more", async () => {
    await start();
    for (const text of ["x".repeat(161), "ü".repeat(81)]) {
      assert.equal((await client.create({ Sim: SIM, Payload: text })).status, 400);
      assert.throws(() => device.report(SIM, text), RangeError);
      assert.throws(() => device.answer("wake", text), RangeError);
    }
    for (const text of ["x".repeat(160), "ü".repeat(80)]) assert.equal(device.report(SIM, text).payload, text);
    assert.equal(device.commands.length, 2);
  });
});
