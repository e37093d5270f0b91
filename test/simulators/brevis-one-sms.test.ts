import assert from "node:assert/strict";
import { once } from "node:events";
import { BrevisOneSimulator, type BrevisOneSimulatorOptions } from "../../src/simulators/index.js";
import { BrevisOneClient, SMS } from "./brevis-one-client.js";
import { ask } from "./raw-client.js";

describe("simulated brevis.one gateway: what it sends", () => {
  let device: BrevisOneSimulator;
  let client: BrevisOneClient;

  async function start(options: BrevisOneSimulatorOptions = {}): Promise<void> {
    device = await new BrevisOneSimulator(options).start();
    client = new BrevisOneClient(device.url);
  }

  afterEach(() => device.stop());

  const last = () => device.sent.at(-1);
  const deliveries = () => last()?.deliveries.map(({ number, by }) => `${by} ${number}`);

  for (const method of ["post", "get"] as const) {
    it(`a text to a number, by ${method.toUpperCase()}`, async () => {
      await start();
      const { status, text } = await client[method]({ ...SMS, mode: "number" });
      assert.deepEqual([status, text], [200, "OK"]);
      assert.deepEqual([last()?.to, last()?.text, last()?.mode], [SMS.to, "Test", "number"]);
      assert.equal(last()?.method, method.toUpperCase());
      assert.deepEqual(deliveries(), [`sms ${SMS.to}`]);
    });

    it(`every character of a form, by ${method.toUpperCase()}`, async () => {
      await start();
      const text = "a&b=c+d %n %25 €äß漢👍🏽 \u0000\r\n";
      assert.equal((await client[method]({ ...SMS, text })).status, 200);
      assert.equal(last()?.text, text);
    });
  }

  it("a + in a form as a space", async () => {
    await start();
    const form = "text=a+b&to=00447700900101&username=apiuser&password=simulated-password";
    const headers = { "content-type": "application/x-www-form-urlencoded" };
    assert.equal((await ask(`${device.url}/api.php`, "POST", form, { headers })).status, 200);
    assert.equal(last()?.text, "a b");
  });

  it("the text of hexadecimal digits, in either charset", async () => {
    await start();
    const fields = { ...SMS, text: "48C3A4", hexmode: "true" };
    await client.post(fields);
    assert.deepEqual([last()?.text, last()?.hexmode], ["Hä", true]);
    await device.stop();
    await start({ hexCharset: "latin1" });
    await client.post({ ...fields, text: "48e4" });
    assert.equal(last()?.text, "Hä");
  });

  it("digits as they are where hexmode is not true", async () => {
    await start();
    await client.post({ ...SMS, text: "48C3A4", hexmode: "1" });
    assert.equal(last()?.text, "48C3A4");
  });

  const modes: readonly (readonly [what: string, fields: Readonly<Record<string, string>>, whom: readonly string[]])[] =
    [
      ["a contact by name", { mode: "user", to: "On call" }, ["sms +447700900201"]],
      ["a contact by id", { mode: "user", to: "2" }, ["sms +447700900202"]],
      ["a group by name", { mode: "group", to: "Night shift" }, ["sms +447700900201", "sms +447700900202"]],
      ["a group by id", { mode: "group", to: "1" }, ["sms +447700900201", "sms +447700900202"]],
      ["a number with Telegram", { mode: "telnumber", to: "00447700900202" }, ["telegram 00447700900202"]],
      ["a number without Telegram", { mode: "telnumber", to: "00447700900101" }, ["sms 00447700900101"]],
      ["a number without Telegram and SMS", { mode: "telnumber", to: "00447700900101", telauto: "false" }, []],
      ["a contact with Telegram", { mode: "teluser", to: "Foreman" }, ["telegram +447700900202"]],
      [
        "a group, by Telegram first",
        { mode: "telgroup", to: "Night shift" },
        ["sms +447700900201", "telegram +447700900202"],
      ],
      [
        "a group, by Telegram alone",
        { mode: "telgroup", to: "Night shift", telauto: "false" },
        ["telegram +447700900202"],
      ],
      [
        "a group, those on a white list",
        { mode: "group", to: "1", list: "white", regex: "201$" },
        ["sms +447700900201"],
      ],
      [
        "a group, those not on a black list",
        { mode: "group", to: "1", list: "black", regex: "201$" },
        ["sms +447700900202"],
      ],
      ["nobody on a white list", { list: "white", regex: "^0049" }, []],
      ["a call", { ring: "true" }, [`call ${SMS.to}`]],
    ];
  for (const [what, fields, whom] of modes) {
    it(`to ${what}`, async () => {
      await start();
      assert.equal((await client.post({ ...SMS, ...fields })).status, 200);
      assert.deepEqual(deliveries(), whom);
    });
  }

  it("flash SMS and calls on newer hardware alone", async () => {
    await start({ flashAndRing: false });
    await client.post({ ...SMS, flash: "true", ring: "true" });
    assert.deepEqual([last()?.flash, deliveries()], [false, [`sms ${SMS.to}`]]);
    await device.stop();
    await start();
    await client.post({ ...SMS, flash: "true" });
    assert.deepEqual([last()?.flash, deliveries()], [true, [`sms ${SMS.to}`]]);
  });

  it("each SMS is told of as it is taken, until it is forgotten", async () => {
    await start({ successBody: "queued" });
    const told = once(device, "sent");
    assert.equal((await client.send("a")).text, "queued");
    assert.deepEqual(await told, [...device.sent]);
    device.clear();
    assert.deepEqual([device.sent, device.requests], [[], []]);
  });
});

describe("simulated brevis.one gateway: /check.php", () => {
  let device: BrevisOneSimulator;
  afterEach(() => device.stop());

  it("says without a login how the gateway is", async () => {
    device = await new BrevisOneSimulator().start();
    const { status, text } = await ask(`${device.url}/check.php`, "GET");
    assert.deepEqual([status, text], [200, "que: 0\nfailed: 0\nsignal: -83db\nstate: ready\n"]);
  });

  it("may name no signal", async () => {
    device = await new BrevisOneSimulator({ signal: null }).start();
    assert.match((await ask(`${device.url}/check.php`, "GET")).text, /^signal: $/m);
  });
});
