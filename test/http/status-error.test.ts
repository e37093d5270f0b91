import assert from "node:assert/strict";
import type { CellularErrorCode, Outcome } from "../../src/errors/cellular-error";
import { statusError, type HttpAnswer } from "../../src/http";
import { assertFailure, assertKeeps } from "../support/failure";

type Headers = HttpAnswer["headers"];

function errorOf(status: number, effect: boolean, headers: Headers = {}): ReturnType<typeof statusError> {
  return statusError({ status, headers, body: Buffer.alloc(0) }, { label: "Test device", effect, words: "" });
}

const seconds: Headers = { "retry-after": "7" };
const table: readonly [status: number, headers: Headers, CellularErrorCode, effect: Outcome, asking: Outcome][] = [
  [100, {}, "BAD_RESPONSE", "unknown", "not-sent"],
  [301, {}, "BAD_RESPONSE", "unknown", "not-sent"],
  [302, {}, "BAD_RESPONSE", "unknown", "not-sent"],
  [304, {}, "BAD_RESPONSE", "unknown", "not-sent"],
  [400, {}, "REFUSED", "not-sent", "not-sent"],
  [401, {}, "AUTH_FAILED", "not-sent", "not-sent"],
  [403, {}, "FORBIDDEN", "not-sent", "not-sent"],
  [404, {}, "NOT_FOUND", "not-sent", "not-sent"],
  [405, {}, "REFUSED", "not-sent", "not-sent"],
  [408, {}, "TIMEOUT", "unknown", "not-sent"],
  [413, {}, "REFUSED", "not-sent", "not-sent"],
  [429, {}, "RATE_LIMITED", "not-sent", "not-sent"],
  [429, seconds, "RATE_LIMITED", "not-sent", "not-sent"],
  [500, {}, "BAD_RESPONSE", "unknown", "not-sent"],
  [500, seconds, "BAD_RESPONSE", "unknown", "not-sent"],
  [502, {}, "BAD_RESPONSE", "unknown", "not-sent"],
  [503, {}, "BAD_RESPONSE", "unknown", "not-sent"],
  [503, seconds, "GATEWAY_BUSY", "not-sent", "not-sent"],
  [504, {}, "BAD_RESPONSE", "unknown", "not-sent"],
  [999, {}, "BAD_RESPONSE", "unknown", "not-sent"],
];

describe("An HTTP status", () => {
  for (const [status, headers, code, effect, asking] of table) {
    const when = "retry-after" in headers ? " with Retry-After" : "";
    it(`${status}${when} is ${code}: ${effect} after a send, ${asking} after a question`, () => {
      assertFailure(errorOf(status, true, headers), code, effect);
      assertFailure(errorOf(status, false, headers), code, asking);
      assert.equal(errorOf(status, true, headers).status, status);
    });
  }

  it("that time can heal is retryable, and nothing of unknown outcome is", () => {
    assert.equal(errorOf(429, true).retryable, true);
    assert.equal(errorOf(503, true, seconds).retryable, true);
    for (const status of [302, 408, 500, 503]) assert.equal(errorOf(status, true).retryable, false, String(status));
    assert.equal(errorOf(500, false).retryable, true);
    assert.equal(errorOf(408, false).retryable, true);
    for (const status of [400, 401, 403, 404]) assert.equal(errorOf(status, true).retryable, false, String(status));
  });

  it("of a redirect names where to, without path and query", () => {
    const error = errorOf(302, true, { location: "https://192.168.50.2:8443/cgi?accessToken=token-4711" });
    assert.match(error.message, /https:\/\/192\.168\.50\.2:8443\)/);
    assertKeeps(error, ["token-4711", "/cgi"]);
  });

  for (const location of ["/login", "javascript:alert(1)", "http://", ""]) {
    it(`of a redirect to ${JSON.stringify(location)} names nothing`, () => {
      assert.doesNotMatch(errorOf(302, true, { location }).message, /\(/);
    });
  }

  it("shows the device's words behind its own", () => {
    const answer = { status: 400, headers: {}, body: Buffer.alloc(0) };
    const error = statusError(answer, { label: "Test device http://x", effect: true, words: "bad day" });
    assert.match(error.message, /^Test device http:\/\/x: .*HTTP 400.*bad day$/);
  });
});

describe("Retry-After", () => {
  const date = "Sat, 21 Nov 2026 10:00:00 GMT";
  const read: readonly [what: string, Headers, milliseconds: number | undefined][] = [
    ["0", { "retry-after": "0" }, 0],
    ["seconds", { "retry-after": "120" }, 120_000],
    ["seconds with spaces", { "retry-after": " 120 " }, 120_000],
    ["the first of several", { "retry-after": ["3", "9"] }, 3000],
    ["a date by the device's clock", { "retry-after": "Sat, 21 Nov 2026 10:00:30 GMT", date }, 30_000],
    ["a date in the past", { "retry-after": "Sat, 21 Nov 2026 09:00:00 GMT", date }, 0],
    ["a date of the old form", { "retry-after": "Saturday, 21-Nov-26 10:00:10 GMT", date }, 10_000],
    ["nothing", {}, undefined],
    ["an empty text", { "retry-after": "" }, undefined],
    ["words", { "retry-after": "soon" }, undefined],
    ["words with a number", { "retry-after": "in 5 seconds" }, undefined],
    ["a negative number", { "retry-after": "-5" }, undefined],
    ["a fraction", { "retry-after": "1.5" }, undefined],
  ];
  for (const [what, headers, milliseconds] of read) {
    it(`of ${what} is ${milliseconds === undefined ? "none" : `${milliseconds} ms`}`, () => {
      assert.equal(errorOf(429, true, headers).retryAfter, milliseconds);
    });
  }

  it("as a date goes by the own clock where the device shows none", () => {
    const inAMinute = new Date(Date.now() + 60_000).toUTCString();
    const retryAfter = errorOf(429, true, { "retry-after": inAMinute }).retryAfter ?? 0;
    assert.ok(retryAfter > 50_000 && retryAfter <= 60_000, String(retryAfter));
  });

  it("that cannot be read makes a 503 no promise: it stays unknown", () => {
    assertFailure(errorOf(503, true, { "retry-after": "-5" }), "BAD_RESPONSE", "unknown");
  });
});
