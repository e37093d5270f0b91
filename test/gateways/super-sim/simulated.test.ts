import assert from "node:assert/strict";
import type { CellularErrorCode, Outcome } from "../../../src/errors/cellular-error";
import { SuperSim, type SuperSimOptions } from "../../../src/gateways/super-sim";
import {
  SuperSimSimulator,
  type Fault,
  type FaultOptions,
  type SuperSimSimulatorOptions,
} from "../../../src/simulators";
import { assertFailure, failureOf } from "../../support/failure";
import { all } from "./scripted-service";

const LOGINS = {
  "Twilio, by token": {
    provider: "twilio",
    accountSid: "AC00112233445566778899aabbccddeeff",
    authToken: "simulated-token",
  },
  "Twilio, by API key": {
    provider: "twilio",
    apiKeySid: "SKffeeddccbbaa99887766554433221100",
    apiKeySecret: "simulated-secret",
  },
  KORE: { provider: "kore", clientId: "simulated-client", clientSecret: "simulated-secret" },
} as const satisfies Readonly<Record<string, SuperSimOptions>>;

for (const [name, login] of Object.entries(LOGINS)) {
  describe(`A simulated Super SIM account at ${name}`, () => {
    let device: SuperSimSimulator;
    let account: SuperSim;

    async function start(
      options: SuperSimSimulatorOptions = {},
      settings: Partial<SuperSimOptions> = {},
    ): Promise<void> {
      device = await new SuperSimSimulator({ provider: login.provider, ...options }).start();
      account = new SuperSim({ url: device.url, tokenUrl: device.tokenUrl, timeout: 5000, ...login, ...settings });
    }

    afterEach(async () => {
      await account.close();
      await device.stop();
    });

    it("takes commands, shows how they fare, and lists what SIMs report", async () => {
      await start();
      const command = await account.createSmsCommand({ sim: "tracker-1", payload: "wake" });
      assert.deepEqual([command.status, command.direction, command.payload], ["queued", "to_sim", "wake"]);
      device.advance(command.sid, "delivered");
      assert.equal((await account.fetchSmsCommand(command.sid)).status, "delivered");
      device.report("tracker-2", "I am here");
      const reports = await all(account.listSmsCommands({ direction: "from_sim" }));
      assert.deepEqual(
        reports.map(({ payload, simSid, status }) => [payload, simSid, status]),
        [["I am here", device.sims[1]?.sid, "received"]],
      );
    });

    it("takes legacy commands", async () => {
      await start();
      const { sid } = await account.createCommand({ sim: "tracker-1", command: "wake" });
      assert.equal((await account.fetchCommand(sid)).command, "wake");
      assert.equal((await all(account.listCommands({ status: "queued" }))).length, 1);
    });

    it("gives lists of many pages whole", async () => {
      await start();
      for (let number = 0; number < 23; number += 1) device.report("tracker-1", String(number));
      const payloads = (await all(account.listSmsCommands({ pageSize: 5 }))).map(({ payload }) => payload);
      assert.deepEqual(
        payloads,
        Array.from({ length: 23 }, (_, index) => String(22 - index)),
      );
      const sims = await all(account.listSims({ pageSize: 1 }));
      assert.deepEqual(
        sims.map(({ uniqueName }) => uniqueName),
        ["tracker-1", "tracker-2", "tracker-3"],
      );
    });

    it("says who it is", async () => {
      await start();
      assert.equal((await account.probe()).accountSid, "AC00112233445566778899aabbccddeeff");
    });

    it("is trusted by the fingerprint of its certificate alone", async () => {
      await start({ tls: true });
      assertFailure(await failureOf(account.probe()), "TLS_UNTRUSTED", "not-sent");
      await account.close();
      account = new SuperSim({
        ...login,
        url: device.url,
        tokenUrl: device.tokenUrl,
        fingerprint: device.fingerprint,
      });
      await account.probe();
    });

    it("does not know other SIMs", async () => {
      await start();
      const error = await failureOf(account.createSmsCommand({ sim: "tracker-9", payload: "wake" }));
      assertFailure(error, "NOT_FOUND", "not-sent");
      assert.match(error.message, /no such SIM/);
    });

    it("refuses other credentials", async () => {
      await start({ authToken: "x", apiKeySecret: "x", clientSecret: "x" });
      const error = await failureOf(account.createSmsCommand({ sim: "tracker-1", payload: "wake" }));
      assertFailure(error, "AUTH_FAILED", "not-sent");
      assertFailure(await failureOf(account.probe()), "AUTH_FAILED", "not-sent");
    });

    const faults: readonly (readonly [Fault, FaultOptions, CellularErrorCode, Outcome, sent: number])[] = [
      ["reset-before", {}, "CONNECTION_LOST", "unknown", 0],
      ["reset-after", {}, "CONNECTION_LOST", "unknown", 1],
      ["silence", {}, "TIMEOUT", "unknown", 0],
      ["delay", { delay: 20_000 }, "TIMEOUT", "unknown", 1],
      ["refuse", {}, "REFUSED", "not-sent", 0],
      ["html", {}, "BAD_RESPONSE", "unknown", 0],
      ["truncated", {}, "CONNECTION_LOST", "unknown", 1],
      ["oversized", {}, "RESPONSE_TOO_LARGE", "unknown", 1],
      ["status", { status: 500 }, "BAD_RESPONSE", "unknown", 0],
      ["status", { status: 503, retryAfter: 1 }, "BAD_RESPONSE", "unknown", 0],
      ["status", { status: 429, retryAfter: 1 }, "RATE_LIMITED", "not-sent", 0],
    ];
    for (const [fault, options, code, outcome, sent] of faults) {
      const status = options.status === undefined ? "" : ` ${options.status}`;
      it(`that shows ${fault}${status} leaves a command ${outcome} and sends it at most once`, async () => {
        await start();
        await account.probe();
        device.fail(fault, { on: "send", ...options });
        const timeout = code === "TIMEOUT" ? 1500 : 5000;
        const error = await failureOf(account.createSmsCommand({ sim: "tracker-1", payload: "wake" }, { timeout }));
        assertFailure(error, code, outcome);
        assert.equal(device.sent.length, sent);
      });
    }

    it("is read though one answer in three is lost", async () => {
      await start();
      const { sid } = device.report("tracker-1", "I am here");
      for (const fault of ["reset-before", "reset-after", "truncated"] as const) {
        device.fail(fault, { on: "list", times: 1 });
        assert.equal((await account.fetchSmsCommand(sid)).payload, "I am here");
      }
    });
  });
}

describe("Many commands to a simulated Super SIM account", () => {
  it("at once, with a token that ends among them: each is accepted once", async () => {
    const device = await new SuperSimSimulator({ provider: "kore" }).start();
    const account = new SuperSim({ ...LOGINS.KORE, url: device.url, tokenUrl: device.tokenUrl });
    const payloads = Array.from({ length: 200 }, (_, index) => String(index));
    const waiting = [...payloads];
    device.on("sent", () => {
      if (device.sent.length % 50 === 0) device.endTokens();
    });
    const send = async (): Promise<void> => {
      for (let payload = waiting.shift(); payload !== undefined; payload = waiting.shift()) {
        await account.createSmsCommand({ sim: "tracker-1", payload });
      }
    };
    await Promise.all(Array.from({ length: 8 }, send));
    assert.deepEqual(new Set(device.sent.map(({ payload }) => payload)), new Set(payloads));
    assert.equal(device.sent.length, 200);
    await account.close();
    await device.stop();
  });

  it("of which every tenth is too many, say when to come again, and nothing of those was sent", async () => {
    const device = await new SuperSimSimulator({ limitEvery: 10, retryAfter: 3 }).start();
    const account = new SuperSim({ ...LOGINS["Twilio, by token"], url: device.url });
    let refused = 0;
    for (let number = 0; number < 40; number += 1) {
      const call = account.createSmsCommand({ sim: "tracker-1", payload: String(number) });
      if (number % 10 !== 9) await call;
      else {
        const error = await failureOf(call);
        assertFailure(error, "RATE_LIMITED", "not-sent");
        assert.equal(error.retryAfter, 3000);
        refused += 1;
      }
    }
    assert.equal(device.sent.length, 40 - refused);
    await account.close();
    await device.stop();
  });
});
