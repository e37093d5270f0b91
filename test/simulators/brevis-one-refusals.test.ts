import assert from "node:assert/strict";
import { BrevisOneSimulator, type BrevisOneSimulatorOptions, type Fault } from "../../src/simulators/index.js";
import { BrevisOneClient, SMS } from "./brevis-one-client.js";
import { ask } from "./raw-client.js";

const REQUEST = "Error. See Gateway logs for more information";
const PARAMETER = "Error: Parameter miss";
const LOGIN = "401 Unauthorized - Username or Password wrong";

describe("simulated brevis.one gateway: refusals", () => {
  let device: BrevisOneSimulator;
  let client: BrevisOneClient;

  async function start(options: BrevisOneSimulatorOptions = {}): Promise<void> {
    device = await new BrevisOneSimulator(options).start();
    client = new BrevisOneClient(device.url);
  }

  afterEach(async () => {
    assert.deepEqual(device.sent, []);
    await device.stop();
  });

  const refusals: readonly (readonly [
    what: string,
    fields: Readonly<Record<string, string>>,
    status: number,
    words: string,
  ])[] = [
    ["no recipient", { to: "" }, 400, PARAMETER],
    ["no text", { text: "" }, 400, PARAMETER],
    ["no user name", { username: "" }, 400, PARAMETER],
    ["no password", { password: "" }, 400, PARAMETER],
    ["a list without a pattern", { list: "white" }, 400, PARAMETER],
    ["a wrong user name", { username: "admin" }, 401, LOGIN],
    ["a wrong password", { password: "simulated" }, 401, LOGIN],
    ["a mode that does not exist", { mode: "Number" }, 400, REQUEST],
    ["letters for a number", { to: "abc" }, 400, REQUEST],
    ["separators in a number", { to: "0044 7700 900101" }, 400, REQUEST],
    ["a contact that does not exist", { mode: "user", to: "Nobody" }, 400, REQUEST],
    ["a group that does not exist", { mode: "group", to: "7" }, 400, REQUEST],
    ["another kind of list", { list: "grey", regex: "1" }, 400, REQUEST],
    ["a pattern that is none", { list: "white", regex: "(" }, 400, REQUEST],
    ["half of a hexadecimal byte", { text: "4", hexmode: "true" }, 400, REQUEST],
    ["no hexadecimal digits", { text: "zz", hexmode: "true" }, 400, REQUEST],
    ["bytes that are no UTF-8", { text: "e4", hexmode: "true" }, 400, REQUEST],
  ];
  for (const [what, fields, status, words] of refusals) {
    it(`${what}: ${status}`, async () => {
      await start();
      for (const answer of [await client.post({ ...SMS, ...fields }), await client.get({ ...SMS, ...fields })]) {
        assert.deepEqual([answer.status, answer.text], [status, words]);
      }
    });
  }

  it("a user without access to the API: 403", async () => {
    await start({ permitted: false });
    const { status, text } = await client.send("x");
    assert.deepEqual([status, text], [403, "403 Forbidden - Your User has no right to send SMS over API"]);
    assert.equal((await client.post({ ...SMS, password: "wrong" })).status, 401);
  });

  it("all while the modem is silent: 408, and 401 all the same", async () => {
    await start();
    device.busy = true;
    const { status, text } = await client.send("x");
    assert.deepEqual([status, text], [408, "FAILED - Timeout or see Gateway logs for more information"]);
    assert.equal((await client.post({ ...SMS, password: "wrong" })).status, 401);
    assert.match((await ask(`${device.url}/check.php`, "GET")).text, /^state: busy$/m);
  });

  it("with a full stop where that is wanted", async () => {
    await start({ fullStop: true });
    assert.equal((await client.post({ ...SMS, to: "" })).text, `${PARAMETER}.`);
    device.fail("refuse", { times: 1 });
    assert.equal((await client.send("x")).text, `${REQUEST}.`);
  });

  it("a body that is no form, and other methods, for lack of parameters", async () => {
    await start();
    const form = new URLSearchParams(SMS).toString();
    const headers = { "content-type": "application/x-www-form-urlencoded" };
    assert.equal((await ask(`${device.url}/api.php`, "POST", SMS)).text, PARAMETER);
    assert.equal((await ask(`${device.url}/api.php?${form}`, "POST", "", { headers })).text, PARAMETER);
    assert.equal((await ask(`${device.url}/api.php`, "PUT", form, { headers })).text, PARAMETER);
  });

  it("other paths: 404", async () => {
    await start();
    for (const path of ["/", "/api", "/api.php/x"]) {
      assert.equal((await ask(`${device.url}${path}`, "GET")).status, 404);
    }
  });
});

describe("simulated brevis.one gateway: a wrong mode", () => {
  it("means a number where it is told so", async () => {
    const device = await new BrevisOneSimulator({ wrongMode: "number" }).start();
    await new BrevisOneClient(device.url).post({ ...SMS, mode: "Group" });
    assert.deepEqual(
      device.sent.map(({ mode, to }) => [mode, to]),
      [["number", SMS.to]],
    );
    await device.stop();
  });
});

describe("simulated brevis.one gateway: faults", () => {
  const faults: readonly (readonly [Fault, answer: string, sent: number])[] = [
    ["reset-before", "ECONNRESET", 0],
    ["reset-after", "ECONNRESET", 1],
    ["refuse", "400", 0],
    ["html", "200", 0],
    ["truncated", "ECONNRESET", 1],
    ["oversized", "200", 1],
    ["status", "503", 0],
    ["delay", "200", 1],
  ];
  for (const [fault, answer, sent] of faults) {
    it(`${fault}: ${answer}, and ${sent} SMS sent; the next one is served`, async () => {
      const device = await new BrevisOneSimulator().start();
      const client = new BrevisOneClient(device.url);
      device.fail(fault, { times: 1, delay: 5 });
      const seen = await client.send("a").then(
        ({ status }) => String(status),
        (error: unknown) => (error as NodeJS.ErrnoException).code,
      );
      assert.deepEqual([seen, device.sent.length], [answer, sent]);
      assert.equal((await client.send("b")).status, 200);
      assert.equal(device.sent.at(-1)?.text, "b");
      await device.stop();
    });
  }

  it("hit the check where they are told to, and sends alone otherwise", async () => {
    const device = await new BrevisOneSimulator().start();
    device.fail("status", { status: 500 });
    assert.equal((await ask(`${device.url}/check.php`, "GET")).status, 200);
    device.heal();
    device.fail("status", { status: 500, on: "status" });
    assert.equal((await ask(`${device.url}/check.php`, "GET")).status, 500);
    await device.stop();
  });
});
