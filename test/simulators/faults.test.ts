import assert from "node:assert/strict";
import { once } from "node:events";
import {
  BrevisOneSimulator,
  CgiRouterSimulator,
  PeplinkSimulator,
  SuperSimSimulator,
  type Fault,
  type FaultOptions,
  type FaultTarget,
} from "../../src/simulators/index.js";
import { RawClient, type RawAnswer } from "./raw-client.js";

const codeOf = async (answer: Promise<RawAnswer>): Promise<string> =>
  answer.then(
    ({ status }) => `answered ${status}`,
    (error: unknown) => (error as NodeJS.ErrnoException).code ?? String(error),
  );

for (const tls of [false, true]) {
  describe(`faults of a simulated device over ${tls ? "HTTPS" : "HTTP"}`, () => {
    let device: PeplinkSimulator;
    let client: RawClient;

    beforeEach(async () => {
      device = await new PeplinkSimulator({ tls }).start();
      client = new RawClient(device.url);
      await client.login();
    });
    afterEach(() => device.stop());

    const sent = () => device.sent.map(({ text }) => text);

    it("reset-before: the connection is reset and nothing is sent", async () => {
      device.fail("reset-before", { times: 1 });
      assert.equal(await codeOf(client.send("a")), "ECONNRESET");
      assert.deepEqual(sent(), []);
      assert.equal(await codeOf(client.send("b")), "answered 200");
      assert.deepEqual(sent(), ["b"]);
    });

    it("reset-after: the connection is reset and the SMS is sent", async () => {
      device.fail("reset-after", { times: 1 });
      assert.equal(await codeOf(client.send("a")), "ECONNRESET");
      assert.deepEqual(sent(), ["a"]);
    });

    it("silence: nothing is answered and nothing is sent, while others are served", async () => {
      device.fail("silence", { times: 1 });
      const patience = new AbortController();
      let ended = false;
      const arrived = once(device, "request");
      const silent = codeOf(client.send("a", { signal: patience.signal })).finally(() => (ended = true));
      await arrived;
      await client.send("b");
      assert.equal(ended, false);
      assert.deepEqual(sent(), ["b"]);
      patience.abort();
      assert.equal(await silent, "ABORT_ERR");
    });

    it("silence with done: the SMS is sent all the same", async () => {
      device.fail("silence", { times: 1, done: true });
      const patience = new AbortController();
      const told = once(device, "sent");
      const silent = codeOf(client.send("a", { signal: patience.signal }));
      await told;
      patience.abort();
      assert.equal(await silent, "ABORT_ERR");
      assert.deepEqual(sent(), ["a"]);
    });

    it("delay: the SMS is sent at once, and later requests overtake its answer", async () => {
      device.fail("delay", { times: 1, delay: 2500 });
      const order: string[] = [];
      const told = once(device, "sent");
      const slow = client.send("slow").then(() => order.push("slow"));
      await told;
      await client.send("fast").then(() => order.push("fast"));
      await slow;
      assert.deepEqual(sent(), ["slow", "fast"]);
      assert.deepEqual(order, ["fast", "slow"]);
      assert.equal(device.maxConcurrent, 2);
    });

    it("refuse: the device says no in its own words and sends nothing", async () => {
      device.fail("refuse", { times: 1 });
      const answer = await client.send("a");
      assert.equal(answer.status, 200);
      assert.equal(answer.json().stat, "fail");
      assert.deepEqual(sent(), []);
    });

    it("html: a web page with HTTP 200, and nothing is sent", async () => {
      device.fail("html", { times: 1 });
      const answer = await client.send("a");
      assert.equal(answer.status, 200);
      assert.match(answer.headers["content-type"] ?? "", /^text\/html/);
      assert.match(answer.text, /^<!doctype html>/);
      assert.deepEqual(sent(), []);
    });

    it("truncated: the SMS is sent and half of the answer comes", async () => {
      device.fail("truncated", { times: 1 });
      assert.equal(await codeOf(client.send("a")), "ECONNRESET");
      assert.deepEqual(sent(), ["a"]);
    });

    it("oversized: the SMS is sent and the answer is larger than 8 MiB, announced by nothing", async () => {
      device.fail("oversized", { times: 1 });
      const answer = await client.send("a");
      assert.equal(answer.headers["content-length"], undefined);
      assert.ok(answer.text.length > 8 * 1024 * 1024);
      assert.equal(answer.json().stat, "ok");
      assert.deepEqual(sent(), ["a"]);
    });

    it("status: an HTTP status, with Retry-After where it is given", async () => {
      device.fail("status", { times: 1 });
      device.fail("status", { times: 1, status: 429, retryAfter: 7 });
      const bare = await client.send("a");
      assert.deepEqual([bare.status, bare.headers["retry-after"]], [503, undefined]);
      const busy = await client.send("b");
      assert.deepEqual([busy.status, busy.headers["retry-after"]], [429, "7"]);
      assert.deepEqual(sent(), []);
    });
  });
}

describe("which requests a fault hits", () => {
  let device: PeplinkSimulator;
  let client: RawClient;

  beforeEach(async () => {
    device = await new PeplinkSimulator().start();
    client = new RawClient(device.url);
    await client.login();
  });
  afterEach(() => device.stop());

  it("commands alone unless told otherwise, until healed", async () => {
    device.fail("status");
    assert.equal((await client.login()).status, 200);
    assert.equal((await client.get("info.firmware")).status, 200);
    assert.equal((await client.get("status.wan.connection")).status, 200);
    assert.equal((await client.send("x")).status, 503);
    assert.equal((await client.get("cmd.sms.get?connId=2")).status, 503);
    assert.equal((await client.post("cmd.sms.delete", {})).status, 503);
    assert.equal((await client.post("cmd.sim.ussd.send", {})).status, 503);
    device.heal();
    assert.equal((await client.send("x")).status, 200);
  });

  it("the functions that are named", async () => {
    device.fail("status", { on: ["list", "login"] });
    assert.equal((await client.send("x")).status, 200);
    assert.equal((await client.get("cmd.sms.get?connId=2")).status, 503);
    assert.equal((await client.login()).status, 503);
    device.heal();
    device.fail("status", { on: "any" });
    assert.equal((await client.post("logout")).status, 503);
    assert.equal((await client.get("info.firmware")).status, 503);
  });

  it("the path that is named", async () => {
    device.fail("status", { path: "/api/info.firmware", times: 1 });
    assert.equal((await client.get("status.wan.connection")).status, 200);
    assert.equal((await client.get("info.firmware?x=1")).status, 503);
    assert.equal((await client.get("info.firmware")).status, 200);
  });

  it("one after the other, each its number of times", async () => {
    device.fail("status", { times: 2, status: 500 });
    device.fail("status", { times: 1, status: 502, on: "list" });
    device.fail("refuse", { times: 1 });
    const list = async () => (await client.get("cmd.sms.get?connId=2")).status;
    const seen = [await list(), (await client.send("x")).status, (await client.send("x")).json().stat, await list()];
    assert.deepEqual(seen, [500, 500, "fail", 502]);
    assert.equal(await list(), 200);
  });

  it("refuses a fault that is none", () => {
    assert.throws(() => {
      device.fail("reset" as never);
    }, /there is no fault "reset", only reset-before, /);
  });

  it("refuses a number of times that is none", () => {
    for (const times of [0, -1, 1.5, Number.NaN]) {
      assert.throws(() => {
        device.fail("refuse", { times });
      }, RangeError);
    }
  });

  const unusable: readonly (readonly [fault: Fault, name: keyof FaultOptions, values: readonly unknown[]])[] = [
    ["status", "status", [99, 0, 199, 1000, 503.5, Number.NaN, "abc", null]],
    ["status", "retryAfter", [-1, 0.5, Infinity, "a\nb", new Date(Number.NaN)]],
    ["oversized", "bytes", [-1, 0, 1.5, Infinity, 2 ** 40, "9"]],
    ["delay", "delay", [-1, Infinity, Number.NaN, 2 ** 31, "9"]],
    ["silence", "done", ["yes", 1]],
    ["refuse", "path", ["api/login", "/api/login?x=1", 7]],
    ["refuse", "on", ["sned", "other", [], ["send", "sned"]]],
  ];
  for (const [fault, name, values] of unusable) {
    it(`refuses ${name} that cannot be shown, and shows nothing of it`, async () => {
      for (const value of values) {
        const told = { name: "RangeError", message: new RegExp(`^${name} must be `) };
        assert.throws(() => {
          device.fail(fault, { [name]: value });
        }, told);
      }
      assert.equal((await client.send("x")).json().stat, "ok");
    });
  }

  it("takes the values at the edges", async () => {
    device.fail("status", { times: 1, status: 200, retryAfter: 0 });
    device.fail("status", { times: 1, status: 999, retryAfter: new Date(0) });
    device.fail("oversized", { times: 1, bytes: 1 });
    device.fail("delay", { times: 1, delay: 0 });
    const seen = [await client.send("a"), await client.send("b"), await client.send("c"), await client.send("d")];
    assert.deepEqual(
      seen.map(({ status, headers }) => [status, headers["retry-after"]]),
      [
        [200, "0"],
        [999, "Thu, 01 Jan 1970 00:00:00 GMT"],
        [200, undefined],
        [200, undefined],
      ],
    );
  });
});

describe("a fault of a function that a device does not have", () => {
  const all: readonly FaultTarget[] = ["send", "list", "delete", "ussd", "login", "status", "any"];
  for (const [name, other, taken] of [
    ["Peplink", new PeplinkSimulator(), all],
    ["brevis.one", new BrevisOneSimulator(), ["send", "status", "any"]],
    ["a CGI router", new CgiRouterSimulator(), ["send", "list", "delete", "any"]],
    ["Super SIM at Twilio", new SuperSimSimulator(), ["send", "list", "any"]],
    ["Super SIM at KORE", new SuperSimSimulator({ provider: "kore" }), ["send", "list", "login", "any"]],
  ] as const) {
    it(`is refused by ${name}`, () => {
      for (const on of all) {
        const fail = (): void => {
          other.fail("refuse", { on });
        };
        if (taken.some((known) => known === on)) fail();
        else assert.throws(fail, RangeError, on);
      }
    });
  }
});
