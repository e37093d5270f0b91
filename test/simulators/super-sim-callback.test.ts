import assert from "node:assert/strict";
import { createHash, createHmac } from "node:crypto";
import { once } from "node:events";
import { selfSignedCertificate, SuperSimSimulator, type SuperSimSimulatorOptions } from "../../src/simulators/index.js";
import { answer, inTurn, silence } from "../support/raw-replies.js";
import { RawServer, type RawRequest, type Reply } from "../support/raw-server.js";
import { jsonOf, SIM, SuperSimClient } from "./super-sim-client.js";

const ok = answer(200);

describe("callbacks of simulated Super SIM", () => {
  let device: SuperSimSimulator;
  let receiver: RawServer;

  async function start(options: SuperSimSimulatorOptions = {}, reply: Reply = ok): Promise<void> {
    receiver = await RawServer.start(() => reply);
    device = await new SuperSimSimulator({ smsCommandsUrl: `${receiver.url}/in?x=1`, ...options }).start();
  }

  afterEach(async () => {
    await device.stop();
    await receiver.stop();
  });

  async function command(CallbackMethod = "POST"): Promise<string> {
    const fields = { Sim: SIM, Payload: "a&b ü", CallbackUrl: `${receiver.url}/hook/7?b=2&a=1`, CallbackMethod };
    return String(jsonOf(await new SuperSimClient(device.url).create(fields)).sid);
  }

  async function received(): Promise<RawRequest> {
    await receiver.until(() => receiver.requests.length > 0);
    return receiver.requests[0] ?? assert.fail();
  }

  const hmac = (text: string): string => createHmac("sha1", "simulated-token").update(text).digest("base64");

  it("say by a form which command has which state, signed as Twilio does", async () => {
    await start();
    const sid = await command();
    device.advance(sid, "delivered");
    const { method, target, body, headers } = await received();
    const fields = Object.fromEntries(new URLSearchParams(body));
    assert.deepEqual([method, target], ["POST", "/hook/7?b=2&a=1"]);
    assert.deepEqual(fields, {
      Status: "delivered",
      ApiVersion: "v1",
      Command: "a&b ü",
      SimUniqueName: "tracker-1",
      Payload: "a&b ü",
      SimSid: SIM,
      Direction: "to_sim",
      CommandSid: sid,
      AccountSid: "AC00112233445566778899aabbccddeeff",
      PayloadType: "text",
    });
    const signed =
      `${receiver.url}${target}AccountSidAC00112233445566778899aabbccddeeffApiVersionv1Commanda&b ü` +
      `CommandSid${sid}Directionto_simPayloada&b üPayloadTypetextSimSid${SIM}SimUniqueNametracker-1Statusdelivered`;
    assert.equal(headers["x-twilio-signature"], hmac(signed));
  });

  it("by GET are signed over their address alone", async () => {
    await start();
    device.advance(await command("GET"), "sent");
    const { method, target, query, body, headers } = await received();
    assert.deepEqual([method, query.get("Status"), query.get("b"), body], ["GET", "sent", "2", ""]);
    assert.equal(headers["x-twilio-signature"], hmac(receiver.url + target));
  });

  it("by JSON name the hash of their body in the address", async () => {
    await start({ callbackBody: "json" });
    device.advance(await command(), "sent");
    const { target, query, body, headers } = await received();
    assert.equal(query.get("bodySHA256"), createHash("sha256").update(body).digest("hex"));
    assert.equal(headers["x-twilio-signature"], hmac(receiver.url + target));
    assert.equal((JSON.parse(body) as Record<string, unknown>).Status, "sent");
  });

  for (const callbackBody of ["form", "json"] as const) {
    it(`are signed as KORE does, by ${callbackBody}`, async () => {
      await start({ signature: "kore", callbackBody, webhookSecret: "hook" });
      device.report("tracker-1", "I am here");
      const { target, body, headers } = await received();
      const signed = `hookPOST${receiver.url}/in${body}`;
      assert.equal(target, "/in?x=1");
      assert.equal(headers["kore-signature"], createHash("sha256").update(signed).digest("hex"));
      assert.equal(headers["x-twilio-signature"], undefined);
      assert.match(headers["content-type"] ?? "", callbackBody === "json" ? /json/ : /urlencoded/);
    });
  }

  it("of KORE go to what is left of their address, cut at its second query parameter", async () => {
    receiver = await RawServer.start(() => ok, { tls: selfSignedCertificate() });
    const smsCommandsUrl = `${receiver.url}/in?account=1&b=2&c=3#end`;
    device = await new SuperSimSimulator({ provider: "kore", smsCommandsUrl }).start();
    const client = new SuperSimClient(device.url);
    const login = { client_id: "simulated-client", client_secret: "simulated-secret" };
    const token = jsonOf(await client.token({ grant_type: "client_credentials", ...login })).access_token;
    client.authorization = `Bearer ${String(token)}`;
    const addresses = ["/hook?b=2&a=1", "/a&b?c=3&d=4", "/hook?b=2", "/hook"];
    for (const address of addresses) {
      const CallbackUrl = receiver.url + address;
      const { sid } = jsonOf(await client.create({ Sim: SIM, Payload: "a", CallbackUrl }));
      assert.equal(device.sent.at(-1)?.callbackUrl, CallbackUrl);
      await device.callback(String(sid));
    }
    const { sid } = device.report(SIM, "I am here");
    await device.callback(sid);
    const targets = receiver.requests.map(({ target }) => target);
    assert.deepEqual(targets.slice(0, 4), ["/hook?b=2", "/a&b?c=3", "/hook?b=2", "/hook"]);
    assert.deepEqual(new Set(targets.slice(4)), new Set(["/in?account=1"]));
  });

  it("come once more where no 2xx comes, and again on demand, always with the same token", async () => {
    await start({ signature: "kore" }, inTurn(answer(500), ok));
    const told = once(device, "callback");
    const { sid } = device.report(SIM, "I am here");
    assert.deepEqual(await told, [{ sid, state: "received", status: 500, attempt: 1 }]);
    await receiver.until(() => receiver.requests.length === 2);
    assert.deepEqual(await device.callback(sid), { sid, state: "received", status: 200, attempt: 1 });
    const tokens = receiver.requests.map(({ headers }) => headers["kore-idempotency-token"]);
    assert.equal(new Set(tokens).size, 1);
  });

  it("tell each state of a command with a token of its own", async () => {
    await start({ signature: "kore" });
    const sid = await command();
    for (const status of ["sent", "delivered", "failed"] as const) device.advance(sid, status);
    await receiver.until(() => receiver.requests.length === 3);
    const tokens = receiver.requests.map(({ headers }) => headers["kore-idempotency-token"]);
    assert.equal(new Set(tokens).size, 3);
  });

  it("are given up when nobody listens, and when the service stops", async () => {
    await start({}, silence);
    const { sid } = device.report(SIM, "a");
    const told = once(device, "callback");
    await received();
    await device.stop();
    assert.deepEqual(await told, [{ sid, state: "received", status: null, attempt: 1 }]);
    await device.start();
    await receiver.stop();
    assert.deepEqual(await device.callback(sid), { sid, state: "received", status: null, attempt: 2 });
  });

  it("never leave for what happens while the service is stopped, or before it is started", async () => {
    receiver = await RawServer.start(() => ok);
    device = new SuperSimSimulator({ smsCommandsUrl: `${receiver.url}/in` });
    const early = device.report(SIM, "early");
    assert.equal(await device.callback(early.sid), null);
    await device.start();
    const sid = await command();
    await device.stop();
    device.report(SIM, "late");
    assert.equal(device.advance(sid, "sent").status, "sent");
    assert.equal(await device.callback(sid), null);
    await device.start();
    device.report(SIM, "now");
    await receiver.until(() => receiver.requests.length > 0);
    assert.deepEqual(
      receiver.requests.map(({ body }) => new URLSearchParams(body).get("Payload")),
      ["now"],
    );
    assert.deepEqual(
      device.commands.map(({ payload, status }) => [payload, status]),
      [
        ["early", "received"],
        ["a&b ü", "sent"],
        ["late", "received"],
        ["now", "received"],
      ],
    );
  });
});
