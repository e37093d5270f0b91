import assert from "node:assert/strict";
import { PeplinkSimulator, type PeplinkSimulatorOptions } from "../../src/simulators/index.js";
import { RawClient, ask } from "./raw-client.js";

describe("simulated Peplink router: logins", () => {
  let device: PeplinkSimulator;
  let client: RawClient;

  async function start(options: PeplinkSimulatorOptions = {}): Promise<void> {
    device = await new PeplinkSimulator(options).start();
    client = new RawClient(device.url);
  }

  afterEach(() => device.stop());

  it("answers the firmware before any login", async () => {
    await start({ firmware: "8.4.0" });
    const firmware = (await client.get("info.firmware")).json();
    assert.equal(firmware.stat, "ok");
    assert.deepEqual(firmware.response?.["1"], { version: "8.4.0", bootable: true, inUse: true });
    assert.equal(device.sessions, 0);
  });

  it("sets the cookie bauth over HTTPS and pauth over plain HTTP", async () => {
    await start({ tls: true });
    assert.match(
      (await client.login()).headers["set-cookie"]?.[0] ?? "",
      /^bauth=[0-9a-f]+; Path=\/; HttpOnly; Secure$/,
    );
    assert.equal((await client.get("status.wan.connection")).json().stat, "ok");
    await device.stop();

    await start();
    assert.match((await client.login()).headers["set-cookie"]?.[0] ?? "", /^pauth=[0-9a-f]+; Path=\/; HttpOnly$/);
    assert.equal((await client.get("status.wan.connection")).json().stat, "ok");
  });

  it("does not take the cookie of the other scheme", async () => {
    await start();
    await client.login();
    client.cookie = client.cookie.replace("pauth", "bauth");
    assert.equal((await client.get("status.wan.connection")).status, 401);
  });

  it("refuses a wrong password with code 401 and counts only good logins", async () => {
    await start({ username: "api", password: "right" });
    const attempts: boolean[] = [];
    device.on("login", ({ accepted }) => attempts.push(accepted));
    const refused = await client.login("api", "wrong");
    assert.equal(refused.status, 200);
    assert.equal(refused.json().code, 401);
    assert.equal(refused.headers["set-cookie"], undefined);
    assert.equal((await client.login("api", "right")).json().stat, "ok");
    assert.deepEqual(attempts, [false, true]);
    assert.equal(device.logins, 1);
    assert.equal(device.sessions, 1);
  });

  it("tells a read-only admin what it may not do, and refuses its POST", async () => {
    await start({ permission: { GET: 1, POST: 0 } });
    const login = (await client.login()).json();
    assert.deepEqual(login.response?.permission, { GET: 1, POST: 0 });
    const refused = (await client.send("not for you")).json();
    assert.equal(refused.stat, "fail");
    assert.equal(refused.code, 403);
    assert.deepEqual(device.sent, []);
    assert.equal((await client.get("cmd.sms.get?connId=2")).json().stat, "ok");
    assert.equal((await client.post("logout")).json().stat, "ok");
  });

  it("ends a session at logout", async () => {
    await start();
    await client.login();
    assert.equal(device.sessions, 1);
    assert.equal((await client.post("logout")).json().stat, "ok");
    assert.equal(device.sessions, 0);
    assert.equal((await client.send("too late")).status, 401);
  });

  it("grants a token to a known client, which works on GET and POST as a query parameter", async () => {
    await start({ clients: [{ clientId: "id-1", clientSecret: "secret-1" }], expiresIn: "172800" });
    const grant = { clientId: "id-1", clientSecret: "secret-1", scope: "api" };
    const granted = (await client.post("auth.token.grant", grant)).json();
    assert.equal(granted.response?.expiresIn, "172800");
    const token = String(granted.response.accessToken);
    assert.equal((await client.get(`cmd.sms.get?connId=2&accessToken=${token}`)).json().stat, "ok");
    const sent = await client.post(`cmd.sms.sendMessage?accessToken=${token}`, {
      address: "+12025550123",
      content: "hi",
    });
    assert.equal(sent.json().stat, "ok");
    assert.equal(device.sent[0]?.to, "+12025550123");
    assert.ok(device.requests.every(({ path }) => !path.includes(token)));
  });

  it("refuses a client with a wrong secret", async () => {
    await start({ clients: [{ clientId: "id-1", clientSecret: "secret-1" }] });
    const refused = await client.post("auth.token.grant", { clientId: "id-1", clientSecret: "x", scope: "api" });
    assert.equal(refused.json().code, 401);
    assert.equal(device.logins, 0);
  });

  it("makes a new client for an admin, and not for a client", async () => {
    await start();
    const wish = { action: "add", name: "Node-RED", scope: "api" };
    assert.equal((await client.post("auth.client", wish)).status, 401);
    await client.login();
    const { response } = (await client.post("auth.client", wish)).json();
    const grant = { clientId: response?.clientId, clientSecret: response?.clientSecret, scope: "api" };
    const granted = (await client.post("auth.token.grant", grant)).json();
    assert.equal(granted.response?.expiresIn, 172800);
    client.cookie = "";
    const token = String(granted.response.accessToken);
    assert.equal((await client.post(`auth.client?accessToken=${token}`, wish)).json().code, 403);
  });

  it("lets a token end after its seconds", async () => {
    await start({ clients: [{ clientId: "id-1", clientSecret: "secret-1" }], expiresIn: 0 });
    const granted = await client.post("auth.token.grant", { clientId: "id-1", clientSecret: "secret-1", scope: "api" });
    const token = String(granted.json().response?.accessToken);
    assert.equal((await client.get(`cmd.sms.get?connId=2&accessToken=${token}`)).status, 401);
  });

  it("lets a session end after its requests, and a new login begin another", async () => {
    await start({ sessionLife: 3 });
    await client.login();
    for (const text of ["one", "two", "three"]) assert.equal((await client.send(text)).json().stat, "ok");
    assert.equal((await client.send("four")).status, 401);
    await client.login();
    assert.equal((await client.send("four")).json().stat, "ok");
    assert.deepEqual(
      device.sent.map(({ text }) => text),
      ["one", "two", "three", "four"],
    );
  });

  it("shows an expired session as HTTP 401, as code 401, or as one after the other", async () => {
    await start();
    await client.login();
    device.expireSessions();
    assert.equal(device.sessions, 0);
    assert.equal((await client.send("x")).status, 401);
    await device.stop();

    await start({ expiryDisguise: "envelope-401" });
    const answer = await client.send("x");
    assert.equal(answer.status, 200);
    assert.equal(answer.json().code, 401);
    await device.stop();

    await start({ expiryDisguise: "alternate" });
    const statuses = [];
    for (let turn = 0; turn < 3; turn += 1) statuses.push((await client.send("x")).status);
    assert.deepEqual(statuses, [401, 200, 401]);
    assert.deepEqual(device.sent, []);
  });

  it("keeps sessions and tokens apart from what others guess", async () => {
    await start();
    await client.login();
    const strange = await ask(`${device.url}/api/cmd.sms.get?connId=2`, "GET", undefined, {
      headers: { cookie: "pauth=0123456789abcdef" },
    });
    assert.equal(strange.status, 401);
  });
});
