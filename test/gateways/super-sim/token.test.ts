import assert from "node:assert/strict";
import type { CellularErrorCode } from "../../../src/errors/cellular-error";
import { assertFailure, failureOf } from "../../support/failure";
import { held } from "../../support/held-reply";
import { later } from "../../support/moved-clock";
import { answer, inTurn, json, reset, silence, webPage } from "../../support/raw-replies";
import type { Reply } from "../../support/raw-server";
import { COMMAND_SID, created, koreWith, record, request, resource, TOKEN_PATH, tokenOf } from "./scripted-service";

/** Takes one token alone. */
function only(token: string, status = 401, reply: Reply = created): Reply {
  return (wire, asked) => {
    const isGood = asked.headers.authorization === `Bearer ${token}`;
    (isGood ? reply : json({ error: "invalid_token" }, {}, status))(wire, asked);
  };
}

describe("A token of KORE", () => {
  it("is asked for once by fifty calls at once, and used by all that follow", async () => {
    const token = held(tokenOf("t1"));
    const { server, account } = await koreWith(token.reply, only("t1"));
    const calls = Promise.all(Array.from({ length: 50 }, () => account.createSmsCommand(request)));
    await server.until(() => server.requests.length === 1);
    token.letGo();
    await calls;
    await account.createSmsCommand(request);
    assert.deepEqual([server.count(TOKEN_PATH), server.count("/v1/SmsCommands")], [1, 51]);
  });

  for (const status of [401, 403]) {
    it(`that ended before its time is renewed once after ${status}, and the command created once`, async () => {
      const { server, account } = await koreWith(inTurn(tokenOf("t1"), tokenOf("t2")), only("t2", status));
      assert.deepEqual(await account.createSmsCommand(request), record);
      assert.deepEqual([server.count(TOKEN_PATH), server.count("/v1/SmsCommands")], [2, 2]);
    });

    it(`that is refused again with ${status} is a refused login`, async () => {
      const { server, account } = await koreWith(tokenOf("t1"), only("t2", status));
      const error = await failureOf(account.createSmsCommand(request));
      assertFailure(error, status === 401 ? "AUTH_FAILED" : "FORBIDDEN", "not-sent");
      assert.deepEqual([server.count(TOKEN_PATH), server.count("/v1/SmsCommands")], [2, 2]);
    });
  }

  for (const status of [201, 203]) {
    it(`is taken with HTTP ${status} too`, async () => {
      const { account } = await koreWith(json({ access_token: "t1" }, {}, status), only("t1"));
      assert.deepEqual(await account.createSmsCommand(request), record);
    });
  }

  it("that ended is renewed once for all calls that meet it at the same time", async () => {
    const { server, account } = await koreWith(inTurn(tokenOf("t1"), tokenOf("t2")), only("t2"));
    await Promise.all(Array.from({ length: 8 }, () => account.createSmsCommand(request)));
    assert.equal(server.count(TOKEN_PATH), 2);
  });

  for (const [what, life] of [
    ["a life of nothing", 0],
    ["a life that is over", -3600],
    ["a life in words", "0"],
  ] as const) {
    it(`with ${what} serves one call each`, async () => {
      const { server, account } = await koreWith(tokenOf("t1", life), only("t1"));
      for (let call = 0; call < 3; call += 1) await account.createSmsCommand(request);
      assert.equal(server.count(TOKEN_PATH), 3);
    });
  }

  for (const [what, life] of [
    ["no life", undefined],
    ["a life that is no number", "soon"],
    ["a life of centuries", 1e12],
    ["null for its life", null],
  ] as const) {
    it(`with ${what} serves until it is refused`, async () => {
      const { server, account } = await koreWith(tokenOf("t1", life), only("t1"));
      for (let call = 0; call < 3; call += 1) await account.createSmsCommand(request);
      assert.equal(server.count(TOKEN_PATH), 1);
    });
  }

  it("is renewed at its end without a refusal", async () => {
    const { server, account } = await koreWith(inTurn(tokenOf("t1", 300), tokenOf("t2")), created);
    await account.createSmsCommand(request);
    await later(300_000, () => account.createSmsCommand(request));
    assert.equal(server.count(TOKEN_PATH), 2);
    const used = server.requests.filter(({ path }) => path !== TOKEN_PATH).map(({ headers }) => headers.authorization);
    assert.deepEqual([...new Set(used)], ["Bearer t1", "Bearer t2"]);
  });

  it("goes on being asked for when the call that began it is given up", async () => {
    const token = held(tokenOf("t1"));
    const { server, account } = await koreWith(token.reply, only("t1"));
    const giveUp = new AbortController();
    const first = failureOf(account.createSmsCommand(request, { signal: giveUp.signal }));
    const second = account.createSmsCommand(request);
    const third = failureOf(account.createSmsCommand(request, { timeout: 50 }));
    await server.until(() => server.requests.length === 1);
    giveUp.abort();
    assertFailure(await first, "INTERRUPTED", "not-sent");
    assertFailure(await third, "TIMEOUT", "not-sent");
    token.letGo();
    assert.deepEqual(await second, record);
    assert.equal(server.count(TOKEN_PATH), 1);
  });
});

describe("A request for a token that fails", () => {
  const refused = json({ error: "unauthorized_client", error_description: "Invalid client" }, {}, 401);
  const failures: readonly (readonly [what: string, Reply, CellularErrorCode])[] = [
    ["a bad client", refused, "AUTH_FAILED"],
    ["400", json({ error: "invalid_client" }, {}, 400), "AUTH_FAILED"],
    ["403", answer(403), "AUTH_FAILED"],
    ["404", answer(404), "NOT_FOUND"],
    ["429", answer(429, "", { "Retry-After": "9" }), "RATE_LIMITED"],
    ["503", answer(503), "BAD_RESPONSE"],
    ["a web page", webPage, "BAD_RESPONSE"],
    ["no token", json({}), "BAD_RESPONSE"],
    ["a token that is none", json({ access_token: "a\r\nb" }), "BAD_RESPONSE"],
    ["an empty token", json({ access_token: "" }), "BAD_RESPONSE"],
    ["a reset", reset, "CONNECTION_LOST"],
    ["silence", silence, "TIMEOUT"],
  ];
  for (const [what, reply, code] of failures) {
    it(`with ${what} is ${code}, and no command leaves`, async () => {
      const { server, account } = await koreWith(reply, created, reply === silence ? { timeout: 1500 } : {});
      const error = await failureOf(account.createSmsCommand(request));
      assertFailure(error, code, "not-sent");
      assert.equal(error.retryAfter, code === "RATE_LIMITED" ? 9000 : undefined);
      assert.deepEqual([server.count(TOKEN_PATH), server.count("/v1/SmsCommands")], [1, 0]);
    });
  }

  it("does not end the account: the next call asks again", async () => {
    const { account } = await koreWith(inTurn(answer(503), tokenOf("t1")), only("t1"));
    assert.equal((await failureOf(account.createSmsCommand(request))).retryable, true);
    assert.deepEqual(await account.createSmsCommand(request), record);
  });

  it("is repeated for what only reads", async () => {
    const { server, account } = await koreWith(inTurn(answer(503), tokenOf("t1")), only("t1", 401, json(resource)));
    assert.deepEqual(await account.fetchSmsCommand(COMMAND_SID), record);
    assert.equal(server.count(TOKEN_PATH), 2);
  });

  it("is not waited for by close", async () => {
    const { server, account } = await koreWith(silence, created);
    const failure = failureOf(account.createSmsCommand(request));
    await server.until(() => server.requests.length === 1);
    await account.close();
    assertFailure(await failure, "INTERRUPTED", "not-sent");
  });
});
