import assert from "node:assert/strict";
import type { Socket } from "node:net";
import { selfSigned } from "../support/certificate";
import { assertFailure, assertKeeps, failureOf } from "../support/failure";
import { silence } from "../support/raw-replies";
import { ok, post, SECRETS, serve } from "./bench";
import { failureToConnect, KEPT, listen, LOGIN, login, proxyWith, through } from "./proxy-bench";

const certificate = selfSigned();
const other = selfSigned();

describe(`TLS through a proxy${certificate === undefined ? " (skipped: openssl is missing)" : ""}`, function () {
  if (certificate === undefined || other === undefined) {
    it("is trusted as without one");
    return;
  }
  const { fingerprint, cert } = certificate;
  /** For the proxy's own certificate where that is asked for; it does not harm the others. */
  const kinds = { "http://": {}, "https://": { tls: certificate } } as const;

  for (const [scheme, options] of Object.entries(kinds)) {
    describe(`that is reached by ${scheme}`, () => {
      it("reaches the device whose fingerprint is set, and the proxy reads nothing of it", async () => {
        const [server, proxy] = [await serve(ok, { tls: certificate }), await proxyWith({ ...options, login })];
        const client = through(proxy, server.url, { fingerprint, tls: { ca: cert } }, LOGIN);
        const answers = await Promise.all(Array.from({ length: 5 }, () => client.request(post)));
        assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([200]));
        assert.equal(proxy.asked.length, 5);
        assert.ok(proxy.heard.length > 500);
        for (const secret of [...SECRETS, "Test device", "HTTP/1.1"]) assert.equal(proxy.heard.includes(secret), false);
      });

      it("sends not a byte of the request where the fingerprint is another one, and ends the tunnel", async () => {
        const [server, proxy] = [await serve(ok, { tls: certificate }), await proxyWith(options)];
        const trust = { fingerprint: other.fingerprint, tls: { ca: cert } };
        assertFailure(await failureOf(through(proxy, server.url, trust).request(post)), "TLS_UNTRUSTED", "not-sent");
        await proxy.until(() => proxy.openConnections === 0);
        await server.until(() => server.openConnections === 0);
        assert.equal(server.receivedBytes, 0);
      });

      it("checks the device's name and CA as without a proxy", async () => {
        const [server, proxy] = [await serve(ok, { tls: certificate }), await proxyWith(options)];
        assert.equal((await through(proxy, server.url, { tls: { ca: cert } }).request(post)).status, 200);
        const elsewhere = { tls: { ca: cert, servername: "elsewhere.test" } };
        assertFailure(
          await failureOf(through(proxy, server.url, elsewhere).request(post)),
          "TLS_UNTRUSTED",
          "not-sent",
        );
        assert.equal(server.requests.length, 1);
      });

      it("is UNREACHABLE where the device breaks off the handshake, or the proxy the tunnel", async () => {
        const meet = (socket: Socket): void => {
          socket.once("data", () => socket.resetAndDestroy());
        };
        const proxy = await proxyWith(options);
        const server = await serve(ok, { tls: certificate, meet });
        const trust = { fingerprint, tls: { ca: cert } };
        assertFailure(await failureOf(through(proxy, server.url, trust).request(post)), "UNREACHABLE", "not-sent");
        const cutting = await serve(ok, {
          tls: certificate,
          meet: () => {
            proxy.cut();
          },
        });
        assertFailure(await failureOf(through(proxy, cutting.url, trust).request(post)), "UNREACHABLE", "not-sent");
        await proxy.until(() => proxy.openConnections === 0);
      });

      it("has one time for the tunnel and the handshake, and ends both", async () => {
        const proxy = await proxyWith(options);
        const server = await serve(ok, { tls: certificate, meet: listen });
        const error = await failureToConnect(proxy, server.url, 1000, { ca: cert });
        assert.match(String(error), /no connection within 1 s/);
        await proxy.until(() => proxy.openConnections === 0);
        await server.until(() => server.openConnections === 0);
      });

      it("does not hold close() up in the middle of a handshake", async () => {
        const proxy = await proxyWith(options);
        const server = await serve(ok, { tls: certificate, meet: listen });
        const client = through(proxy, server.url, { fingerprint, tls: { ca: cert } });
        const failure = failureOf(client.request({ ...post, timeout: 1500 }));
        await server.until(() => server.connections === 1);
        assertFailure(await failure, "UNREACHABLE", "not-sent");
        await client.close();
        await proxy.until(() => proxy.openConnections === 0);
      });

      it("does not know whether a request was done whose tunnel is reset before the answer", async () => {
        const [server, proxy] = [await serve(silence, { tls: certificate }), await proxyWith(options)];
        const failure = failureOf(through(proxy, server.url, { fingerprint, tls: { ca: cert } }).request(post));
        await server.until(() => server.requests.length === 1);
        proxy.cut();
        assertFailure(await failure, "CONNECTION_LOST", "unknown");
      });
    });
  }

  it("to an http:// device by an https:// proxy works, and shows the proxy's own certificate to no fingerprint", async () => {
    const [server, proxy] = [await serve(ok), await proxyWith({ tls: certificate })];
    assert.equal((await through(proxy, server.url, { tls: { ca: cert } }).request(post)).status, 200);
    const error = await failureOf(through(proxy, server.url, { fingerprint, tls: { ca: cert } }).request(post));
    assertFailure(error, "TLS_UNTRUSTED", "not-sent");
    assert.equal(server.requests.length, 1);
  });

  it("asks a proxy whose own certificate is not trusted for nothing: TLS_UNTRUSTED, and the proxy is named", async () => {
    const [server, proxy] = [await serve(ok, { tls: certificate }), await proxyWith({ tls: certificate, login })];
    for (const trust of [{ fingerprint }, { tls: { rejectUnauthorized: false } }]) {
      const error = await failureOf(through(proxy, server.url, trust, LOGIN).request(post));
      assertFailure(error, "TLS_UNTRUSTED", "not-sent");
      assert.match(error.message, /the proxy 127\.0\.0\.1:\d+ has a certificate that is not trusted/);
      assertKeeps(error, KEPT);
    }
    assert.equal(proxy.asked.length, 0);
  });
});
