import assert from "node:assert/strict";
import { assertFailure, failureOf } from "../../support/failure";
import { later } from "../../support/moved-clock";
import { answer, hangUp, inTurn, json, reset, silence, truncated, webPage } from "../../support/raw-replies";
import type { Reply } from "../../support/raw-server";
import {
  byClient,
  byPassword,
  CLIENT_SECRET,
  COOKIE,
  fail,
  GRANT,
  LIST,
  LOGIN,
  ok,
  PASSWORD,
  routerWith,
  SEND,
  sms,
  TOKEN,
} from "./scripted-router";

const SECOND = 1000;

function grant(expiresIn: unknown): Reply {
  return json({ stat: "ok", response: { accessToken: TOKEN, expiresIn } });
}

function readOnly(get: unknown, post: unknown): Reply {
  return json(
    { stat: "ok", response: { permission: { GET: get, POST: post } } },
    { "Set-Cookie": `bauth=${COOKIE}; Path=/` },
  );
}

describe("A login by password", () => {
  it("posts user name and password, and signs each call with the cookie", async () => {
    const { server, router } = await routerWith();
    await router.sendSms(sms);
    await router.listSms({ connId: 2 });
    assert.deepEqual(server.bodies(LOGIN), [{ username: "api", password: PASSWORD }]);
    for (const { path, headers, query } of server.requests.slice(1)) {
      assert.equal(headers.cookie, `bauth=${COOKIE}`, path);
      assert.equal(query.has("accessToken"), false);
    }
  });

  it("takes the cookies as they are set, pauth on plain HTTP too", async () => {
    const login = json({ stat: "ok", response: {} }, { "Set-Cookie": ["pauth=x=y; Path=/", "lang=en"] });
    const { server, router } = await routerWith({ [LOGIN]: login });
    await router.sendSms(sms);
    assert.equal(server.requests[1]?.headers.cookie, "pauth=x=y; lang=en");
  });

  it("is good without a word about permissions", async () => {
    for (const response of [undefined, null, {}, { permission: null }, { permission: {} }, { permission: "all" }]) {
      const login = json({ stat: "ok", response }, { "Set-Cookie": "bauth=1" });
      const { router } = await routerWith({ [LOGIN]: login });
      await router.sendSms(sms);
    }
  });

  it("without a cookie in the answer is BAD_RESPONSE, and nothing is sent", async () => {
    const { server, router } = await routerWith({ [LOGIN]: ok });
    assertFailure(await failureOf(router.sendSms(sms)), "BAD_RESPONSE", "not-sent");
    assert.equal(server.count(SEND), 0);
  });
});

describe("A login by client", () => {
  it("is granted a token, which goes as query parameter, with a POST too", async () => {
    const { server, router } = await routerWith({}, byClient);
    await router.sendSms(sms);
    await router.listSms({ connId: 2 });
    assert.deepEqual(server.bodies(GRANT), [{ clientId: "client-1", clientSecret: CLIENT_SECRET, scope: "api" }]);
    const [, send, list] = server.requests;
    assert.deepEqual([send?.method, send?.query.get("accessToken"), send?.headers.cookie], ["POST", TOKEN, undefined]);
    assert.deepEqual([list?.method, list?.query.get("accessToken"), list?.query.get("connId")], ["GET", TOKEN, "2"]);
  });

  for (const expiresIn of [172800, "172800"]) {
    it(`has a token of ${JSON.stringify(expiresIn)} seconds renewed a minute before its end, not earlier`, async () => {
      const { server, router } = await routerWith({ [GRANT]: grant(expiresIn) }, byClient);
      await router.sendSms(sms);
      await later((172800 - 70) * SECOND, () => router.sendSms(sms));
      assert.equal(server.count(GRANT), 1);
      await later((172800 - 50) * SECOND, () => router.sendSms(sms));
      assert.deepEqual([server.count(GRANT), server.count(SEND)], [2, 3]);
    });
  }

  it("uses a token of a short life for most of it", async () => {
    const { server, router } = await routerWith({ [GRANT]: grant(30) }, byClient);
    await router.sendSms(sms);
    await later(20 * SECOND, () => router.sendSms(sms));
    assert.equal(server.count(GRANT), 1);
    await later(29 * SECOND, () => router.sendSms(sms));
    assert.equal(server.count(GRANT), 2);
  });

  for (const expiresIn of [undefined, null, "soon", {}]) {
    it(`uses a token until it is refused if its life is ${JSON.stringify(expiresIn)}`, async () => {
      const { server, router } = await routerWith({ [GRANT]: grant(expiresIn) }, byClient);
      await router.sendSms(sms);
      await later(1e9, () => router.sendSms(sms));
      assert.equal(server.count(GRANT), 1);
    });
  }

  for (const expiresIn of [0, -5]) {
    it(`is made for each call, not for ever, if a token lives ${expiresIn} seconds`, async () => {
      const { server, router } = await routerWith({ [GRANT]: grant(expiresIn) }, byClient);
      await router.sendSms(sms);
      await router.sendSms(sms);
      assert.deepEqual([server.count(GRANT), server.count(SEND)], [2, 2]);
    });
  }

  for (const response of [undefined, {}, { accessToken: "" }, { accessToken: 5 }, { accessToken: null }, []]) {
    it(`without a token (${JSON.stringify(response)}) is BAD_RESPONSE, and nothing is sent`, async () => {
      const { server, router } = await routerWith({ [GRANT]: json({ stat: "ok", response }) }, byClient);
      assertFailure(await failureOf(router.sendSms(sms)), "BAD_RESPONSE", "not-sent");
      assert.equal(server.count(SEND), 0);
    });
  }
});

describe("A login that the router refuses", () => {
  const refusals: readonly (readonly [string, Reply])[] = [
    ["a fail with code 401", fail(401, "Invalid login")],
    ["a fail with another code", fail(3, "Invalid login")],
    ["a fail without a code", fail()],
    ["HTTP 401", answer(401, "")],
    ["HTTP 400 with a fail", json({ stat: "fail", code: 400 }, {}, 400)],
  ];
  for (const [what, reply] of refusals) {
    for (const [how, path, options] of [
      ["by password", LOGIN, byPassword],
      ["by client", GRANT, byClient],
    ] as const) {
      it(`${how} with ${what} is AUTH_FAILED, and nothing is sent`, async () => {
        const { server, router } = await routerWith({ [path]: reply }, options);
        const error = await failureOf(router.sendSms(sms));
        assertFailure(error, "AUTH_FAILED", "not-sent");
        assert.equal(error.retryable, false);
        assert.match(error.message, /the login was refused|refused the login/);
        assert.deepEqual([server.count(path), server.count(SEND)], [1, 0]);
      });
    }
  }

  it("is told with what to do, and the router's own words at the end", async () => {
    const { router } = await routerWith({ [LOGIN]: fail(401, "Invalid login") });
    const { message } = await failureOf(router.sendSms(sms));
    assert.match(message, /refused the login\. Check the credentials\. The device says: code 401, Invalid login$/);
  });
});

describe("A login that breaks off or gets no good answer", () => {
  const replies: readonly (readonly [string, Reply, code: string])[] = [
    ["silence", silence, "TIMEOUT"],
    ["a reset", reset, "CONNECTION_LOST"],
    ["an end", hangUp, "CONNECTION_LOST"],
    ["a truncated answer", truncated('{"stat":"ok"}'), "CONNECTION_LOST"],
    ["a web page", webPage, "BAD_RESPONSE"],
    ["nothing", answer(200), "BAD_RESPONSE"],
    ["JSON without stat", json({ response: {} }), "BAD_RESPONSE"],
    ["a redirect", answer(302, "", { Location: "/cgi-bin/login" }), "BAD_RESPONSE"],
    ["HTTP 403", answer(403), "FORBIDDEN"],
    ["HTTP 404", answer(404), "NOT_FOUND"],
    ["HTTP 408", answer(408), "TIMEOUT"],
    ["HTTP 429", answer(429), "RATE_LIMITED"],
    ["HTTP 500", answer(500), "BAD_RESPONSE"],
    ["HTTP 503", answer(503), "BAD_RESPONSE"],
    ["HTTP 503 with Retry-After", answer(503, "", { "Retry-After": "3" }), "GATEWAY_BUSY"],
    ["an unknown function", fail(999, "Unknown function"), "UNSUPPORTED"],
    ["an answer of more than a MiB", answer(200, " ".repeat(1024 * 1024 + 1)), "RESPONSE_TOO_LARGE"],
  ];
  for (const [what, reply, code] of replies) {
    it(`with ${what} is ${code} and not sent`, async () => {
      const { server, router } = await routerWith({ [LOGIN]: reply });
      const error = await failureOf(router.sendSms(sms, { timeout: reply === silence ? 1500 : 5000 }));
      assert.deepEqual([error.code, error.outcome], [code, "not-sent"], error.message);
      assert.deepEqual([server.count(LOGIN), server.count(SEND)], [1, 0]);
    });
  }
});

describe("Missing credentials", () => {
  for (const [what, options] of [
    ["user name", { password: PASSWORD }],
    ["password", { username: "api" }],
    ["client id", { auth: "client", clientSecret: CLIENT_SECRET }],
    ["client secret", { clientId: "client-1" }],
    ["credentials at all", {}],
  ] as const) {
    it(`are CONFIG_MISSING without a connection: no ${what}`, async () => {
      const { server, router } = await routerWith({}, options);
      assertFailure(await failureOf(router.sendSms(sms)), "CONFIG_MISSING", "not-sent");
      assert.throws(() => {
        router.checkConfiguration();
      }, /missing/);
      assert.equal(server.connections, 0);
    });
  }
});

describe("A permission that the user lacks", () => {
  for (const no of [0, "0", false]) {
    it(`(${JSON.stringify(no)}) for POST is FORBIDDEN, says so, and no send is asked for; reading goes on`, async () => {
      const { server, router } = await routerWith({ [LOGIN]: readOnly(1, no) });
      const error = await failureOf(router.sendSms(sms));
      assertFailure(error, "FORBIDDEN", "not-sent");
      assert.match(error.message, /POST/);
      assert.deepEqual(await router.listSms({ connId: 2 }), []);
      assert.deepEqual([server.count(LOGIN), server.count(SEND)], [1, 0]);
    });
  }

  it("for GET is FORBIDDEN and says so", async () => {
    const { server, router } = await routerWith({ [LOGIN]: readOnly(0, 1) });
    const error = await failureOf(router.listSms({ connId: 2 }));
    assertFailure(error, "FORBIDDEN", "not-sent");
    assert.match(error.message, /GET/);
    await router.sendSms(sms);
    assert.equal(server.count(LIST), 0);
  });

  it("by a login that took the place of an expired one is FORBIDDEN, and the send is not asked for again", async () => {
    const { server, router } = await routerWith({
      [LOGIN]: inTurn(readOnly(1, 1), readOnly(1, 0)),
      [SEND]: fail(401, "Unauthorized"),
    });
    assertFailure(await failureOf(router.sendSms(sms)), "FORBIDDEN", "not-sent");
    assert.deepEqual([server.count(LOGIN), server.count(SEND)], [2, 1]);
  });

  it("and was given meanwhile is found by a new login after a minute", async () => {
    const { server, router } = await routerWith({ [LOGIN]: inTurn(readOnly(1, 0), readOnly(1, 1)) });
    await failureOf(router.sendSms(sms));
    await later(50 * SECOND, () => failureOf(router.sendSms(sms)));
    assert.equal(server.count(LOGIN), 1);
    await later(61 * SECOND, () => router.sendSms(sms));
    assert.deepEqual([server.count(LOGIN), server.count(SEND)], [2, 1]);
  });
});
