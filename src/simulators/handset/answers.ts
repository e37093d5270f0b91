import type { IncomingMessage, ServerResponse } from "node:http";
import { readBody } from "../http-message.js";
import type { PageFile } from "./page-files.js";
import { Unusable } from "./asked.js";

const BODY_LIMIT = 16 * 1024;
const HEADERS = {
  "cache-control": "no-store",
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
} as const;

export function answer(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { ...HEADERS, "content-type": "application/json" });
  response.end(JSON.stringify(value));
}

export function show(response: ServerResponse, { headers, text }: PageFile): void {
  response.writeHead(200, { ...HEADERS, ...headers });
  response.end(text);
}

/** Begins a stream of events. */
export function openStream(response: ServerResponse): void {
  response.writeHead(200, { ...HEADERS, "content-type": "text/event-stream" });
  // How soon the browser comes back after a break, in milliseconds.
  response.write("retry: 1000\n\n");
}

export function sendEvent(stream: ServerResponse, name: string, value: unknown): void {
  stream.write(`event: ${name}\ndata: ${JSON.stringify(value)}\n\n`);
}

/**
 * Does what the page asks for, and answers with what came of it.
 * @param act takes the body as text; it throws `Unusable` for one that asks for nothing that can be done
 */
export async function take(
  message: IncomingMessage,
  response: ServerResponse,
  act: (body: string) => unknown,
): Promise<void> {
  if (!/^application\/json\s*(;|$)/i.test(message.headers["content-type"] ?? "")) {
    answer(response, 415, { error: "Content-Type must be application/json" });
    return;
  }
  // A browser that goes in the middle of its request gets no answer.
  const body = await readBody(message, BODY_LIMIT).catch(() => "");
  if (body === undefined) {
    answer(response, 413, { error: "Too large" });
    message.resume();
    return;
  }
  try {
    answer(response, 200, act(body));
  } catch (error) {
    if (!(error instanceof Unusable)) throw error;
    answer(response, 400, { error: error.message });
  }
}
