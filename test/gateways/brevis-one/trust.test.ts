import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { BrevisOneGateway, type BrevisOneGatewayOptions } from "../../../src/gateways/brevis-one";
import { BrevisOneSimulator, selfSignedCertificate } from "../../../src/simulators";
import { assertFailure, failureOf } from "../../support/failure";
import { login, sms } from "./scripted-gateway";

const password = "simulated-password";

describe("A brevis.one gateway with its own certificate", () => {
  let device: BrevisOneSimulator;
  beforeEach(async () => {
    device = await new BrevisOneSimulator({ tls: true }).start();
  });
  afterEach(() => device.stop());

  async function sendWith(settings: Partial<BrevisOneGatewayOptions>): Promise<unknown> {
    const gateway = new BrevisOneGateway({ url: device.url, username: "apiuser", password, ...settings });
    try {
      return await gateway.sendSms(sms);
    } finally {
      await gateway.close();
    }
  }

  for (const weakTls of [false, true]) {
    const how = weakTls ? ", with weak TLS too" : "";
    it(`is TLS_UNTRUSTED and learns nothing${how}`, async () => {
      for (const fingerprint of [undefined, "ab".repeat(32)]) {
        assertFailure(await failureOf(sendWith({ weakTls, fingerprint })), "TLS_UNTRUSTED", "not-sent");
      }
      assert.deepEqual(device.requests, []);
    });

    it(`is trusted by its fingerprint${how}`, async () => {
      await sendWith({ weakTls, fingerprint: device.fingerprint });
      assert.equal(device.sent.length, 1);
    });
  }
});

describe("An old brevis.one gateway that speaks TLS 1.0 alone", () => {
  const { key, cert, fingerprint } = selfSignedCertificate({ alternativeNames: ["127.0.0.1"] });
  let requests = 0;
  let url = "";
  const server = createServer(
    { key, cert, minVersion: "TLSv1", maxVersion: "TLSv1", ciphers: "DEFAULT:@SECLEVEL=0" },
    (_request, response) => {
      requests += 1;
      response.end("OK");
    },
  );

  before(async () => {
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  beforeEach(() => {
    requests = 0;
  });
  after(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, "close");
  });

  it("is not spoken to unless that is chosen", async () => {
    const gateway = new BrevisOneGateway({ url, ...login, fingerprint });
    assertFailure(await failureOf(gateway.sendSms(sms)), "UNREACHABLE", "not-sent");
    await gateway.close();
    assert.equal(requests, 0);
  });

  for (const [how, trust] of [
    ["its fingerprint", { fingerprint }],
    ["its certificate", { tls: { ca: cert } }],
  ] as const) {
    it(`takes an SMS where weak TLS is chosen, and is trusted by ${how}`, async () => {
      const gateway = new BrevisOneGateway({ url, ...login, ...trust, weakTls: true });
      await gateway.sendSms(sms);
      await gateway.close();
      assert.equal(requests, 1);
    });
  }

  it("is not trusted for that alone", async () => {
    const gateway = new BrevisOneGateway({ url, ...login, weakTls: true });
    assertFailure(await failureOf(gateway.sendSms(sms)), "TLS_UNTRUSTED", "not-sent");
    await gateway.close();
    assert.equal(requests, 0);
  });
});
