import assert from "node:assert/strict";
import { once } from "node:events";
import { PeplinkSimulator, type PeplinkSimulatorOptions } from "../../src/simulators/index.js";
import { RawClient } from "./raw-client.js";

const SIM_2_1 = "8999901000000000121";
const SIM_2_2 = "8999901000000000122";
const SIM_6_1 = "8999901000000000161";

describe("simulated Peplink router: SMS and USSD", () => {
  let device: PeplinkSimulator;
  let client: RawClient;

  async function start(options: PeplinkSimulatorOptions = {}): Promise<void> {
    device = await new PeplinkSimulator(options).start();
    client = new RawClient(device.url);
    await client.login();
  }

  const list = async (connId: number) => (await client.get(`cmd.sms.get?connId=${connId}`)).json().response;
  const slots = (connId: number, sim?: number) => device.store(connId, sim).map(({ id }) => id);

  afterEach(() => device.stop());

  it("sends by the first cellular connection, or by the one that is named", async () => {
    await start();
    const told = once(device, "sent");
    assert.deepEqual((await client.send("SMS Content")).json(), { stat: "ok" });
    assert.deepEqual((await told)[0], device.sent[0]);
    await client.post("cmd.sms.sendMessage", { connId: 6, address: "+12025550123" });
    assert.deepEqual(
      device.sent.map(({ to, text, connId, iccid }) => ({ to, text, connId, iccid })),
      [
        { to: "+447700900101", text: "SMS Content", connId: 2, iccid: SIM_2_1 },
        { to: "+12025550123", text: "", connId: 6, iccid: SIM_6_1 },
      ],
    );
  });

  it("lists the store grouped by sender, as the vendor's example does", async () => {
    await start();
    device.receive({ from: "988", text: "1st line,\n2nd line.", connId: 6, timestamp: 1581774925 });
    device.receive({ from: "+447700900101", text: "part 1", connId: 6, timestamp: 1580867113, date: "Feb 05 01:55" });
    device.receive({ from: "988", text: "more", connId: 6, timestamp: 1580867113 });
    assert.deepEqual(await list(6), {
      connId: 6,
      simId: 1,
      imsi: "001010000000161",
      iccid: SIM_6_1,
      mtn: "+447700900161",
      sms: [
        {
          sender: "988",
          message: [
            { id: 1, date: "Feb 15 13:55", timestamp: 1581774925, length: "19", message: "1st line,\n2nd line." },
            { id: 3, date: "Feb 05 01:45", timestamp: 1580867113, length: "4", message: "more" },
          ],
        },
        {
          sender: "+447700900101",
          message: [{ id: 2, date: "Feb 05 01:55", timestamp: 1580867113, length: "6", message: "part 1" }],
        },
      ],
    });
  });

  it("speaks the vendor's table instead of its example when told so", async () => {
    await start({ dialect: { textKey: "content", length: "number", connectionPrefix: "vwan" } });
    device.receive({ from: "988", text: "hello", timestamp: 1580867113 });
    assert.deepEqual((await list(2))?.sms, [
      { sender: "988", message: [{ id: 1, date: "Feb 05 01:45", timestamp: 1580867113, length: 5, content: "hello" }] },
    ]);
    const status = (await client.get("status.wan.connection")).json().response;
    assert.deepEqual(status?.order, ["vwan1", "vwan2", "vwan6"]);
    assert.ok(status.vwan6);
  });

  it("cuts a long text into parts with one sender and one timestamp", async () => {
    await start();
    device.receive({ from: "+447700900101", text: "first" });
    device.receive({ from: "+447700900101", text: "second" });
    await client.post("cmd.sms.delete", { connId: 2, iccid: SIM_2_1, id: 1 });
    const text = `${"x".repeat(152)}€${"y".repeat(100)}`;
    const parts = device.receive({ from: "+447700900102", text, timestamp: 1580867113 });
    assert.deepEqual(
      parts.map(({ id, timestamp, simId, iccid }) => ({ id, timestamp, simId, iccid })),
      [
        { id: 1, timestamp: 1580867113, simId: 1, iccid: SIM_2_1 },
        { id: 3, timestamp: 1580867113, simId: 1, iccid: SIM_2_1 },
      ],
    );
    assert.deepEqual(
      parts.map((part) => part.text),
      ["x".repeat(152), `€${"y".repeat(100)}`],
    );
  });

  it("uses a free slot again, the lowest first", async () => {
    await start();
    for (const text of ["a", "b", "c", "d"]) device.receive({ from: "988", text });
    const gone = once(device, "deleted");
    assert.deepEqual((await client.post("cmd.sms.delete", { connId: 2, iccid: SIM_2_1, id: [3, 1] })).json(), {
      stat: "ok",
    });
    const [{ connId, ids }] = (await gone) as [{ connId: number; ids: number[] }];
    assert.deepEqual({ connId, ids }, { connId: 2, ids: [3, 1] });
    assert.deepEqual(slots(2), [2, 4]);
    const again = ["e", "f", "g"].map((text) => device.receive({ from: "988", text })[0]?.id);
    assert.deepEqual(again, [1, 3, 5]);
    await client.post("cmd.sms.delete", { connId: 2, iccid: SIM_2_1, id: "all" });
    assert.deepEqual(slots(2), []);
  });

  it("loses what its full store cannot take, and counts it", async () => {
    await start({ storeCapacity: 3 });
    device.receive({ from: "988", text: "a" });
    device.receive({ from: "988", text: "b" });
    assert.equal(device.receive({ from: "988", text: "z".repeat(300) }).length, 1);
    assert.equal(device.receive({ from: "988", text: "c" }).length, 0);
    assert.equal(device.dropped, 2);
    assert.deepEqual(slots(2), [1, 2, 3]);
    assert.deepEqual(slots(6), []);
  });

  it("reads the active SIM alone, and each SIM keeps its own store", async () => {
    await start();
    device.receive({ from: "988", text: "for the first" });
    device.swapSim(2, 2);
    device.receive({ from: "988", text: "for the second" });
    const answer = await list(2);
    assert.equal(answer?.simId, 2);
    assert.equal(answer.iccid, SIM_2_2);
    assert.match(JSON.stringify(answer.sms), /for the second/);
    assert.doesNotMatch(JSON.stringify(answer.sms), /for the first/);
    assert.deepEqual(slots(2, 1), [1]);
    device.swapSim(2, 1);
    assert.match(JSON.stringify((await list(2))?.sms), /for the first/);
  });

  it("goes without a SIM that was pulled, and has its store back with it", async () => {
    await start();
    device.receive({ from: "988", text: "kept" });
    device.pullSim(2);
    assert.equal((await client.get("cmd.sms.get?connId=2")).json().stat, "fail");
    assert.throws(() => device.receive({ from: "988", text: "x", connId: 2 }), /no SIM/);
    await client.send("by the other");
    assert.equal(device.sent[0]?.connId, 6);
    device.pullSim(6);
    assert.equal((await client.send("by none")).json().stat, "fail");
    device.swapSim(2, 1);
    assert.deepEqual(slots(2), [1]);
  });

  it("shows its connections with their SIMs, the access point's password in clear", async () => {
    await start();
    device.pullSim(6);
    const status = (await client.get("status.wan.connection")).json().response;
    assert.deepEqual(status?.order, [1, 2, 6]);
    assert.equal((status["1"] as { type: string }).type, "ethernet");
    const wan = status["2"] as { type: string; cellular: { signalLevel: number; carrier: unknown; sim: unknown } };
    assert.equal(wan.type, "cellular");
    assert.equal(wan.cellular.signalLevel, 4);
    assert.deepEqual(wan.cellular.carrier, { name: "Northwind Mobile", country: "Testland" });
    const shared = { simCardDetected: true, apn: "internet.example" };
    const first = { imsi: "001010000000121", iccid: SIM_2_1, mtn: "+447700900121" };
    const second = { imsi: "001010000000122", iccid: SIM_2_2, mtn: "+447700900122" };
    assert.deepEqual(wan.cellular.sim, {
      "1": { active: true, ...shared, ...first, username: "apn-user-1", password: "apn-secret-1" },
      "2": { active: false, ...shared, ...second, username: "apn-user-2", password: "apn-secret-2" },
      order: [1, 2],
    });
    const pulled = status["6"] as { cellular: { sim: Record<string, unknown> } };
    assert.deepEqual(pulled.cellular.sim["1"], { active: false, simCardDetected: false });
  });

  it("sends a USSD code by the active SIM or by the one that is named", async () => {
    await start();
    const answer = (await client.post("cmd.sim.ussd.send", { connId: 2, ussd: "*109#" })).json();
    assert.deepEqual(answer, { stat: "ok", response: { message: "Request is sent successfully" } });
    await client.post("cmd.sim.ussd.send", { connId: 2, iccid: SIM_2_2, ussd: "*100#" });
    assert.deepEqual(
      device.ussdSent.map(({ code, connId, iccid }) => ({ code, connId, iccid })),
      [
        { code: "*109#", connId: 2, iccid: SIM_2_1 },
        { code: "*100#", connId: 2, iccid: SIM_2_2 },
      ],
    );
  });

  it("forgets all of it when cleared, and keeps the login", async () => {
    await start();
    await client.send("x");
    device.receive({ from: "988", text: "x" });
    device.clear();
    assert.deepEqual([device.sent.length, device.requests.length, device.store(2).length, device.logins], [0, 0, 0, 0]);
    assert.equal((await client.send("y")).json().stat, "ok");
  });
});
