import assert from "node:assert/strict";
import { once } from "node:events";
import { PeplinkSimulator, type SentSms } from "../../src/simulators";
import type { FlowItem } from "../support/flow";
import { NodeRedProcess } from "../support/node-red-process";
import { LOGIN, exampleFlow, exampleNames, filledIn, gatewaysOf, otherKindsNames, superSimNames } from "./example-flow";

const PHONE = "+447700900101";
const STRANGER = "+447700900102";

interface Scene {
  readonly red: NodeRedProcess;
  /** The router of the first gateway. */
  readonly device: PeplinkSimulator;
  /** Those of all gateways. */
  readonly devices: readonly PeplinkSimulator[];
  readonly flow: readonly FlowItem[];
}

/** What each example is for, seen at the router. */
const SCENARIOS: Readonly<Record<string, (scene: Scene) => Promise<void>>> = {
  "01-send-an-alarm": async ({ red, device, flow }) => {
    const sent = nextSent(device);
    await pressInjects(red, flow);
    const { to, text } = await sent;
    assert.deepEqual({ to, text }, { to: PHONE, text: "Pump 1 is too hot: 92 °C" });
    const { status } = await red.nextStatus(({ node, status }) => node === "alarm-send" && status.fill === "green");
    assert.match(status.text ?? "", /^accepted \d\d:\d\d$/);
  },

  "02-receive-and-answer": async ({ red, device }) => {
    await polledTwice(device);
    device.receive({ from: STRANGER, text: "STATUS", timestamp: 1_790_000_000 });
    device.receive({ from: PHONE, text: "good morning", timestamp: 1_790_000_060 });
    const sent = nextSent(device);
    device.receive({ from: PHONE, text: " Status", timestamp: 1_790_000_120 });
    const { to, text } = await sent;
    assert.deepEqual({ to, text }, { to: PHONE, text: "Pump 1 is running at 61 °C" });
    await red.nextStatus(({ node, status }) => node === "answer-receive" && status.fill === "green");
    await red.nextStatus(({ node, status }) => node === "answer-send" && status.fill === "green");
    assert.equal(device.sent.length, 1);
  },

  "03-read-the-balance": async ({ red, device, flow }) => {
    await polledTwice(device);
    const asked = once(device, "ussd");
    await pressInjects(red, flow);
    await asked;
    await red.nextStatus(({ node, status }) => node === "balance-ussd" && status.fill === "green");
    assert.deepEqual(
      device.ussdSent.map(({ code, connId }) => ({ code, connId })),
      [{ code: "*109#", connId: 2 }],
    );
    device.receive({ from: "109", text: "Your balance is 12.40", connId: 6 });
    await red.nextStatus(({ node, status }) => node === "balance-receive" && status.fill === "green");
  },

  "04-receive-act-and-delete": async ({ red, device }) => {
    await polledTwice(device);
    const deleted = once(device, "deleted");
    device.receive({ from: PHONE, text: "OPEN", connId: 6 });
    await deleted;
    await red.nextStatus(({ node, status }) => node === "act-delete" && status.fill === "green");
    assert.deepEqual(device.store(6), []);
  },

  "05-alarm-with-fallback": async ({ red, device, devices }) => {
    const [, spare] = devices;
    assert.ok(spare);
    device.fail("refuse", { times: 1, on: "send" });
    for (const heard of ["1", "2"]) {
      await pressInject(red, "must-pump-1");
      await red.nextStatus(({ node, status }) => node === "must-accepted" && String(status.text) === heard);
    }
    assert.deepEqual(device.sent, []);
    assert.deepEqual(
      spare.sent.map(({ to, text }) => ({ to, text })),
      [{ to: PHONE, text: "Pump 1 is too hot: 92 °C" }],
    );

    device.fail("reset-after", { times: 1, on: "send" });
    await pressInject(red, "must-pump-2");
    await red.nextStatus(({ node, status }) => node === "must-mail" && status.text === "Did this SMS arrive?");
    assert.equal(device.sent.length + spare.sent.length, 2);
  },
};

describe("the examples", () => {
  let red: NodeRedProcess;

  before(async () => {
    red = await NodeRedProcess.start();
  });

  after(async () => {
    await red.stop();
  });

  it("are offered below Import > Examples", async () => {
    const { body } = await red.admin("GET", "/library/examples/flows/@cellgate/node-red-cellular");
    const offered = (JSON.parse(body) as readonly (string | { readonly fn: string })[]).map((entry) =>
      typeof entry === "string" ? entry : entry.fn,
    );
    assert.deepEqual(
      exampleNames.filter((name) => !offered.includes(name)),
      [],
    );
  });

  for (const name of exampleNames.filter((each) => ![...otherKindsNames, ...superSimNames].includes(each))) {
    it(`${name}: does what it says once the router is filled in`, async () => {
      const example = await exampleFlow(red, name);
      const devices = gatewaysOf(example).map(() => new PeplinkSimulator({ tls: true, ...LOGIN }));
      const [device] = devices;
      assert.ok(device, "the example has a gateway");
      try {
        for (const one of devices) await one.start();
        const flow = filledIn(example, devices);
        const quietUpTo = red.logs.length;
        await red.deploy(flow);
        await (SCENARIOS[name] ?? makesTheRouterAct)({ red, device, devices, flow });
        const complaints = red.logs.slice(quietUpTo).filter(({ level }) => ["fatal", "error", "warn"].includes(level));
        assert.deepEqual(complaints, []);
        await red.deploy([]);
      } finally {
        for (const one of devices) await one.stop();
      }
    });
  }

  for (const name of exampleNames) {
    it(`${name}: says what lacks as long as no router or account is filled in`, async () => {
      await red.deploy(await exampleFlow(red, name));
      const { msg } = await red.nextLog(({ level, type }) => level === "warn" && /gateway$|account$/.test(type ?? ""));
      assert.match(msg, /user name|password|account SID|auth token/i);
      await red.deploy([]);
    });
  }
});

/** For an example without a scenario of its own: what can be pressed or received makes the router do something. */
async function makesTheRouterAct({ red, device, flow }: Scene): Promise<void> {
  const acted = Promise.race((["sent", "ussd", "deleted"] as const).map((event) => once(device, event)));
  if (flow.some(({ type }) => type === "cellular-sms-receive")) {
    await polledTwice(device);
    device.receive({ from: PHONE, text: "STATUS" });
  }
  await pressInjects(red, flow);
  await acted;
  await red.nextStatus(({ status }) => status.fill === "green");
}

async function pressInjects(red: NodeRedProcess, flow: readonly FlowItem[]): Promise<void> {
  for (const { id } of flow.filter(({ type }) => type === "inject")) await pressInject(red, id);
}

async function pressInject(red: NodeRedProcess, id: string): Promise<void> {
  assert.equal((await red.admin("POST", `/inject/${id}`)).status, 200);
}

async function nextSent(device: PeplinkSimulator): Promise<SentSms> {
  const [sms] = (await once(device, "sent")) as [SentSms];
  return sms;
}

/** Resolves when a second round of polls has begun: what arrives from now on is new, whatever the first one found. */
async function polledTwice(device: PeplinkSimulator): Promise<void> {
  const polls = (): number => device.requests.filter(({ path }) => path === "/api/cmd.sms.get").length;
  const connections = 2;
  while (polls() <= connections) await once(device, "request");
}
