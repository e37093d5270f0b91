import assert from "node:assert/strict";
import { inspect } from "node:util";
import type { CellularErrorCode, Outcome } from "../../../src/errors/cellular-error";
import { assertFailure, failureOf } from "../../support/failure";
import { answer, hangUp, inTurn, json, reset, silence, truncated, webPage } from "../../support/raw-replies";
import type { Reply } from "../../support/raw-server";
import { byPassword, expired, fail, LOGIN, OLD_USSD, routerWith, STATUS, USSD } from "./scripted-router";

const FIRST = "8999901000000000121";
const SECOND = "8999901000000000122";
const WORDS = "Request is sent successfully";
const taken = json({ stat: "ok", response: { message: WORDS } });
const unknown = fail(2, "unknown function");

const twoSims = { 1: { active: true, iccid: FIRST }, 2: { active: false, iccid: SECOND }, order: [1, 2] };

function status(sim: object, ...connIds: readonly number[]): Reply {
  const connections = connIds.map((connId) => [connId, { type: "cellular", cellular: { sim } }] as const);
  return json({ stat: "ok", response: Object.fromEntries(connections) });
}

const newer = { [USSD]: taken, [OLD_USSD]: unknown, [STATUS]: status(twoSims, 2) };
const older = { [USSD]: unknown, [OLD_USSD]: taken, [STATUS]: status(twoSims, 2) };

describe("A USSD code", () => {
  it("is sent by the function of firmware 8.5.2, to the active SIM", async () => {
    const { server, router } = await routerWith(newer);
    await router.sendUssd({ connId: 2, code: "*109#" });
    assert.deepEqual(server.bodies(USSD), [{ connId: 2, ussd: "*109#" }]);
    assert.equal(server.count(OLD_USSD), 0);
  });

  it("is sent to the SIM that is named, by its ICCID", async () => {
    const { server, router } = await routerWith(newer);
    await router.sendUssd({ connId: 2, iccid: SECOND, code: "*109#" });
    assert.deepEqual(server.bodies(USSD), [{ connId: 2, ussd: "*109#", iccid: SECOND }]);
  });

  it("is sent by the function of firmware 8.1 where that one is unknown, and from then on at once", async () => {
    const { server, router } = await routerWith(older);
    for (const code of ["*109#", "*100*1#", "**21#"]) await router.sendUssd({ connId: 2, code });
    assert.equal(server.count(USSD), 1);
    assert.deepEqual(server.bodies(OLD_USSD), [
      { connId: 2, ussd: "*109#" },
      { connId: 2, ussd: "*100*1#" },
      { connId: 2, ussd: "**21#" },
    ]);
  });

  it("goes to the slot of the SIM on firmware 8.1, which knows no ICCID", async () => {
    const { server, router } = await routerWith(older);
    await router.sendUssd({ connId: 2, iccid: SECOND, code: "*109#" });
    assert.deepEqual(server.bodies(OLD_USSD), [{ connId: 2, ussd: "*109#", simId: 2 }]);
  });

  it("goes nowhere on firmware 8.1 where no slot has that SIM: NOT_FOUND", async () => {
    const { server, router } = await routerWith(older);
    const error = await failureOf(router.sendUssd({ connId: 2, iccid: "8999901000000000999", code: "*109#" }));
    assertFailure(error, "NOT_FOUND", "not-sent");
    assert.equal(server.count(OLD_USSD), 0);
  });

  it("is sent by the newer function after an update that takes the older one away", async () => {
    const { server, router } = await routerWith({
      ...newer,
      [USSD]: inTurn(unknown, taken),
      [OLD_USSD]: inTurn(taken, unknown),
    });
    for (let index = 0; index < 3; index += 1) await router.sendUssd({ connId: 2, code: "*109#" });
    assert.deepEqual([server.count(USSD), server.count(OLD_USSD)], [3, 2]);
  });

  it("is UNSUPPORTED where the firmware knows neither", async () => {
    const { server, router } = await routerWith({ ...newer, [USSD]: unknown });
    assertFailure(await failureOf(router.sendUssd({ connId: 2, code: "*109#" })), "UNSUPPORTED", "not-sent");
    assert.deepEqual([server.count(USSD), server.count(OLD_USSD)], [1, 1]);
  });

  it("goes to the caller's connection, else to that of the router's settings, else to the only one", async () => {
    const set = await routerWith(newer, { ...byPassword, connId: 6 });
    await set.router.sendUssd({ code: "1" });
    await set.router.sendUssd({ connId: 2, code: "2" });
    const open = await routerWith(newer);
    await open.router.sendUssd({ code: "3" });
    assert.deepEqual(
      [...set.server.bodies(USSD), ...open.server.bodies(USSD)],
      [
        { connId: 6, ussd: "1" },
        { connId: 2, ussd: "2" },
        { connId: 2, ussd: "3" },
      ],
    );
  });

  it("goes nowhere where there are several and none is named: OPTION_INVALID that says what to do", async () => {
    const { server, router } = await routerWith({ ...newer, [STATUS]: status(twoSims, 2, 6) });
    const error = await failureOf(router.sendUssd({ code: "*109#" }));
    assertFailure(error, "OPTION_INVALID", "not-sent");
    assert.match(error.message, /2 cellular connections.*Name the connection id/);
    assert.deepEqual([server.count(USSD), server.count(OLD_USSD)], [0, 0]);
  });

  for (const code of [
    "",
    " ",
    "abc",
    "*109#a",
    "*109 #",
    "*109#\n",
    "+44",
    "１０９",
    "*109#;",
    109,
    null,
    undefined,
    ["1"],
  ]) {
    it(`cannot be ${inspect(code)}: CODE_INVALID before any request`, async () => {
      const { server, router } = await routerWith(newer);
      const request = { connId: 2, code: code as string };
      assertFailure(await failureOf(router.sendUssd(request)), "CODE_INVALID", "not-sent");
      assert.equal(server.connections, 0);
    });
  }

  for (const [what, place] of [
    ["a fraction as connection", { connId: 1.5 }],
    ["a number as ICCID", { connId: 2, iccid: 8999901 as unknown as string }],
  ] as const) {
    it(`cannot go to ${what}: OPTION_INVALID before any request`, async () => {
      const { server, router } = await routerWith(newer);
      assertFailure(await failureOf(router.sendUssd({ ...place, code: "1" })), "OPTION_INVALID", "not-sent");
      assert.equal(server.connections, 0);
    });
  }
});

describe("What comes back of a USSD code", () => {
  it("is the router's own word, and no reply of the network", async () => {
    const { router } = await routerWith(newer);
    const { raw, ...reply } = await router.sendUssd({ connId: 2, code: "*109#" });
    assert.deepEqual(reply, { acknowledged: true, reply: null, deviceWords: WORDS, connId: 2, iccid: FIRST });
    assert.deepEqual(raw, { stat: "ok", response: { message: WORDS } });
  });

  for (const [what, response] of [
    ["nothing", undefined],
    ["null", null],
    ["an object without a message", { status: "ok" }],
    ["a reply that no document knows", { reply: "Balance 5.00", ussd: "Balance 5.00" }],
    ["a message that is no text", { message: { text: "Balance 5.00" } }],
    ["a text", "Balance 5.00"],
  ] as const) {
    it(`is never made up: of ${what} there is neither word nor reply`, async () => {
      const { router } = await routerWith({ ...newer, [USSD]: json({ stat: "ok", response }) });
      const { acknowledged, reply, deviceWords } = await router.sendUssd({ connId: 2, code: "*109#" });
      assert.deepEqual({ acknowledged, reply, deviceWords }, { acknowledged: true, reply: null, deviceWords: null });
    });
  }

  it("names the SIM that was asked for, without looking further", async () => {
    const { server, router } = await routerWith(newer);
    assert.equal((await router.sendUssd({ connId: 2, iccid: SECOND, code: "1" })).iccid, SECOND);
    assert.equal(server.count(STATUS), 0);
  });

  for (const [what, reply] of [
    ["does not say which is active", status({ 1: { iccid: FIRST }, 2: { iccid: SECOND } }, 2)],
    ["does not show the connection", status(twoSims, 6)],
    ["refuses to say", fail(403, "Permission denied")],
    ["breaks off", reset],
    ["shows a web page", webPage],
  ] as const) {
    it(`names no SIM where the router ${what}; the code has been sent all the same`, async () => {
      const { server, router } = await routerWith({ ...newer, [STATUS]: reply });
      const { acknowledged, iccid } = await router.sendUssd({ connId: 2, code: "*109#" });
      assert.deepEqual({ acknowledged, iccid }, { acknowledged: true, iccid: undefined });
      assert.equal(server.count(USSD), 1);
    });
  }
});

describe("The router's answer to a USSD code", () => {
  const failures: readonly (readonly [what: string, Reply, CellularErrorCode, Outcome])[] = [
    ["a fail", fail(400, "No SIM card"), "REFUSED", "not-sent"],
    ["a lacking permission", json({ stat: "fail" }, {}, 403), "FORBIDDEN", "not-sent"],
    ["HTTP 404", answer(404), "NOT_FOUND", "not-sent"],
    ["a reset", reset, "CONNECTION_LOST", "unknown"],
    ["an end", hangUp, "CONNECTION_LOST", "unknown"],
    ["silence", silence, "TIMEOUT", "unknown"],
    ["a web page", webPage, "BAD_RESPONSE", "unknown"],
    ["a truncated ok", truncated('{"stat":"ok"}'), "CONNECTION_LOST", "unknown"],
    ["more than a MiB", answer(200, " ".repeat(1024 * 1024 + 1)), "RESPONSE_TOO_LARGE", "unknown"],
  ];
  for (const [what, reply, code, outcome] of failures) {
    it(`${what} is ${code} and ${outcome}: the code is sent once, by no other function`, async () => {
      const { server, router } = await routerWith({ ...newer, [USSD]: reply, [OLD_USSD]: taken });
      const error = await failureOf(
        router.sendUssd({ connId: 2, code: "*109#" }, { timeout: reply === silence ? 1500 : 5000 }),
      );
      assertFailure(error, code, outcome);
      assert.deepEqual([server.count(USSD), server.count(OLD_USSD)], [1, 0]);
    });
  }

  for (const [disguise, reply] of expired) {
    it(`an expired login (${disguise}) is renewed once, and the code is sent`, async () => {
      const { server, router } = await routerWith({ ...newer, [USSD]: inTurn(reply, taken) });
      await router.sendUssd({ connId: 2, code: "*109#" });
      assert.deepEqual([server.count(LOGIN), server.count(USSD), server.count(OLD_USSD)], [2, 2, 0]);
    });
  }
});
