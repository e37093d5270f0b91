import assert from "node:assert/strict";
import { once } from "node:events";
import { SuperSimSimulator, type SuperSimSimulatorOptions } from "../../src/simulators/index.js";
import { answer, silence } from "../support/raw-replies.js";
import { RawServer } from "../support/raw-server.js";
import { jsonOf, SIM, SuperSimClient } from "./super-sim-client.js";

describe("devices of simulated Super SIM", () => {
  let device: SuperSimSimulator;
  let client: SuperSimClient;

  async function start(options: SuperSimSimulatorOptions = {}): Promise<void> {
    device = await new SuperSimSimulator(options).start();
    client = new SuperSimClient(device.url);
  }

  async function command(Payload: string, Sim = SIM): Promise<string> {
    return String(jsonOf(await client.create({ Sim, Payload })).sid);
  }

  const reports = (): string[] =>
    device.commands.filter(({ direction }) => direction === "from_sim").map(({ payload }) => payload);

  async function reported(count: number): Promise<void> {
    while (reports().length < count) await once(device, "report");
  }

  afterEach(() => device.stop());

  it("answer what reaches them by themselves, and the flow is called back", async () => {
    const receiver = await RawServer.start(() => answer(200));
    await start({ pace: 1, smsCommandsUrl: `${receiver.url}/in` });
    device.answer(/^locate/, ({ payload }) => `${payload}: 52.5,13.4`);
    const told = once(device, "report");
    const sid = await command("locate 7", "tracker-2");
    const [report] = (await told) as [unknown];
    assert.deepEqual(report, device.commands.at(-1));
    assert.deepEqual(
      device.commands.map(({ simSid, payload, status }) => [simSid, payload, status]),
      [
        [device.sims[1]?.sid, "locate 7", "delivered"],
        [device.sims[1]?.sid, "locate 7: 52.5,13.4", "received"],
      ],
    );
    assert.equal(device.sent[0]?.sid, sid);
    await receiver.until(() => receiver.requests.length > 0);
    assert.equal(new URLSearchParams(receiver.requests[0]?.body).get("Payload"), "locate 7: 52.5,13.4");
    await receiver.stop();
  });

  it("answer once, when the command is delivered, and never one that failed", async () => {
    await start();
    device.answer(
      () => true,
      ({ payload }) => `ack ${payload}`,
    );
    device.advance(await command("lost"), "failed");
    const sid = await command("wake");
    device.advance(sid, "sent");
    const delivered: string[] = [];
    device.on("delivered", (command) => delivered.push(command.sid));
    device.advance(sid, "delivered");
    device.advance(sid, "delivered");
    assert.deepEqual(delivered, [sid]);
    await reported(1);
    device.advance(await command("last"), "delivered");
    await reported(2);
    assert.deepEqual(reports(), ["ack wake", "ack last"]);
  });

  it("go by the first rule that matches and is theirs, until it is taken away", async () => {
    await start();
    const takeAway = device.answer("wake", "hello from 3", { sim: "tracker-3" });
    device.answer("wake", "hello");
    const answered = async (sim: string): Promise<string | undefined> => {
      const told = once(device, "report");
      device.advance(await command("wake", sim), "delivered");
      await told;
      return reports().at(-1);
    };
    assert.equal(await answered("tracker-1"), "hello");
    assert.equal(await answered("tracker-3"), "hello from 3");
    takeAway();
    assert.equal(await answered("tracker-3"), "hello");
    assert.throws(() => device.answer("wake", "hello", { sim: "tracker-9" }), RangeError);
  });

  it("are as many as they like at once, in calls and in callbacks, without a warning of Node.js", async () => {
    const warnings: Error[] = [];
    const warned = (warning: Error): void => void warnings.push(warning);
    process.on("warning", warned);
    const receiver = await RawServer.start(() => silence);
    await start({ latency: 20, smsCommandsUrl: `${receiver.url}/in` });
    device.answer("wake", "hello");
    await Promise.all(Array.from({ length: 32 }, async () => device.advance(await command("wake"), "delivered")));
    await receiver.until(() => receiver.requests.length === 32);
    await device.stop();
    await receiver.stop();
    process.off("warning", warned);
    assert.deepEqual(warnings, []);
  });

  it("say nothing any more once the service is stopped", async () => {
    await start();
    device.answer("wake", "late", { delay: 1 });
    device.answer("ping", "pong", { delay: 50 });
    device.advance(await command("wake"), "delivered");
    await device.stop();
    await device.start();
    client = new SuperSimClient(device.url);
    const told = once(device, "report");
    device.advance(await command("ping"), "delivered");
    await told;
    assert.deepEqual(reports(), ["pong"]);
  });
});
