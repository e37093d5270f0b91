import assert from "node:assert/strict";
import { once } from "node:events";
import { HandsetPage, PeplinkSimulator, type HandsetMessage } from "../../src/simulators/index.js";
import { eventsOf } from "./event-stream.js";
import { RawClient, ask } from "./raw-client.js";

const PHONE = "+447700900101";

describe("handset page", () => {
  let device: PeplinkSimulator;
  let page: HandsetPage;
  let client: RawClient;

  beforeEach(async () => {
    device = await new PeplinkSimulator().start();
    page = new HandsetPage({
      lines: [
        { id: "peplink", label: "Peplink router", number: PHONE, device, connId: 6, suggestions: ["OFF"] },
        { id: "other", label: "Same router, other phone", number: "+447700900102", device },
      ],
    });
    await page.start();
    client = new RawClient(device.url);
    await client.login();
  });
  afterEach(async () => {
    await page.stop();
    await device.stop();
  });

  const type = (body: unknown, headers: Record<string, string> = {}) =>
    ask(`${page.url}/messages`, "POST", body, { headers });

  it("shows a page that runs nothing but its own script", async () => {
    const answer = await ask(`${page.url}/`, "GET");
    assert.equal(answer.status, 200);
    const nonce = /script-src 'nonce-([^']+)'/.exec(String(answer.headers["content-security-policy"]))?.[1];
    assert.ok(nonce);
    const loaded = [...answer.text.matchAll(/<(?:script|style|link rel="stylesheet")[^>]*>/g)].map(([tag]) => tag);
    assert.deepEqual(
      loaded.filter((tag) => !tag.includes(` nonce="${nonce}"`)),
      [],
    );
    const names = loaded.map((tag) => / (?:src|href)="([\w.]+)"/.exec(tag)?.[1]);
    assert.deepEqual(names, ["page.css", "phone.css", "fleet.css", "page.js"]);
    const files = await Promise.all(names.map((name) => ask(`${page.url}/${name}`, "GET")));
    for (const { status, text } of [answer, ...files]) {
      assert.equal(status, 200);
      assert.doesNotMatch(text, /NONCE|innerHTML|https?:\/\/(?!www\.w3\.org)/);
    }
    assert.notEqual(
      String((await ask(`${page.url}/`, "GET")).headers["content-security-policy"]).includes(nonce),
      true,
    );
  });

  it("tells the stream what was said before, then each SMS for the phone's number as it comes", async () => {
    await client.send("earlier");
    const events = eventsOf(page.url);
    const state = (await events.next()).value as {
      name: string;
      data: { lines: unknown[]; messages: HandsetMessage[] };
    };
    assert.equal(state.name, "state");
    assert.deepEqual(state.data.lines[0], {
      id: "peplink",
      label: "Peplink router",
      number: PHONE,
      suggestions: ["OFF"],
      takesSms: true,
    });
    assert.deepEqual(
      state.data.messages.map(({ text }) => text),
      ["earlier"],
    );
    await client.post("cmd.sms.sendMessage", { address: "+12025550199", content: "for a stranger" });
    await client.send("<b>now</b>");
    const { name, data } = (await events.next()).value as { name: string; data: HandsetMessage };
    assert.equal(name, "message");
    assert.deepEqual(
      { ...data, at: null },
      { id: 2, line: "peplink", direction: "received", text: "<b>now</b>", at: null, automatic: false, failure: null },
    );
    await events.return();
  });

  it("brings what is typed into the router's store, and shows it", async () => {
    const events = eventsOf(page.url);
    await events.next();
    const answer = await type({ line: "peplink", text: "OFF ✔" });
    assert.equal(answer.status, 200);
    const [stored] = device.store(6);
    assert.deepEqual([stored?.from, stored?.text], [PHONE, "OFF ✔"]);
    const { data } = (await events.next()).value as { data: HandsetMessage };
    assert.deepEqual([data.direction, data.text, data.failure], ["sent", "OFF ✔", null]);
    await events.return();
  });

  it("shows that an SMS was not delivered", () => {
    device.pullSim(6);
    assert.match(page.send("peplink", "Hello?").failure ?? "", /no SIM/);
  });

  it("answers by itself by the first rule that matches, on its line", async () => {
    page.reply(/^ALARM/, "OFF", { line: "peplink" });
    const takeAway = page.reply("ALARM", ({ text }) => `heard: ${text}`);
    const answered = () =>
      new Promise<HandsetMessage>((resolve) => {
        page.on("message", function hear(message) {
          if (!message.automatic) return;
          page.off("message", hear);
          resolve(message);
        });
      });
    let next = answered();
    await client.send("ALARM: door open");
    assert.equal((await next).text, "OFF");
    assert.equal(device.store(6)[0]?.text, "OFF");
    next = answered();
    await client.post("cmd.sms.sendMessage", { address: "+447700900102", content: "an ALARM" });
    assert.deepEqual([(await next).text, (await next).line], ["heard: an ALARM", "other"]);
    takeAway();
    next = answered();
    await client.post("cmd.sms.sendMessage", { address: "+447700900102", content: "ALARM again" });
    await client.send("ALARM at the other");
    assert.equal((await next).line, "peplink");
    assert.equal(page.messages.filter(({ automatic }) => automatic).length, 3);
  });

  it("takes nothing from other sites, nor under another name", async () => {
    const body = { line: "peplink", text: "x" };
    const host = new URL(page.url).host;
    assert.equal((await type(body, { origin: "https://evil.example" })).status, 403);
    assert.equal((await type(body, { origin: "null" })).status, 403);
    assert.equal((await type(body, { origin: "http://127.0.0.1:1" })).status, 403);
    assert.equal((await type(body, { host: "evil.example" })).status, 403);
    assert.equal(
      (await ask(`${page.url}/events`, "GET", undefined, { headers: { host: "evil.example" } })).status,
      403,
    );
    for (const path of ["/", "/page.js"]) {
      assert.equal((await ask(page.url + path, "GET", undefined, { headers: { host: "evil.example" } })).status, 403);
    }
    assert.equal((await type(JSON.stringify(body), { "content-type": "text/plain" })).status, 415);
    assert.deepEqual(page.messages, []);
    assert.equal((await type(body, { origin: `http://${host}` })).status, 200);
    assert.equal((await type(body, { host: "localhost:1881", origin: "http://localhost:1881" })).status, 200);
  });

  it("refuses what is no SMS, and what is too large", async () => {
    for (const body of [
      "{",
      "null",
      {},
      { line: "nowhere", text: "x" },
      { line: "peplink", text: "" },
      { line: "peplink", text: 5 },
    ]) {
      assert.equal((await type(body)).status, 400, JSON.stringify(body));
    }
    assert.equal((await type({ line: "peplink", text: "x".repeat(5000) })).status, 400);
    assert.equal((await type({ line: "peplink", text: "x".repeat(20_000) })).status, 413);
    assert.equal((await ask(`${page.url}/elsewhere`, "GET")).status, 404);
    assert.deepEqual(page.messages, []);
  });

  it("hears nothing once stopped, drops its streams, and comes back at the same address", async () => {
    const { url } = page;
    const events = eventsOf(url);
    await events.next();
    await page.stop();
    await assert.rejects(events.next(), { code: "ECONNRESET" });
    assert.equal(device.listenerCount("sent"), 0);
    await client.send("unheard");
    await page.start();
    assert.equal(page.url, url);
    const arrived = once(page, "message");
    await client.send("heard");
    assert.equal(((await arrived) as [HandsetMessage])[0].text, "heard");
  });

  it("says so when two lines have one id", () => {
    const line = { id: "a", label: "A", number: PHONE, device };
    assert.throws(() => new HandsetPage({ lines: [line, line] }), RangeError);
  });
});
