import type { ServerResponse } from "node:http";
import { bytesOf, webPage, type DeviceAnswer } from "./http-message.js";

export function write(response: ServerResponse, answer: DeviceAnswer): void {
  const body = bytesOf(answer);
  response.writeHead(answer.status, { ...answer.headers, "content-length": body.length });
  response.end(body);
}

/** Announces the whole answer, sends half of it, closes. */
export function writeHalf(response: ServerResponse, answer: DeviceAnswer): void {
  const body = bytesOf(answer);
  response.writeHead(answer.status, { ...answer.headers, "content-length": body.length });
  response.write(body.subarray(0, Math.floor(body.length / 2)), () => {
    response.socket?.destroySoon();
  });
}

/** Sends the answer in chunks, so that its length shows only as it comes. */
export function writeUnannounced(response: ServerResponse, answer: DeviceAnswer): void {
  response.writeHead(answer.status, answer.headers);
  response.end(bytesOf(answer));
}

/** Answers with a web page and ends the connection; the rest of the request is not read. */
export function writeLast(response: ServerResponse, status: number, title: string): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const page = webPage(status, title);
  write(response, { ...page, headers: { ...page.headers, connection: "close" } });
  response.req.resume();
}
