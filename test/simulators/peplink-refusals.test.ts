import assert from "node:assert/strict";
import { PeplinkSimulator, type PeplinkSimulatorOptions } from "../../src/simulators/index.js";
import { RawClient, ask } from "./raw-client.js";

const ICCID = "8999901000000000121";

describe("simulated Peplink router: refusals", () => {
  let device: PeplinkSimulator;
  let client: RawClient;

  async function start(options: PeplinkSimulatorOptions = {}): Promise<void> {
    device = await new PeplinkSimulator(options).start();
    client = new RawClient(device.url);
    await client.login();
  }

  afterEach(() => device.stop());

  for (const address of ["447700900101", "+0447700900101", "+1", "+1234567890123456", "988", "+44770090010a", ""]) {
    it(`refuses to send to "${address}"`, async () => {
      await start();
      const { stat, code, message } = (await client.post("cmd.sms.sendMessage", { address, content: "x" })).json();
      assert.deepEqual({ stat, code, message }, { stat: "fail", code: 400, message: "Wrong address format" });
      assert.deepEqual(device.sent, []);
    });
  }

  it("takes addresses of 2 and of 15 digits", async () => {
    await start();
    for (const address of ["+12", "+123456789012345"]) {
      assert.equal((await client.post("cmd.sms.sendMessage", { address, content: "x" })).json().stat, "ok");
    }
  });

  it("refuses parameters of a wrong type", async () => {
    await start();
    for (const body of [{}, { address: 447700900101 }, { address: "+447700900101", content: 5 }]) {
      assert.equal((await client.post("cmd.sms.sendMessage", body)).json().stat, "fail");
    }
    assert.deepEqual(device.sent, []);
  });

  it("knows only its cellular connections", async () => {
    await start();
    for (const connId of [1, 3, "2"]) {
      const { code, message } = (
        await client.post("cmd.sms.sendMessage", { connId, address: "+447700900101", content: "x" })
      ).json();
      assert.deepEqual({ code, message }, { code: 3, message: "invalid connId" });
    }
    assert.equal((await client.get("cmd.sms.get?connId=9")).json().code, 3);
    assert.equal((await client.get("cmd.sms.get?connId=two")).json().code, 3);
  });

  it("wants a connection id for all but sending", async () => {
    await start();
    assert.equal((await client.get("cmd.sms.get")).json().stat, "fail");
    assert.equal((await client.post("cmd.sms.delete", { iccid: ICCID, id: "all" })).json().stat, "fail");
    assert.equal((await client.post("cmd.sim.ussd.send", { ussd: "*109#" })).json().stat, "fail");
    assert.deepEqual(device.ussdSent, []);
  });

  it("deletes nothing for an unknown id, a wrong ICCID, or no ICCID", async () => {
    await start();
    device.receive({ from: "988", text: "stays" });
    const good = { connId: 2, iccid: ICCID, id: 1 };
    for (const body of [
      { ...good, id: [1, 2] },
      { ...good, id: [] },
      { ...good, id: "1" },
      { ...good, id: "none" },
      { ...good, iccid: "8999901000000000122" },
      { connId: 2, id: 1 },
      { connId: 2, iccid: ICCID },
    ]) {
      assert.equal((await client.post("cmd.sms.delete", body)).json().stat, "fail", JSON.stringify(body));
    }
    assert.equal(device.store(2).length, 1);
  });

  it("refuses USSD codes with letters, and SIMs it does not have", async () => {
    await start();
    for (const body of [{ ussd: "*10a#" }, { ussd: "" }, {}, { ussd: "*109#", iccid: "123" }]) {
      assert.equal((await client.post("cmd.sim.ussd.send", { connId: 2, ...body })).json().stat, "fail");
    }
    assert.deepEqual(device.ussdSent, []);
  });

  it("refuses a wrong method, a body that is no JSON, and a body of another type", async () => {
    await start();
    assert.equal((await client.get("cmd.sms.sendMessage?address=%2B447700900101")).json().stat, "fail");
    assert.equal((await client.post("cmd.sms.get", { connId: 2 })).json().stat, "fail");
    const good = JSON.stringify({ address: "+447700900101", content: "x" });
    for (const [body, type] of [
      ["{", "application/json"],
      ["[]", "application/json"],
      ["null", "application/json"],
      ["", "application/json"],
      [good, "application/x-www-form-urlencoded"],
      [good, "text/plain"],
    ] as const) {
      const answer = await client.post("cmd.sms.sendMessage", body, { headers: { "content-type": type } });
      assert.equal(answer.json().stat, "fail", `${type} ${body}`);
    }
    assert.deepEqual(device.sent, []);
  });

  it("refuses a body that is too large with HTTP 413", async () => {
    await start();
    assert.equal((await client.send("x".repeat(70_000))).status, 413);
    assert.deepEqual(device.sent, []);
  });

  it("refuses calls without a login", async () => {
    await start();
    client.cookie = "";
    assert.equal((await client.send("x")).status, 401);
    assert.equal((await client.get("status.wan.connection")).status, 401);
    assert.deepEqual(device.sent, []);
  });

  it("does not know functions that do not exist, nor other paths", async () => {
    await start();
    assert.equal((await client.get("cmd.sms.list")).json().message, "unknown function");
    assert.equal((await ask(`${device.url}/`, "GET")).status, 404);
  });

  const knows = async (path: string, body?: unknown): Promise<boolean> => {
    const answer = body === undefined ? await client.get(path) : await client.post(path, body);
    return answer.json().message !== "unknown function";
  };
  for (const [firmware, send, get, remove, ussd, oldUssd] of [
    ["7.1.2", false, false, false, false, false],
    ["8.0.0", true, false, false, false, false],
    ["8.1.0", true, true, false, false, true],
    ["8.5.1 build 5180", true, true, false, false, true],
    ["8.5.2", true, true, true, true, false],
    ["8.10.0", true, true, true, true, false],
  ] as const) {
    it(`has the functions of firmware ${firmware}`, async () => {
      await start({ firmware });
      assert.deepEqual(
        {
          send: await knows("cmd.sms.sendMessage", {}),
          get: await knows("cmd.sms.get?connId=2"),
          remove: await knows("cmd.sms.delete", {}),
          ussd: await knows("cmd.sim.ussd.send", {}),
          oldUssd: await knows("cmd.sendUssd", {}),
        },
        { send, get, remove, ussd, oldUssd },
      );
    });
  }

  it("tells SIMs apart from firmware 8.2.0 on, and names the modem before 8.0.1", async () => {
    await start({ firmware: "8.1.3" });
    assert.deepEqual((await client.get("cmd.sms.get?connId=2")).json().response, { connId: 2, simId: 1, sms: [] });
    const ussd = await client.post("cmd.sendUssd", { connId: 2, simId: 2, ussd: "*109#" });
    assert.equal(ussd.json().stat, "ok");
    assert.equal(device.ussdSent[0]?.iccid, "8999901000000000122");
    await device.stop();

    await start({ firmware: "8.0.0" });
    const status = (await client.get("status.wan.connection")).json().response;
    assert.equal((status?.["2"] as { type: string }).type, "gobi");
  });
});
