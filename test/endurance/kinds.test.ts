import assert from "node:assert/strict";
import { BrevisOneSimulator, CgiRouterSimulator } from "../../src/simulators";
import { NodeRedProcess, type FlowItem } from "../support/node-red-process";
import { everyNumber, numbered, outcomesOf } from "./flow";

const COUNT = 1000;
/** As many as an alarm that repeats itself makes in a night. */
const REFUSED = 30;
const LOGIN = { username: "flows", password: "simulated-password" };

type Device = BrevisOneSimulator | CgiRouterSimulator;

interface Kind {
  readonly create: () => Device;
  /** Where the device takes SMS, with a login in each request. */
  readonly send: string;
  readonly receives: boolean;
}

const KINDS: Readonly<Record<string, Kind>> = {
  "brevis-one": {
    create: () => new BrevisOneSimulator({ tls: true, ...LOGIN }),
    send: "/api.php",
    receives: false,
  },
  "router-cgi": {
    create: () => new CgiRouterSimulator({ tls: true, ...LOGIN }),
    send: "/cgi-bin/sms_send",
    receives: true,
  },
};

for (const [kind, { create, send, receives }] of Object.entries(KINDS)) {
  describe(`a ${kind} in a flow`, function () {
    this.timeout(120_000);
    let device: Device;
    let red: NodeRedProcess | undefined;

    beforeEach(async () => {
      device = await create().start();
    });

    afterEach(async () => {
      try {
        await red?.stop();
      } finally {
        red = undefined;
        await device.stop();
      }
    });

    async function start(password: string): Promise<NodeRedProcess> {
      red = await NodeRedProcess.start({ flows: flowWith(kind, device, password, receives) });
      return red;
    }

    it(`gets ${COUNT} messages once each and in order`, async () => {
      const running = await start(LOGIN.password);
      await running.sendMany("source", numbered(1, COUNT));
      await running.until(() => outcomesOf(running.probes).length >= COUNT, "each outcome", { timeout: 100_000 });
      assert.deepEqual(
        device.sent.map(({ text }) => text),
        everyNumber(COUNT, (number) => `alarm ${number}`),
      );
      assert.deepEqual(
        outcomesOf(running.probes),
        everyNumber(COUNT, (number) => `${number} accepted`),
      );
      assert.equal(device.requests.filter(({ path }) => path === send).length, COUNT);
      assert.equal(device.maxConcurrent, 1);
    });

    it(`is asked 3 times at most for ${REFUSED} messages with a wrong password, one after the other`, async () => {
      const running = await start("a wrong one");
      for (const message of numbered(1, REFUSED)) {
        await running.send("source", message);
        await running.nextProbe(({ node }) => node === "outcomes");
      }
      await assertSparing(running);
    });

    it(`is asked 3 times at most for ${REFUSED} messages with a wrong password, all at once`, async () => {
      const running = await start("a wrong one");
      await running.sendMany("source", numbered(1, REFUSED));
      await running.until(() => outcomesOf(running.probes).length >= REFUSED, "each outcome");
      await assertSparing(running);
    });

    async function assertSparing(running: NodeRedProcess): Promise<void> {
      // A deploy that changes nothing of the gateway is no reason to try the same password again.
      await running.deploy(flowWith(kind, device, "a wrong one", receives, "again"));
      await running.send("source", numbered(REFUSED + 1, REFUSED + 1)[0] ?? {});
      await running.until(() => outcomesOf(running.probes).length > REFUSED, "the outcome after a deploy");
      assert.deepEqual(
        outcomesOf(running.probes).toSorted(byNumber),
        everyNumber(REFUSED + 1, (number) => `${number} not-sent`),
      );
      assert.deepEqual([...new Set(codesOf(running))], ["AUTH_FAILED"]);
      assert.deepEqual(device.sent, []);
      const logins = device instanceof CgiRouterSimulator ? device.badLogins : device.requests.length;
      assert.ok(logins >= 1 && logins <= 3, `${logins} logins`);
    }
  });
}

function byNumber(one: string, other: string): number {
  return Number.parseInt(one) - Number.parseInt(other);
}

function codesOf({ probes }: NodeRedProcess): readonly string[] {
  return probes
    .filter(({ node }) => node === "outcomes")
    .map(({ msg }) => (msg as { readonly sms: { readonly code: string } }).sms.code);
}

function flowWith(kind: string, device: Device, password: string, receives: boolean, name = ""): FlowItem[] {
  const receiver: FlowItem = {
    id: "receive",
    type: "cellular-sms-receive",
    z: "tab",
    gateway: "gateway",
    interval: "0.2",
    start: "all",
    wires: [[]],
  };
  return [
    { id: "tab", type: "tab", label: "endurance" },
    { id: "source", type: "test-source", z: "tab", wires: [["send"]] },
    { id: "send", type: "cellular-sms-send", z: "tab", name, gateway: "gateway", wires: [["outcomes"]] },
    { id: "catch", type: "catch", z: "tab", scope: ["send"], wires: [["outcomes"]] },
    { id: "outcomes", type: "test-probe", z: "tab", wires: [] },
    ...(receives ? [receiver] : []),
    {
      id: "gateway",
      type: "cellular-gateway",
      kind,
      url: device.url,
      fingerprint: device.fingerprint ?? "",
      queueLimit: "5000",
      credentials: { ...LOGIN, password },
    },
  ];
}
