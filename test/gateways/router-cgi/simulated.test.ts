import assert from "node:assert/strict";
import { CgiRouter, type CgiRouterOptions } from "../../../src/gateways/router-cgi";
import type { CellularErrorCode, Outcome } from "../../../src/errors/cellular-error";
import { GATEWAY_KINDS } from "../../../src/gateways/kinds";
import {
  CgiRouterSimulator,
  type CgiRouterSimulatorOptions,
  type Fault,
  type FaultOptions,
} from "../../../src/simulators";
import { assertFailure, failureOf } from "../../support/failure";

const login = { username: "smsuser", password: "simulated-password" };
const TO = "+447700900101";

interface Pair {
  readonly device: CgiRouterSimulator;
  readonly router: CgiRouter;
}

const running: Pair[] = [];

async function pair(options: CgiRouterSimulatorOptions = {}, settings: Partial<CgiRouterOptions> = {}): Promise<Pair> {
  const device = await new CgiRouterSimulator(options).start();
  const router = new CgiRouter({ url: device.url, timeout: 5000, ...login, ...settings });
  running.push({ device, router });
  return { device, router };
}

afterEach(async () => {
  for (const { device, router } of running.splice(0)) {
    await device.stop();
    await router.close();
  }
});

describe("A CGI router and its simulator", () => {
  const texts = ["hello", "a&b=c+d% 100%", "line one\nline two\r\n", "👍🏽 €äß漢字", "a\u0000b", " x ", "%41%zz"];
  for (const manner of ["teltonika", "proroute"] as const) {
    for (const method of ["POST", "GET"] as const) {
      it(`send texts of all kinds, each once and in order, in the manner of ${manner} by ${method}`, async () => {
        const lineBreak = manner === "proroute" ? "percent-n" : "lf";
        const { device, router } = await pair({ manner }, { method, lineBreak });
        for (const text of texts) await router.sendSms({ to: TO, text });
        assert.deepEqual(
          device.sent.map(({ to, text }) => [to, text]),
          texts.map((text) => [TO, manner === "proroute" ? text.replaceAll("\r\n", "\n") : text]),
        );
      });

      it(`agree on a password with &=%+ in the manner of ${manner} by ${method}`, async () => {
        const password = "&=%+ %n?#ü'\"";
        const { device, router } = await pair({ manner, password }, { method, password });
        await router.sendSms({ to: TO, text: "x" });
        assert.deepEqual([device.sent.length, device.badLogins], [1, 0]);
      });
    }
  }

  const dialects = [
    {},
    { date: "iso" },
    { lineEnd: "crlf" },
    { encoding: "latin1" },
    { pre: true },
    { pre: true, lineEnd: "crlf", encoding: "latin1", date: "iso" },
  ] as const satisfies readonly CgiRouterSimulatorOptions["dialect"][];
  for (const dialect of dialects) {
    it(`agree on what is stored, printed with ${JSON.stringify(dialect)}`, async () => {
      const { device, router } = await pair({ dialect });
      const timestamp = Math.floor(Date.now() / 1000);
      const received = [
        { from: "+447700900102", text: "OFF" },
        { from: "Tarifinfo", text: "Tür auf\n\nStatus: read\n------------------------------\nfür 5 min\n" },
        { from: "", text: "" },
      ];
      for (const sms of received) device.receive({ ...sms, timestamp });
      assert.deepEqual(
        (await router.listSms()).map(({ id, from, text, localTime }) => ({ id, from, text, localTime })),
        received.map((sms, id) => ({ id, ...sms, localTime: timestamp })),
      );
    });
  }

  for (const empty of ["words", "nothing"] as const) {
    it(`agree on an empty store that is answered by ${empty}`, async () => {
      const { router } = await pair({ dialect: { empty } });
      assert.deepEqual(await router.listSms(), []);
    });
  }

  it("agree on what is deleted", async () => {
    const { device, router } = await pair();
    for (const text of ["a", "b", "c", "d"]) device.receive({ from: "988", text });
    await router.deleteSms({ ids: [0, 2] });
    assert.deepEqual(
      device.store.map(({ text }) => text),
      ["b", "d"],
    );
    assertFailure(await failureOf(router.deleteSms({ ids: 0 })), "NOT_FOUND", "not-sent");
    await router.deleteSms({ ids: "all" });
    assert.deepEqual(device.store, []);
  });

  it("agree that a part is lost", async () => {
    const { device, router } = await pair({ joinsParts: true });
    device.receive({ from: "988", text: "x".repeat(400), lost: [2] });
    device.receive({ from: "988", text: "y" });
    assert.deepEqual(
      (await router.listSms()).map(({ complete }) => complete),
      [false, undefined],
    );
  });

  it("cannot delete in the manner of Proroute", async () => {
    const { device, router } = await pair({ manner: "proroute" });
    device.receive({ from: "988", text: "a" });
    assertFailure(await failureOf(router.deleteSms({ ids: 0 })), "UNSUPPORTED", "not-sent");
    assert.equal(device.store.length, 1);
  });

  it("refuse a long text by GET with HTTP 413, before anything is sent", async () => {
    const { device, router } = await pair({ longestQuery: 500 }, { method: "GET" });
    const error = await failureOf(router.sendSms({ to: TO, text: "x".repeat(600) }));
    assertFailure(error, "REFUSED", "not-sent");
    assert.deepEqual([error.status, device.sent.length], [413, 0]);
  });

  it("use no more than one bad login for one call", async () => {
    const { device, router } = await pair({}, { password: "wrong" });
    const calls = [
      () => router.sendSms({ to: TO, text: "x" }),
      () => router.listSms(),
      () => router.deleteSms({ ids: [1, 2] }),
      () => router.deleteSms({ ids: "all" }),
    ];
    for (const call of calls) assertFailure(await failureOf(call()), "AUTH_FAILED", "not-sent");
    await router.probe();
    assert.equal(device.badLogins, calls.length);
  });

  it("no longer speak after too many bad logins", async () => {
    const { device, router } = await pair({ lockAfter: 1 }, { password: "wrong" });
    await failureOf(router.listSms());
    assert.equal(device.locked, true);
    const good = new CgiRouter({ url: device.url, ...login });
    assertFailure(await failureOf(good.sendSms({ to: TO, text: "x" })), "FORBIDDEN", "not-sent");
    await good.close();
  });

  it("trust each other by the fingerprint of the self-signed certificate alone", async () => {
    const { device, router } = await pair({ tls: true });
    assertFailure(await failureOf(router.sendSms({ to: TO, text: "x" })), "TLS_UNTRUSTED", "not-sent");
    assertFailure(await failureOf(router.listSms()), "TLS_UNTRUSTED", "not-sent");
    assertFailure(await failureOf(router.probe()), "TLS_UNTRUSTED", "not-sent");
    assert.equal(device.requests.length, 0);
    const pinned = new CgiRouter({ url: device.url, fingerprint: device.fingerprint, ...login });
    await pinned.sendSms({ to: TO, text: "x" });
    await pinned.close();
    assert.equal(device.sent.length, 1);
  });

  it("find each other by the kind router-cgi of a gateway's settings", async () => {
    const { device } = await pair({ manner: "proroute" });
    const gateway = GATEWAY_KINDS["router-cgi"]!.create({
      url: device.url,
      ...login,
      auth: "password",
      clientId: "",
      clientSecret: "",
      connId: undefined,
      timeout: 5000,
      maxSegments: 10,
      method: "GET",
      lineBreak: "percent-n",
      numberFormat: "00",
    });
    await gateway.sendSms({ to: TO, text: "a\nb" });
    await gateway.close();
    assert.deepEqual(
      device.sent.map(({ to, text }) => [to, text]),
      [["00447700900101", "a\nb"]],
    );
    assert.equal(device.requests[0]?.method, "GET");
  });
});

describe("A fault of a simulated CGI router", () => {
  const faults: readonly (readonly [
    fault: Fault,
    options: FaultOptions,
    send: readonly [CellularErrorCode, Outcome],
    sent: number,
    list: CellularErrorCode,
  ])[] = [
    ["reset-before", {}, ["CONNECTION_LOST", "unknown"], 0, "CONNECTION_LOST"],
    ["reset-after", {}, ["CONNECTION_LOST", "unknown"], 1, "CONNECTION_LOST"],
    ["silence", {}, ["TIMEOUT", "unknown"], 0, "TIMEOUT"],
    ["silence", { done: true }, ["TIMEOUT", "unknown"], 1, "TIMEOUT"],
    ["delay", { delay: 10_000 }, ["TIMEOUT", "unknown"], 1, "TIMEOUT"],
    ["refuse", {}, ["REFUSED", "not-sent"], 0, "REFUSED"],
    ["html", {}, ["BAD_RESPONSE", "not-sent"], 0, "BAD_RESPONSE"],
    ["truncated", {}, ["CONNECTION_LOST", "unknown"], 1, "CONNECTION_LOST"],
    ["oversized", {}, ["RESPONSE_TOO_LARGE", "unknown"], 1, "RESPONSE_TOO_LARGE"],
    ["status", {}, ["BAD_RESPONSE", "unknown"], 0, "BAD_RESPONSE"],
    ["status", { status: 503, retryAfter: 3 }, ["GATEWAY_BUSY", "not-sent"], 0, "GATEWAY_BUSY"],
  ];
  for (const [fault, options, [code, outcome], sent, list] of faults) {
    it(`${fault} ${JSON.stringify(options)} is ${code} and ${outcome} for a send, ${list} for a list`, async () => {
      const { device, router } = await pair();
      const isSlow = fault === "silence" || fault === "delay";
      const timeout = isSlow ? 1500 : 5000;
      device.fail(fault, options);
      assertFailure(await failureOf(router.sendSms({ to: TO, text: "x" }, { timeout })), code, outcome);
      assert.equal(device.sent.length, sent);
      assertFailure(await failureOf(router.listSms({}, { timeout })), list, "not-sent");
      device.heal();
      await router.sendSms({ to: TO, text: "y" });
      assert.equal(device.sent.length, sent + 1);
    });
  }
});
