import assert from "node:assert/strict";
import { once } from "node:events";
import { Agent, request, type IncomingMessage } from "node:http";
import { connect, type ConnectionOptions, type TLSSocket } from "node:tls";
import { PeplinkSimulator } from "../../src/simulators/index.js";
import { lastingPort } from "../support/lasting-port.js";
import { RawClient } from "./raw-client.js";

describe("a simulated device comes and goes", () => {
  let device: PeplinkSimulator;

  afterEach(() => device.stop());

  async function tlsTo(options: ConnectionOptions): Promise<TLSSocket> {
    const socket = connect({ host: "127.0.0.1", port: device.port, ...options });
    await once(socket, "secureConnect");
    return socket;
  }

  it("shows the certificate whose fingerprint it states, and no client trusts it by itself", async () => {
    device = await new PeplinkSimulator({ tls: true }).start();
    assert.match(device.url, /^https:\/\/127\.0\.0\.1:\d+$/);
    const socket = await tlsTo({ rejectUnauthorized: false });
    assert.equal(socket.getPeerCertificate().fingerprint256, device.fingerprint);
    assert.match(device.fingerprint ?? "", /^([0-9A-F]{2}:){31}[0-9A-F]{2}$/);
    assert.equal(socket.authorized, false);
    socket.destroy();
    await assert.rejects(tlsTo({}), { code: "DEPTH_ZERO_SELF_SIGNED_CERT" });
    await assert.rejects(tlsTo({ ca: device.certificate! }), { code: "ERR_TLS_CERT_ALTNAME_INVALID" });
  });

  it("can be trusted by its certificate where that names the address", async () => {
    device = await new PeplinkSimulator({ tls: { alternativeNames: ["127.0.0.1"] } }).start();
    const socket = await tlsTo({ ca: device.certificate! });
    assert.equal(socket.authorized, true);
    socket.destroy();
  });

  it("has no fingerprint over plain HTTP", async () => {
    device = await new PeplinkSimulator().start();
    assert.equal(device.fingerprint, undefined);
    assert.match(device.url, /^http:\/\/127\.0\.0\.1:\d+$/);
  });

  for (const tls of [false, true]) {
    it(`refuses connections while stopped and goes on where it was, over ${tls ? "HTTPS" : "HTTP"}`, async () => {
      device = await new PeplinkSimulator({ port: await lastingPort(), tls }).start();
      const { url, fingerprint } = device;
      const client = new RawClient(url);
      await client.login();
      await client.send("before");
      device.receive({ from: "988", text: "stored" });
      await device.stop();
      await assert.rejects(client.send("meanwhile"), { code: "ECONNREFUSED" });
      assert.equal(await device.start(), device);
      assert.deepEqual([device.url, device.fingerprint], [url, fingerprint]);
      assert.equal((await client.send("after")).json().stat, "ok");
      assert.deepEqual(
        device.sent.map(({ text }) => text),
        ["before", "after"],
      );
      assert.equal(device.store(2).length, 1);
      assert.equal(device.logins, 1);
    });
  }

  it("drops what is in work when the plug is pulled", async () => {
    device = await new PeplinkSimulator({ latency: 60_000 }).start();
    const client = new RawClient(device.url);
    await client.login();
    const arrived = once(device, "request");
    const cut = assert.rejects(client.send("never"), { code: "ECONNRESET" });
    await arrived;
    await device.stop();
    await cut;
    assert.deepEqual(device.sent, []);
    assert.equal(device.connectionsOpen, 0);
  });

  it("is started and stopped twice without harm", async () => {
    device = await new PeplinkSimulator().start();
    const { port } = device;
    await device.start();
    assert.equal(device.port, port);
    await device.stop();
    await device.stop();
  });

  it("says so when its port is taken", async () => {
    device = await new PeplinkSimulator().start();
    await assert.rejects(new PeplinkSimulator({ port: device.port }).start(), { code: "EADDRINUSE" });
  });

  it("counts the commands that are in work at once, and no other calls", async () => {
    device = await new PeplinkSimulator().start();
    const client = new RawClient(device.url);
    await client.login();
    assert.equal(device.maxConcurrent, 0);
    await client.send("alone");
    await client.send("and alone again");
    assert.equal(device.maxConcurrent, 1);

    device.fail("silence", { on: ["send", "status"] });
    const patience = new AbortController();
    const hanging: Promise<void>[] = [];
    for (const path of ["info.firmware", "status.wan.connection", "send", "send", "send"]) {
      const arrived = once(device, "request");
      const { signal } = patience;
      const call = path === "send" ? client.send("x", { signal }) : client.get(path, { signal });
      hanging.push(assert.rejects(call, { name: "AbortError" }));
      await arrived;
    }
    assert.equal(device.maxConcurrent, 3);
    patience.abort();
    await Promise.all(hanging);
  });

  it("logs each request without its query", async () => {
    device = await new PeplinkSimulator().start();
    const client = new RawClient(device.url);
    await client.login();
    await client.get("cmd.sms.get?connId=2");
    assert.deepEqual(
      device.requests.map(({ method, path }) => `${method} ${path}`),
      ["POST /api/login", "GET /api/cmd.sms.get"],
    );
  });

  it("keeps a connection alive, and closes it after its idle time", async () => {
    device = await new PeplinkSimulator({ idleTimeout: 1000 }).start();
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const call = request(`${device.url}/api/info.firmware`, { agent }).end();
    const [response] = (await once(call, "response")) as [IncomingMessage];
    assert.ok(call.socket);
    const closed = once(call.socket, "close");
    response.resume();
    await once(response, "end");
    assert.equal(device.connectionsOpen, 1);
    await closed;
    agent.destroy();
  });
});
