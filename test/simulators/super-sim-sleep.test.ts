import assert from "node:assert/strict";
import { once } from "node:events";
import { SuperSimSimulator, type SimulatedCommand } from "../../src/simulators/index.js";
import { jsonOf, SIM, SuperSimClient } from "./super-sim-client.js";

describe("a sleeping device of simulated Super SIM", () => {
  let account: SuperSimSimulator;
  let client: SuperSimClient;
  let story: string[];

  beforeEach(async () => {
    account = await new SuperSimSimulator({ pace: 1 }).start();
    client = new SuperSimClient(account.url);
    story = [];
    account.on("command", ({ payload, status }) => story.push(`${payload} ${status}`));
  });
  afterEach(async () => {
    await account.stop();
  });

  const command = async (text: string, sim = SIM): Promise<string> =>
    String(jsonOf(await client.create({ Sim: sim, Payload: text })).sid);

  async function when(text: string, status: string): Promise<SimulatedCommand> {
    for (;;) {
      const found = account.commands.find((each) => each.payload === text && each.status === status);
      if (found !== undefined) return found;
      await once(account, "command");
    }
  }

  it("gets what was sent to it once it wakes, in order, while others get theirs at once", async () => {
    account.sleep("tracker-1");
    await command("first");
    await when("first", "sent");
    await command("second");
    await when("second", "sent");
    await command("other", "tracker-2");
    await when("other", "delivered");
    assert.deepEqual(
      account.sent.map(({ status }) => status),
      ["sent", "sent", "delivered"],
    );
    const woke = once(account, "wake");
    account.wake(SIM);
    assert.equal(((await woke) as [{ uniqueName: string }])[0].uniqueName, "tracker-1");
    await when("second", "delivered");
    assert.deepEqual(story, [
      "first queued",
      "first sent",
      "second queued",
      "second sent",
      "other queued",
      "other sent",
      "other delivered",
      "first delivered",
      "second delivered",
    ]);
  });

  it("can be woken by a command, on its way to it", async () => {
    account.on("command", ({ status, payload, simSid }) => {
      if (status === "sent" && payload === "wake") account.wake(simSid);
    });
    account.answer("wake", "awake");
    account.sleep(SIM);
    await command("wake");
    await when("awake", "received");
    assert.deepEqual(story, ["wake queued", "wake sent", "wake delivered", "awake received"]);
    assert.deepEqual(account.asleep, []);
  });

  it("tells of sleep and of waking once each, and stays asleep over a stop", async () => {
    const told: string[] = [];
    account.on("sleep", ({ uniqueName }) => told.push(`${uniqueName} sleeps`));
    account.on("wake", ({ uniqueName }) => told.push(`${uniqueName} woke`));
    account.wake(SIM);
    account.sleep(SIM);
    account.sleep("tracker-1");
    await account.stop();
    await account.start();
    assert.deepEqual(
      account.asleep.map(({ sid }) => sid),
      [SIM],
    );
    account.wake("tracker-1");
    assert.deepEqual(told, ["tracker-1 sleeps", "tracker-1 woke"]);
    assert.throws(() => {
      account.sleep("nobody");
    }, RangeError);
    assert.throws(() => {
      account.wake("nobody");
    }, RangeError);
  });

  it("is moved by hand all the same", async () => {
    account.sleep(SIM);
    const sid = await command("ping");
    await when("ping", "sent");
    assert.equal(account.advance(sid, "delivered").status, "delivered");
  });
});
