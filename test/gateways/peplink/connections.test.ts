import assert from "node:assert/strict";
import { assertFailure, failureOf } from "../../support/failure";
import { answer, json, reset, webPage } from "../../support/raw-replies";
import { fail, FIRMWARE, LOGIN, routerWith, STATUS } from "./scripted-router";

const APN_USER = "apn-user-77";
const APN_PASSWORD = "apn-password-78";

const cellular = {
  name: "LTE",
  type: "cellular",
  message: "Connected",
  ip: "192.0.2.7",
  cellular: {
    signalLevel: 4,
    carrier: { name: "Example Mobile", country: "XX" },
    sim: {
      "1": {
        active: true,
        simCardDetected: true,
        imsi: "001010123456789",
        iccid: "8900000000000000001",
        mtn: "12025550100",
        apn: "internet",
        username: APN_USER,
        password: APN_PASSWORD,
      },
      "2": { active: false, simCardDetected: false, username: APN_USER, password: APN_PASSWORD },
      order: [2, 1],
    },
  },
};

async function connectionsIn(
  response: unknown,
): ReturnType<Awaited<ReturnType<typeof routerWith>>["router"]["connections"]> {
  const { router } = await routerWith({ [STATUS]: json({ stat: "ok", response }) });
  return router.connections();
}

describe("The cellular connections of a Peplink router", () => {
  it("come with state, carrier, signal and SIMs, each in the router's order", async () => {
    assert.deepEqual(await connectionsIn({ "2": cellular, order: [2] }), [
      {
        connId: 2,
        name: "LTE",
        state: "Connected",
        carrier: "Example Mobile",
        signalLevel: 4,
        sims: [
          { simId: 2, active: false, detected: false, iccid: null, imsi: null, mtn: null, apn: null },
          {
            simId: 1,
            active: true,
            detected: true,
            iccid: "8900000000000000001",
            imsi: "001010123456789",
            mtn: "12025550100",
            apn: "internet",
          },
        ],
      },
    ]);
  });

  it("never hold the user name and the password of an APN", async () => {
    const odd = { ...cellular, password: APN_PASSWORD, cellular: { ...cellular.cellular, username: APN_USER } };
    const text = JSON.stringify(await connectionsIn({ "2": cellular, "3": odd, order: [2, 3] }));
    assert.ok(!text.includes(APN_USER) && !text.includes(APN_PASSWORD), text);
  });

  const orders: readonly (readonly [what: string, response: object, ids: readonly number[]])[] = [
    ["order of numbers", { "2": cellular, "3": cellular, "10": cellular, order: [10, 2, 3] }, [10, 2, 3]],
    ["order of texts", { "2": cellular, "3": cellular, order: ["3", "2"] }, [3, 2]],
    ["no order", { "2": cellular, "3": cellular }, [2, 3]],
    ["an order that forgets some", { "2": cellular, "3": cellular, "4": cellular, order: [4] }, [4, 2, 3]],
    ["an order that names others", { "2": cellular, order: [9, 2] }, [2]],
    ["an order that is none", { "2": cellular, order: "2" }, [2]],
    ["a prefix before the ids", { vwan5: cellular, vwan7: cellular, order: ["vwan7", "vwan5"] }, [7, 5]],
  ];
  for (const [what, response, ids] of orders) {
    it(`are found with ${what}`, async () => {
      assert.deepEqual(
        (await connectionsIn(response)).map(({ connId }) => connId),
        ids,
      );
    });
  }

  it("are those of the types cellular and gobi, not the others", async () => {
    const response = {
      "1": { type: "ethernet", name: "WAN 1" },
      "2": { type: "cellular" },
      "3": { type: "gobi" },
      "4": { type: "wifi" },
      "5": { name: "without a type" },
      "6": { type: "Cellular" },
      order: [1, 2, 3, 4, 5, 6],
    };
    assert.deepEqual(
      (await connectionsIn(response)).map(({ connId }) => connId),
      [2, 3, 6],
    );
  });

  it("may lack everything else, or have it in a form that is not known", async () => {
    const bare = { name: null, state: null, carrier: null, signalLevel: null, sims: [] };
    const response = {
      "2": { type: "cellular" },
      "3": { type: "cellular", cellular: null },
      "4": { type: "cellular", cellular: { signalLevel: "none", carrier: "x", sim: "y" } },
      "5": "no object",
      "6": null,
      supportsMore: true,
    };
    assert.deepEqual(await connectionsIn(response), [
      { connId: 2, ...bare },
      { connId: 3, ...bare },
      { connId: 4, ...bare },
    ]);
  });

  it("have numbers and flags that come as text", async () => {
    const sim = { "1": { active: "true", simCardDetected: 1 }, "2": { active: "1", simCardDetected: "false" } };
    const [connection] = await connectionsIn({ "2": { type: "cellular", cellular: { signalLevel: "3", sim } } });
    assert.equal(connection?.signalLevel, 3);
    assert.deepEqual(
      connection.sims.map(({ active, detected }) => [active, detected]),
      [
        [true, true],
        [true, false],
      ],
    );
  });

  it("are none where the router has none", async () => {
    for (const response of [{}, [], { order: [] }, { "1": { type: "ethernet" }, order: [1] }]) {
      assert.deepEqual(await connectionsIn(response), []);
    }
  });

  it("are its mailboxes", async () => {
    const { router } = await routerWith({
      [STATUS]: json({ stat: "ok", response: { "2": cellular, "1": { type: "ethernet" }, "5": cellular } }),
    });
    assert.deepEqual(await router.mailboxes(), [{ connId: 2 }, { connId: 5 }]);
  });

  it("that cannot be read are BAD_RESPONSE", async () => {
    for (const response of [undefined, null, "x", 5]) {
      assertFailure(await failureOf(connectionsIn(response)), "BAD_RESPONSE", "not-sent");
    }
  });
});

describe("A probe of a Peplink router", () => {
  it("asks for the firmware without a login, and without credentials", async () => {
    const response = {
      "1": { version: "8.5.1 build 5000", inUse: false },
      "2": { version: "8.5.2 build 5188", inUse: true },
      order: [1, 2],
    };
    const { server, router } = await routerWith({ [FIRMWARE]: json({ stat: "ok", response }) }, {});
    assert.deepEqual(await router.probe(), { version: "8.5.2 build 5188", raw: response });
    const [request] = server.requests;
    assert.deepEqual([request?.method, request?.query.toString(), request?.headers.cookie], ["GET", "", undefined]);
    assert.equal(server.count(LOGIN), 0);
  });

  for (const [what, response, version] of [
    ["no bank marked", { "1": { version: "8.1.0" }, "2": { version: "8.0.0" } }, "8.1.0"],
    ["the version alone", { version: "8.3.0" }, "8.3.0"],
    ["another form", { firmware: "8.3.0" }, null],
    ["nothing", undefined, null],
    ["null", null, null],
    ["a text", "8.3.0", null],
  ] as const) {
    it(`gives the version as far as it is said: ${what}`, async () => {
      const { router } = await routerWith({ [FIRMWARE]: json({ stat: "ok", response }) });
      assert.equal((await router.probe()).version, version);
    });
  }

  for (const [what, reply, code] of [
    ["a web page", webPage, "BAD_RESPONSE"],
    ["HTTP 404", answer(404), "NOT_FOUND"],
    ["a fail", fail(1, "no"), "REFUSED"],
    ["a reset", reset, "CONNECTION_LOST"],
  ] as const) {
    it(`that gets ${what} is ${code}`, async () => {
      const { router } = await routerWith({ [FIRMWARE]: reply });
      assertFailure(await failureOf(router.probe()), code, "not-sent");
    });
  }
});
