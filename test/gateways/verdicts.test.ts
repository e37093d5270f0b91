import assert from "node:assert/strict";
import { CellularError } from "../../src/errors/cellular-error";
import { BrevisOneGateway } from "../../src/gateways/brevis-one";
import { canDeleteSms, canReadSms, type SmsGateway } from "../../src/gateways/gateway";
import { PeplinkRouter } from "../../src/gateways/peplink";
import { CgiRouter } from "../../src/gateways/router-cgi";
import {
  BrevisOneSimulator,
  CgiRouterSimulator,
  PeplinkSimulator,
  type Fault,
  type FaultOptions,
} from "../../src/simulators";
import { lastingPort } from "../support/lasting-port";
import { RawServer } from "../support/raw-server";
import { bytesAndEnd } from "../support/raw-replies";

const LOGIN = { username: "flows", password: "simulated-password" };
const SMS = { to: "+447700900101", text: "open" };
/** Milliseconds. Those of a call that gets no answer are short, and long enough to get there on a busy machine. */
const [TIMEOUT, SHORT] = [10_000, 1500];

interface Device {
  readonly url: string;
  start(): Promise<unknown>;
  stop(): Promise<void>;
  fail(fault: Fault, options?: FaultOptions): void;
}

interface Kind {
  readonly simulator: (options: { readonly port: number; readonly tls: boolean }) => Device;
  readonly driver: (url: string, password: string, timeout: number) => SmsGateway;
}

const KINDS: Readonly<Record<string, Kind>> = {
  peplink: {
    simulator: (options) => new PeplinkSimulator({ ...LOGIN, ...options }),
    driver: (url, password, timeout) => new PeplinkRouter({ url, ...LOGIN, password, connId: 2, timeout }),
  },
  "brevis-one": {
    simulator: (options) => new BrevisOneSimulator({ ...LOGIN, ...options }),
    driver: (url, password, timeout) => new BrevisOneGateway({ url, ...LOGIN, password, timeout }),
  },
  "router-cgi": {
    simulator: (options) => new CgiRouterSimulator({ ...LOGIN, ...options }),
    driver: (url, password, timeout) => new CgiRouter({ url, ...LOGIN, password, timeout }),
  },
};

const OPERATIONS: Readonly<Record<string, (gateway: SmsGateway) => Promise<unknown> | undefined>> = {
  send: (gateway) => gateway.sendSms(SMS),
  list: (gateway) => (canReadSms(gateway) ? gateway.readMailbox({ connId: 2 }) : undefined),
  delete: (gateway) => (canDeleteSms(gateway) ? gateway.deleteSms({ connId: 2, ids: "all" }) : undefined),
  probe: (gateway) => gateway.probe(),
};

/** What is wrong, and what makes it so: a fault of the simulator, or something around it. */
const CONDITIONS: Readonly<Record<string, { readonly fault?: [Fault, FaultOptions?]; readonly setting?: string }>> = {
  normal: {},
  "wrong login": { setting: "wrong login" },
  "device off": { setting: "off" },
  "device busy": { fault: ["status", { status: 503, retryAfter: 7 }] },
  silence: { fault: ["silence"] },
  reset: { fault: ["reset-after"] },
  "web page": { fault: ["html"] },
  garbage: { setting: "garbage" },
  oversized: { fault: ["oversized"] },
  "self-signed": { setting: "self-signed" },
};

const WRONG = "AUTH_FAILED";
const LOST = "CONNECTION_LOST";
const LARGE = "RESPONSE_TOO_LARGE";

/**
 * What each kind is expected to say: of a send with its outcome (`?` unknown, else not-sent), of all else `not-sent`.
 * In the order of the operations; `-` where a kind cannot do it.
 */
const EXPECTED: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  peplink: {
    normal: "ok ok ok ok",
    "wrong login": `${WRONG} ${WRONG} ${WRONG} ok`,
    "device off": "UNREACHABLE UNREACHABLE UNREACHABLE UNREACHABLE",
    "device busy": "GATEWAY_BUSY GATEWAY_BUSY GATEWAY_BUSY GATEWAY_BUSY",
    silence: "TIMEOUT? TIMEOUT TIMEOUT TIMEOUT",
    reset: `${LOST}? ${LOST} ${LOST} ${LOST}`,
    "web page": "BAD_RESPONSE? BAD_RESPONSE BAD_RESPONSE BAD_RESPONSE",
    // The login comes first, and says so before anything of the SMS leaves.
    garbage: "BAD_RESPONSE BAD_RESPONSE BAD_RESPONSE BAD_RESPONSE",
    oversized: `${LARGE}? ${LARGE} ${LARGE} ${LARGE}`,
    "self-signed": "TLS_UNTRUSTED TLS_UNTRUSTED TLS_UNTRUSTED TLS_UNTRUSTED",
  },
  "brevis-one": {
    normal: "ok - - ok",
    "wrong login": `${WRONG} - - ok`,
    "device off": "UNREACHABLE - - UNREACHABLE",
    "device busy": "GATEWAY_BUSY - - GATEWAY_BUSY",
    silence: "TIMEOUT? - - TIMEOUT",
    reset: `${LOST}? - - ${LOST}`,
    // HTTP 200 is the gateway's yes, whatever the page says.
    "web page": "ok - - BAD_RESPONSE",
    garbage: "BAD_RESPONSE? - - BAD_RESPONSE",
    oversized: `${LARGE}? - - ${LARGE}`,
    "self-signed": "TLS_UNTRUSTED - - TLS_UNTRUSTED",
  },
  "router-cgi": {
    normal: "ok ok ok ok",
    "wrong login": `${WRONG} ${WRONG} ${WRONG} ok`,
    "device off": "UNREACHABLE UNREACHABLE UNREACHABLE UNREACHABLE",
    "device busy": "GATEWAY_BUSY GATEWAY_BUSY GATEWAY_BUSY GATEWAY_BUSY",
    silence: "TIMEOUT? TIMEOUT TIMEOUT TIMEOUT",
    reset: `${LOST}? ${LOST} ${LOST} ${LOST}`,
    "web page": "BAD_RESPONSE BAD_RESPONSE BAD_RESPONSE ok",
    garbage: "BAD_RESPONSE? BAD_RESPONSE BAD_RESPONSE BAD_RESPONSE",
    oversized: `${LARGE}? ${LARGE} ${LARGE} ${LARGE}`,
    "self-signed": "TLS_UNTRUSTED TLS_UNTRUSTED TLS_UNTRUSTED TLS_UNTRUSTED",
  },
};

/** What was observed, written as in `EXPECTED`. */
async function verdict({ simulator, driver }: Kind, operation: string, condition: string): Promise<string> {
  const { fault, setting } = CONDITIONS[condition] ?? {};
  const device = simulator({ port: await lastingPort(), tls: setting === "self-signed" });
  await device.start();
  const garbage =
    setting === "garbage" ? await RawServer.start(() => bytesAndEnd("\u0000\u0001 no HTTP at all\n")) : undefined;
  const { url } = garbage ?? device;
  const password = setting === "wrong login" ? "wrong" : LOGIN.password;
  const gateway = driver(url, password, condition === "silence" ? SHORT : TIMEOUT);
  try {
    if (setting === "off") await device.stop();
    const [name, options] = fault ?? [];
    // A probe asks for no command; whatever page it asks for is meant.
    if (name !== undefined) device.fail(name, { ...options, ...(operation === "probe" ? { on: "any" as const } : {}) });
    const running = OPERATIONS[operation]?.(gateway);
    if (running === undefined) return "-";
    await running;
    return "ok";
  } catch (error) {
    assert.ok(error instanceof CellularError, String(error));
    assert.notEqual(error.outcome, "accepted");
    return error.code + (error.outcome === "unknown" ? "?" : "");
  } finally {
    await gateway.close();
    await device.stop();
    await garbage?.stop();
  }
}

describe("What a gateway's failure means", () => {
  for (const [name, kind] of Object.entries(KINDS)) {
    for (const condition of Object.keys(CONDITIONS)) {
      it(`at a ${name}: ${condition}`, async () => {
        const observed: string[] = [];
        for (const operation of Object.keys(OPERATIONS)) observed.push(await verdict(kind, operation, condition));
        if (process.env.PRINT_TABLE === "1") console.log(`| ${[name, condition, ...observed].join(" | ")} |`);
        assert.deepEqual(observed, EXPECTED[name]?.[condition]?.split(" "));
      });
    }
  }
});
