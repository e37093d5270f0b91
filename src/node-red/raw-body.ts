import type { IncomingMessage, ServerResponse } from "node:http";

/** Largest body of a callback, in bytes; a callback has about 500. */
export const LARGEST_BODY = 256 * 1024;
/** A body that takes longer is given up, in ms: the services wait for an answer for 15 s. */
const BODY_TIME_MS = 15_000;
/** How long a body that is too large is read and thrown away, so that its sender sees the answer, in ms. */
const LINGER_MS = 2000;

/**
 * Reads a body to its end. What is too large or too slow is answered here, 413 or 408, and its connection is closed.
 * @returns undefined if it was answered, or if nobody waits for an answer any more
 */
export function readBody(request: IncomingMessage, response: ServerResponse): Promise<Buffer | undefined> {
  if (Number(request.headers["content-length"] ?? 0) > LARGEST_BODY) {
    turnAway(request, response, 413);
    return Promise.resolve(undefined);
  }
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let length = 0;
    const end = (body: Buffer | undefined): void => {
      clearTimeout(timer);
      request.off("data", add).off("end", complete).off("error", broken).off("close", broken);
      resolve(body);
    };
    const refuse = (status: 408 | 413): void => {
      end(undefined);
      turnAway(request, response, status);
    };
    const add = (chunk: Buffer): void => {
      length += chunk.length;
      if (length > LARGEST_BODY) refuse(413);
      else chunks.push(chunk);
    };
    const complete = (): void => {
      end(Buffer.concat(chunks));
    };
    const broken = (): void => {
      end(undefined);
    };
    const timer = setTimeout(refuse, BODY_TIME_MS, 408);
    timer.unref();
    request.on("data", add).on("end", complete).on("error", broken).on("close", broken);
  });
}

/** The answer is complete before the connection ends: one that is reset at once takes the answer with it. */
function turnAway(request: IncomingMessage, response: ServerResponse, status: 408 | 413): void {
  response.writeHead(status, { "content-length": 0, connection: "close" });
  response.flushHeaders();
  const finish = (): void => {
    clearTimeout(timer);
    response.end();
    request.socket.destroySoon();
  };
  const timer = setTimeout(finish, LINGER_MS);
  timer.unref();
  request.on("error", () => undefined);
  request.once("end", finish).once("close", finish);
  request.resume();
}
