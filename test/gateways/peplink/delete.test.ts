import assert from "node:assert/strict";
import { inspect } from "node:util";
import type { CellularErrorCode, Outcome } from "../../../src/errors/cellular-error";
import type { DeleteRequest } from "../../../src/gateways/gateway";
import { assertFailure, failureOf } from "../../support/failure";
import { answer, bytes, hangUp, inTurn, json, reset, silence, truncated, webPage } from "../../support/raw-replies";
import type { Reply } from "../../support/raw-server";
import { byPassword, DELETE, expired, fail, LIST, LOGIN, ok, routerWith, STATUS } from "./scripted-router";

const ICCID = "8999901000000000121";
const OTHER = "8999901000000000122";

function list(head: object): Reply {
  return json({ stat: "ok", response: { connId: 2, simId: 1, sms: [], ...head } });
}

/** Cellular connections by their id, each with the SIM slots given. */
function status(connections: Readonly<Record<string, Readonly<Record<string, object>>>>): Reply {
  const response = Object.entries(connections).map(([id, sim]): [string, object] => [
    id,
    { type: "cellular", cellular: { sim } },
  ]);
  return json({ stat: "ok", response: { 1: { type: "ethernet" }, ...Object.fromEntries(response) } });
}

const named = { connId: 2, iccid: ICCID };

describe("What a Peplink router is asked to delete", () => {
  for (const [what, ids] of [
    ["one id", 7],
    ["id 0", 0],
    ["several ids", [3, 1, 2]],
    ["one id in an array", [7]],
    ["everything", "all"],
  ] as const) {
    it(`is ${what}, with connection and ICCID and nothing else`, async () => {
      const { server, router } = await routerWith({ [DELETE]: ok });
      await router.deleteSms({ ...named, ids });
      assert.deepEqual(server.bodies(DELETE), [{ connId: 2, iccid: ICCID, id: ids }]);
      const request = server.requests.find(({ path }) => path === DELETE);
      assert.deepEqual([request?.method, request?.headers["content-type"]], ["POST", "application/json"]);
      assert.deepEqual([server.count(LIST), server.count(STATUS)], [0, 0], "all was given");
    });
  }

  it("is nothing at all for an empty array", async () => {
    const { server, router } = await routerWith({ [DELETE]: ok });
    await router.deleteSms({ ...named, ids: [] });
    assert.equal(server.connections, 0);
  });

  const wrong: readonly unknown[] = [
    "some",
    "ALL",
    "",
    "7",
    -1,
    1.5,
    NaN,
    Infinity,
    2 ** 53,
    null,
    undefined,
    true,
    {},
    ["x"],
    ["all"],
    [1, "2"],
    [1, -2],
    [null],
    [[1]],
  ];
  for (const ids of wrong) {
    it(`cannot be ${inspect(ids)}: OPTION_INVALID before any request`, async () => {
      const { server, router } = await routerWith({ [DELETE]: ok });
      const request = { ...named, ids } as DeleteRequest;
      assertFailure(await failureOf(router.deleteSms(request)), "OPTION_INVALID", "not-sent");
      assert.equal(server.connections, 0);
    });
  }

  for (const [what, place] of [
    ["a negative connection", { ...named, connId: -1 }],
    ["a connection as text", { ...named, connId: "2" }],
    ["a number as ICCID", { ...named, iccid: 8999901 }],
  ] as const) {
    it(`cannot lie at ${what}: OPTION_INVALID before any request`, async () => {
      const { server, router } = await routerWith({ [DELETE]: ok });
      const request = { ...place, ids: 1 } as unknown as DeleteRequest;
      assertFailure(await failureOf(router.deleteSms(request)), "OPTION_INVALID", "not-sent");
      assert.equal(server.connections, 0);
    });
  }
});

describe("The SIM to delete from", () => {
  it("is the one that the list names", async () => {
    const { server, router } = await routerWith({ [DELETE]: ok, [LIST]: list({ iccid: ICCID }) });
    await router.deleteSms({ connId: 2, ids: 1 });
    assert.deepEqual(server.bodies(DELETE), [{ connId: 2, iccid: ICCID, id: 1 }]);
    assert.equal(server.count(STATUS), 0);
  });

  it("has an ICCID of any length", async () => {
    const { server, router } = await routerWith({ [DELETE]: ok, [LIST]: list({ iccid: 85235984335 }) });
    await router.deleteSms({ connId: 2, ids: "all" });
    assert.deepEqual(server.bodies(DELETE), [{ connId: 2, iccid: "85235984335", id: "all" }]);
  });

  for (const [what, sims] of [
    ["the active one", { 1: { active: false, iccid: OTHER }, 2: { active: true, iccid: ICCID } }],
    ["the only one that shows an ICCID", { 1: { iccid: ICCID }, 2: { simCardDetected: false } }],
    ["the only one there is, though not active", { 1: { active: false, simCardDetected: true, iccid: ICCID } }],
  ] as const) {
    for (const [how, head] of [
      ["names none", {}],
      ["has an empty one", { iccid: "" }],
    ] as const) {
      it(`is ${what} of the connection's status where the list ${how}`, async () => {
        const { server, router } = await routerWith({
          [DELETE]: ok,
          [LIST]: list(head),
          [STATUS]: status({ 2: sims, 6: { 1: { active: true, iccid: "8999901000000000161" } } }),
        });
        await router.deleteSms({ connId: 2, ids: [1, 2] });
        assert.deepEqual(server.bodies(DELETE), [{ connId: 2, iccid: ICCID, id: [1, 2] }]);
      });
    }
  }

  it("is found out also where the caller gives an empty ICCID", async () => {
    const { server, router } = await routerWith({ [DELETE]: ok, [LIST]: list({ iccid: ICCID }) });
    await router.deleteSms({ connId: 2, iccid: "", ids: 1 });
    assert.deepEqual(server.bodies(DELETE), [{ connId: 2, iccid: ICCID, id: 1 }]);
  });

  for (const [what, sims] of [
    ["two that could be meant", { 1: { iccid: ICCID }, 2: { iccid: OTHER } }],
    ["two active ones", { 1: { active: true, iccid: ICCID }, 2: { active: true, iccid: OTHER } }],
    ["an active one that shows no ICCID, beside another", { 1: { active: true }, 2: { active: false, iccid: OTHER } }],
    ["one in each slot, one of them unread", { 1: { simCardDetected: true }, 2: { iccid: OTHER } }],
    ["none", {}],
  ] as const) {
    it(`is not guessed where there are ${what}: OPTION_INVALID that asks for the ICCID`, async () => {
      const { server, router } = await routerWith({
        [DELETE]: ok,
        [LIST]: list({}),
        [STATUS]: status({ 2: sims }),
      });
      const error = await failureOf(router.deleteSms({ connId: 2, ids: "all" }));
      assertFailure(error, "OPTION_INVALID", "not-sent");
      assert.match(error.message, /Name its ICCID/);
      assert.equal(server.count(DELETE), 0);
    });
  }
});

describe("The connection to delete at", () => {
  const one = { 1: { active: true, iccid: ICCID } };

  it("is the caller's, else that of the router's settings", async () => {
    const { server, router } = await routerWith({ [DELETE]: ok }, { ...byPassword, connId: 6 });
    await router.deleteSms({ iccid: ICCID, ids: 1 });
    await router.deleteSms({ ...named, ids: 1 });
    assert.deepEqual(server.bodies(DELETE), [
      { connId: 6, iccid: ICCID, id: 1 },
      { connId: 2, iccid: ICCID, id: 1 },
    ]);
  });

  it("is the only cellular one where none is named", async () => {
    const { server, router } = await routerWith({
      [DELETE]: ok,
      [LIST]: list({ iccid: ICCID }),
      [STATUS]: status({ 2: one }),
    });
    await router.deleteSms({ ids: 1 });
    assert.deepEqual(server.bodies(DELETE), [{ connId: 2, iccid: ICCID, id: 1 }]);
  });

  for (const [count, connections] of [
    ["2", { 2: one, 6: one }],
    ["0", {}],
  ] as const) {
    it(`is not guessed among ${count}: OPTION_INVALID that says what to do`, async () => {
      const { server, router } = await routerWith({ [DELETE]: ok, [STATUS]: status(connections) });
      const error = await failureOf(router.deleteSms({ ids: "all" }));
      assertFailure(error, "OPTION_INVALID", "not-sent");
      assert.match(error.message, new RegExp(`${count} cellular connections.*Name the connection id`));
      assert.deepEqual([server.count(LIST), server.count(DELETE)], [0, 0]);
    });
  }
});

describe("The router's answer to a deletion", () => {
  const failures: readonly (readonly [what: string, Reply, CellularErrorCode, Outcome])[] = [
    ["a fail", fail(400, "invalid id"), "REFUSED", "not-sent"],
    ["a fail without words", fail(), "REFUSED", "not-sent"],
    ["an unknown function", fail(999, "unknown function"), "UNSUPPORTED", "not-sent"],
    [
      "an unknown function as HTTP 404",
      json({ stat: "fail", message: "Unknown API" }, {}, 404),
      "UNSUPPORTED",
      "not-sent",
    ],
    ["a lacking permission", json({ stat: "fail" }, {}, 403), "FORBIDDEN", "not-sent"],
    ["a reset", reset, "CONNECTION_LOST", "unknown"],
    ["an end", hangUp, "CONNECTION_LOST", "unknown"],
    ["silence", silence, "TIMEOUT", "unknown"],
    ["a web page", webPage, "BAD_RESPONSE", "unknown"],
    ["nothing", answer(200), "BAD_RESPONSE", "unknown"],
    ["garbage", bytes("\u0000\u0001garbage\r\n\r\n"), "BAD_RESPONSE", "unknown"],
    ["another stat", json({ stat: "pending" }), "BAD_RESPONSE", "unknown"],
    ["a truncated ok", truncated('{"stat":"ok"}'), "CONNECTION_LOST", "unknown"],
    ["more than a MiB", answer(200, " ".repeat(1024 * 1024 + 1)), "RESPONSE_TOO_LARGE", "unknown"],
    ["HTTP 503 with Retry-After", answer(503, "", { "Retry-After": "7" }), "GATEWAY_BUSY", "not-sent"],
    ["HTTP 500", answer(500), "BAD_RESPONSE", "unknown"],
  ];
  for (const [what, reply, code, outcome] of failures) {
    it(`${what} is ${code} and ${outcome}, and the deletion is not repeated`, async () => {
      const { server, router } = await routerWith({ [DELETE]: reply });
      const error = await failureOf(
        router.deleteSms({ ...named, ids: "all" }, { timeout: reply === silence ? 1500 : 5000 }),
      );
      assertFailure(error, code, outcome);
      assert.deepEqual([server.count(LOGIN), server.count(DELETE)], [1, 1]);
      if (outcome === "unknown") assert.equal(error.retryable, false);
    });
  }

  for (const [disguise, reply] of expired) {
    it(`an expired login (${disguise}) is renewed once, and the deletion made once more`, async () => {
      const { server, router } = await routerWith({ [DELETE]: inTurn(reply, ok) });
      await router.deleteSms({ ...named, ids: 1 });
      assert.deepEqual([server.count(LOGIN), server.count(DELETE)], [2, 2]);
    });
  }

  it("is not asked for where the list before it fails: nothing was deleted", async () => {
    for (const [reply, code] of [
      [reset, "CONNECTION_LOST"],
      [webPage, "BAD_RESPONSE"],
      [fail(3, "invalid connId"), "REFUSED"],
    ] as const) {
      const { server, router } = await routerWith({ [DELETE]: ok, [LIST]: reply });
      assertFailure(await failureOf(router.deleteSms({ connId: 2, ids: "all" })), code, "not-sent");
      assert.equal(server.count(DELETE), 0);
    }
  });
});

describe("A call of several requests", () => {
  /** A router that takes its time for the connections. */
  const slowly =
    (reply: Reply, delay: number): Reply =>
    (wire, request) => {
      setTimeout(() => {
        reply(wire, request);
      }, delay);
    };

  it("has the time of its caller for all of them together", async () => {
    const { server, router } = await routerWith({
      [STATUS]: slowly(status({ 2: {} }), 1000),
      [LIST]: silence,
    });
    await router.connections();
    const error = await failureOf(router.deleteSms({ ids: 1 }, { timeout: 3000 }));
    assertFailure(error, "TIMEOUT", "not-sent");
    const [, seconds] = /within ([\d.]+) s/.exec(error.message) ?? [];
    assert.ok(Number(seconds) <= 2, `the second request had ${seconds ?? "?"} s, as if the first had taken none`);
    assert.deepEqual([server.count(LIST), server.count(DELETE)], [1, 0]);
  });

  it("can be cut off in the middle, with nothing deleted", async () => {
    const { server, router } = await routerWith({ [DELETE]: ok, [LIST]: silence });
    const stop = new AbortController();
    const failure = failureOf(router.deleteSms({ connId: 2, ids: 1 }, { signal: stop.signal }));
    await server.until(() => server.count(LIST) === 1);
    stop.abort();
    assertFailure(await failure, "INTERRUPTED", "not-sent");
    assert.equal(server.count(DELETE), 0);
  });

  it("takes no time that is none", async () => {
    const { server, router } = await routerWith();
    assertFailure(await failureOf(router.deleteSms({ ids: 1 }, { timeout: 0 })), "OPTION_INVALID", "not-sent");
    assertFailure(await failureOf(router.listSms({}, { timeout: NaN })), "OPTION_INVALID", "not-sent");
    assert.equal(server.connections, 0);
  });
});
