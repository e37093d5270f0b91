import assert from "node:assert/strict";
import { once } from "node:events";
import { SuperSimSimulator, type SuperSimSimulatorOptions } from "../../src/simulators";
import type { FlowItem } from "../support/flow";
import { NodeRedProcess } from "../support/node-red-process";
import { exampleFlow, filledInAccount, superSimNames } from "./example-flow";

describe("the examples with a Super SIM account", () => {
  let red: NodeRedProcess;
  let account = new SuperSimSimulator();
  let quietSince: number;

  before(async () => {
    red = await NodeRedProcess.start();
  });

  afterEach(async () => {
    await red.deploy([]);
    await account.stop();
  });

  after(async () => {
    await red.stop();
  });

  /** Starts an account, and deploys the example with it filled in. */
  async function run(
    name: string,
    options: SuperSimSimulatorOptions = {},
    change: (item: FlowItem) => FlowItem = (item) => item,
  ): Promise<void> {
    account = await new SuperSimSimulator({ pace: 1, smsCommandsUrl: `${red.url}/supersim`, ...options }).start();
    quietSince = red.logs.length;
    await red.deploy(filledInAccount(await exampleFlow(red, name), account, red.url).map(change));
  }

  async function press(button: string): Promise<void> {
    assert.equal((await red.admin("POST", `/inject/${button}`)).status, 200);
  }

  async function badge(node: string, text: RegExp): Promise<string> {
    const { status } = await red.nextStatus((each) => each.node === node && text.test(each.status.text ?? ""));
    return status.text ?? "";
  }

  function assertQuiet(): void {
    const complaints = red.logs.slice(quietSince).filter(({ level }) => ["fatal", "error", "warn"].includes(level));
    assert.deepEqual(complaints, []);
  }

  it("are these, and each has a test here", () => {
    assert.deepEqual(superSimNames, [
      "09-wake-a-tracker",
      "10-reports-by-webhook",
      "11-reports-by-poll",
      "12-bulk-configuration",
    ]);
  });

  it("09-wake-a-tracker: waits for the tracker that sleeps, and says that it heard", async () => {
    await run("09-wake-a-tracker");
    account.sleep("tracker-1");
    const isSent = waitFor(account, "sent");
    await press("wake-1");
    await isSent;
    account.wake("tracker-1");
    await badge("wake-delivered", /^delivered$/);
    assert.deepEqual(
      account.sent.map(({ payload, simSid }) => [payload, simSid.slice(-1)]),
      [["wake", "1"]],
    );
    assertQuiet();
  });

  it("09-wake-a-tracker: says in words what was not delivered, and why", async () => {
    const soon = (item: FlowItem): FlowItem => ("waitTimeout" in item ? { ...item, waitTimeout: "3" } : item);
    await run("09-wake-a-tracker", {}, soon);
    account.sleep("tracker-1");
    await press("wake-1");
    await badge("wake-tell", /^still asleep$/);
    account.fail("refuse", { times: 1, on: "send" });
    await press("wake-2");
    await badge("wake-tell", /^not sent$/);
    account.fail("reset-after", { times: 1, on: "send" });
    await press("wake-2");
    await badge("wake-tell", /^may have gone$/);
    account.sleep("tracker-2");
    const isSent = waitFor(account, "sent");
    await press("wake-2");
    account.advance(await isSent, "failed");
    await badge("wake-tell", /^not delivered$/);
  });

  it("10-reports-by-webhook: tells alarms from other reports, as soon as a tracker sends them", async () => {
    await run("10-reports-by-webhook");
    const called = once(account, "callback");
    account.report("tracker-2", "51.5007,-0.1246 battery 84 %");
    const [{ status }] = (await called) as [{ readonly status: number | null }];
    assert.ok(status !== null && status >= 200 && status < 300, String(status));
    await badge("hook-reports", /^51\.5007/);
    account.report("tracker-3", "SOS");
    await badge("hook-alarms", /^SOS$/);
    assertQuiet();
  });

  it("11-reports-by-poll: emits what comes after the first round, and keeps the last of each tracker", async () => {
    await run("11-reports-by-poll", { smsCommandsUrl: "http://127.0.0.1:9/nowhere" });
    account.report("tracker-1", "before");
    const lists = (): number => account.requests.filter(({ path }) => path === "/v1/SmsCommands").length;
    while (lists() < 2) await once(account, "request");
    account.report("tracker-1", "after");
    await badge("poll-report", /^after$/);
    assertQuiet();
  });

  it("12-bulk-configuration: sends one command to each of 500 SIMs, counts, and sends nothing twice", async () => {
    const sims = Array.from({ length: 500 }, (_, index) => ({
      sid: `HS${String(index + 1).padStart(32, "0")}`,
      uniqueName: `tracker-${String(index + 1).padStart(3, "0")}`,
      iccid: `8988307000000000${String(index + 1).padStart(4, "0")}`,
    }));
    await run("12-bulk-configuration", { sims });
    account.fail("refuse", { times: 2, on: "send" });
    account.fail("reset-after", { times: 1, on: "send" });
    await press("bulk-start");
    assert.equal(await badge("bulk-summary", /ok/), "497 ok, 2 failed, 1 unknown");
    assert.equal(account.sent.length, 498);
    assert.ok(account.maxConcurrent > 1 && account.maxConcurrent <= 8, String(account.maxConcurrent));

    // The two that were refused are free to go; of all others the flow hears the first outcome again.
    await press("bulk-start");
    assert.equal(await badge("bulk-summary", /ok/), "499 ok, 0 failed, 1 unknown");
    assert.equal(account.sent.length, 500);
    assert.equal(new Set(account.sent.map(({ simSid }) => simSid)).size, 500);
    assert.equal(new Set(account.sent.map(({ payload }) => payload)).size, 1);
  });
});

/** The SID of the first command that gets into a state from now on. */
async function waitFor(account: SuperSimSimulator, status: string): Promise<string> {
  for (;;) {
    const [command] = (await once(account, "command")) as [{ readonly sid: string; readonly status: string }];
    if (command.status === status) return command.sid;
  }
}
