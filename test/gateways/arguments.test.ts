import assert from "node:assert/strict";
import { BrevisOneGateway } from "../../src/gateways/brevis-one";
import { PeplinkRouter } from "../../src/gateways/peplink";
import { CgiRouter } from "../../src/gateways/router-cgi";
import { SuperSim } from "../../src/gateways/super-sim";
import { assertFailure, failureIn, failureOf } from "../support/failure";
import { silence } from "../support/raw-replies";
import { RawServer } from "../support/raw-server";

const LOGIN = { username: "flows", password: "simulated-password" };
const SMS = { to: "+447700900101", text: "open" };
const SID = `HC${"1b".repeat(16)}`;
const COMMAND = { sim: "tracker", payload: "wake", command: "wake" };
const account = { provider: "twilio", accountSid: `AC${"0a".repeat(16)}`, authToken: "simulated-token" };

/** A driver as code without types sees it. */
type Driver = Readonly<Record<string, (...given: readonly unknown[]) => unknown>>;

const make: Readonly<Record<string, (settings?: unknown) => Driver>> = {
  PeplinkRouter: (settings) => new PeplinkRouter(settings as never) as unknown as Driver,
  BrevisOneGateway: (settings) => new BrevisOneGateway(settings as never) as unknown as Driver,
  CgiRouter: (settings) => new CgiRouter(settings as never) as unknown as Driver,
  SuperSim: (settings) => new SuperSim(settings as never) as unknown as Driver,
};

/** Each call of each driver, with what it takes before its options. */
const calls: readonly (readonly [driver: string, call: string, ...given: readonly unknown[]])[] = [
  ["PeplinkRouter", "sendSms", SMS],
  ["PeplinkRouter", "listSms", { connId: 2 }],
  ["PeplinkRouter", "deleteSms", { connId: 2, iccid: "1", ids: [1] }],
  ["PeplinkRouter", "sendUssd", { connId: 2, code: "*109#" }],
  ["PeplinkRouter", "connections"],
  ["PeplinkRouter", "probe"],
  ["BrevisOneGateway", "sendSms", SMS],
  ["BrevisOneGateway", "probe"],
  ["CgiRouter", "sendSms", SMS],
  ["CgiRouter", "listSms", {}],
  ["CgiRouter", "listSms"],
  ["CgiRouter", "deleteSms", { ids: [1] }],
  ["CgiRouter", "deleteSms", { ids: "all" }],
  ["CgiRouter", "probe"],
  ["SuperSim", "createSmsCommand", COMMAND],
  ["SuperSim", "createCommand", COMMAND],
  ["SuperSim", "fetchSmsCommand", SID],
  ["SuperSim", "listSmsCommands", {}],
  ["SuperSim", "listSims", {}],
  ["SuperSim", "probe"],
];

describe("A call of a driver", () => {
  let server: RawServer;

  beforeEach(async () => {
    server = await RawServer.start(() => silence);
  });

  afterEach(async () => {
    await server.stop();
  });

  const driver = (name: string): Driver => make[name]!({ url: server.url, ...LOGIN, ...account, auth: undefined });

  /** What a call brings, or its list. */
  async function made(name: string, call: string, ...given: readonly unknown[]): Promise<unknown> {
    const result: unknown = await driver(name)[call]!(...given);
    const list = result as Partial<AsyncIterable<unknown>>;
    if (list[Symbol.asyncIterator] === undefined) return result;
    const all: unknown[] = [];
    for await (const entry of result as AsyncIterable<unknown>) all.push(entry);
    return all;
  }

  for (const [name, call, ...given] of calls) {
    const shown = `${name}.${call}(${given.map((value) => JSON.stringify(value)).join(", ")})`;

    it(`${shown} takes its time as the last argument`, async () => {
      const error = await failureOf(made(name, call, ...given, { timeout: 100 }));
      assert.equal(error.code, "TIMEOUT");
    });

    it(`${shown} refuses options that are none, and a signal and a time that are none`, async () => {
      for (const bad of [null, 5, { signal: "stop" }, { signal: {} }, { timeout: "soon" }, { timeout: -1 }]) {
        assertFailure(await failureOf(made(name, call, ...given, bad)), "OPTION_INVALID", "not-sent");
      }
      assert.equal(server.connections, 0);
    });

    if (given.length > 0) {
      it(`${shown} refuses null and a number in place of what it takes first`, async () => {
        for (const bad of [null, 5]) {
          assertFailure(await failureOf(made(name, call, bad, {})), "OPTION_INVALID", "not-sent");
        }
        assert.equal(server.connections, 0);
      });
    }
  }
});

describe("A driver", () => {
  for (const [name, create] of Object.entries(make)) {
    it(`${name} refuses to be made without settings`, () => {
      for (const none of [undefined, null, "https://192.0.2.1"]) {
        assertFailure(
          failureIn(() => create(none)),
          "CONFIG_MISSING",
          "not-sent",
        );
      }
    });
  }

  for (const name of ["PeplinkRouter", "BrevisOneGateway", "CgiRouter"]) {
    const url = "https://192.0.2.1";

    it(`${name} refuses a limit of segments that is none`, () => {
      for (const maxSegments of [NaN, 0, -1, 1.5, "3", null]) {
        const error = failureIn(() => make[name]!({ url, maxSegments }));
        assertFailure(error, "CONFIG_MISSING", "not-sent");
        assert.match(error.message, /maxSegments/);
      }
    });

    it(`${name} takes no more than 255 segments, whatever the limit is`, () => {
      const driver = make[name]!({ url, maxSegments: 1000 });
      const check = (length: number): unknown => driver.checkSms!({ ...SMS, text: "x".repeat(length) });
      assert.ok(check(255 * 153));
      assert.equal(failureIn(() => check(255 * 153 + 1)).code, "TEXT_TOO_LONG");
    });
  }

  it("PeplinkRouter refuses a login that is neither by password nor by client", () => {
    const error = failureIn(() => make.PeplinkRouter!({ url: "https://192.0.2.1", auth: "token" }));
    assertFailure(error, "CONFIG_MISSING", "not-sent");
  });
});
