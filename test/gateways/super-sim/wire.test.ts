import assert from "node:assert/strict";
import fc from "fast-check";
import { json } from "../../support/raw-replies";
import {
  ACCOUNT,
  all,
  API_KEY,
  COMMAND_SID,
  created,
  koreWith,
  PAYLOAD,
  record,
  request,
  resource,
  SECRET,
  SIM,
  tokenOf,
  twilioWith,
} from "./scripted-service";

const basic = (user: string): string => `Basic ${Buffer.from(`${user}:${SECRET}`).toString("base64")}`;

describe("Requests of Super SIM on the wire", () => {
  it("create an SMS Command by a form, with the account's SID and token", async () => {
    const { server, account } = await twilioWith(created);
    const command = await account.createSmsCommand({
      sim: "tracker 7",
      payload: "checkin: firmware update",
      callbackUrl: "https://flows.example/hook?a=1&b=2",
      callbackMethod: "POST",
    });
    const [{ method, target, headers, body } = assert.fail()] = server.requests;
    assert.deepEqual(
      [method, target, body, headers["content-type"], headers.authorization],
      [
        "POST",
        "/v1/SmsCommands",
        "Sim=tracker+7&Payload=checkin%3A+firmware+update&CallbackMethod=POST" +
          "&CallbackUrl=https%3A%2F%2Fflows.example%2Fhook%3Fa%3D1%26b%3D2",
        "application/x-www-form-urlencoded",
        basic(ACCOUNT),
      ],
    );
    assert.deepEqual(command, record);
  });

  it("leave out what is left open", async () => {
    const { server, account } = await twilioWith(created);
    await account.createSmsCommand({ sim: SIM, payload: "a", callbackUrl: "" });
    assert.equal(server.requests[0]?.body, `Sim=${SIM}&Payload=a`);
  });

  it("carry an API key where one is given", async () => {
    const { server, account } = await twilioWith(created, { apiKeySid: API_KEY, apiKeySecret: SECRET });
    await account.createSmsCommand(request);
    assert.equal(server.requests[0]?.headers.authorization, basic(API_KEY));
  });

  it("carry the auth token where that is asked for, though there is an API key", async () => {
    const { server, account } = await twilioWith(created, { auth: "token", apiKeySid: API_KEY, apiKeySecret: "x" });
    await account.createSmsCommand(request);
    assert.equal(server.requests[0]?.headers.authorization, basic(ACCOUNT));
  });

  it("ask KORE for a token by a form, and carry it", async () => {
    const { server, account } = await koreWith(tokenOf("t.o-k_e~n"), created);
    await account.createSmsCommand({ sim: SIM, payload: "a" });
    const shown = server.requests.map(({ method, target, body, headers }) => [
      method,
      target,
      body,
      headers.authorization,
    ]);
    const secret = "p%22%26%3D%25%2B+w%C3%B6rd-99";
    assert.deepEqual(shown, [
      [
        "POST",
        "/api-services/v1/auth/token",
        `grant_type=client_credentials&client_id=flows&client_secret=${secret}`,
        undefined,
      ],
      ["POST", "/v1/SmsCommands", `Sim=${SIM}&Payload=a`, "Bearer t.o-k_e~n"],
    ]);
  });

  it("read, list and create by their own paths", async () => {
    const meta = { key: "sms_commands", next_page_url: null };
    const { server, account } = await twilioWith((wire, asked) => {
      const legacy = { ...resource, payload: undefined, command: PAYLOAD };
      const one = asked.path.startsWith("/v1/Commands") ? legacy : resource;
      if (asked.method === "POST" || asked.path.endsWith(COMMAND_SID)) json(one)(wire, asked);
      else json({ sms_commands: [], commands: [], sims: [], meta: { ...meta, key: undefined } })(wire, asked);
    });
    assert.deepEqual(await account.fetchSmsCommand(COMMAND_SID), record);
    const { payload, ...rest } = record;
    assert.deepEqual(await account.fetchCommand(COMMAND_SID), { ...rest, command: payload });
    assert.deepEqual(await account.createCommand({ sim: SIM, command: "a b" }), { ...rest, command: payload });
    await all(account.listSmsCommands());
    await all(account.listSmsCommands({ sim: "t 7", status: "received", direction: "from_sim", pageSize: 1000 }));
    await all(account.listCommands({ status: "failed" }));
    await all(account.listSims({ status: "active", fleet: "north", iccid: "8988307000000000001", pageSize: 1 }));
    assert.deepEqual(
      server.requests.map(({ method, target, body }) => `${method} ${target} ${body}`.trimEnd()),
      [
        `GET /v1/SmsCommands/${COMMAND_SID}`,
        `GET /v1/Commands/${COMMAND_SID}`,
        `POST /v1/Commands Sim=${SIM}&Command=a+b`,
        "GET /v1/SmsCommands",
        "GET /v1/SmsCommands?Sim=t+7&Status=received&Direction=from_sim&PageSize=1000",
        "GET /v1/Commands?Status=failed",
        "GET /v1/Sims?Status=active&Fleet=north&Iccid=8988307000000000001&PageSize=1",
      ],
    );
  });

  it("go below the path of the base URL", async () => {
    const { server, account } = await twilioWith(created);
    const { account: below } = await twilioWith(created, { url: `${server.url}/proxy/` });
    await below.createSmsCommand(request);
    assert.equal(server.requests[0]?.target, "/proxy/v1/SmsCommands");
    assert.equal(account.label, `Super SIM at Twilio ${server.url}`);
  });

  it("carry every text of up to 160 bytes as it is", async () => {
    const { server, account } = await twilioWith(created);
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: "binary", minLength: 1, maxLength: 40 }), async (payload) => {
        server.requests.length = 0;
        await account.createSmsCommand({ sim: SIM, payload });
        assert.equal(new URLSearchParams(server.requests[0]?.body).get("Payload"), payload);
      }),
      { numRuns: 200 },
    );
  });
});

describe("Records of Super SIM", () => {
  it("have null for what lacks, keep words that are new, and let fields be that nobody knows", async () => {
    const { account } = await twilioWith(json({ sid: "HCx", status: "parked", later: {}, ["__proto__"]: 1 }, {}, 201));
    assert.deepEqual(await account.createSmsCommand(request), {
      sid: "HCx",
      accountSid: null,
      simSid: null,
      payload: null,
      status: "parked",
      direction: null,
      dateCreated: null,
      dateUpdated: null,
      url: null,
    });
  });

  it("name a SIM", async () => {
    const sim = {
      sid: SIM,
      unique_name: "t7",
      account_sid: ACCOUNT,
      iccid: "8988",
      status: "active",
      links: { a: "b" },
    };
    const { account } = await twilioWith(json({ sims: [sim], meta: { key: "sims", next_page_url: null } }));
    const card = {
      sid: SIM,
      uniqueName: "t7",
      accountSid: ACCOUNT,
      iccid: "8988",
      status: "active",
      fleetSid: null,
      dateCreated: null,
      dateUpdated: null,
      url: null,
      links: { a: "b" },
    };
    assert.deepEqual(await all(account.listSims()), [card]);
    assert.deepEqual(await account.probe(), { version: null, accountSid: ACCOUNT, raw: card });
  });

  it("of an account without a SIM name no account", async () => {
    const { account } = await twilioWith(json({ sims: [], meta: { key: "sims", next_page_url: null } }));
    assert.deepEqual(await account.probe(), { version: null, accountSid: null, raw: null });
  });
});
