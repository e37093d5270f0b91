import assert from "node:assert/strict";
import { once } from "node:events";
import { BrevisOneSimulator, CgiRouterSimulator, PeplinkSimulator } from "../../src/simulators";
import { NodeRedProcess } from "../support/node-red-process";
import { LOGIN, exampleFlow, filledIn, otherKindsNames, type SimulatedGateway } from "./example-flow";

const PHONE = "+447700900101";
const STRANGER = "+447700900199";

describe("the examples with other kinds of gateways", () => {
  let red: NodeRedProcess;
  let started: SimulatedGateway[] = [];

  before(async () => {
    red = await NodeRedProcess.start();
  });

  afterEach(async () => {
    await red.deploy([]);
    for (const device of started) await device.stop();
    started = [];
  });

  after(async () => {
    await red.stop();
  });

  /** Starts what a person has, and deploys the example with it filled in: devices in the order of its gateways. */
  async function run(name: string, ...devices: readonly SimulatedGateway[]): Promise<void> {
    started = [...devices];
    for (const device of devices) await device.start();
    await red.deploy(filledIn(await exampleFlow(red, name), devices));
  }

  async function press(button: string): Promise<void> {
    assert.equal((await red.admin("POST", `/inject/${button}`)).status, 200);
  }

  async function badge(node: string, text: RegExp): Promise<void> {
    await red.nextStatus((status) => status.node === node && text.test(status.status.text ?? ""));
  }

  function assertQuiet(since: number): void {
    const complaints = red.logs.slice(since).filter(({ level }) => ["fatal", "error", "warn"].includes(level));
    assert.deepEqual(complaints, []);
  }

  it("are these, and each has a test here", () => {
    assert.deepEqual(otherKindsNames, ["06-group-alarm", "07-remote-control", "08-two-gateways"]);
  });

  it("06-group-alarm: reaches the members of the group by Telegram, or by SMS where there is none", async () => {
    const device = new BrevisOneSimulator({ tls: true, ...LOGIN });
    const quietSince = red.logs.length;
    await run("06-group-alarm", device);
    await press("group-fire");
    await badge("group-send", /^accepted/);
    assert.deepEqual(
      device.sent.map(({ to, text, mode, deliveries }) => ({ to, text, mode, by: deliveries.map(({ by }) => by) })),
      [{ to: "Night shift", text: "Smoke in hall 2", mode: "telgroup", by: ["sms", "telegram"] }],
    );
    assertQuiet(quietSince);
  });

  it("06-group-alarm: does not send again what may have gone", async () => {
    const device = new BrevisOneSimulator({ tls: true, ...LOGIN });
    await run("06-group-alarm", device);
    device.busy = true;
    await press("group-water");
    await red.nextStatus(({ node, status }) => node === "group-send" && status.fill === "red");
    assert.equal(device.requests.filter(({ path }) => path === "/api.php").length, 1);
  });

  it("07-remote-control: obeys and answers those of the list, and deletes what anybody wrote", async () => {
    const device = new CgiRouterSimulator({ tls: true, ...LOGIN });
    const quietSince = red.logs.length;
    await run("07-remote-control", device);
    await listedTwice(device);
    for (const [from, text] of [
      [STRANGER, "ON"],
      [PHONE, "please"],
      [PHONE, "status"],
      [PHONE, " On "],
    ] as const) {
      const deleted = once(device, "deleted");
      device.receive({ from, text });
      await deleted;
    }
    assert.deepEqual(
      device.sent.map(({ to, text }) => ({ to, text })),
      ["Write ON, OFF or STATUS", "Pump 1 is OFF", "Pump 1 is ON"].map((text) => ({ to: "00447700900101", text })),
    );
    assert.deepEqual(device.store, []);
    await badge("remote-pump", /^ON$/);
    assertQuiet(quietSince);
  });

  it("07-remote-control: deletes the SMS after an answer that could not be sent, too", async () => {
    const device = new CgiRouterSimulator({ tls: true, ...LOGIN });
    await run("07-remote-control", device);
    await listedTwice(device);
    device.fail("refuse", { on: "send" });
    const deleted = once(device, "deleted");
    device.receive({ from: PHONE, text: "OFF" });
    await deleted;
    assert.deepEqual(device.sent, []);
    assert.equal(device.requests.filter(({ path }) => path === "/cgi-bin/sms_send").length, 1);
  });

  it("08-two-gateways: chooses the gateway by country, and the other one where the first says no", async () => {
    const router = new PeplinkSimulator({ tls: true, ...LOGIN });
    const gateway = new BrevisOneSimulator({ tls: true, ...LOGIN });
    const quietSince = red.logs.length;
    await run("08-two-gateways", router, gateway);
    const report = "Tank 2 is at 18 %, order diesel";
    const home = { to: "+447700900101", text: report };
    const abroad = { to: "+12025550123", text: report };
    assert.deepEqual(await sentAfter(() => press("ways-home"), router), home);
    assert.deepEqual(await sentAfter(() => press("ways-abroad"), gateway), abroad);

    router.fail("refuse", { on: "send", times: 1 });
    assert.deepEqual(await sentAfter(() => press("ways-home"), gateway), home);
    gateway.fail("refuse", { times: 1 });
    assert.deepEqual(await sentAfter(() => press("ways-abroad"), router), abroad);
    await badge("ways-accepted", /^Router in the cabinet$/);
    assert.deepEqual([router.sent.length, gateway.sent.length], [2, 2]);
    assertQuiet(quietSince);
  });
});

/** Resolves when a second list has been asked for: what arrives from now on is new, whatever the first one found. */
async function listedTwice(device: CgiRouterSimulator): Promise<void> {
  const lists = (): number => device.requests.filter(({ path }) => path === "/cgi-bin/sms_list").length;
  while (lists() < 2) await once(device, "request");
}

/** The next SMS that a device takes. */
async function sentAfter(act: () => Promise<void>, device: PeplinkSimulator | BrevisOneSimulator): Promise<object> {
  const sent = once(device, "sent") as Promise<[{ readonly to: string; readonly text: string }]>;
  await act();
  const [{ to, text }] = await sent;
  return { to, text };
}
