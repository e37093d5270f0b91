import assert from "node:assert/strict";
import type { Socket } from "node:net";
import type { HttpRequest, ProxySettings } from "../../src/http";
import { assertFailure, assertKeeps, failureIn, failureOf } from "../support/failure";
import { silence } from "../support/raw-replies";
import type { RawServer } from "../support/raw-server";
import { clientOf, ok, post, restsDuring, serve } from "./bench";
import { failureToConnect, KEPT, LOGIN, login, proxyWith, through } from "./proxy-bench";

const read: HttpRequest = { ...post, effect: false };

function hostOf({ url }: RawServer): string {
  return new URL(url).host;
}

describe("An HTTP client with a proxy", () => {
  it("reaches an http:// device by CONNECT", async () => {
    const [server, proxy] = [await serve(ok), await proxyWith()];
    assert.equal((await through(proxy, server.url).request(post)).status, 200);
    assert.deepEqual(
      proxy.asked.map(({ target, headers }) => [target, headers.host, headers["proxy-authorization"]]),
      [[hostOf(server), hostOf(server), undefined]],
    );
    assert.equal(server.requests[0]?.target, post.path);
    assert.equal(server.requests[0].headers["proxy-authorization"], undefined);
  });

  it("uses a tunnel again for what follows at once, and another one after a rest", async () => {
    const [server, proxy] = [await serve(ok), await proxyWith()];
    const client = through(proxy, server.url);
    const rests = await restsDuring(async () => {
      for (let count = 0; count < 20; count += 1) await client.request(post);
    });
    const { length } = proxy.asked;
    assert.ok(length <= 2 + 2 * rests, `${length} tunnels`);
    await proxy.until(() => proxy.openConnections === 0);
    await client.request(post);
    assert.deepEqual([proxy.asked.length, server.requests.length], [length + 1, 21]);
  });

  it("ends its tunnels when it is closed", async () => {
    const [server, proxy] = [await serve(ok), await proxyWith()];
    const client = through(proxy, server.url);
    await Promise.all([client.request(post), client.request(post), client.request(post)]);
    await client.close();
    await proxy.until(() => proxy.openConnections === 0);
    await server.until(() => server.openConnections === 0);
  });

  it("lets the proxy look up the name of the device", async () => {
    const [server, proxy] = [await serve(ok), await proxyWith()];
    const name = hostOf(server).replace("127.0.0.1", "router.invalid");
    assert.equal((await through(proxy, `http://${name}`).request(post)).status, 200);
    assert.equal(proxy.asked[0]?.target, name);
  });

  it("does not know whether a request was done whose tunnel is reset before the answer", async () => {
    for (const [request, outcome] of [
      [post, "unknown"],
      [read, "not-sent"],
    ] as const) {
      const [server, proxy] = [await serve(silence), await proxyWith()];
      const failure = failureOf(through(proxy, server.url).request(request));
      await server.until(() => server.requests.length === 1);
      proxy.cut();
      assertFailure(await failure, "CONNECTION_LOST", outcome);
    }
  });

  it("with a fingerprint asks not even the proxy for an http:// device", async () => {
    const [server, proxy] = [await serve(ok), await proxyWith()];
    const error = await failureOf(through(proxy, server.url, { fingerprint: "ab".repeat(32) }).request(post));
    assertFailure(error, "TLS_UNTRUSTED", "not-sent");
    assert.equal(proxy.asked.length, 0);
  });
});

describe("The login of a proxy", () => {
  const settings: readonly (readonly [string, (address: string) => ProxySettings])[] = [
    ["in fields of its own", (address) => ({ url: `http://${address}`, ...LOGIN })],
    ["in its URL", (address) => ({ url: `http://${LOGIN.username}:${encodeURIComponent(LOGIN.password)}@${address}` })],
    ["in both: the fields count", (address) => ({ url: `http://a:b@${address}`, ...LOGIN })],
  ];
  for (const [where, settingsFor] of settings) {
    it(`is given by Basic authentication, ${where}`, async () => {
      const [server, proxy] = [await serve(ok), await proxyWith({ login })];
      assert.equal((await clientOf(server.url, {}, settingsFor(proxy.address)).request(post)).status, 200);
    });
  }

  for (const [what, given, expected] of [
    ["lacks", {}, /asks for a login \(HTTP 407\)/],
    ["is refused", { ...LOGIN, username: "somebody" }, /refuses the login \(HTTP 407\)/],
  ] as const) {
    it(`that ${what} is AUTH_FAILED, names the proxy, and shows no secret`, async () => {
      const [server, proxy] = [await serve(ok), await proxyWith({ login })];
      const error = await failureOf(through(proxy, server.url, {}, given).request(post));
      assertFailure(error, "AUTH_FAILED", "not-sent");
      assert.match(error.message, expected);
      assert.ok(error.message.includes(`the proxy ${proxy.address} `), error.message);
      assertKeeps(error, KEPT);
      assert.equal(server.connections, 0);
    });
  }
});

describe("A proxy", () => {
  const urls = [
    "",
    "proxy.lan",
    "proxy.lan:3128",
    "socks5://proxy.lan",
    "http://",
    "http://proxy.lan/p.pac",
    "http://proxy.lan?a=secret",
    "http://a:%zz@proxy.lan",
  ];
  for (const url of urls) {
    it(`at ${JSON.stringify(url)} is refused before any connection`, () => {
      const error = failureIn(() =>
        clientOf("https://192.168.50.1", {}, { url, ...(url.includes("%zz") ? {} : LOGIN) }),
      );
      assertFailure(error, "CONFIG_MISSING", "not-sent");
      assertKeeps(error, [...KEPT, "%zz", "secret"]);
    });
  }

  const page = "<!doctype html>";
  const answers: readonly (readonly [string, (socket: Socket) => void, RegExp])[] = [
    [
      "forbids the host",
      (socket) => socket.end("HTTP/1.1 403 No\r\n\r\nno"),
      /refuses connections to \S+ \(HTTP 403\)/,
    ],
    ["knows no CONNECT", (socket) => socket.end("HTTP/1.1 405 No\r\n\r\n"), /HTTP 405/],
    [
      "sends elsewhere",
      (socket) => socket.end("HTTP/1.1 302 Go\r\nLocation: http://x.test/?secret\r\n\r\n"),
      /HTTP 302/,
    ],
    ["finds no host", (socket) => socket.end("HTTP/1.1 502 Bad\r\n\r\n"), /cannot connect to \S+ \(HTTP 502\)/],
    ["says a number alone", (socket) => socket.end("HTTP/1.1 100 Go on\r\n\r\n"), /HTTP 100/],
    [
      "answers with a page",
      (socket) => socket.end(`HTTP/1.1 200 OK\r\nContent-Length: 15\r\n\r\n${page}`),
      /what nobody asked for/,
    ],
    ["speaks no HTTP", (socket) => socket.end(`SSH-2.0-x ${KEPT.join(" ")}\r\n`), /does not answer by HTTP/],
    [
      "has endless headers",
      (socket) => socket.write(`HTTP/1.1 200 OK\r\nA: ${"a".repeat(100_000)}`),
      /does not answer by HTTP/,
    ],
    ["hangs up", (socket) => socket.end(), /cannot be reached/],
    ["resets the connection", (socket) => socket.resetAndDestroy(), /cannot be reached/],
  ];
  for (const [what, answer, expected] of answers) {
    it(`that ${what} is UNREACHABLE, and nothing has left`, async () => {
      const [server, proxy] = [await serve(ok), await proxyWith({ answer })];
      const error = await failureOf(through(proxy, server.url, {}, LOGIN).request(post));
      assertFailure(error, "UNREACHABLE", "not-sent");
      assert.equal(error.retryable, true);
      assert.match(error.message, expected);
      assert.ok(error.message.includes(`the proxy ${proxy.address} `), error.message);
      assertKeeps(error, KEPT);
      await proxy.until(() => proxy.openConnections === 0);
      assert.deepEqual([proxy.heard, server.connections], ["", 0]);
    });
  }

  it("that cannot be reached is UNREACHABLE, and is named", async () => {
    const [server, proxy] = [await serve(ok), await proxyWith()];
    const client = through(proxy, server.url, {}, LOGIN);
    await proxy.stop();
    const error = await failureOf(client.request(post));
    assertFailure(error, "UNREACHABLE", "not-sent");
    assert.match(error.message, /the proxy 127\.0\.0\.1:\d+ cannot be reached \(ECONNREFUSED\)/);
    assertKeeps(error, KEPT);
  });

  it("that says nothing is UNREACHABLE at the end of the time for connecting, and loses the connection", async () => {
    const proxy = await proxyWith({ answer: () => undefined });
    const error = await failureToConnect(proxy, "http://router.test", 1000);
    assert.match(String(error), /the proxy \S+ opens no connection within 1 s/);
    assert.equal(proxy.asked[0]?.target, "router.test:80");
    await proxy.until(() => proxy.openConnections === 0);
  });

  it("that says nothing does not hold close() up once its request was given up", async () => {
    const [server, proxy] = [await serve(ok), await proxyWith({ answer: () => undefined })];
    const client = through(proxy, server.url);
    const error = await failureOf(client.request({ ...post, timeout: 100 }));
    assertFailure(error, "UNREACHABLE", "not-sent");
    await client.close();
    await proxy.until(() => proxy.openConnections === 0);
  });
});
