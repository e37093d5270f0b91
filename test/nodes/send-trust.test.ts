import assert from "node:assert/strict";
import { PeplinkSimulator } from "../../src/simulators/index.js";
import { Lab, verdictOf, type Message } from "./lab.js";

describe("sms send over HTTPS", () => {
  let lab: Lab;
  const CA = { id: "ca", type: "tls-config", name: "", cert: "", key: "", ca: "", certname: "", keyname: "" };

  before(async () => {
    lab = await Lab.start({ tls: true });
  });

  after(async () => {
    await lab.stop();
  });

  /** A core TLS node that trusts the certificate, or nothing. */
  function tls(ca: string): typeof CA & Message {
    return {
      ...CA,
      caname: "ca.pem",
      servername: "simulated-router",
      alpnprotocol: "",
      verifyservercert: true,
      credentials: { cadata: ca, certdata: "", keydata: "" },
    };
  }

  for (const { what, gateway, verdict } of [
    { what: "a self-signed certificate without a word about it", gateway: {}, verdict: "not-sent TLS_UNTRUSTED" },
    {
      what: "the fingerprint of another certificate",
      gateway: { fingerprint: "AB".repeat(32) },
      verdict: "not-sent TLS_UNTRUSTED",
    },
  ]) {
    it(`${what} is ${verdict}, and no login is tried`, async () => {
      await lab.deploy(lab.sending({ gateway }));
      const tag = await lab.send();
      assert.equal(verdictOf(await lab.arrival("caught", tag)), verdict);
      await lab.untilBadge("send", /^red ring certificate not trusted$/);
      assert.deepEqual(lab.device.requests, []);
    });
  }

  it("goes with the fingerprint, colons or not", async () => {
    const fingerprint = lab.device.fingerprint ?? "";
    await lab.deploy(lab.sending({ gateway: { fingerprint } }));
    await lab.sendsStill();
    await lab.deploy(lab.sending({ gateway: { fingerprint: fingerprint.replaceAll(":", "").toLowerCase() } }));
    await lab.sendsStill();
  });

  it("goes with a TLS configuration that holds the certificate, and follows its changes", async () => {
    const flow = lab.sending({ gateway: { tls: "ca", fingerprint: "" } });
    await lab.deploy([tls(lab.device.certificate ?? ""), ...flow]);
    await lab.sendsStill();
    const other = new PeplinkSimulator({ tls: true });
    await lab.deploy([tls(other.certificate ?? ""), ...flow], "nodes");
    const tag = await lab.send();
    assert.equal(verdictOf(await lab.arrival("caught", tag)), "not-sent TLS_UNTRUSTED");
    await lab.deploy([tls(lab.device.certificate ?? ""), ...flow], "nodes");
    await lab.sendsStill();
  });
});
