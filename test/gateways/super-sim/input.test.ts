import assert from "node:assert/strict";
import type { CellularErrorCode } from "../../../src/errors/cellular-error";
import { SuperSim, type SmsCommandRequest, type SuperSimOptions } from "../../../src/gateways/super-sim";
import { assertFailure, failureIn, failureOf } from "../../support/failure";
import {
  ACCOUNT,
  all,
  API_KEY,
  COMMAND_SID,
  created,
  koreWith,
  request,
  SIM,
  tokenOf,
  twilioWith,
} from "./scripted-service";

const bad: readonly (readonly [
  what: string,
  change: Record<string, unknown>,
  code: CellularErrorCode,
  words: RegExp,
])[] = [
  ["no SIM", { sim: undefined }, "ADDRESS_INVALID", /SIM/],
  ["an empty SIM", { sim: " " }, "ADDRESS_INVALID", /SIM/],
  ["half of a character for a SIM", { sim: "\ud83d" }, "ADDRESS_INVALID", /SIM/],
  ["a SID that was cut off", { sim: SIM.slice(0, -1) }, "ADDRESS_INVALID", /32 hexadecimal/],
  ["a SID with a letter that is none", { sim: `${SIM.slice(0, -1)}x` }, "ADDRESS_INVALID", /32 hexadecimal/],
  ["the SID of a command for a SIM", { sim: COMMAND_SID }, "ADDRESS_INVALID", /HS/],
  ["no text", { payload: undefined }, "TEXT_EMPTY", /text/],
  ["an empty text", { payload: "" }, "TEXT_EMPTY", /text/],
  ["an object for a text", { payload: {} }, "TEXT_INVALID", /object/],
  ["half of a character", { payload: "\ud83d" }, "TEXT_INVALID", /half/],
  ["161 characters", { payload: "x".repeat(161) }, "TEXT_TOO_LONG", /161 .* 160/],
  ["81 characters of two bytes", { payload: "é".repeat(81) }, "TEXT_TOO_LONG", /162 .* 160/],
  ["a callback URL that is none", { callbackUrl: "flows.example/hook" }, "OPTION_INVALID", /callbackUrl/],
  ["a callback URL of ftp", { callbackUrl: "ftp://flows.example" }, "OPTION_INVALID", /callbackUrl/],
  ["a callback URL of javascript", { callbackUrl: "javascript:1" }, "OPTION_INVALID", /callbackUrl/],
  ["a callback URL with a line break", { callbackUrl: "https://flows.example/\na" }, "OPTION_INVALID", /callbackUrl/],
  ["an object for a callback URL", { callbackUrl: {} }, "OPTION_INVALID", /callbackUrl/],
  ["a callback method that is none", { callbackMethod: "PUT" }, "OPTION_INVALID", /callbackMethod/],
];

describe("Super SIM refuses before any request", () => {
  for (const [what, change, code, words] of bad) {
    it(what, async () => {
      const { server, account } = await twilioWith(created);
      const asked = { ...request, ...change } as SmsCommandRequest;
      const error = await failureOf(account.createSmsCommand(asked));
      assertFailure(error, code, "not-sent");
      assert.match(error.message, words);
      assert.equal(error.retryable, false);
      const legacy = { ...asked, command: asked.payload };
      assertFailure(await failureOf(account.createCommand(legacy)), code, "not-sent");
      assert.equal(server.connections, 0);
    });
  }

  it("a callback by http at KORE, and takes one by https", async () => {
    const { server, account } = await koreWith(tokenOf("t"), created);
    const error = await failureOf(account.createSmsCommand({ ...request, callbackUrl: "http://flows.example/hook" }));
    assertFailure(error, "OPTION_INVALID", "not-sent");
    assert.match(error.message, /https/);
    assert.equal(server.connections, 0);
    await account.createSmsCommand({ ...request, callbackUrl: "https://flows.example/hook" });
  });

  it("a command's SID that is none", async () => {
    const { server, account } = await twilioWith(created);
    for (const sid of ["", "HC", SIM, `${COMMAND_SID}/../x`, undefined as unknown as string]) {
      assertFailure(await failureOf(account.fetchSmsCommand(sid)), "OPTION_INVALID", "not-sent");
      assertFailure(await failureOf(account.fetchCommand(sid)), "OPTION_INVALID", "not-sent");
    }
    assert.equal(server.connections, 0);
  });

  it("filters that the service does not know", async () => {
    const { server, account } = await twilioWith(created);
    const filters = [{ status: "lost" }, { direction: "up" }, { pageSize: 0 }, { pageSize: 1001 }, { pageSize: 1.5 }];
    for (const filter of filters) {
      assertFailure(await failureOf(all(account.listSmsCommands(filter as object))), "OPTION_INVALID", "not-sent");
    }
    assertFailure(await failureOf(all(account.listSims({ fleet: "" }))), "OPTION_INVALID", "not-sent");
    assertFailure(await failureOf(all(account.listCommands({ sim: "" }))), "ADDRESS_INVALID", "not-sent");
    assert.equal(server.connections, 0);
  });

  it("a time that is none", async () => {
    const { account } = await twilioWith(created);
    assertFailure(await failureOf(account.createSmsCommand(request, { timeout: 0 })), "OPTION_INVALID", "not-sent");
  });
});

describe("A Super SIM account says what lacks", () => {
  const twilio = { provider: "twilio" } as const;
  const kore = { provider: "kore" } as const;
  const incomplete: readonly (readonly [what: string, options: SuperSimOptions, words: RegExp])[] = [
    ["everything", twilio, /account SID is missing/],
    ["the auth token", { ...twilio, accountSid: ACCOUNT }, /without its auth token/],
    ["an API key's secret", { ...twilio, apiKeySid: API_KEY }, /without its API key secret/],
    ["an API key's SID", { ...twilio, apiKeySecret: "x" }, /API key SID is missing/],
    ["the client id", { ...kore, clientSecret: "x" }, /client id is missing/],
    ["the client secret", { ...kore, clientId: "x" }, /without its client secret/],
    ["a good account SID", { ...twilio, accountSid: "AC12", authToken: "x" }, /AC and 32/],
    ["a good API key SID", { ...twilio, apiKeySid: ACCOUNT, apiKeySecret: "x" }, /SK and 32/],
    ["the other half of a character", { ...kore, clientId: "x", clientSecret: "\ud83d" }, /half of a character/],
  ];
  for (const [what, options, words] of incomplete) {
    it(what, async () => {
      const account = new SuperSim(options);
      const error = failureIn(() => {
        account.checkConfiguration();
      });
      assertFailure(error, "CONFIG_MISSING", "not-sent");
      assert.match(error.message, words);
      assertFailure(await failureOf(account.createSmsCommand(request)), "CONFIG_MISSING", "not-sent");
      assertFailure(await failureOf(account.fetchSmsCommand(COMMAND_SID)), "CONFIG_MISSING", "not-sent");
      assertFailure(await failureOf(account.probe()), "CONFIG_MISSING", "not-sent");
      await account.close();
    });
  }

  it("a provider, a kind of login or an address that is none", () => {
    for (const options of [
      { provider: "constructor" },
      { provider: "twilio", auth: "oauth" },
      { provider: "twilio", url: "supersim.twilio.com" },
      { provider: "kore", tokenUrl: "ftp://token.example" },
    ]) {
      assertFailure(
        failureIn(() => new SuperSim(options as SuperSimOptions)),
        "CONFIG_MISSING",
        "not-sent",
      );
    }
  });
});
