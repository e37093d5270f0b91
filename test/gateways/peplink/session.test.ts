import assert from "node:assert/strict";
import { assertFailure, failureOf } from "../../support/failure";
import { held } from "../../support/held-reply";

import { answer, inTurn, json, reset, silence } from "../../support/raw-replies";
import type { Reply } from "../../support/raw-server";
import {
  byClient,
  byPassword,
  COOKIE,
  expired,
  fail,
  GRANT,
  LIST,
  LOGIN,
  loginOk,
  LOGOUT,
  ok,
  routerWith,
  SEND,
  sms,
} from "./scripted-router";

/** A router that knows one session at a time, by cookie or by token. */
class Sessions {
  accepted = 0;
  #opened = 0;
  #valid = "";

  readonly replies: Readonly<Record<string, Reply>> = {
    [LOGIN]: (wire, request) => {
      json({ stat: "ok" }, { "Set-Cookie": `bauth=${this.#open()}` })(wire, request);
    },
    [GRANT]: (wire, request) => {
      json({ stat: "ok", response: { accessToken: this.#open() } })(wire, request);
    },
    [SEND]: (wire, request) => {
      const shown = request.query.get("accessToken") ?? request.headers.cookie?.replace("bauth=", "");
      const isGood = shown === this.#valid;
      if (isGood) this.accepted += 1;
      (isGood ? ok : fail(401))(wire, request);
    },
  };

  expire(): void {
    this.#valid = "";
  }

  #open(): string {
    this.#opened += 1;
    this.#valid = `session-${this.#opened}`;
    return this.#valid;
  }
}

describe("One login", () => {
  for (const [how, path, options] of [
    ["by password", LOGIN, byPassword],
    ["by client", GRANT, byClient],
  ] as const) {
    it(`${how} serves 20 calls that begin at the same time, and all that follow`, async () => {
      const { server, router } = await routerWith({}, options);
      await Promise.all(Array.from({ length: 20 }, () => router.sendSms(sms)));
      await router.sendSms(sms);
      assert.deepEqual([server.count(path), server.count(SEND)], [1, 21]);
    });

    it(`${how} is renewed once for 20 calls that are refused at the same time`, async () => {
      const sessions = new Sessions();
      const { server, router } = await routerWith(sessions.replies, options);
      await router.sendSms(sms);
      sessions.expire();
      await Promise.all(Array.from({ length: 20 }, () => router.sendSms(sms)));
      assert.deepEqual([server.count(path), sessions.accepted], [2, 21]);
    });
  }

  it("that fails fails for all who wait for it, and the next call tries anew", async () => {
    const { server, router } = await routerWith({ [LOGIN]: inTurn(fail(401, "wrong"), loginOk) });
    const errors = await Promise.all(Array.from({ length: 5 }, () => failureOf(router.sendSms(sms))));
    for (const error of errors) assertFailure(error, "AUTH_FAILED", "not-sent");
    assert.equal(server.count(LOGIN), 1);
    await router.sendSms(sms);
    assert.deepEqual([server.count(LOGIN), server.count(SEND)], [2, 1]);
  });

  it("goes on for the others if the caller that began it is cut off", async () => {
    const { reply, letGo } = held(loginOk);
    const { server, router } = await routerWith({ [LOGIN]: reply });
    const stop = new AbortController();
    const first = failureOf(router.sendSms(sms, { signal: stop.signal }));
    const second = router.sendSms(sms);
    await server.until(() => server.count(LOGIN) === 1);
    stop.abort();
    assertFailure(await first, "INTERRUPTED", "not-sent");
    letGo();
    await second;
    assert.deepEqual([server.count(LOGIN), server.count(SEND)], [1, 1]);
  });

  it("takes no time from the others if the caller that began it has little", async () => {
    const { server, router } = await routerWith({ [LOGIN]: inTurn(silence, loginOk) });
    const first = failureOf(router.sendSms(sms, { timeout: 1500 }));
    const second = router.sendSms(sms, { timeout: 15_000 });
    assertFailure(await first, "TIMEOUT", "not-sent");
    await second;
    assert.deepEqual([server.count(LOGIN), server.count(SEND)], [2, 1]);
  });

  it("keeps nobody waiting longer than his own time", async () => {
    const { server, router } = await routerWith({ [LOGIN]: silence });
    const first = failureOf(router.sendSms(sms, { timeout: 2000 }));
    const error = await failureOf(router.sendSms(sms, { timeout: 200 }));
    assertFailure(error, "TIMEOUT", "not-sent");
    assertFailure(await first, "TIMEOUT", "not-sent");
    assert.equal(server.count(LOGIN), 1);
  });

  it("is not begun by a call that is cut off before", async () => {
    const { server, router } = await routerWith();
    const error = await failureOf(router.sendSms(sms, { signal: AbortSignal.abort() }));
    assertFailure(error, "INTERRUPTED", "not-sent");
    assert.equal(server.connections, 0);
  });
});

describe("A login that expired", () => {
  for (const [disguise, refusal] of expired) {
    it(`and shows as ${disguise} is renewed once, and the SMS leaves once`, async () => {
      const { server, router } = await routerWith({ [SEND]: inTurn(refusal, ok) });
      await router.sendSms(sms);
      assert.deepEqual([server.count(LOGIN), server.count(SEND)], [2, 2]);
    });

    it(`and shows as ${disguise} is renewed once for a list too`, async () => {
      const list = json({ stat: "ok", response: { connId: 2, sms: [] } });
      const { server, router } = await routerWith({ [LIST]: inTurn(refusal, list) }, byClient);
      assert.deepEqual(await router.listSms({ connId: 2 }), []);
      assert.deepEqual([server.count(GRANT), server.count(LIST)], [2, 2]);
    });

    it(`and shows as ${disguise} after a fresh login too is AUTH_FAILED, and nothing was sent`, async () => {
      const { server, router } = await routerWith({ [SEND]: refusal });
      assertFailure(await failureOf(router.sendSms(sms)), "AUTH_FAILED", "not-sent");
      assert.deepEqual([server.count(LOGIN), server.count(SEND)], [2, 2]);
    });
  }

  it("is not believed again by the next call", async () => {
    const { server, router } = await routerWith({ [SEND]: inTurn(fail(401), fail(401), ok) });
    await failureOf(router.sendSms(sms));
    await router.sendSms(sms);
    assert.deepEqual([server.count(LOGIN), server.count(SEND)], [3, 3]);
  });

  it("and cannot be renewed fails as the login does, and nothing was sent", async () => {
    const { server, router } = await routerWith({ [LOGIN]: inTurn(loginOk, fail(401, "wrong")), [SEND]: fail(401) });
    assertFailure(await failureOf(router.sendSms(sms)), "AUTH_FAILED", "not-sent");
    assert.equal(server.count(SEND), 1);
  });

  it("and whose repeated send breaks off is unknown: that one may have left", async () => {
    const { server, router } = await routerWith({ [SEND]: inTurn(fail(401), reset) });
    assertFailure(await failureOf(router.sendSms(sms)), "CONNECTION_LOST", "unknown");
    assert.equal(server.count(SEND), 2);
  });
});

describe("Closing a Peplink router", () => {
  it("logs out with the cookie of the session", async () => {
    const { server, router } = await routerWith();
    await router.sendSms(sms);
    await router.close();
    assert.deepEqual(
      server.requests.filter(({ path }) => path === LOGOUT).map(({ method, headers }) => [method, headers.cookie]),
      [["POST", `bauth=${COOKIE}`]],
    );
    await server.until(() => server.openConnections === 0);
  });

  it("makes no request without a login, and none for a token", async () => {
    const idle = await routerWith();
    await idle.router.close();
    assert.equal(idle.server.connections, 0);
    const client = await routerWith({}, byClient);
    await client.router.sendSms(sms);
    await client.router.close();
    assert.equal(client.server.count(LOGOUT), 0);
  });

  for (const [what, reply] of [
    ["refused", fail(401)],
    ["broken off", reset],
    ["answered by garbage", answer(500, "oops")],
  ] as const) {
    it(`succeeds although the logout is ${what}`, async () => {
      const { router } = await routerWith({ [LOGOUT]: reply });
      await router.sendSms(sms);
      await router.close();
      await router.close();
    });
  }

  it("lets the send in flight end before it logs out", async () => {
    const { reply, letGo } = held(ok);
    const { server, router } = await routerWith({ [SEND]: reply });
    const send = router.sendSms(sms);
    await server.until(() => server.count(SEND) === 1);
    const closed = router.close();
    letGo();
    await send;
    await closed;
    assert.deepEqual(
      server.requests.map(({ path }) => path),
      [LOGIN, SEND, LOGOUT],
    );
  });

  it("logs out of a session whose login was on its way", async () => {
    const { reply, letGo } = held(loginOk);
    const { server, router } = await routerWith({ [LOGIN]: reply });
    const stop = new AbortController();
    const send = failureOf(router.sendSms(sms, { signal: stop.signal }));
    await server.until(() => server.count(LOGIN) === 1);
    stop.abort();
    await send;
    const closed = router.close();
    letGo();
    await closed;
    assert.deepEqual([server.count(SEND), server.count(LOGOUT)], [0, 1]);
  });

  it("ends all calls after it: INTERRUPTED, and no connection", async () => {
    const { server, router } = await routerWith();
    await router.close();
    assertFailure(await failureOf(router.sendSms(sms)), "INTERRUPTED", "not-sent");
    assertFailure(await failureOf(router.listSms({ connId: 2 })), "INTERRUPTED", "not-sent");
    assertFailure(await failureOf(router.probe()), "INTERRUPTED", "not-sent");
    assert.equal(server.connections, 0);
  });
});
