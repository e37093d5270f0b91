import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import type { Socket } from "node:net";
import { rootCertificates } from "node:tls";
import { selfSigned } from "../support/certificate";
import { assertFailure, failureIn, failureOf } from "../support/failure";
import type { RawServerOptions } from "../support/raw-server";
import { clientOf, ok, post, serve } from "./bench";

const certificate = selfSigned();
const other = selfSigned();

/** Keeps all handshakes back until it is opened. */
function gate(): { readonly options: Pick<RawServerOptions, "meet">; readonly open: () => void } {
  const held: (() => void)[] = [];
  let isOpen = false;
  return {
    options: {
      meet: (_socket, serveIt) => {
        if (isOpen) serveIt();
        else held.push(serveIt);
      },
    },
    open: () => {
      isOpen = true;
      for (const serveIt of held.splice(0)) serveIt();
    },
  };
}

describe("A fingerprint", () => {
  for (const wrong of ["12:34", "x".repeat(64), "ab".repeat(20), `${"ab".repeat(32)}00`]) {
    it(`of ${wrong.length} characters that is no SHA-256 is refused before any connection`, () => {
      const error = failureIn(() => clientOf("https://192.168.50.1", { fingerprint: wrong }));
      assertFailure(error, "CONFIG_MISSING", "not-sent");
    });
  }

  it("with an http:// URL is TLS_UNTRUSTED: nothing is sent in clear", async () => {
    const server = await serve(ok, {});
    const error = await failureOf(clientOf(server.url, { fingerprint: "ab".repeat(32) }).request(post));
    assertFailure(error, "TLS_UNTRUSTED", "not-sent");
    assert.equal(server.receivedBytes, 0);
  });
});

describe("A TLS configuration", () => {
  for (const ca of ["no certificate", Buffer.from("none"), other?.cert.slice(0, 300) ?? "none"]) {
    it(`with a CA of ${ca.length} bytes that cannot be read is refused before any connection`, () => {
      assertFailure(
        failureIn(() => clientOf("https://192.168.50.1", { tls: { ca } })),
        "CONFIG_MISSING",
        "not-sent",
      );
    });
  }

  it("with a CA that is no PEM file is refused before any connection", () => {
    const ca = new X509Certificate(rootCertificates[0] ?? "").raw;
    assertFailure(
      failureIn(() => clientOf("https://192.168.50.1", { tls: { ca } })),
      "CONFIG_MISSING",
      "not-sent",
    );
  });

  it("with an unreadable PKCS#12 file is refused before any connection", () => {
    assertFailure(
      failureIn(() => clientOf("https://192.168.50.1", { tls: { pfx: Buffer.from("none"), passphrase: "x" } })),
      "CONFIG_MISSING",
      "not-sent",
    );
  });

  it("with an unreadable key or certificate is refused before any connection", () => {
    const tls = { key: "no key", cert: "no certificate" };
    const error = failureIn(() => clientOf("https://192.168.50.1", { tls }));
    assertFailure(error, "CONFIG_MISSING", "not-sent");
  });
});

describe(`A device with a self-signed certificate${certificate === undefined ? " (skipped: openssl is missing)" : ""}`, function () {
  if (certificate === undefined || other === undefined) {
    it("is trusted by its fingerprint alone");
    return;
  }
  const { fingerprint, cert } = certificate;

  it("is TLS_UNTRUSTED without a fingerprint or a CA, and gets nothing of the request", async () => {
    const server = await serve(ok, { tls: certificate });
    const error = await failureOf(clientOf(server.url).request(post));
    assertFailure(error, "TLS_UNTRUSTED", "not-sent");
    assert.equal(error.retryable, false);
    assert.match(error.message, /fingerprint/);
    assert.equal(server.receivedBytes, 0);
  });

  const written: readonly (readonly [string, string])[] = [
    ["with colons", fingerprint],
    ["without colons", fingerprint.replaceAll(":", "")],
    ["in lower case", fingerprint.toLowerCase()],
    ["with spaces around", ` ${fingerprint} `],
  ];
  for (const [how, text] of written) {
    it(`is trusted by its fingerprint ${how}`, async () => {
      const server = await serve(ok, { tls: certificate });
      const { status } = await clientOf(server.url, { fingerprint: text }).request(post);
      assert.equal(status, 200);
    });
  }

  it("is trusted by its fingerprint on every new connection, resumed sessions or not", async () => {
    const server = await serve(ok, { tls: certificate });
    const client = clientOf(server.url, { fingerprint });
    const answers = await Promise.all(Array.from({ length: 5 }, () => client.request(post)));
    assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([200]));
    assert.equal(server.connections, 5);
  });

  it("with another fingerprint is TLS_UNTRUSTED, gets not a byte of the request and loses the connection", async () => {
    const server = await serve(ok, { tls: certificate });
    const error = await failureOf(clientOf(server.url, { fingerprint: other.fingerprint }).request(post));
    assertFailure(error, "TLS_UNTRUSTED", "not-sent");
    await server.until(() => server.openConnections === 0);
    assert.equal(server.receivedBytes, 0);
  });

  it("with another fingerprint is TLS_UNTRUSTED even where the CA is trusted or checks are off", async () => {
    const server = await serve(ok, { tls: certificate });
    for (const tls of [{ ca: cert }, { rejectUnauthorized: false }]) {
      const error = await failureOf(clientOf(server.url, { fingerprint: other.fingerprint, tls }).request(post));
      assertFailure(error, "TLS_UNTRUSTED", "not-sent");
    }
    assert.equal(server.receivedBytes, 0);
  });

  it("is trusted by a CA of the TLS configuration", async () => {
    const server = await serve(ok, { tls: certificate });
    assert.equal((await clientOf(server.url, { tls: { ca: cert } }).request(post)).status, 200);
  });

  it("is not trusted by another CA", async () => {
    const server = await serve(ok, { tls: certificate });
    const error = await failureOf(clientOf(server.url, { tls: { ca: other.cert } }).request(post));
    assertFailure(error, "TLS_UNTRUSTED", "not-sent");
    assert.equal(server.receivedBytes, 0);
  });

  it("is not trusted by its CA if its name is another one", async () => {
    const server = await serve(ok, { tls: certificate });
    const tls = { ca: cert, servername: "elsewhere.test" };
    const error = await failureOf(clientOf(server.url, { tls }).request(post));
    assertFailure(error, "TLS_UNTRUSTED", "not-sent");
    assert.match(error.message, /another name/);
    assert.equal(server.receivedBytes, 0);
    assert.match(JSON.stringify(error.cause), /ERR_TLS_CERT_ALTNAME_INVALID/, "a flow can make JSON of it");
  });

  it("is trusted unchecked if the TLS configuration says so", async () => {
    const server = await serve(ok, { tls: certificate });
    assert.equal((await clientOf(server.url, { tls: { rejectUnauthorized: false } }).request(post)).status, 200);
  });

  it("that is asked by http:// is no valid HTTP, or a lost connection, and what left is unknown", async () => {
    const server = await serve(ok, { tls: certificate });
    const error = await failureOf(clientOf(server.url.replace("https", "http")).request(post));
    assert.ok(error.code === "BAD_RESPONSE" || error.code === "CONNECTION_LOST", error.code);
    assert.equal(server.receivedBytes, 0);
  });

  it("that speaks plain HTTP only is UNREACHABLE by https://, and not sent", async () => {
    const server = await serve(ok, {});
    const error = await failureOf(clientOf(server.url.replace("http", "https"), { fingerprint }).request(post));
    assertFailure(error, "UNREACHABLE", "not-sent");
    assert.equal(server.requests.length, 0);
  });

  it("that breaks off the handshake is UNREACHABLE, and not sent", async () => {
    const meet = (socket: Socket): void => {
      socket.once("data", () => socket.resetAndDestroy());
    };
    const server = await serve(ok, { tls: certificate, meet });
    const error = await failureOf(clientOf(server.url, { fingerprint }).request(post));
    assertFailure(error, "UNREACHABLE", "not-sent");
  });
});

describe(`A handshake that takes long${certificate === undefined ? " (skipped: openssl is missing)" : ""}`, function () {
  if (certificate === undefined) {
    it("is UNREACHABLE");
    return;
  }
  const trust = { fingerprint: certificate.fingerprint };

  it("is UNREACHABLE at the end of the request's time, and the request never arrives later", async () => {
    const { options, open } = gate();
    const server = await serve(ok, { tls: certificate, ...options });
    const client = clientOf(server.url, trust);
    const error = await failureOf(client.request({ ...post, timeout: 100 }));
    assertFailure(error, "UNREACHABLE", "not-sent");
    open();
    assert.equal((await client.request({ ...post, path: "/api/second" })).status, 200);
    assert.deepEqual(
      server.requests.map(({ path }) => path),
      ["/api/second"],
    );
  });

  it("can be cut off: INTERRUPTED, not sent, and the request never arrives later", async () => {
    const { options, open } = gate();
    const server = await serve(ok, { tls: certificate, ...options });
    const client = clientOf(server.url, trust);
    const stop = new AbortController();
    const failure = failureOf(client.request({ ...post, signal: stop.signal }));
    await server.until(() => server.connections === 1);
    stop.abort();
    assertFailure(await failure, "INTERRUPTED", "not-sent");
    open();
    assert.equal((await client.request({ ...post, path: "/api/second" })).status, 200);
    assert.deepEqual(
      server.requests.map(({ path }) => path),
      ["/api/second"],
    );
  });

  it("does not hold close() up once its request was given up", async function () {
    // The time for connecting is 10 s.
    this.timeout(8000);
    const { options, open } = gate();
    const server = await serve(ok, { tls: certificate, ...options });
    const client = clientOf(server.url, trust);
    await failureOf(client.request({ ...post, timeout: 100 }));
    await client.close();
    open();
    await server.until(() => server.openConnections === 0);
  });
});
