import assert from "node:assert/strict";
import type { CellularErrorCode, Outcome } from "../../../src/errors/cellular-error";
import { CgiRouter } from "../../../src/gateways/router-cgi";
import { assertFailure, failureIn, failureOf } from "../../support/failure";
import { lastingPort } from "../../support/lasting-port";
import {
  answer,
  bytes,
  bytesAndEnd,
  drip,
  hangUp,
  reset,
  silence,
  truncated,
  webPage,
} from "../../support/raw-replies";
import type { Reply } from "../../support/raw-server";
import { login, LONG_TEXT, ok, routerWith, says, SEND, sms, TO } from "./scripted-router";

describe("The CGI router's answer to a send", () => {
  for (const [what, reply] of [
    ["OK", ok],
    ["OK without a line end", answer(200, "OK")],
    ["OK with more behind it", answer(200, "OK: 1 message queued\n")],
    ["OK behind an empty line", answer(200, "\r\nOK\r\n")],
    ["OK in <pre>", answer(200, "<pre>\nOK\n</pre>\n")],
    ["OK as HTTP 202", answer(202, "OK")],
    ["OK behind a byte order mark", answer(200, "\ufeffOK")],
  ] as const satisfies readonly (readonly [string, Reply])[]) {
    it(`${what} is accepted`, async () => {
      const { server, router } = await routerWith({ [SEND]: reply });
      await router.sendSms(sms);
      assert.equal(server.count(SEND), 1);
    });
  }

  it("is in the receipt, with recipient, encoding and segments", async () => {
    const { router } = await routerWith({ [SEND]: says("OK") });
    assert.deepEqual(await router.sendSms({ to: TO, text: "hello" }), {
      to: TO,
      encoding: "gsm7",
      segments: 1,
      raw: "OK",
    });
    const { encoding, segments } = await router.sendSms({ to: TO, text: "漢".repeat(71) });
    assert.deepEqual([encoding, segments], ["ucs2", 2]);
  });

  const wait = { "Retry-After": "7" };
  const failures: readonly (readonly [what: string, Reply, CellularErrorCode, Outcome])[] = [
    ["WRONG_NUMBER", says("WRONG_NUMBER"), "REFUSED", "not-sent"],
    ["Disabled", says("Disabled"), "GATEWAY_DISABLED", "not-sent"],
    ["Disabled in <pre>", says("<pre>Disabled</pre>"), "GATEWAY_DISABLED", "not-sent"],
    ["ERROR", says("ERROR"), "REFUSED", "not-sent"],
    ["ERROR with more behind it", says("ERROR: 38"), "REFUSED", "not-sent"],
    ["TIMEOUT", says("TIMEOUT"), "TIMEOUT", "unknown"],
    ["HTTP 401", answer(401, "Bad username or password"), "AUTH_FAILED", "not-sent"],
    ["HTTP 401 without a word", answer(401), "AUTH_FAILED", "not-sent"],
    ["a bad login as HTTP 200", says("Bad username or password"), "AUTH_FAILED", "not-sent"],
    ["HTTP 413", answer(413, "<html>Too large</html>"), "REFUSED", "not-sent"],
    ["HTTP 414", answer(414), "REFUSED", "not-sent"],
    ["a web page", webPage, "BAD_RESPONSE", "not-sent"],
    ["a web page that says OK", answer(200, "<!doctype html><p>OK</p>"), "BAD_RESPONSE", "not-sent"],
    ["a web page without a doctype", answer(200, "\n<html><body>OK"), "BAD_RESPONSE", "not-sent"],
    ["nothing", answer(200), "BAD_RESPONSE", "unknown"],
    ["blank lines", answer(200, " \r\n\n"), "BAD_RESPONSE", "unknown"],
    ["HTTP 204", bytes("HTTP/1.1 204 No Content\r\n\r\n"), "BAD_RESPONSE", "unknown"],
    ["ok in small letters", says("ok"), "BAD_RESPONSE", "unknown"],
    ["OK at the end", says("not OK"), "BAD_RESPONSE", "unknown"],
    ["the first half of OK", says("O"), "BAD_RESPONSE", "unknown"],
    ["NO MESSAGES, which is the word for a list", says("NO MESSAGES"), "BAD_RESPONSE", "unknown"],
    ["another word", says("QUEUED"), "BAD_RESPONSE", "unknown"],
    ["JSON", answer(200, '{"status":"OK"}'), "BAD_RESPONSE", "unknown"],
    ["OK as HTTP 500", answer(500, "OK"), "BAD_RESPONSE", "unknown"],
    ["OK as HTTP 302", answer(302, "OK", { Location: "/login" }), "BAD_RESPONSE", "unknown"],
    ["a truncated OK", truncated("OK"), "CONNECTION_LOST", "unknown"],
    ["a reset", reset, "CONNECTION_LOST", "unknown"],
    ["an end", hangUp, "CONNECTION_LOST", "unknown"],
    ["silence", silence, "TIMEOUT", "unknown"],
    ["an answer that drips for ever", drip, "TIMEOUT", "unknown"],
    ["garbage", bytes("\u0000\u0001garbage\r\n\r\n"), "BAD_RESPONSE", "unknown"],
    ["OK without HTTP", bytesAndEnd("OK\n"), "BAD_RESPONSE", "unknown"],
    ["more than a MiB", answer(200, `OK${" ".repeat(1024 * 1024)}`), "RESPONSE_TOO_LARGE", "unknown"],
    ["HTTP 400", answer(400, "bad"), "REFUSED", "not-sent"],
    ["HTTP 403", answer(403), "FORBIDDEN", "not-sent"],
    ["HTTP 404", answer(404), "NOT_FOUND", "not-sent"],
    ["HTTP 408", answer(408), "TIMEOUT", "unknown"],
    ["HTTP 429", answer(429, "", wait), "RATE_LIMITED", "not-sent"],
    ["HTTP 502 with a web page", answer(502, "<html>Bad gateway</html>"), "BAD_RESPONSE", "unknown"],
    ["HTTP 503", answer(503), "BAD_RESPONSE", "unknown"],
    ["HTTP 503 with Retry-After", answer(503, "", wait), "GATEWAY_BUSY", "not-sent"],
  ];
  for (const method of ["POST", "GET"] as const) {
    for (const [what, reply, code, outcome] of failures) {
      it(`${what} is ${code} and ${outcome} by ${method}, and the send is not repeated`, async () => {
        const { server, router } = await routerWith({ [SEND]: reply }, { method });
        const timeout = reply === silence || reply === drip ? 1500 : 5000;
        const error = await failureOf(router.sendSms({ to: TO, text: "short" }, { timeout }));
        assertFailure(error, code, outcome);
        const healsByItself = code === "RATE_LIMITED" || code === "GATEWAY_BUSY";
        assert.equal(error.retryable, healsByItself);
        assert.equal(server.requests.length, 1);
      });
    }
  }

  it("ERROR for a text of several segments is unknown: a part of it may have gone", async () => {
    const { router } = await routerWith({ [SEND]: says("ERROR") });
    const error = await failureOf(router.sendSms({ to: TO, text: LONG_TEXT }));
    assertFailure(error, "REFUSED", "unknown");
    assert.equal(error.retryable, false);
  });

  for (const [word, outcome] of [
    ["WRONG_NUMBER", "not-sent"],
    ["Disabled", "not-sent"],
    ["TIMEOUT", "unknown"],
  ] as const) {
    it(`${word} for a text of several segments is ${outcome}, as for one`, async () => {
      const { router } = await routerWith({ [SEND]: says(word) });
      assert.equal((await failureOf(router.sendSms({ to: TO, text: LONG_TEXT }))).outcome, outcome);
    });
  }

  it("shows in the message: device, address and the router's own words", async () => {
    const { server, router } = await routerWith({ [SEND]: says("ERROR: no network") });
    const { message } = await failureOf(router.sendSms(sms));
    assert.ok(message.startsWith(`CGI router ${server.url}: `), message);
    assert.match(message, /The device says: ERROR: no network$/);
  });

  it("names how long to wait in milliseconds", async () => {
    const { router } = await routerWith({ [SEND]: answer(503, "", wait) });
    const error = await failureOf(router.sendSms(sms));
    assert.deepEqual([error.retryAfter, error.status], [7000, 503]);
  });
});

describe("Before any request to a CGI router", () => {
  const wrong: readonly (readonly [what: string, sms: object, CellularErrorCode])[] = [
    ["letters", { to: "+44ALARM", text: "x" }, "ADDRESS_INVALID"],
    ["a name", { to: "Tarifinfo", text: "x" }, "ADDRESS_INVALID"],
    ["an empty recipient", { to: "", text: "x" }, "ADDRESS_INVALID"],
    ["one digit", { to: "4", text: "x" }, "ADDRESS_INVALID"],
    ["21 digits", { to: "0".repeat(21), text: "x" }, "ADDRESS_INVALID"],
    ["a 0 behind the +", { to: "+047700900101", text: "x" }, "ADDRESS_INVALID"],
    ["a number with (0)", { to: "0044(0)7700900101", text: "x" }, "ADDRESS_INVALID"],
    ["two numbers on two lines", { to: "07700900101\n07700900102", text: "x" }, "ADDRESS_INVALID"],
    ["a + in the middle", { to: "0044+7700900101", text: "x" }, "ADDRESS_INVALID"],
    ["a number as recipient", { to: 447700900101, text: "x" }, "ADDRESS_INVALID"],
    ["no recipient", { text: "x" }, "ADDRESS_INVALID"],
    ["an empty text", { to: TO, text: "" }, "TEXT_EMPTY"],
    ["no text", { to: TO }, "TEXT_EMPTY"],
    ["an object as text", { to: TO, text: { a: 1 } }, "TEXT_INVALID"],
    ["half a surrogate pair", { to: TO, text: "x\ud83d" }, "TEXT_INVALID"],
    ["more than 10 segments", { to: TO, text: "x".repeat(1531) }, "TEXT_TOO_LONG"],
  ];
  for (const [what, given, code] of wrong) {
    it(`${what} is ${code}`, async () => {
      const { server, router } = await routerWith();
      assertFailure(await failureOf(router.sendSms(given as typeof sms)), code, "not-sent");
      assertFailure(
        failureIn(() => router.checkSms(given as typeof sms)),
        code,
        "not-sent",
      );
      assert.equal(server.connections, 0);
    });
  }

  for (const timeout of [0, -1, NaN]) {
    it(`a timeout of ${timeout} is OPTION_INVALID`, async () => {
      const { server, router } = await routerWith();
      const calls = [
        router.sendSms(sms, { timeout }),
        router.listSms({}, { timeout }),
        router.deleteSms({ ids: 1 }, { timeout }),
        router.probe({ timeout }),
      ];
      for (const call of calls) assertFailure(await failureOf(call), "OPTION_INVALID", "not-sent");
      assert.equal(server.connections, 0);
    });
  }

  it("what was checked once passes unchanged", async () => {
    const { router } = await routerWith({}, { numberFormat: "00" });
    const checked = router.checkSms({ to: "+44 7700 900101", text: "x" });
    assert.deepEqual(checked, { to: "00447700900101", text: "x", encoding: "gsm7", segments: 1, options: {} });
    assert.deepEqual(router.checkSms(checked), checked);
  });
});

describe("A send to a CGI router", () => {
  it("that is cut off after it left is INTERRUPTED and unknown", async () => {
    const { server, router } = await routerWith({ [SEND]: silence });
    const stop = new AbortController();
    const failure = failureOf(router.sendSms(sms, { signal: stop.signal }));
    await server.until(() => server.count(SEND) === 1);
    stop.abort();
    assertFailure(await failure, "INTERRUPTED", "unknown");
  });

  it("that is cut off before it left is INTERRUPTED and not sent", async () => {
    const { server, router } = await routerWith();
    assertFailure(await failureOf(router.sendSms(sms, { signal: AbortSignal.abort() })), "INTERRUPTED", "not-sent");
    assert.equal(server.requests.length, 0);
  });

  it("has the time of its call, else that of the router's settings", async () => {
    const { router } = await routerWith({ [SEND]: silence }, { timeout: 1000 });
    assert.match((await failureOf(router.sendSms(sms))).message, /within 1 s/);
    assert.match((await failureOf(router.sendSms(sms, { timeout: 1500 }))).message, /within 1\.5 s/);
  });

  it("to a router that is not there is UNREACHABLE and not sent", async () => {
    const router = new CgiRouter({ url: `http://127.0.0.1:${await lastingPort()}`, ...login });
    const error = await failureOf(router.sendSms(sms));
    assertFailure(error, "UNREACHABLE", "not-sent");
    assert.equal(error.retryable, true);
    await router.close();
  });

  it("after the driver was closed is INTERRUPTED and not sent", async () => {
    const { server, router } = await routerWith();
    await router.close();
    assertFailure(await failureOf(router.sendSms(sms)), "INTERRUPTED", "not-sent");
    assert.equal(server.connections, 0);
  });
});

describe("The probe of a CGI router", () => {
  it("asks for the start page without a login, so that a bad one does not count", async () => {
    const { server, router } = await routerWith({}, { method: "GET" });
    assert.deepEqual(await router.probe(), { version: null, raw: { status: 200 } });
    assert.deepEqual(
      server.requests.map(({ method, target, body }) => [method, target, body]),
      [["GET", "/", ""]],
    );
  });

  for (const status of [204, 302, 401, 403, 404]) {
    it(`takes HTTP ${status} for a sign of life`, async () => {
      const { router } = await routerWith({ "/": answer(status) });
      assert.deepEqual((await router.probe()).raw, { status });
    });
  }

  for (const [what, reply, code] of [
    ["HTTP 503", answer(503), "BAD_RESPONSE"],
    ["a reset", reset, "CONNECTION_LOST"],
    ["silence", silence, "TIMEOUT"],
    ["garbage", bytes("garbage\r\n\r\n"), "BAD_RESPONSE"],
    ["more than a MiB", answer(200, " ".repeat(1024 * 1024 + 1)), "RESPONSE_TOO_LARGE"],
  ] as const) {
    it(`fails with ${code} for ${what}`, async () => {
      const { router } = await routerWith({ "/": reply });
      assertFailure(await failureOf(router.probe({ timeout: reply === silence ? 1500 : 5000 })), code, "not-sent");
    });
  }
});
