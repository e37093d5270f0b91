import assert from "node:assert/strict";
import { once } from "node:events";
import { CgiRouterSimulator, type CgiRouterSimulatorOptions } from "../../src/simulators/index.js";
import { CgiClient, login } from "./cgi-client.js";
import { ask } from "./raw-client.js";

describe("simulated CGI router: sending", () => {
  let device: CgiRouterSimulator;
  let client: CgiClient;

  async function start(options: CgiRouterSimulatorOptions = {}): Promise<void> {
    device = await new CgiRouterSimulator(options).start();
    client = new CgiClient(device.url);
  }
  const sent = () => device.sent.map(({ to, text }) => [to, text]);

  afterEach(() => device.stop());

  it("takes the vendor's URL by GET and answers OK", async () => {
    await start({ username: "smsuser", password: "abc123" });
    const told = once(device, "sent");
    const query = "username=smsuser&password=abc123&text=Hello%20world&number=07700900123";
    const { status, text } = await client.getRaw("sms_send", query);
    assert.deepEqual([status, text], [200, "OK\n"]);
    assert.deepEqual((await told)[0], device.sent[0]);
    assert.deepEqual(sent(), [["07700900123", "Hello world"]]);
  });

  it("takes the same fields in a form by POST, every character of them", async () => {
    const text = "a&b=c+d%20%n\n\r\u0000👍🏽 €";
    await start({ password: "&=%+ ü" });
    assert.equal(
      (await client.post("sms_send", { username: "smsuser", password: "&=%+ ü", text, number: "00447700900101" })).text,
      "OK\n",
    );
    assert.deepEqual(sent(), [["00447700900101", text]]);
  });

  it("in the manner of Proroute makes a line break of %n, by GET and by POST", async () => {
    await start({ manner: "proroute" });
    const start_ = "username=smsuser&password=simulated-password&text=Line%20one";
    await client.getRaw("sms_send", `${start_}%nLine%20two&number=07700900123`);
    await client.send("Line one%nLine two");
    assert.deepEqual(
      sent().map(([, text]) => text),
      ["Line one\nLine two", "Line one\nLine two"],
    );
  });

  it("in the manner of Teltonika leaves %n as it is", async () => {
    await start();
    await client.send("Line one%nLine two");
    assert.deepEqual(sent(), [["+447700900101", "Line one%nLine two"]]);
  });

  for (const number of ["", "alarm", "+44 7700 900101", "++447700900101", "1", "0".repeat(23)]) {
    it(`says WRONG_NUMBER to "${number}"`, async () => {
      await start();
      const { status, text } = await client.post("sms_send", { ...login, text: "x", number });
      assert.deepEqual([status, text], [200, "WRONG_NUMBER\n"]);
      assert.deepEqual(sent(), []);
    });
  }

  it("says ERROR to a text that is empty or missing", async () => {
    await start();
    assert.equal((await client.send("")).text, "ERROR\n");
    assert.equal((await client.post("sms_send", { ...login, number: "988" })).text, "ERROR\n");
    assert.deepEqual(sent(), []);
  });

  it("says Disabled while its gateway is off, whoever asks", async () => {
    await start({ enabled: false });
    assert.equal((await client.send("x")).text, "Disabled\n");
    assert.equal((await client.get("sms_list", {})).text, "Disabled\n");
    device.enabled = true;
    assert.equal((await client.send("x")).text, "OK\n");
    assert.equal(device.badLogins, 0);
  });

  it("refuses a query that is too long with HTTP 413, and a form that is larger still not", async () => {
    await start({ longestQuery: 1000 });
    const fields = { ...login, text: "x".repeat(1000), number: "988" };
    assert.equal((await client.get("sms_send", fields)).status, 413);
    assert.deepEqual(sent(), []);
    assert.equal((await client.post("sms_send", fields)).text, "OK\n");
  });

  it("refuses a form of more than 64 KiB with HTTP 413", async () => {
    await start();
    assert.equal((await client.send("x".repeat(70_000))).status, 413);
    assert.deepEqual(sent(), []);
  });

  it("shows its web page with HTTP 200 for what it does not have", async () => {
    await start({ manner: "proroute" });
    for (const name of ["sms_delete", "sms_read", "sms_total", "sms_nothing"]) {
      const { status, text } = await client.get(name);
      assert.equal(status, 200);
      assert.match(text, /^<!doctype html>/);
    }
    assert.match((await ask(`${device.url}/`, "GET")).text, /^<!doctype html>/);
  });

  it("says what it is told to where it refuses", async () => {
    await start();
    for (const word of ["ERROR", "TIMEOUT", "WRONG_NUMBER", ""]) {
      device.refusalWord = word;
      device.fail("refuse", { times: 1 });
      assert.equal((await client.send("x")).text.trim(), word);
    }
    assert.deepEqual(sent(), []);
  });

  it("answers more than any client should take, beginning with OK", async () => {
    await start();
    device.fail("oversized", { times: 1 });
    const { text } = await client.send("x");
    assert.ok(text.startsWith("OK") && text.length > 8 * 1024 * 1024);
    assert.equal(sent().length, 1);
  });

  it("answers in <pre> where its firmware does", async () => {
    await start({ dialect: { pre: true } });
    assert.equal((await client.send("x")).text, "<pre>\nOK\n</pre>\n");
  });
});

describe("simulated CGI router: logins", () => {
  let device: CgiRouterSimulator;
  let client: CgiClient;

  beforeEach(async () => {
    device = await new CgiRouterSimulator().start();
    client = new CgiClient(device.url);
  });
  afterEach(() => device.stop());

  const bad = { ...login, password: "wrong" };

  for (const [what, fields] of [
    ["a wrong password", bad],
    ["a wrong user", { ...login, username: "admin" }],
    ["no password", { username: "smsuser" }],
    ["none at all", {}],
  ] as const) {
    it(`refuses ${what} with HTTP 401 and its words, by GET and by POST`, async () => {
      for (const answer of [await client.get("sms_list", fields), await client.post("sms_list", fields)]) {
        assert.deepEqual([answer.status, answer.text], [401, "Bad username or password\n"]);
      }
      assert.equal(device.badLogins, 2);
    });
  }

  it("reads neither the query of a POST nor a form of another type", async () => {
    const query = new URLSearchParams({ ...login }).toString();
    const form = { "content-type": "application/x-www-form-urlencoded" };
    assert.equal((await ask(`${device.url}/cgi-bin/sms_list?${query}`, "POST", "", { headers: form })).status, 401);
    assert.equal((await client.post("sms_list", login, { headers: { "content-type": "text/plain" } })).status, 401);
  });

  it("tells of each login", async () => {
    const seen: boolean[] = [];
    device.on("login", ({ accepted }) => seen.push(accepted));
    await client.get("sms_list");
    await client.get("sms_list", bad);
    assert.deepEqual(seen, [true, false]);
  });

  it("shuts the door after 20 bad logins, also to a good one", async () => {
    for (let count = 0; count < 19; count += 1) await client.get("sms_list", bad);
    assert.equal((await client.get("sms_list")).status, 200);
    assert.equal(device.locked, false);
    assert.equal((await client.get("sms_list", bad)).status, 401);
    assert.equal(device.locked, true);
    assert.equal((await client.get("sms_list")).status, 403);
    assert.equal((await client.send("x")).status, 403);
    assert.deepEqual(device.sent, []);
    device.unlock();
    assert.equal((await client.send("x")).status, 200);
  });

  it("shuts the door as early as it is told to", async () => {
    const strict = await new CgiRouterSimulator({ lockAfter: 1 }).start();
    try {
      await new CgiClient(strict.url).get("sms_list", bad);
      assert.equal(strict.locked, true);
    } finally {
      await strict.stop();
    }
  });
});
