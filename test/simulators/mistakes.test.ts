import assert from "node:assert/strict";
import { once } from "node:events";
import { HandsetPage, PeplinkSimulator, SuperSimSimulator, type HandsetLine } from "../../src/simulators/index.js";
import { ask, RawClient } from "./raw-client.js";

describe("a mistake in a listener of a simulator", () => {
  let device: PeplinkSimulator;
  let client: RawClient;

  const mistake = (): never => {
    throw new Error("a mistake of the test");
  };

  const line = (): HandsetLine => ({ id: "1", label: "Router", number: "+447700900101", device });

  async function warned(): Promise<readonly [message: string, shows: boolean]> {
    const [warning] = (await once(process, "warning")) as [Error & { readonly detail?: string }];
    return [`${warning.name}: ${warning.message}`, warning.detail?.includes("a mistake of the test") ?? false];
  }

  // Node.js prints warnings by a listener of its own.
  let printing: NodeJS.WarningListener[];

  beforeEach(async () => {
    printing = process.listeners("warning");
    process.removeAllListeners("warning");
    device = await new PeplinkSimulator().start();
    client = new RawClient(device.url);
    await client.login();
  });
  afterEach(async () => {
    for (const print of printing) process.on("warning", print);
    await device.stop();
  });

  for (const event of ["request", "sent"] as const) {
    it(`on "${event}" is answered with 500 and a warning, and the next request is served`, async () => {
      device.once(event, mistake);
      const told = warned();
      const answer = await client.send("a");
      assert.deepEqual([answer.status, answer.headers.connection], [500, "close"]);
      assert.deepEqual(await told, [
        "SimulatorWarning: A simulated device could not answer POST /api/cmd.sms.sendMessage",
        true,
      ]);
      assert.equal((await client.send("b")).json().stat, "ok");
    });
  }

  it("shows though it looks like a connection that was cut", async () => {
    device.once("sent", () => {
      throw Object.assign(new Error("a mistake of the test"), { code: "ECONNRESET" });
    });
    const told = warned();
    assert.equal((await client.send("a")).status, 500);
    assert.equal((await told)[1], true);
  });

  it("frees the modem", async () => {
    device.once("sent", mistake);
    const told = warned();
    await client.send("a");
    await told;
    await client.send("b");
    assert.equal(device.maxConcurrent, 1);
  });

  it("of the phone's page is answered with 500 and a warning, and the page is there still", async () => {
    const page = await new HandsetPage({ lines: [line()] }).start();
    page.once("message", mistake);
    const told = warned();
    const typed = { line: "1", text: "hello" };
    assert.equal((await ask(`${page.url}/messages`, "POST", typed)).status, 500);
    assert.deepEqual(await told, ["SimulatorWarning: The page of the phone could not answer POST /messages", true]);
    assert.equal((await ask(`${page.url}/messages`, "POST", typed)).status, 200);
    await page.stop();
  });

  it("or in a rule shows as a warning, and the other rules go on", async () => {
    const page = await new HandsetPage({ lines: [line()] }).start();
    page.reply("wrong", mistake);
    page.reply("right", "well");
    const told = warned();
    await client.send("wrong");
    assert.deepEqual(await told, ["SimulatorWarning: A rule could not answer", true]);
    await client.send("right");
    while (page.messages.at(-1)?.text !== "well") await once(page, "message");
    await page.stop();
  });

  it("that is told of a callback shows as a warning", async () => {
    const account = new SuperSimSimulator({ smsCommandsUrl: "http://127.0.0.1:9/nowhere" });
    await account.start();
    account.once("callback", mistake);
    const told = warned();
    account.report("tracker-1", "I am here");
    assert.deepEqual(await told, ["SimulatorWarning: Simulated Super SIM could not call back", true]);
    await account.stop();
  });

  it("in where reports go shows as a warning", async () => {
    const account = await new SuperSimSimulator({ smsCommandsUrl: "flows" }).start();
    const told = warned();
    account.report("tracker-1", "I am here");
    assert.equal((await told)[0], "SimulatorWarning: Simulated Super SIM could not call back");
    await account.stop();
  });
});
