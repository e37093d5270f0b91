import assert from "node:assert/strict";
import type { CellularErrorCode } from "../../../src/errors/cellular-error";
import { BrevisOneGateway } from "../../../src/gateways/brevis-one";
import { assertFailure, assertKeeps, failureIn, failureOf } from "../../support/failure";
import { gatewayWith, login, sms, TO } from "./scripted-gateway";

describe("Before any request to a brevis.one gateway", () => {
  const wrong: readonly (readonly [what: string, sms: object, CellularErrorCode])[] = [
    ["letters as a number", { to: "Night shift", text: "x" }, "ADDRESS_INVALID"],
    ["letters as a number for Telegram", { to: "Foreman", text: "x", mode: "telnumber" }, "ADDRESS_INVALID"],
    ["two numbers in one", { to: `${TO},${TO}`, text: "x" }, "ADDRESS_INVALID"],
    ["two numbers in two lines", { to: `${TO}\n${TO}`, text: "x" }, "ADDRESS_INVALID"],
    ["a + in the middle", { to: "0044+7700900101", text: "x" }, "ADDRESS_INVALID"],
    ["a 0 behind the +", { to: "+07700900101", text: "x" }, "ADDRESS_INVALID"],
    ["a number with (0)", { to: "+44 (0) 7700 900101", text: "x" }, "ADDRESS_INVALID"],
    ["one digit", { to: "4", text: "x" }, "ADDRESS_INVALID"],
    ["18 digits", { to: "004477009001010000", text: "x" }, "ADDRESS_INVALID"],
    ["digits of another script", { to: "٠٠٤٤٧٧٠٠٩٠٠١٠١", text: "x" }, "ADDRESS_INVALID"],
    ["an empty recipient", { to: "", text: "x" }, "ADDRESS_INVALID"],
    ["a number as recipient", { to: 447700900101, text: "x" }, "ADDRESS_INVALID"],
    ["no recipient", { text: "x" }, "ADDRESS_INVALID"],
    ["an array of recipients", { to: [TO], text: "x" }, "ADDRESS_INVALID"],
    ["a blank name", { to: "  ", text: "x", mode: "group" }, "ADDRESS_INVALID"],
    ["a name with NUL", { to: "a\u0000b", text: "x", mode: "group" }, "ADDRESS_INVALID"],
    ["a name with a line break", { to: "a\nb", text: "x", mode: "user" }, "ADDRESS_INVALID"],
    ["a name with half a surrogate pair", { to: "a\ud83d", text: "x", mode: "user" }, "ADDRESS_INVALID"],
    ["an empty text", { to: TO, text: "" }, "TEXT_EMPTY"],
    ["no text", { to: TO }, "TEXT_EMPTY"],
    ["an object as text", { to: TO, text: { a: 1 } }, "TEXT_INVALID"],
    ["half a surrogate pair", { to: TO, text: "x\ud83d" }, "TEXT_INVALID"],
    ["10,000 characters", { to: TO, text: "x".repeat(10_000) }, "TEXT_TOO_LONG"],
    ["10,000 emoji as hex", { to: TO, text: "👍".repeat(10_000), encoding: "hex" }, "TEXT_TOO_LONG"],
    ["€ as latin1", { to: TO, text: "5 €", encoding: "hex", hexCharset: "latin1" }, "TEXT_INVALID"],
    ["an emoji as latin1", { to: TO, text: "👍", encoding: "hex", hexCharset: "latin1" }, "TEXT_INVALID"],
    ["a mode that does not exist", { ...sms, mode: "Number" }, "OPTION_INVALID"],
    ["an empty mode", { ...sms, mode: "" }, "OPTION_INVALID"],
    ["a name of every object as mode", { ...sms, mode: "constructor" }, "OPTION_INVALID"],
    ["null as mode", { ...sms, mode: null }, "OPTION_INVALID"],
    ["a connection, of which it has one", { ...sms, connId: 1 }, "OPTION_INVALID"],
    ["a list without a pattern", { ...sms, list: "white" }, "OPTION_INVALID"],
    ["a list with an empty pattern", { ...sms, list: "black", regex: "" }, "OPTION_INVALID"],
    ["a pattern without a list", { ...sms, regex: "^00" }, "OPTION_INVALID"],
    ["a pattern with an empty list", { ...sms, list: "", regex: "^00" }, "OPTION_INVALID"],
    ["another kind of list", { ...sms, list: "grey", regex: "^00" }, "OPTION_INVALID"],
    ["a RegExp as pattern", { ...sms, list: "white", regex: /^00/ }, "OPTION_INVALID"],
    ["half a surrogate pair as pattern", { ...sms, list: "white", regex: "\udc4d" }, "OPTION_INVALID"],
    ["another encoding", { ...sms, encoding: "base64" }, "OPTION_INVALID"],
    ["the alphabet on the air as encoding", { ...sms, encoding: "gsm7" }, "OPTION_INVALID"],
    ["another charset", { ...sms, encoding: "hex", hexCharset: "utf-16" }, "OPTION_INVALID"],
    ["a text as flash", { ...sms, flash: "true" }, "OPTION_INVALID"],
    ["a number as ring", { ...sms, ring: 1 }, "OPTION_INVALID"],
    ["a text as telauto", { ...sms, telauto: "false" }, "OPTION_INVALID"],
  ];
  for (const [what, given, code] of wrong) {
    it(`${what} is ${code}`, async () => {
      const { server, gateway } = await gatewayWith();
      const error = await failureOf(gateway.sendSms(given as typeof sms));
      assertFailure(error, code, "not-sent");
      assertKeeps(error, ["7700900", "Night", "Foreman"]);
      assertFailure(
        failureIn(() => gateway.checkSms(given as typeof sms)),
        code,
        "not-sent",
      );
      assert.equal(server.connections, 0);
    });
  }

  for (const timeout of [0, -1, NaN, "500" as unknown as number]) {
    it(`a timeout of ${JSON.stringify(timeout)} is OPTION_INVALID`, async () => {
      const { server, gateway } = await gatewayWith();
      assertFailure(await failureOf(gateway.sendSms(sms, { timeout })), "OPTION_INVALID", "not-sent");
      assertFailure(await failureOf(gateway.probe({ timeout })), "OPTION_INVALID", "not-sent");
      assert.equal(server.connections, 0);
    });
  }

  it("the limit of segments is the gateway's setting, and 10,000 characters can pass", async () => {
    const { server, gateway } = await gatewayWith(undefined, { maxSegments: 70 });
    const text = "a&%n+= ".repeat(1429).slice(0, 10_000);
    assert.equal((await gateway.sendSms({ to: TO, text })).segments, 66);
    assert.equal(new URLSearchParams(server.requests[0]?.body).get("text"), text);
  });
});

describe("A request by GET", () => {
  it("is refused before it is sent if its URL would be too long, and says what to shorten", async () => {
    const { server, gateway } = await gatewayWith(undefined, { method: "GET", maxSegments: 100 });
    const long = await failureOf(gateway.sendSms({ to: TO, text: "x".repeat(10_000) }));
    assertFailure(long, "TEXT_TOO_LONG", "not-sent");
    assert.match(long.message, /POST.*text\.$/);
    const pattern = await failureOf(gateway.sendSms({ ...sms, list: "white", regex: "x".repeat(10_000) }));
    assertFailure(pattern, "OPTION_INVALID", "not-sent");
    assert.match(pattern.message, /POST.*regex\.$/);
    assert.equal(server.connections, 0);
  });

  it("takes every text of the usual length", async () => {
    const { server, gateway } = await gatewayWith(undefined, { method: "GET" });
    for (const text of ["漢".repeat(670), "👍".repeat(330), "%".repeat(1530)]) await gateway.sendSms({ to: TO, text });
    assert.equal(server.requests.length, 3);
  });
});

describe("An SMS that was checked", () => {
  it("is plain data, and comes out of another check and of a file as it was", async () => {
    const { server, gateway } = await gatewayWith();
    const asked = [
      sms,
      { ...sms, to: " +44 7700 900101 ", mode: "telnumber", telauto: false },
      { to: "Night shift", text: "ä", mode: "group", list: "white", regex: "^00", flash: true, ring: false },
      { ...sms, encoding: "hex", hexCharset: "latin1" },
      { ...sms, mode: undefined, list: "" },
    ] as const;
    for (const one of asked) {
      const checked = gateway.checkSms(one);
      const read = JSON.parse(JSON.stringify(checked)) as typeof checked;
      assert.deepEqual(read, checked);
      assert.deepEqual(gateway.checkSms(read), checked);
      await gateway.sendSms(one);
      await gateway.sendSms(read);
      assert.equal(server.requests.at(-1)?.body, server.requests.at(-2)?.body);
    }
  });
});

describe("A configuration", () => {
  for (const [what, settings] of [
    ["no user name", { username: "" }],
    ["no password", { password: "" }],
    ["neither", { username: undefined, password: undefined }],
    ["half a character in the password", { password: "x\ud83d" }],
  ] as const) {
    it(`with ${what} is CONFIG_MISSING, for sends and when it is asked`, async () => {
      const { server, gateway } = await gatewayWith(undefined, settings);
      assertFailure(await failureOf(gateway.sendSms(sms)), "CONFIG_MISSING", "not-sent");
      const error = failureIn(() => {
        gateway.checkConfiguration();
      });
      assertFailure(error, "CONFIG_MISSING", "not-sent");
      assert.ok(error.message.startsWith(`brevis.one gateway ${server.url}: `), error.message);
      assert.equal(server.connections, 0);
    });
  }

  for (const [what, settings] of [
    ["no URL", { url: "" }],
    ["a login in the URL", { url: "https://apiuser:secret@192.168.1.100" }],
    ["a query in the URL", { url: "https://192.168.1.100/?password=secret" }],
    ["another method", { url: "https://192.168.1.100", method: "PUT" as "GET" }],
    ["a fingerprint that is none", { url: "https://192.168.1.100", fingerprint: "12:34" }],
  ] as const) {
    it(`with ${what} is CONFIG_MISSING at once`, () => {
      const error = failureIn(() => new BrevisOneGateway({ ...login, ...settings }));
      assertFailure(error, "CONFIG_MISSING", "not-sent");
      assertKeeps(error, ["secret"]);
    });
  }
});
