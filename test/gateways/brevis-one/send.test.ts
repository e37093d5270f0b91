import assert from "node:assert/strict";
import type { CellularErrorCode, Outcome } from "../../../src/errors/cellular-error";
import { BrevisOneGateway } from "../../../src/gateways/brevis-one";
import { assertFailure, failureOf } from "../../support/failure";
import {
  answer,
  bytes,
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
import { RawServer, type Reply } from "../../support/raw-server";
import { gatewayWith, login, ok, sms, TO } from "./scripted-gateway";

describe("A brevis.one gateway's answer to a send", () => {
  for (const [what, reply] of [
    ["OK", ok],
    ["no body", answer(200)],
    ["words that nobody knows", answer(200, "Nachricht eingereiht")],
    ["words that sound like a failure", answer(200, "Error: Parameter miss")],
    ["JSON", json({ status: "queued", id: 5 })],
    ["a web page", webPage],
    ["bytes that are no text", answer(200, "\u0000\u0001\ufffd")],
    ["chunks", bytes("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nOK\r\n0\r\n\r\n")],
    ["a body up to the end of the connection", bytesAndEnd("HTTP/1.0 200 OK\r\n\r\nOK")],
  ] as const satisfies readonly (readonly [string, Reply])[]) {
    it(`HTTP 200 is accepted whatever the body: ${what}`, async () => {
      const { server, gateway } = await gatewayWith(reply);
      await gateway.sendSms(sms);
      assert.equal(server.requests.length, 1);
    });
  }

  it("makes a receipt with recipient, alphabet, segments and what was said, shortened", async () => {
    const { gateway } = await gatewayWith(answer(200, "queued as 4711"));
    assert.deepEqual(await gateway.sendSms({ to: TO, text: "hello", encoding: "hex" }), {
      to: TO,
      encoding: "gsm7",
      segments: 1,
      raw: { status: 200, body: "queued as 4711" },
    });
    const long = await gatewayWith(answer(200, "x".repeat(100_000)));
    const { encoding, segments, raw } = await long.gateway.sendSms({ to: TO, text: "漢".repeat(71) });
    assert.deepEqual([encoding, segments, (raw as { body: string }).body.length], ["ucs2", 2, 2000]);
  });

  const vendorErrors: readonly (readonly [status: number, words: string, CellularErrorCode, Outcome])[] = [
    [400, "Error. See Gateway logs for more information", "REFUSED", "not-sent"],
    [400, "Error: Parameter miss", "REFUSED", "not-sent"],
    [401, "401 Unauthorized - Username or Password wrong", "AUTH_FAILED", "not-sent"],
    [403, "403 Forbidden - Your User has no right to send SMS over API", "FORBIDDEN", "not-sent"],
    [408, "FAILED - Timeout or see Gateway logs for more information", "TIMEOUT", "unknown"],
  ];
  for (const [status, words, code, outcome] of vendorErrors) {
    for (const said of [words, `${words}.`]) {
      it(`HTTP ${status} "${said}" is ${code} and ${outcome}, and keeps the words`, async () => {
        const { server, gateway } = await gatewayWith(answer(status, `${said}\n`));
        const error = await failureOf(gateway.sendSms(sms));
        assertFailure(error, code, outcome);
        assert.deepEqual([error.status, error.retryable], [status, false]);
        assert.ok(error.message.startsWith(`brevis.one gateway ${server.url}: `), error.message);
        assert.ok(error.message.endsWith(` ${said}`), error.message);
        assert.equal(server.requests.length, 1);
      });
    }
    it(`HTTP ${status} is ${code} whatever the body says`, async () => {
      for (const body of ["", "OK", vendorErrors.find(([other]) => other !== status)?.[1] ?? ""]) {
        const { gateway } = await gatewayWith(answer(status, body));
        assertFailure(await failureOf(gateway.sendSms(sms)), code, outcome);
      }
    });
  }

  const wait = { "Retry-After": "7" };
  const failures: readonly (readonly [what: string, Reply, CellularErrorCode, Outcome])[] = [
    ["HTTP 201", answer(201, "OK"), "BAD_RESPONSE", "unknown"],
    ["HTTP 204", bytes("HTTP/1.1 204 No Content\r\n\r\n"), "BAD_RESPONSE", "unknown"],
    ["HTTP 302 to the login page", answer(302, "", { Location: "/login" }), "BAD_RESPONSE", "unknown"],
    ["HTTP 404 with a web page", answer(404, "<html>Not Found</html>"), "NOT_FOUND", "not-sent"],
    ["HTTP 405", answer(405), "REFUSED", "not-sent"],
    ["HTTP 413", answer(413), "REFUSED", "not-sent"],
    ["HTTP 414", answer(414), "REFUSED", "not-sent"],
    ["HTTP 429 with Retry-After", answer(429, "", wait), "RATE_LIMITED", "not-sent"],
    ["HTTP 500", answer(500, "OK"), "BAD_RESPONSE", "unknown"],
    ["HTTP 502 with a web page", answer(502, "<html>Bad gateway</html>"), "BAD_RESPONSE", "unknown"],
    ["HTTP 503", answer(503), "BAD_RESPONSE", "unknown"],
    ["HTTP 503 with Retry-After", answer(503, "", wait), "GATEWAY_BUSY", "not-sent"],
    ["a truncated OK", truncated("OK"), "CONNECTION_LOST", "unknown"],
    ["a reset", reset, "CONNECTION_LOST", "unknown"],
    ["an end", hangUp, "CONNECTION_LOST", "unknown"],
    ["silence", silence, "TIMEOUT", "unknown"],
    ["an answer that drips for ever", drip, "TIMEOUT", "unknown"],
    ["garbage", bytes("\u0000\u0001garbage\r\n\r\n"), "BAD_RESPONSE", "unknown"],
    ["more than a MiB", answer(200, " ".repeat(1024 * 1024 + 1)), "RESPONSE_TOO_LARGE", "unknown"],
  ];
  for (const [what, reply, code, outcome] of failures) {
    it(`${what} is ${code} and ${outcome}, and the send is not repeated`, async () => {
      const { server, gateway } = await gatewayWith(reply);
      const timeout = reply === silence || reply === drip ? 1500 : 5000;
      const error = await failureOf(gateway.sendSms(sms, { timeout }));
      assertFailure(error, code, outcome);
      if (outcome === "unknown") assert.equal(error.retryable, false);
      assert.equal(server.requests.length, 1);
    });
  }

  it("is the one to that send: one that came too early answers no later send", async () => {
    const forged = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nOK";
    const { server, gateway } = await gatewayWith(inTurn(bytes(forged + forged), answer(401)));
    await gateway.sendSms(sms);
    assertFailure(await failureOf(gateway.sendSms(sms)), "AUTH_FAILED", "not-sent");
    assert.equal(server.requests.length, 2);
  });

  it("is the last one: HTTP 102 before it says nothing", async () => {
    const processing = "HTTP/1.1 102 Processing\r\n\r\n";
    const refusal = "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n";
    const { gateway } = await gatewayWith(bytes(processing + refusal));
    assertFailure(await failureOf(gateway.sendSms(sms)), "REFUSED", "not-sent");
  });

  it("as a web page is called one, and not quoted", async () => {
    const { gateway } = await gatewayWith(answer(403, "<!DOCTYPE html><title>Login</title>"));
    assert.match((await failureOf(gateway.sendSms(sms))).message, /The device says: a web page$/);
  });
});

describe("A send to a brevis.one gateway", () => {
  for (const method of ["GET", "POST"] as const) {
    it(`that is cut off after it left is INTERRUPTED and unknown, by ${method}`, async () => {
      const { server, gateway } = await gatewayWith(silence, { method });
      const stop = new AbortController();
      const failure = failureOf(gateway.sendSms(sms, { signal: stop.signal }));
      await server.until(() => server.requests.length === 1);
      stop.abort();
      assertFailure(await failure, "INTERRUPTED", "unknown");
    });

    it(`that the gateway does not answer in time is TIMEOUT and unknown, by ${method}`, async () => {
      const { gateway } = await gatewayWith(silence, { method, timeout: 1000 });
      const error = await failureOf(gateway.sendSms(sms));
      assertFailure(error, "TIMEOUT", "unknown");
      assert.match(error.message, /within 1 s/);
    });
  }

  it("that is cut off before it began never leaves", async () => {
    const { server, gateway } = await gatewayWith();
    const error = await failureOf(gateway.sendSms(sms, { signal: AbortSignal.abort() }));
    assertFailure(error, "INTERRUPTED", "not-sent");
    assert.equal(server.connections, 0);
  });

  it("has the time of its call, as much as it likes", async () => {
    const { gateway } = await gatewayWith();
    await gateway.sendSms(sms, { timeout: Infinity });
  });

  it("whose answer comes late is accepted", async () => {
    let release: () => void = () => undefined;
    const { server, gateway } = await gatewayWith((wire, request) => {
      release = () => {
        ok(wire, request);
      };
    });
    const receipt = gateway.sendSms(sms);
    await server.until(() => server.requests.length === 1);
    release();
    assert.equal((await receipt).to, TO);
  });

  it("to a gateway that is not there is UNREACHABLE and not sent", async () => {
    const server = await RawServer.start(() => ok);
    const { url } = server;
    await server.stop();
    const gateway = new BrevisOneGateway({ url, ...login });
    const error = await failureOf(gateway.sendSms(sms));
    assertFailure(error, "UNREACHABLE", "not-sent");
    assert.equal(error.retryable, true);
    await gateway.close();
  });

  it("ends before the driver closes, and none begins afterwards", async () => {
    let release: () => void = () => undefined;
    const { server, gateway } = await gatewayWith((wire, request) => {
      release = () => {
        ok(wire, request);
      };
    });
    const receipt = gateway.sendSms(sms);
    await server.until(() => server.requests.length === 1);
    const closed = gateway.close();
    assertFailure(await failureOf(gateway.sendSms(sms)), "INTERRUPTED", "not-sent");
    release();
    assert.equal((await receipt).to, TO);
    await closed;
    await server.until(() => server.openConnections === 0);
    assert.equal(server.requests.length, 1);
  });
});
