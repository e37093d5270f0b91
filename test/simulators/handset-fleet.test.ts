import assert from "node:assert/strict";
import { once } from "node:events";
import {
  HandsetPage,
  SuperSimSimulator,
  type SimulatedCommand,
  type TrackerCommand,
} from "../../src/simulators/index.js";
import { eventsOf } from "./event-stream.js";
import { ask } from "./raw-client.js";
import { SIM, SuperSimClient } from "./super-sim-client.js";

const ICCID = "89883070000000000001";

describe("the fleet on the handset page", () => {
  let account: SuperSimSimulator;
  let page: HandsetPage;

  beforeEach(async () => {
    account = await new SuperSimSimulator().start();
    page = await new HandsetPage({ lines: [], fleet: { label: "Trackers", account, suggestions: ["SOS"] } }).start();
  });
  afterEach(async () => {
    await page.stop();
    await account.stop();
  });

  const post = (path: string, body: unknown, headers: Record<string, string> = {}) =>
    ask(page.url + path, "POST", body, { headers });

  async function command(text: string, sim = SIM): Promise<SimulatedCommand> {
    const sent = once(account, "sent") as Promise<[SimulatedCommand]>;
    await new SuperSimClient(account.url).create({ Sim: sim, Payload: text });
    return (await sent)[0];
  }

  it("is told to a page that opens: each tracker, its SIM, its sleep, and what went to and from it", async () => {
    const { sid, createdAt } = await command("interval 60");
    account.sleep("tracker-2");
    const events = eventsOf(page.url);
    const { name, data } = (await events.next()).value as { name: string; data: { fleet: unknown } };
    await events.return();
    assert.equal(name, "state");
    const tracker = (number: number, asleep: boolean) => ({
      sim: `${SIM.slice(0, -1)}${number}`,
      name: `tracker-${number}`,
      iccid: `${ICCID.slice(0, -1)}${number}`,
      asleep,
    });
    assert.deepEqual(data.fleet, {
      label: "Trackers",
      suggestions: ["SOS"],
      trackers: [tracker(1, false), tracker(2, true), tracker(3, false)],
      commands: [
        { sid, sim: SIM, text: "interval 60", direction: "to_sim", status: "queued", at: createdAt.toISOString() },
      ],
    });
  });

  it("shows each state of a command, each report and each nap as it comes", async () => {
    const events = eventsOf(page.url);
    await events.next();
    const { sid } = await command("wake");
    account.sleep(SIM);
    for (const status of ["sent", "delivered", "failed"] as const) account.advance(sid, status);
    account.report("tracker-3", "awake");
    account.wake(SIM);
    const seen: unknown[] = [];
    while (seen.length < 7) {
      const { name, data } = (await events.next()).value as {
        name: string;
        data: TrackerCommand & { asleep: boolean };
      };
      seen.push(name === "tracker" ? [data.sim, data.asleep] : [data.sim.slice(-1), data.text, data.status]);
    }
    await events.return();
    assert.deepEqual(seen, [
      ["1", "wake", "queued"],
      [SIM, true],
      ["1", "wake", "sent"],
      ["1", "wake", "delivered"],
      ["1", "wake", "failed"],
      ["3", "awake", "received"],
      [SIM, false],
    ]);
  });

  it("reports what is typed or tapped for a tracker", async () => {
    const answer = await post("/reports", { sim: SIM, text: "door open" });
    assert.equal(answer.status, 200);
    assert.deepEqual(
      account.commands.map(({ simSid, payload, direction, status }) => ({ simSid, payload, direction, status })),
      [{ simSid: SIM, payload: "door open", direction: "from_sim", status: "received" }],
    );
  });

  it("puts a tracker to sleep, and wakes it", async () => {
    assert.equal((await post("/sleep", { sim: SIM, asleep: true })).status, 200);
    assert.deepEqual(
      account.asleep.map(({ sid }) => sid),
      [SIM],
    );
    assert.equal((await post("/sleep", { sim: SIM, asleep: false })).status, 200);
    assert.deepEqual(account.asleep, []);
  });

  it("takes nothing that no tracker could do, nor anything from other sites", async () => {
    for (const body of [
      "{",
      "null",
      { sim: "tracker-9", text: "x" },
      { sim: SIM, text: "" },
      { sim: SIM, text: 5 },
      { sim: SIM, text: "x".repeat(161) },
    ]) {
      assert.equal((await post("/reports", body)).status, 400, JSON.stringify(body));
    }
    for (const body of [{ sim: SIM }, { sim: SIM, asleep: "yes" }, { sim: "HS", asleep: true }]) {
      assert.equal((await post("/sleep", body)).status, 400, JSON.stringify(body));
    }
    const foreign = { origin: "https://evil.example" };
    assert.equal((await post("/reports", { sim: SIM, text: "x" }, foreign)).status, 403);
    assert.equal((await post("/sleep", { sim: SIM, asleep: true }, foreign)).status, 403);
    assert.deepEqual([account.commands, account.asleep], [[], []]);
  });

  it("is not there without one, and nothing can be asked of it", async () => {
    const alone = await new HandsetPage({ lines: [] }).start();
    const events = eventsOf(alone.url);
    const { data } = (await events.next()).value as { data: unknown };
    await events.return();
    assert.deepEqual(data, { lines: [], messages: [], fleet: null });
    assert.equal((await ask(`${alone.url}/reports`, "POST", { sim: SIM, text: "x" })).status, 404);
    assert.equal((await ask(`${alone.url}/sleep`, "POST", { sim: SIM, asleep: true })).status, 404);
    await alone.stop();
  });

  it("is not heard any more once the page has stopped", async () => {
    await page.stop();
    for (const event of ["command", "sleep", "wake"] as const) assert.equal(account.listenerCount(event), 0);
  });
});
