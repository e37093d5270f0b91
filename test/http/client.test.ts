import assert from "node:assert/strict";
import type { Socket } from "node:net";
import type { CellularErrorCode, Outcome } from "../../src/errors/cellular-error";
import { assertFailure, assertKeeps, failureIn, failureOf } from "../support/failure";
import { lastingPort } from "../support/lasting-port";
import {
  answer,
  bytes,
  bytesAndEnd,
  drip,
  dripHead,
  hangUp,
  inTurn,
  reset,
  silence,
  truncated,
} from "../support/raw-replies";
import type { Reply } from "../support/raw-server";
import { clientOf, ok, post, SECRETS, serve } from "./bench";

async function refusingUrl(): Promise<string> {
  return `http://127.0.0.1:${await lastingPort()}`;
}

describe("The base URL of an HTTP client", () => {
  const wrong: readonly [what: string, url: string][] = [
    ["nothing", ""],
    ["no URL", "router"],
    ["an address without a scheme", "192.168.50.1:8080"],
    ["another scheme", "ftp://192.168.50.1"],
    ["a user name and a password", "http://admin:geheim-99@192.168.50.1"],
    ["a query", "http://192.168.50.1/?accessToken=geheim-99"],
    ["a fragment", "http://192.168.50.1/#geheim-99"],
  ];
  for (const [what, url] of wrong) {
    it(`is refused if it is or holds ${what}, and is not repeated`, () => {
      const error = failureIn(() => clientOf(url));
      assertFailure(error, "CONFIG_MISSING", "not-sent");
      assertKeeps(error, ["geheim-99"]);
    });
  }

  it("may have a path, which stands before that of each request", async () => {
    const server = await serve(ok);
    await clientOf(`${server.url}/router/`).request({ ...post, path: "/api/do" });
    assert.deepEqual(
      server.requests.map(({ path }) => path),
      ["/router/api/do"],
    );
  });
});

describe("A request whose connection is not made", () => {
  it("is UNREACHABLE and not sent if the device refuses", async () => {
    const error = await failureOf(clientOf(await refusingUrl()).request(post));
    assertFailure(error, "UNREACHABLE", "not-sent");
    assert.equal(error.retryable, true);
    assert.match(error.message, /refused/);
    assertKeeps(error, SECRETS);
  });

  it("is UNREACHABLE and not sent if the name does not exist", async () => {
    const error = await failureOf(clientOf("http://router.invalid").request(post));
    assertFailure(error, "UNREACHABLE", "not-sent");
    assert.match(error.message, /host name/);
    assertKeeps(error, SECRETS);
  });

  it("may be made again at once when the device is back", async () => {
    const server = await serve(ok, { meet: resetFirst() });
    const client = clientOf(server.url);
    await failureOf(client.request({ ...post, effect: false }));
    assert.equal((await client.request(post)).status, 200);
    assert.equal(server.requests.length, 1);
  });
});

function resetFirst(): (socket: Socket, serveIt: () => void) => void {
  let met = 0;
  return (socket, serveIt) => {
    met += 1;
    if (met === 1) socket.resetAndDestroy();
    else serveIt();
  };
}

interface Break {
  readonly what: string;
  readonly reply: Reply;
  readonly code: CellularErrorCode;
  /** Short where the break is that nothing comes. */
  readonly timeout?: number;
  readonly maxBytes?: number;
}

const breaks: readonly Break[] = [
  { what: "silence", reply: silence, code: "TIMEOUT", timeout: 1500 },
  { what: "a body that drips for ever", reply: drip, code: "TIMEOUT", timeout: 1500 },
  { what: "a head that drips for ever", reply: dripHead, code: "TIMEOUT", timeout: 1500 },
  { what: "half a body and then silence", reply: halfBody(), code: "TIMEOUT", timeout: 1500 },
  {
    what: "only an interim answer",
    reply: bytes("HTTP/1.1 103 Early Hints\r\n\r\n"),
    code: "TIMEOUT",
    timeout: 1500,
  },
  { what: "a reset after the request was read", reply: reset, code: "CONNECTION_LOST" },
  { what: "an end after the request was read", reply: hangUp, code: "CONNECTION_LOST" },
  { what: "a truncated body", reply: truncated('{"stat":"ok"}'), code: "CONNECTION_LOST" },
  {
    what: "a truncated chunked body",
    reply: bytesAndEnd('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{"st'),
    code: "CONNECTION_LOST",
  },
  { what: "half a head", reply: bytesAndEnd("HTTP/1.1 200 OK\r\nContent-Le"), code: "CONNECTION_LOST" },
  {
    what: "a change to another protocol",
    reply: bytes("HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n"),
    code: "CONNECTION_LOST",
  },
  {
    what: "an answer above the limit",
    reply: answer(200, "x".repeat(2001)),
    code: "RESPONSE_TOO_LARGE",
    maxBytes: 2000,
  },
  { what: "an endless answer", reply: endless(), code: "RESPONSE_TOO_LARGE", maxBytes: 200_000 },
  {
    what: "an answer that says that it is too large, and goes no further",
    reply: bytes("HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n"),
    code: "RESPONSE_TOO_LARGE",
  },
  { what: "a huge head", reply: answer(200, "", { "x-long": "x".repeat(100_000) }), code: "RESPONSE_TOO_LARGE" },
  { what: "garbage", reply: bytes(Buffer.from([0, 1, 2, 255, 254, 13, 10, 13, 10])), code: "BAD_RESPONSE" },
  { what: "another protocol", reply: bytes("SSH-2.0-dropbear\r\n"), code: "BAD_RESPONSE" },
  { what: "the request itself", reply: echo(), code: "BAD_RESPONSE" },
  {
    what: "a chunked body that is none",
    reply: bytes("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nsecret body\r\n"),
    code: "BAD_RESPONSE",
  },
];

function halfBody(): Reply {
  return bytes('HTTP/1.1 200 OK\r\nContent-Length: 30\r\n\r\n{"stat":');
}

function endless(): Reply {
  return ({ stream, socket }) => {
    stream.write("HTTP/1.1 200 OK\r\n\r\n");
    const more = setInterval(() => stream.write(Buffer.alloc(50_000, 120)), 1);
    socket.on("close", () => {
      clearInterval(more);
    });
  };
}

function echo(): Reply {
  return ({ stream }, { method, path, query, body }) => {
    stream.write(`${method} ${path}?${String(query)} HTTP/1.1\r\n\r\n${body}`);
  };
}

describe("A request that left and gets", () => {
  for (const { what, reply, code, timeout = 5000, maxBytes } of breaks) {
    for (const [effect, outcome] of [
      [true, "unknown"],
      [false, "not-sent"],
    ] as const satisfies readonly (readonly [boolean, Outcome])[]) {
      it(`${what} is ${code}, and ${outcome} if it ${effect ? "does something" : "only asks"}`, async () => {
        const server = await serve(reply);
        const limits = { timeout, ...(maxBytes === undefined ? {} : { maxBytes }) };
        const error = await failureOf(clientOf(server.url).request({ ...post, effect, ...limits }));
        assertFailure(error, code, outcome);
        assertKeeps(error, SECRETS);
        assert.equal(server.requests.length, 1, "the request was repeated");
        await server.until(() => server.openConnections === 0);
      });
    }
  }

  it("a reset before it was read is unknown all the same: nobody here can tell", async () => {
    const server = await serve(ok, {
      meet: (socket) => {
        socket.once("readable", () => socket.resetAndDestroy());
      },
    });
    assertFailure(await failureOf(clientOf(server.url).request(post)), "CONNECTION_LOST", "unknown");
  });

  it("a complete answer in one-byte pieces gets that answer", async () => {
    const server = await serve(({ stream }) => {
      const pieces = Array.from('HTTP/1.1 200 OK\r\nContent-Length: 13\r\n\r\n{"stat":"ok"}');
      const next = (): void => {
        const piece = pieces.shift();
        if (piece !== undefined) stream.write(piece, next);
      };
      next();
    });
    assert.equal((await clientOf(server.url).request(post)).body.toString(), '{"stat":"ok"}');
  });

  it("an answer without a length gets all of it up to the end of the connection", async () => {
    const server = await serve(bytesAndEnd('HTTP/1.0 200 OK\r\n\r\n{"stat":"ok"}'));
    assert.equal((await clientOf(server.url).request(post)).body.toString(), '{"stat":"ok"}');
  });

  it("early hints before the answer gets the answer", async () => {
    const hints = "HTTP/1.1 103 Early Hints\r\nX: y\r\n\r\n";
    const server = await serve(bytes(`${hints}${hints}HTTP/1.1 202 Accepted\r\nContent-Length: 2\r\n\r\nok`));
    const { status, body } = await clientOf(server.url).request(post);
    assert.deepEqual([status, body.toString()], [202, "ok"]);
  });

  it("a status of an error gets it as an answer, with headers in lower case and repeated ones as an array", async () => {
    const server = await serve(answer(500, "oops", { "X-One": "1", "Set-Cookie": ["a=1", "b=2"] }));
    const { status, headers, body } = await clientOf(server.url).request(post);
    assert.deepEqual(
      [status, headers["x-one"], headers["set-cookie"], body.toString()],
      [500, "1", ["a=1", "b=2"], "oops"],
    );
  });

  it("a redirect gets the redirect: it is not followed", async () => {
    const elsewhere = await serve(ok);
    for (const status of [301, 302, 303, 307, 308]) {
      const server = await serve(answer(status, "", { Location: `${elsewhere.url}/api/do` }));
      assert.equal((await clientOf(server.url).request(post)).status, status);
      assert.equal(server.requests.length, 1);
    }
    assert.equal(elsewhere.connections, 0);
  });

  it("bytes after its answer keeps to its answer, and so does the next one", async () => {
    const surplus = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nfalse";
    const first = `HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nfirst${surplus}`;
    const server = await serve(inTurn(bytes(first), answer(200, "second")));
    const client = clientOf(server.url);
    assert.equal((await client.request(post)).body.toString(), "first");
    assert.equal((await client.request(post)).body.toString(), "second");
  });
});

describe("A request that is cut off by its caller", () => {
  it("before it began is INTERRUPTED and makes no connection", async () => {
    const server = await serve(ok);
    const signal = AbortSignal.abort(new Error("stopped"));
    const error = await failureOf(clientOf(server.url).request({ ...post, signal }));
    assertFailure(error, "INTERRUPTED", "not-sent");
    assert.equal(server.connections, 0);
  });

  for (const [effect, outcome] of [
    [true, "unknown"],
    [false, "not-sent"],
  ] as const) {
    it(`after it left is INTERRUPTED and ${outcome} if it ${effect ? "does something" : "only asks"}`, async () => {
      const server = await serve(silence);
      const stop = new AbortController();
      const failure = failureOf(clientOf(server.url).request({ ...post, effect, signal: stop.signal }));
      await server.until(() => server.requests.length === 1);
      stop.abort(new Error("stopped"));
      const error = await failure;
      assertFailure(error, "INTERRUPTED", outcome);
      assert.equal(error.retryable, false);
      await server.until(() => server.openConnections === 0);
    });
  }

  it("in the middle of the answer is unknown too", async () => {
    const server = await serve(drip);
    const stop = new AbortController();
    const failure = failureOf(clientOf(server.url).request({ ...post, signal: stop.signal }));
    await server.until(() => server.requests.length === 1);
    stop.abort();
    assertFailure(await failure, "INTERRUPTED", "unknown");
  });

  it("after its answer keeps the answer", async () => {
    const server = await serve(ok);
    const stop = new AbortController();
    const { status } = await clientOf(server.url).request({ ...post, signal: stop.signal });
    stop.abort();
    assert.equal(status, 200);
  });
});
