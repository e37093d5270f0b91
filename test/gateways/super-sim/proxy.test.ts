import assert from "node:assert/strict";
import { SuperSim, type SuperSimOptions } from "../../../src/gateways/super-sim";
import { SuperSimSimulator } from "../../../src/simulators";
import { ConnectProxy } from "../../support/connect-proxy";
import { assertFailure, assertKeeps, failureIn, failureOf } from "../../support/failure";

const LOGINS = {
  twilio: {
    provider: "twilio",
    accountSid: "AC00112233445566778899aabbccddeeff",
    authToken: "simulated-token",
  },
  kore: { provider: "kore", clientId: "simulated-client", clientSecret: "simulated-secret" },
} as const satisfies Readonly<Record<string, SuperSimOptions>>;
const command = { sim: "tracker-1", payload: "wake" };

for (const provider of ["twilio", "kore"] as const) {
  describe(`Super SIM at ${provider} behind a proxy`, () => {
    let device: SuperSimSimulator;
    let proxy: ConnectProxy;
    let account: SuperSim;

    async function start(password: string): Promise<void> {
      device = await new SuperSimSimulator({ provider, tls: true }).start();
      proxy = await ConnectProxy.start({ login: "user:the password" });
      const { url, tokenUrl, fingerprint } = device;
      account = new SuperSim({
        ...LOGINS[provider],
        url,
        tokenUrl,
        fingerprint,
        timeout: 5000,
        proxy: { url: proxy.url, username: "user", password },
      });
    }

    afterEach(async () => {
      await account.close();
      await proxy.stop();
      await device.stop();
    });

    it("is reached through it alone, for tokens too", async () => {
      await start("the password");
      assert.equal((await account.createSmsCommand(command)).status, "queued");
      assert.equal(device.sent.length, 1);
      const targets = new Set(proxy.asked.map(({ target }) => target));
      assert.deepEqual(targets, new Set([new URL(device.url).host]));
      // KORE gives tokens by a connection of its own.
      assert.equal(proxy.asked.length, provider === "kore" ? 2 : 1);
    });

    it("is AUTH_FAILED where the proxy refuses the login, and nothing is sent", async () => {
      await start("another password");
      const error = await failureOf(account.createSmsCommand(command));
      assertFailure(error, "AUTH_FAILED", "not-sent");
      assert.match(error.message, /^Super SIM at .*: the proxy 127\.0\.0\.1:\d+ refuses the login \(HTTP 407\)/);
      assertKeeps(error, ["another password"]);
      assert.equal(device.sent.length, 0);
    });
  });
}

describe("A Super SIM account whose proxy is none", () => {
  it("is refused before any request", () => {
    const error = failureIn(() => new SuperSim({ ...LOGINS.kore, proxy: { url: "proxy.lan:3128" } }));
    assertFailure(error, "CONFIG_MISSING", "not-sent");
    assert.match(error.message, /proxy/);
  });
});
