import assert from "node:assert/strict";
import { HttpClient } from "../../src/http";
import { assertFailure, failureOf } from "../support/failure";
import { bytesAndEnd, json } from "../support/raw-replies";
import { RawServer } from "../support/raw-server";
import { clientOf, ok, post, restsDuring, serve } from "./bench";

describe("The connections of an HTTP client", () => {
  it("are used again for what follows at once", async () => {
    const server = await serve(ok);
    const client = clientOf(server.url);
    const rests = await restsDuring(async () => {
      for (let count = 0; count < 20; count += 1) await client.request(post);
    });
    // Two take turns: undici lets a socket rest for one turn of the event loop before it uses it again.
    assert.ok(server.connections <= 2 + 2 * rests, `${server.connections} connections`);
  });

  it("are not used again after more than a second of rest", async () => {
    const server = await serve(ok);
    const client = clientOf(server.url);
    await client.request(post);
    await server.until(() => server.openConnections === 0);
    await client.request(post);
    assert.deepEqual([server.connections, server.requests.length], [2, 2]);
  });

  it("are not used again after a rest in which this process was busy", async () => {
    const server = await serve(ok);
    const client = clientOf(server.url);
    await client.request(post);
    // Nothing of this process runs meanwhile, no timer either.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1100);
    await client.request(post);
    assert.deepEqual([server.connections, server.requests.length], [2, 2]);
  });

  it("that the device ends after each answer cost no request", async () => {
    const server = await serve(bytesAndEnd("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok"));
    const client = clientOf(server.url);
    for (let count = 0; count < 20; count += 1) assert.equal((await client.request(post)).status, 200);
    assert.equal(server.requests.length, 20);
  });

  it("that the device says to keep for less than we would rest are not used again", async () => {
    const server = await serve(json({}, { "Keep-Alive": "timeout=1" }));
    const client = clientOf(server.url);
    await client.request(post);
    await client.request(post);
    assert.equal(server.connections, 2);
  });

  it("are all ended by close, with every timer", async () => {
    await turn();
    // What tests of other files left to end by itself is not the client's.
    const [timers, sockets] = [alive("Timeout"), alive("TCP")];
    const server = await RawServer.start(() => ok);
    const client = new HttpClient({ url: server.url, device: "Test device" });
    await Promise.all(Array.from({ length: 5 }, () => client.request(post)));
    await client.close();
    // By themselves they would end after a second.
    await settled(() => server.openConnections === 0);
    await server.stop();
    await settled(() => alive("TCP") <= sockets && alive("Timeout") <= timers);
  });

  it("are ended by close once the request in flight has its answer", async () => {
    let release = (): void => undefined;
    const server = await serve(({ stream }) => {
      release = () => stream.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
    });
    const client = clientOf(server.url);
    const request = client.request(post);
    await server.until(() => server.requests.length === 1);
    const closed = client.close();
    release();
    assert.equal((await request).status, 200);
    await closed;
    await server.until(() => server.openConnections === 0);
  });

  it("are made by nobody after close: a request is INTERRUPTED and not sent", async () => {
    const server = await serve(ok);
    const client = clientOf(server.url);
    await client.close();
    assertFailure(await failureOf(client.request(post)), "INTERRUPTED", "not-sent");
    assert.equal(server.connections, 0);
    await client.close();
  });
});

/** How many things of a kind keep this process alive. */
function alive(kind: string): number {
  return process.getActiveResourcesInfo().filter((name) => name.startsWith(kind)).length;
}

/** Turns of the event loop until a condition holds: many, and far fewer than there are in a second. */
async function settled(condition: () => boolean): Promise<void> {
  for (let turns = 0; turns < 20_000 && !condition(); turns += 1) await turn();
  assert.ok(condition(), "it did not happen at once");
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
