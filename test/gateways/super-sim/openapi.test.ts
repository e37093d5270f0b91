import assert from "node:assert/strict";
import { SuperSim } from "../../../src/gateways/super-sim";
import { SuperSimSimulator, type SimulatedSim, type SuperSimSimulatorOptions } from "../../../src/simulators";
import type { DeviceAnswer, DeviceRequest } from "../../../src/simulators/http-message";
import { json } from "../../support/raw-replies";
import { assertFailure, failureOf } from "../../support/failure";
import { describeByOpenApi, type Exchange } from "./openapi-file";
import { all, created, resource, SIM, twilioWith } from "./scripted-service";

const STATUSES = ["queued", "sent", "delivered", "received", "failed"] as const;
const SIM_STATUSES = ["new", "ready", "active", "inactive", "scheduled"] as const;
const FLEET = `HF${"0f".repeat(16)}`;

/** One SIM of each status; the first is in a fleet, the last has no name. */
const SIMS: readonly SimulatedSim[] = SIM_STATUSES.map((status, index) => ({
  sid: `HS${String(index).padStart(32, "0")}`,
  iccid: `898830700000000000${index}`,
  status,
  ...(index === SIM_STATUSES.length - 1 ? {} : { uniqueName: `meter ${status}` }),
  ...(index === 0 ? { fleetSid: FLEET, fleetName: "north & south" } : {}),
}));

/** A simulated service that keeps what it was asked and what it answered. */
class RecordingSuperSim extends SuperSimSimulator {
  readonly exchanges: Exchange[] = [];

  protected override perform(request: DeviceRequest): DeviceAnswer {
    const answer = super.perform(request);
    const { method, path, query, headers, body } = request;
    this.exchanges.push({ method, target: query.size === 0 ? path : `${path}?${query}`, headers, body, answer });
    return answer;
  }
}

describeByOpenApi("The vendor's OpenAPI file of Super SIM", (vendor) => {
  let device: RecordingSuperSim | undefined;
  let account: SuperSim | undefined;

  interface Pair {
    readonly device: RecordingSuperSim;
    readonly account: SuperSim;
  }

  async function start(options: SuperSimSimulatorOptions = {}): Promise<Pair> {
    device = new RecordingSuperSim({ sims: SIMS, ...options });
    await device.start();
    const login = { accountSid: "AC00112233445566778899aabbccddeeff", authToken: "simulated-token" };
    account = new SuperSim({ provider: "twilio", url: device.url, timeout: 5000, ...login });
    return { device, account };
  }

  afterEach(async () => {
    await account?.close();
    await device?.stop();
    [account, device] = [undefined, undefined];
  });

  function assertAllowed({ device }: Pair, count: number): void {
    assert.equal(device.exchanges.length, count);
    assert.deepEqual(
      device.exchanges.flatMap((exchange) => vendor().faults(exchange)),
      [],
    );
  }

  it("allows how commands are created, with and without a callback, whatever the state of the SIM", async () => {
    const pair = await start();
    const texts = ["a", "x".repeat(160), 'Ventil "öffnen": 50 % & mehr + *~', "zwei\r\nZeilen"];
    for (const payload of texts) await pair.account.createSmsCommand({ sim: "meter active", payload });
    for (const { sid } of SIMS) await pair.account.createSmsCommand({ sim: sid, payload: "wake" });
    for (const callbackMethod of ["GET", "POST", undefined] as const) {
      const callbackUrl = "https://flows.example/hook/7?a=1&b=%C3%BC";
      await pair.account.createSmsCommand({ sim: SIMS[0]?.sid ?? "", payload: "wake", callbackUrl, callbackMethod });
    }
    assertAllowed(pair, texts.length + SIMS.length + 3);
    assert.equal(pair.device.sent.length, pair.device.exchanges.length);
  });

  it("allows how commands of each status and direction are read and listed", async () => {
    const pair = await start();
    const { sid } = await pair.account.createSmsCommand({ sim: "meter ready", payload: "wake" });
    pair.device.report("meter ready", "I am here");
    for (const status of STATUSES) {
      pair.device.advance(sid, status);
      assert.equal((await pair.account.fetchSmsCommand(sid)).status, status);
      const found = await all(pair.account.listSmsCommands({ status, sim: "meter ready", direction: "to_sim" }));
      assert.equal(found.length, 1);
    }
    await all(pair.account.listSmsCommands({ direction: "from_sim", pageSize: 1000 }));
    assert.deepEqual(await all(pair.account.listSmsCommands({ sim: "nobody" })), []);
    assertAllowed(pair, 1 + 2 * STATUSES.length + 2);
  });

  for (const pageSize of [1, 2, 7, 1000, undefined]) {
    it(`allows how 60 commands are listed in pages of ${pageSize ?? "the service's own size"}`, async () => {
      const pair = await start();
      for (let number = 0; number < 60; number += 1) pair.device.report("meter new", String(number));
      assert.equal((await all(pair.account.listSmsCommands({ pageSize, direction: "from_sim" }))).length, 60);
      assertAllowed(pair, Math.ceil(60 / (pageSize ?? 50)));
    });
  }

  it("allows how SIMs are listed, in fleets and without, by each filter, and by the probe", async () => {
    const pair = await start();
    const found = await all(pair.account.listSims({ pageSize: 2 }));
    assert.deepEqual(
      found.map(({ status, uniqueName, fleetSid }) => [status, uniqueName, fleetSid]),
      SIMS.map(({ status, uniqueName = null, fleetSid = null }) => [status, uniqueName, fleetSid]),
    );
    for (const status of SIM_STATUSES) assert.equal((await all(pair.account.listSims({ status }))).length, 1);
    for (const fleet of [FLEET, "north & south"]) assert.equal((await all(pair.account.listSims({ fleet }))).length, 1);
    const iccid = SIMS[3]?.iccid ?? "";
    assert.equal((await all(pair.account.listSims({ iccid }))).length, 1);
    await pair.account.probe();
    assertAllowed(pair, 3 + SIM_STATUSES.length + 2 + 1 + 1);
  });

  it("allows the requests that are refused: too many, by the wrong people, or for what is not there", async () => {
    const busy = await start({ limitEvery: 1, retryAfter: 7 });
    const command = { sim: "meter active", payload: "wake" };
    const limited = await failureOf(busy.account.createSmsCommand(command));
    assertFailure(limited, "RATE_LIMITED", "not-sent");
    assert.equal(limited.retryAfter, 7000);
    assertAllowed(busy, 1);
    await busy.account.close();
    await busy.device.stop();
    const pair = await start({ authToken: "another" });
    assertFailure(await failureOf(pair.account.createSmsCommand(command)), "AUTH_FAILED", "not-sent");
    assertAllowed(pair, 1);
    await pair.account.close();
    await pair.device.stop();
    const last = await start();
    await failureOf(last.account.fetchSmsCommand(`HC${"0".repeat(32)}`));
    await failureOf(last.account.createSmsCommand({ sim: "nobody", payload: "wake" }));
    assertAllowed(last, 2);
    const errors = [busy, pair, last].flatMap(({ device }) => device.exchanges.map(({ answer }) => answer));
    // The file describes no errors: their form is the one of the vendor's pages about them.
    for (const { status, body } of errors) {
      const { code, message, more_info, ...rest } = JSON.parse(body) as Record<string, unknown>;
      assert.deepEqual([typeof code, typeof message, rest], ["number", "string", { status }]);
      assert.equal(more_info, `https://www.twilio.com/docs/errors/${String(code)}`);
    }
    assert.deepEqual(
      errors.map(({ status, headers }) => [status, headers["retry-after"]]),
      [
        [429, "7"],
        [401, undefined],
        [404, undefined],
        [404, undefined],
      ],
    );
  });

  it("does not know the legacy resource", () => {
    assert.deepEqual([vendor().knows("/v1/SmsCommands"), vendor().knows("/v1/Commands")], [true, false]);
  });

  it("has example requests that the driver makes alike", async () => {
    const { server, account } = await twilioWith(created);
    const examples = vendor().examples("/v1/SmsCommands", "post", "requests");
    assert.ok(examples.length > 0);
    for (const value of examples) {
      const { Sim: sim, Payload: payload, CallbackUrl: callbackUrl, CallbackMethod: callbackMethod } = value;
      await account.createSmsCommand({ sim, payload, callbackUrl, callbackMethod } as never);
      assert.deepEqual(Object.fromEntries(new URLSearchParams(server.requests.at(-1)?.body)), value);
    }
  });

  it("has example answers that the driver reads whole", async () => {
    for (const value of vendor().examples("/v1/SmsCommands", "post", "answers")) {
      const { account } = await twilioWith(json(value, {}, 201));
      assert.deepEqual(await account.createSmsCommand({ sim: SIM, payload: "a" }), inCamelCase(value));
    }
    for (const value of vendor().examples("/v1/SmsCommands/{Sid}", "get", "answers")) {
      const { account } = await twilioWith(json(value));
      assert.deepEqual(await account.fetchSmsCommand(String(value.sid)), inCamelCase(value));
    }
    let entries = 0;
    for (const [path, key] of [
      ["/v1/SmsCommands", "sms_commands"],
      ["/v1/Sims", "sims"],
    ] as const) {
      for (const value of vendor().examples(path, "get", "answers")) {
        const { account } = await twilioWith(json(value));
        const list: AsyncIterable<unknown> = key === "sims" ? account.listSims() : account.listSmsCommands();
        const found = await all(list);
        assert.deepEqual(found, (value[key] as Record<string, unknown>[]).map(inCamelCase));
        entries += found.length;
      }
    }
    assert.ok(entries > 0);
  });

  it("lets nearly everything of a command be null, and the driver takes that", async () => {
    const { status, direction, sid, ...rest } = resource;
    const nulls = Object.fromEntries(Object.keys(rest).map((name) => [name, null]));
    const bare = { status, direction, sid, ...nulls };
    const { server, account } = await twilioWith(json(bare, {}, 201));
    assert.deepEqual(await account.createSmsCommand({ sim: SIM, payload: "a" }), inCamelCase(bare));
    const [{ method, target, headers, body } = assert.fail()] = server.requests;
    const answer = { status: 201, headers: { "content-type": "application/json" }, body: JSON.stringify(bare) };
    assert.deepEqual(vendor().faults({ method, target, headers, body, answer }), []);
  });
});

/** A resource with the driver's names. */
function inCamelCase(value: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(value).map(([name, part]) => [
      name.replace(/_(.)/g, (_match, letter: string) => letter.toUpperCase()),
      part,
    ]),
  );
}
