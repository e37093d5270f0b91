import assert from "node:assert/strict";
import { performance } from "node:perf_hooks";
import type { CellularErrorCode, Outcome } from "../../../src/errors/cellular-error";
import { SuperSimRefusal } from "../../../src/gateways/super-sim";
import { assertFailure, failureOf } from "../../support/failure";
import {
  answer,
  bytesAndEnd,
  drip,
  hangUp,
  inTurn,
  json,
  reset,
  silence,
  truncated,
  webPage,
} from "../../support/raw-replies";
import type { Reply } from "../../support/raw-server";
import { all, COMMAND_SID, created, record, request, resource, twilioWith } from "./scripted-service";

const vendor = (status: number, code: number, headers = {}): Reply =>
  json(
    { code, message: "Words of the vendor", more_info: `https://errors.example/${code}?x=1`, status },
    headers,
    status,
  );
const found = json(resource);

describe("A command that Super SIM did not take", () => {
  const failures: readonly (readonly [what: string, Reply, CellularErrorCode, Outcome])[] = [
    ["400", vendor(400, 21211), "REFUSED", "not-sent"],
    ["401", vendor(401, 20003), "AUTH_FAILED", "not-sent"],
    ["403", vendor(403, 20403), "FORBIDDEN", "not-sent"],
    ["404", vendor(404, 20404), "NOT_FOUND", "not-sent"],
    ["408", answer(408), "TIMEOUT", "unknown"],
    ["429", vendor(429, 20429, { "Retry-After": "7" }), "RATE_LIMITED", "not-sent"],
    ["500", vendor(500, 20500), "BAD_RESPONSE", "unknown"],
    ["503", answer(503), "BAD_RESPONSE", "unknown"],
    ["503 with Retry-After", answer(503, "", { "Retry-After": "1" }), "BAD_RESPONSE", "unknown"],
    ["a redirect", answer(307, "", { Location: "https://elsewhere.example/v1" }), "BAD_RESPONSE", "unknown"],
    ["204", answer(204), "BAD_RESPONSE", "unknown"],
    ["a web page", webPage, "BAD_RESPONSE", "unknown"],
    ["201 without a SID", json({}, {}, 201), "BAD_RESPONSE", "unknown"],
    ["201 with a SID that is none", json({ ...resource, sid: 7 }, {}, 201), "BAD_RESPONSE", "unknown"],
    ["201 with half of the JSON", answer(201, '{"sid":'), "BAD_RESPONSE", "unknown"],
    ["an answer that is cut off", truncated('{"sid":"HC1"'), "CONNECTION_LOST", "unknown"],
    ["a reset", reset, "CONNECTION_LOST", "unknown"],
    ["the end of the connection", hangUp, "CONNECTION_LOST", "unknown"],
    ["silence", silence, "TIMEOUT", "unknown"],
    ["a byte at a time", drip, "TIMEOUT", "unknown"],
    ["garbage", bytesAndEnd("garbage"), "BAD_RESPONSE", "unknown"],
    ["more than 1 MiB", answer(201, "x".repeat(1024 * 1024 + 1)), "RESPONSE_TOO_LARGE", "unknown"],
  ];
  for (const [what, reply, code, outcome] of failures) {
    it(`is ${code} and ${outcome} after ${what}, and was sent once`, async () => {
      const { server, account } = await twilioWith(reply);
      const timeout = reply === silence || reply === drip ? 1500 : 5000;
      const error = await failureOf(account.createSmsCommand(request, { timeout }));
      assertFailure(error, code, outcome);
      assert.equal(error.retryable, code === "RATE_LIMITED");
      assert.equal(error.retryAfter, code === "RATE_LIMITED" ? 7000 : undefined);
      assert.ok(error.message.startsWith(account.label), error.message);
      assert.equal(server.requests.length, 1);
    });
  }

  it("may come again when the date of Retry-After has come", async () => {
    const headers = { Date: "Sat, 21 Nov 2026 10:00:00 GMT", "Retry-After": "Sat, 21 Nov 2026 10:00:09 GMT" };
    const { account } = await twilioWith(answer(429, "", headers));
    assert.equal((await failureOf(account.createSmsCommand(request))).retryAfter, 9000);
  });

  it("is not sent where nobody listens", async () => {
    const { server, account } = await twilioWith(created);
    await server.stop();
    assertFailure(await failureOf(account.createSmsCommand(request)), "UNREACHABLE", "not-sent");
  });

  it("is unknown if it is given up while it waits for an answer, and not sent if it never began", async () => {
    const { server, account } = await twilioWith(silence);
    const giveUp = new AbortController();
    const failure = failureOf(account.createSmsCommand(request, { signal: giveUp.signal }));
    await server.until(() => server.requests.length === 1);
    giveUp.abort();
    assertFailure(await failure, "INTERRUPTED", "unknown");
    const { signal } = giveUp;
    assertFailure(await failureOf(account.createSmsCommand(request, { signal })), "INTERRUPTED", "not-sent");
    assert.equal(server.requests.length, 1);
  });

  it("is not sent after close", async () => {
    const { account } = await twilioWith(created);
    await account.close();
    assertFailure(await failureOf(account.createSmsCommand(request)), "INTERRUPTED", "not-sent");
  });
});

describe("What Super SIM says of a failure is kept as its cause:", () => {
  const bodies: readonly (readonly [what: string, Reply, code: number | string | null, words: string])[] = [
    ["the vendor's code", vendor(404, 20404), 20404, "Words of the vendor"],
    ["a vendor's body that lacks fields", json({ code: 7 }, {}, 400), 7, ""],
    ["a vendor's body with odd fields", json({ code: {}, message: ["x"], error: "odd" }, {}, 400), "odd", "odd"],
    [
      "a problem of RFC 9457",
      json({ type: "https://errors.example/limit?a=b", title: "Limit", detail: "Too long" }, {}, 422),
      "https://errors.example/limit",
      "Limit: Too long",
    ],
    [
      "an error of OAuth",
      json({ error: "invalid_token", error_description: "ended" }, {}, 401),
      "invalid_token",
      "invalid_token: ended",
    ],
  ];
  for (const [what, reply, code, words] of bodies) {
    it(what, async () => {
      const { account } = await twilioWith(reply);
      const error = await failureOf(account.createSmsCommand(request));
      const { cause } = error;
      assert.ok(cause instanceof SuperSimRefusal);
      assert.deepEqual([cause.code, cause.message, cause.status], [code, words, error.status]);
      assert.ok(error.message.includes(words));
    });
  }

  it("the address that explains it, without its query", async () => {
    const { account } = await twilioWith(vendor(400, 20404));
    const { cause } = await failureOf(account.createSmsCommand(request));
    assert.ok(cause instanceof SuperSimRefusal);
    assert.equal(cause.moreInfo, "https://errors.example/20404");
  });

  for (const [what, reply, words] of [
    ["a text", answer(400, "upstream says no"), /upstream says no/],
    ["a web page", answer(502, "<html><body>Bad gateway"), /a web page/],
    ["a list", json(["no"], {}, 400), /no/],
    ["nothing", answer(400), /HTTP 400/],
  ] as const) {
    it(`${what} is no cause, but stands in the message`, async () => {
      const { account } = await twilioWith(reply);
      const error = await failureOf(account.createSmsCommand(request));
      assert.equal(error.cause, undefined);
      assert.match(error.message, words);
    });
  }
});

describe("A command that is read from Super SIM", () => {
  it("is BAD_RESPONSE where the answer is about another one", async () => {
    const { account } = await twilioWith(json({ ...resource, sid: `HC${"2c".repeat(16)}` }));
    assertFailure(await failureOf(account.fetchSmsCommand(COMMAND_SID)), "BAD_RESPONSE", "not-sent");
    assertFailure(await failureOf(account.fetchCommand(COMMAND_SID)), "BAD_RESPONSE", "not-sent");
  });

  it("is itself in whatever letters the answer writes its SID", async () => {
    const { account } = await twilioWith(found);
    assert.equal((await account.fetchSmsCommand(COMMAND_SID.replace("1b", "1B"))).sid, COMMAND_SID);
  });
});

describe("Reading from Super SIM is repeated", () => {
  for (const [what, reply] of [
    ["429 with Retry-After", vendor(429, 20429, { "Retry-After": "0" })],
    ["429", vendor(429, 20429)],
    ["500", answer(500)],
    ["503", answer(503, "", { "Retry-After": "0" })],
    ["408", answer(408)],
    ["a reset", reset],
    ["the end of the connection", hangUp],
    ["an answer that is cut off", truncated("{")],
  ] as const) {
    it(`after ${what}`, async () => {
      const { server, account } = await twilioWith(inTurn(reply, found));
      assert.deepEqual(await account.fetchSmsCommand(COMMAND_SID), record);
      assert.equal(server.requests.length, 2);
    });
  }

  it("not before Retry-After is over", async () => {
    const { account } = await twilioWith(inTurn(answer(429, "", { "Retry-After": "1" }), found));
    const begin = performance.now();
    await account.fetchSmsCommand(COMMAND_SID);
    assert.ok(performance.now() - begin >= 995);
  });

  it("after a while, even if the service says at once", async () => {
    const { account } = await twilioWith(inTurn(answer(429, "", { "Retry-After": "0" }), found));
    const begin = performance.now();
    await account.fetchSmsCommand(COMMAND_SID);
    assert.ok(performance.now() - begin >= 249);
  });

  it("not at all where Retry-After is longer than the call has time", async () => {
    const { server, account } = await twilioWith(answer(429, "", { "Retry-After": "60" }));
    const error = await failureOf(account.fetchSmsCommand(COMMAND_SID));
    assertFailure(error, "RATE_LIMITED", "not-sent");
    assert.deepEqual([error.retryAfter, error.retryable, server.requests.length], [60_000, true, 1]);
  });

  it("not with so little time left that its end would hide what the service said", async () => {
    const { server, account } = await twilioWith(answer(429, "", { "Retry-After": "3" }));
    const error = await failureOf(account.fetchSmsCommand(COMMAND_SID, { timeout: 3200 }));
    assertFailure(error, "RATE_LIMITED", "not-sent");
    assert.deepEqual([error.retryAfter, server.requests.length], [3000, 1]);
  });

  it("five times at most", async () => {
    const { server, account } = await twilioWith(answer(429, "", { "Retry-After": "0" }));
    assertFailure(await failureOf(all(account.listSmsCommands())), "RATE_LIMITED", "not-sent");
    assert.equal(server.requests.length, 5);
  });

  it("not where it cannot help", async () => {
    for (const reply of [answer(400), answer(401), answer(403), answer(404), webPage, json({})]) {
      const { server, account } = await twilioWith(reply);
      const error = await failureOf(account.fetchSmsCommand(COMMAND_SID));
      assert.deepEqual([error.outcome, server.requests.length], ["not-sent", 1]);
    }
  });

  it("no longer once the call is given up, or the account closed", async () => {
    const { server, account } = await twilioWith(answer(429, "", { "Retry-After": "4" }));
    const giveUp = new AbortController();
    const first = failureOf(account.fetchSmsCommand(COMMAND_SID, { signal: giveUp.signal }));
    const second = failureOf(account.fetchSmsCommand(COMMAND_SID));
    await server.until(() => server.requests.length === 2);
    giveUp.abort();
    assertFailure(await first, "INTERRUPTED", "not-sent");
    await account.close();
    assertFailure(await second, "INTERRUPTED", "not-sent");
  });
});
