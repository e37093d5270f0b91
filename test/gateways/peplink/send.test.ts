import assert from "node:assert/strict";
import type { CellularErrorCode, Outcome } from "../../../src/errors/cellular-error";
import { PeplinkRouter } from "../../../src/gateways/peplink";
import { assertFailure, failureIn, failureOf } from "../../support/failure";
import { lastingPort } from "../../support/lasting-port";
import {
  answer,
  bytes,
  bytesAndEnd,
  drip,
  hangUp,
  json,
  reset,
  silence,
  truncated,
  webPage,
} from "../../support/raw-replies";
import { RawServer, type Reply } from "../../support/raw-server";
import { byPassword, fail, LOGIN, ok, routerWith, SEND, sms, TEXT, TO } from "./scripted-router";

describe("An SMS through a Peplink router", () => {
  it("is posted as address and content alone", async () => {
    const { server, router } = await routerWith();
    await router.sendSms(sms);
    assert.deepEqual(server.bodies(SEND), [{ address: TO, content: TEXT }]);
    const send = server.requests.find(({ path }) => path === SEND);
    assert.deepEqual([send?.method, send?.headers["content-type"]], ["POST", "application/json"]);
  });

  it("is posted with the connection that the call names, else with that of the router's settings", async () => {
    const { server, router } = await routerWith({}, { ...byPassword, connId: 3 });
    await router.sendSms(sms);
    await router.sendSms({ ...sms, connId: 2 });
    await router.sendSms({ ...sms, connId: 0 });
    assert.deepEqual(server.bodies(SEND), [
      { address: TO, content: TEXT, connId: 3 },
      { address: TO, content: TEXT, connId: 2 },
      { address: TO, content: TEXT, connId: 0 },
    ]);
  });

  it("has its recipient without separators", async () => {
    const { server, router } = await routerWith();
    const receipt = await router.sendSms({ to: " +44 (7700) 900-101 ", text: "x" });
    assert.equal(receipt.to, TO);
    assert.deepEqual(server.bodies(SEND), [{ address: TO, content: "x" }]);
  });

  it("keeps every character of its text", async () => {
    const { server, router } = await routerWith();
    const text = ' "\\\n\r\t\u0000 €äß漢字👍🏽 </script> ${x} %n\u2028 ';
    await router.sendSms({ to: TO, text });
    assert.deepEqual(server.bodies(SEND), [{ address: TO, content: text }]);
  });

  it("gives a receipt with recipient, encoding, segments and the router's answer", async () => {
    const { router } = await routerWith();
    const short = await router.sendSms({ to: TO, text: "hello" });
    assert.deepEqual([short.to, short.encoding, short.segments], [TO, "gsm7", 1]);
    const { encoding, segments, raw } = await router.sendSms({ to: TO, text: "漢".repeat(71) });
    assert.deepEqual([encoding, segments, raw], ["ucs2", 2, { stat: "ok" }]);
  });

  it("goes below the path of the base URL", async () => {
    const server = await RawServer.start(() => json({ stat: "ok" }, { "Set-Cookie": "bauth=1" }));
    const router = new PeplinkRouter({ url: `${server.url}/proxy/`, ...byPassword });
    await router.sendSms(sms);
    assert.deepEqual(
      server.requests.map(({ path }) => path),
      [`/proxy${LOGIN}`, `/proxy${SEND}`],
    );
    await router.close();
    await server.stop();
  });
});

describe("Before any request", () => {
  const wrong: readonly (readonly [what: string, sms: object, CellularErrorCode])[] = [
    ["no +", { to: "447700900101", text: "x" }, "ADDRESS_INVALID"],
    ["a 0 behind the +", { to: "+047700900101", text: "x" }, "ADDRESS_INVALID"],
    ["one digit", { to: "+4", text: "x" }, "ADDRESS_INVALID"],
    ["16 digits", { to: "+4477009001010000", text: "x" }, "ADDRESS_INVALID"],
    ["a short code", { to: "988", text: "x" }, "ADDRESS_INVALID"],
    ["letters", { to: "+44ALARM", text: "x" }, "ADDRESS_INVALID"],
    ["an empty recipient", { to: "", text: "x" }, "ADDRESS_INVALID"],
    ["a number as recipient", { to: 447700900101, text: "x" }, "ADDRESS_INVALID"],
    ["no recipient", { text: "x" }, "ADDRESS_INVALID"],
    ["an array of recipients", { to: [TO], text: "x" }, "ADDRESS_INVALID"],
    ["an empty text", { to: TO, text: "" }, "TEXT_EMPTY"],
    ["no text", { to: TO }, "TEXT_EMPTY"],
    ["an object as text", { to: TO, text: { a: 1 } }, "TEXT_INVALID"],
    ["a Buffer as text", { to: TO, text: Buffer.from("x") }, "TEXT_INVALID"],
    ["half a surrogate pair", { to: TO, text: "x\ud83d" }, "TEXT_INVALID"],
    ["more than 10 segments", { to: TO, text: "x".repeat(1531) }, "TEXT_TOO_LONG"],
    ["a fraction as connection", { to: TO, text: "x", connId: 1.5 }, "OPTION_INVALID"],
    ["a negative connection", { to: TO, text: "x", connId: -1 }, "OPTION_INVALID"],
    ["a text as connection", { to: TO, text: "x", connId: "2" }, "OPTION_INVALID"],
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

  for (const option of [
    { mode: "group" },
    { telauto: false },
    { list: "white", regex: "^00" },
    { encoding: "hex" },
    { hexCharset: "latin1" },
    { flash: false },
    { ring: true },
  ] as const) {
    const [name = ""] = Object.keys(option);
    it(`an option that other gateways know is OPTION_INVALID: ${name}`, async () => {
      const { server, router } = await routerWith();
      const error = await failureOf(router.sendSms({ ...sms, ...option }));
      assertFailure(error, "OPTION_INVALID", "not-sent");
      assert.match(error.message, new RegExp(`"${name}".*connId`));
      assert.equal(server.connections, 0);
    });
  }

  it("an SMS that was checked, written down and read again goes out as it was asked for", async () => {
    const { server, router } = await routerWith({}, { ...byPassword, connId: 3 });
    for (const asked of [sms, { ...sms, connId: 2 }]) {
      const checked = router.checkSms(asked);
      const read = JSON.parse(JSON.stringify(checked)) as typeof checked;
      assert.deepEqual(read, checked);
      assert.deepEqual(router.checkSms(read), checked);
      await router.sendSms(read);
    }
    assert.deepEqual(server.bodies(SEND), [
      { address: TO, content: TEXT, connId: 3 },
      { address: TO, content: TEXT, connId: 2 },
    ]);
  });

  for (const timeout of [0, -1, NaN, "500" as unknown as number]) {
    it(`a timeout of ${JSON.stringify(timeout)} is OPTION_INVALID`, async () => {
      const { server, router } = await routerWith();
      assertFailure(await failureOf(router.sendSms(sms, { timeout })), "OPTION_INVALID", "not-sent");
      assertFailure(await failureOf(router.probe({ timeout })), "OPTION_INVALID", "not-sent");
      assert.equal(server.connections, 0);
    });
  }

  it("the limit of segments is the router's setting", async () => {
    const { router } = await routerWith({}, { ...byPassword, maxSegments: 1 });
    assertFailure(await failureOf(router.sendSms({ to: TO, text: "x".repeat(161) })), "TEXT_TOO_LONG", "not-sent");
    await router.sendSms({ to: TO, text: "x".repeat(160) });
  });
});

describe("The router's answer to a send", () => {
  for (const [what, reply] of [
    ["ok", ok],
    ["ok with more in it", json({ stat: "ok", response: { id: 5 }, code: 0, message: "" })],
    ["ok as HTTP 201", json({ stat: "ok" }, {}, 201)],
    ["ok with spaces around", answer(200, ' \r\n{ "stat" : "ok" }\n')],
    ["ok in chunks", bytes('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nd\r\n{"stat":"ok"}\r\n0\r\n\r\n')],
    ["ok up to the end of the connection", bytesAndEnd('HTTP/1.0 200 OK\r\n\r\n{"stat":"ok"}')],
  ] as const satisfies readonly (readonly [string, Reply])[]) {
    it(`${what} is accepted`, async () => {
      const { server, router } = await routerWith({ [SEND]: reply });
      await router.sendSms(sms);
      assert.equal(server.count(SEND), 1);
    });
  }

  const wait = { "Retry-After": "7" };
  const failures: readonly (readonly [what: string, Reply, CellularErrorCode, Outcome])[] = [
    ["a fail", fail(400, "Wrong address format"), "REFUSED", "not-sent"],
    ["a fail without code and message", fail(), "REFUSED", "not-sent"],
    ["a fail as HTTP 400", json({ stat: "fail", code: 400 }, {}, 400), "REFUSED", "not-sent"],
    ["a fail as HTTP 500", json({ stat: "fail", code: 5 }, {}, 500), "REFUSED", "not-sent"],
    ["a fail as HTTP 403", json({ stat: "fail" }, {}, 403), "FORBIDDEN", "not-sent"],
    ["a fail as HTTP 429", json({ stat: "fail" }, {}, 429), "RATE_LIMITED", "not-sent"],
    ["a fail whose message is a list", json({ stat: "fail", message: ["no"] }), "REFUSED", "not-sent"],
    ["a fail whose message is an object", json({ stat: "fail", message: { en: "no" } }), "REFUSED", "not-sent"],
    ["a fail whose code is a word", fail("invalid", "no"), "REFUSED", "not-sent"],
    ["a fail with an unknown function", fail(999, "Unknown function"), "UNSUPPORTED", "not-sent"],
    ["an unknown function of another code", fail(3, "unknown function: cmd.sms"), "UNSUPPORTED", "not-sent"],
    ["a web page", webPage, "BAD_RESPONSE", "unknown"],
    ["nothing", answer(200), "BAD_RESPONSE", "unknown"],
    ["HTTP 204", bytes("HTTP/1.1 204 No Content\r\n\r\n"), "BAD_RESPONSE", "unknown"],
    ["JSON without stat", json({ response: {} }), "BAD_RESPONSE", "unknown"],
    ["another stat", json({ stat: "pending" }), "BAD_RESPONSE", "unknown"],
    ["stat as a number", json({ stat: 1 }), "BAD_RESPONSE", "unknown"],
    ["an array", json([{ stat: "ok" }]), "BAD_RESPONSE", "unknown"],
    ["null", json(null), "BAD_RESPONSE", "unknown"],
    ["ok twice", answer(200, '{"stat":"ok"}{"stat":"ok"}'), "BAD_RESPONSE", "unknown"],
    ["half of the JSON as a whole answer", answer(200, '{"stat":"o'), "BAD_RESPONSE", "unknown"],
    ["ok as HTTP 500", json({ stat: "ok" }, {}, 500), "BAD_RESPONSE", "unknown"],
    ["a truncated ok", truncated('{"stat":"ok"}'), "CONNECTION_LOST", "unknown"],
    ["a reset", reset, "CONNECTION_LOST", "unknown"],
    ["an end", hangUp, "CONNECTION_LOST", "unknown"],
    ["silence", silence, "TIMEOUT", "unknown"],
    ["an answer that drips for ever", drip, "TIMEOUT", "unknown"],
    ["garbage", bytes("\u0000\u0001garbage\r\n\r\n"), "BAD_RESPONSE", "unknown"],
    ["more than a MiB", answer(200, " ".repeat(1024 * 1024 + 1)), "RESPONSE_TOO_LARGE", "unknown"],
    ["HTTP 302 to the login page", answer(302, "", { Location: "/login" }), "BAD_RESPONSE", "unknown"],
    ["HTTP 400", answer(400, "bad"), "REFUSED", "not-sent"],
    ["HTTP 403", answer(403), "FORBIDDEN", "not-sent"],
    ["HTTP 404", answer(404), "NOT_FOUND", "not-sent"],
    ["HTTP 408", answer(408), "TIMEOUT", "unknown"],
    ["HTTP 413", answer(413), "REFUSED", "not-sent"],
    ["HTTP 429", answer(429), "RATE_LIMITED", "not-sent"],
    ["HTTP 429 with Retry-After", answer(429, "", wait), "RATE_LIMITED", "not-sent"],
    ["HTTP 500", answer(500), "BAD_RESPONSE", "unknown"],
    ["HTTP 502 with a web page", answer(502, "<html>Bad gateway</html>"), "BAD_RESPONSE", "unknown"],
    ["HTTP 503", answer(503), "BAD_RESPONSE", "unknown"],
    ["HTTP 503 with Retry-After", answer(503, "", wait), "GATEWAY_BUSY", "not-sent"],
  ];
  for (const [what, reply, code, outcome] of failures) {
    it(`${what} is ${code} and ${outcome}, and the send is not repeated`, async () => {
      const { server, router } = await routerWith({ [SEND]: reply });
      const timeout = reply === silence || reply === drip ? 1500 : 5000;
      const error = await failureOf(router.sendSms(sms, { timeout }));
      assertFailure(error, code, outcome);
      if (outcome === "unknown") assert.equal(error.retryable, false);
      assert.deepEqual([server.count(LOGIN), server.count(SEND)], [1, 1]);
    });
  }

  it("shows in the message: device, address, code and the router's own words", async () => {
    const { server, router } = await routerWith({ [SEND]: fail(3, "invalid connId") });
    const { message } = await failureOf(router.sendSms(sms));
    assert.ok(message.startsWith(`Peplink router ${server.url}: `), message);
    assert.match(message, /code 3, invalid connId$/);
  });

  it("names how long to wait in milliseconds", async () => {
    for (const status of [429, 503]) {
      const { router } = await routerWith({ [SEND]: answer(status, "", wait) });
      const error = await failureOf(router.sendSms(sms));
      assert.deepEqual([error.retryAfter, error.status, error.retryable], [7000, status, true]);
    }
  });
});

describe("A send", () => {
  it("that is cut off after it left is INTERRUPTED and unknown", async () => {
    const { server, router } = await routerWith({ [SEND]: silence });
    const stop = new AbortController();
    const failure = failureOf(router.sendSms(sms, { signal: stop.signal }));
    await server.until(() => server.count(SEND) === 1);
    stop.abort();
    assertFailure(await failure, "INTERRUPTED", "unknown");
  });

  it("that is cut off during the login is INTERRUPTED and never leaves", async () => {
    const { server, router } = await routerWith({ [LOGIN]: silence });
    const stop = new AbortController();
    const failure = failureOf(router.sendSms(sms, { signal: stop.signal }));
    await server.until(() => server.count(LOGIN) === 1);
    stop.abort();
    assertFailure(await failure, "INTERRUPTED", "not-sent");
    assert.equal(server.count(SEND), 0);
  });

  it("has the time of its call, else that of the router's settings", async () => {
    const { router } = await routerWith({ [SEND]: silence }, { ...byPassword, timeout: 1000 });
    // So that the login takes nothing of it.
    await router.listSms({ connId: 2 }, { timeout: 5000 });
    assert.match((await failureOf(router.sendSms(sms))).message, /within 1 s/);
    assert.match((await failureOf(router.sendSms(sms, { timeout: 1500 }))).message, /within 1\.5 s/);
  });

  it("may have as much time as it likes", async () => {
    const { router } = await routerWith();
    await router.sendSms(sms, { timeout: Infinity });
    await router.sendSms(sms, { timeout: 2 ** 40 });
  });

  it("to a router that is not there is UNREACHABLE and not sent", async () => {
    const router = new PeplinkRouter({ url: `http://127.0.0.1:${await lastingPort()}`, ...byPassword });
    const error = await failureOf(router.sendSms(sms));
    assertFailure(error, "UNREACHABLE", "not-sent");
    assert.equal(error.retryable, true);
    await router.close();
  });
});
