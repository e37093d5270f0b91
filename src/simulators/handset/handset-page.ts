import { randomBytes } from "node:crypto";
import { EventEmitter } from "node:events";
import { readFile } from "node:fs/promises";
import type { IncomingMessage, ServerResponse } from "node:http";
import { join } from "node:path";
import { readBody } from "../http-message.js";
import { LoopbackServer } from "../loopback-server.js";
import { ReplyRules, type Matcher, type Reply } from "../reply-rules.js";
import { Conversations, type HandsetLine, type HandsetMessage } from "./conversations.js";
import { foreign } from "./loopback-guard.js";

export interface HandsetPageOptions {
  /** Default 0: any free port, kept over `stop()` and `start()`. */
  readonly port?: number;
  readonly lines: readonly HandsetLine[];
}

/** Which received SMS the phone answers. */
export type ReplyMatcher = Matcher<HandsetMessage>;

export interface ReplyOptions {
  /** Only on this line. Default: on each. */
  readonly line?: string;
  /** Milliseconds before the phone answers. Default 0. */
  readonly delay?: number;
}

export interface HandsetEvents {
  /** Each SMS, either way. */
  message: [HandsetMessage];
}

const PAGE = join(__dirname, "handset-page.html");
const BODY_LIMIT = 16 * 1024;
/** Longer than any SMS chain a phone would make. */
const TEXT_LIMIT = 4000;
const HEARTBEAT = 20_000;

/**
 * A web page on 127.0.0.1 that is the phone at the other end: it shows what the devices send to its number, and sends
 * what is typed. `reply()` lets the phone answer by itself.
 */
export class HandsetPage extends EventEmitter<HandsetEvents> {
  readonly #server: LoopbackServer;
  readonly #conversations: Conversations;
  readonly #rules = new ReplyRules<HandsetMessage>(({ text }) => text);
  readonly #streams = new Set<ServerResponse>();
  #heartbeat: NodeJS.Timeout | undefined;
  #template = "";

  /** @throws RangeError where two lines have the same id */
  constructor(options: HandsetPageOptions) {
    super();
    this.#server = new LoopbackServer({ port: options.port ?? 0 }, (message, response) => {
      void this.#serve(message, response);
    });
    this.#conversations = new Conversations(options.lines, (message) => {
      this.#said(message);
    });
  }

  /** The page's address. Known once started. */
  get url(): string {
    return this.#server.url;
  }

  /** The last thousand SMS, oldest first. */
  get messages(): readonly HandsetMessage[] {
    return this.#conversations.messages;
  }

  /** Listens, and hears what the devices send. @throws e.g. `EADDRINUSE` */
  async start(): Promise<this> {
    this.#template = await readFile(PAGE, "utf8");
    await this.#server.start();
    this.#conversations.attach();
    clearInterval(this.#heartbeat);
    this.#heartbeat = setInterval(() => {
      for (const stream of this.#streams) stream.write(": still here\n\n");
    }, HEARTBEAT);
    return this;
  }

  /** Done when the port is free. Answers that the phone was about to send are dropped. */
  async stop(): Promise<void> {
    clearInterval(this.#heartbeat);
    this.#rules.stop();
    this.#conversations.detach();
    await this.#server.stop();
  }

  /** Sends an SMS from the phone of a line. @throws RangeError where there is no such line */
  send(line: string, text: string): HandsetMessage {
    return this.#conversations.send(line, text);
  }

  /**
   * Lets the phone answer by itself; the first rule that matches a received SMS answers it.
   *
   * @returns takes the rule away.
   */
  reply(matcher: ReplyMatcher, answer: Reply<HandsetMessage>, options: ReplyOptions = {}): () => void {
    const { line, delay } = options;
    const among = (message: HandsetMessage): boolean => (line ?? message.line) === message.line;
    return this.#rules.add({ matcher, answer, among, ...(delay === undefined ? {} : { delay }) });
  }

  #said(message: HandsetMessage): void {
    for (const stream of this.#streams) sendEvent(stream, "message", message);
    this.emit("message", message);
    if (message.direction === "sent") return;
    this.#rules.consider(message, (text) => this.#conversations.send(message.line, text, true));
  }

  async #serve(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const reason = foreign(message);
    const [path = "/"] = (message.url ?? "/").split("?", 1);
    if (reason !== undefined) answer(response, 403, { error: reason });
    else if (message.method === "GET" && path === "/") this.#showPage(response);
    else if (message.method === "GET" && path === "/events") this.#openStream(response);
    else if (message.method === "POST" && path === "/messages") await this.#take(message, response);
    else answer(response, 404, { error: "Not found" });
  }

  #showPage(response: ServerResponse): void {
    const nonce = randomBytes(16).toString("base64");
    const policy = [
      "default-src 'none'",
      `script-src 'nonce-${nonce}'`,
      `style-src 'nonce-${nonce}'`,
      "connect-src 'self'",
      "img-src data:",
      "base-uri 'none'",
      "form-action 'none'",
      "frame-ancestors 'none'",
    ].join("; ");
    response.writeHead(200, {
      ...HEADERS,
      "content-type": "text/html; charset=utf-8",
      "content-security-policy": policy,
    });
    response.end(this.#template.replaceAll("NONCE", nonce));
  }

  #openStream(response: ServerResponse): void {
    response.writeHead(200, { ...HEADERS, "content-type": "text/event-stream" });
    // How soon the browser comes back after a break, in milliseconds.
    response.write("retry: 1000\n\n");
    const lines = this.#conversations.lines.map(({ id, label, number, device, suggestions = [] }) => {
      return { id, label, number, suggestions, takesSms: device.receive !== undefined };
    });
    sendEvent(response, "state", { lines, messages: this.messages });
    this.#streams.add(response);
    response.once("close", () => this.#streams.delete(response));
  }

  async #take(message: IncomingMessage, response: ServerResponse): Promise<void> {
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
    const typed = readTyped(body);
    if (typed === undefined || !this.#conversations.lines.some(({ id }) => id === typed.line)) {
      answer(response, 400, { error: `Give "line", a known one, and "text", 1 to ${TEXT_LIMIT} characters` });
      return;
    }
    answer(response, 200, this.send(typed.line, typed.text));
  }
}

const HEADERS = {
  "cache-control": "no-store",
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
} as const;

function answer(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { ...HEADERS, "content-type": "application/json" });
  response.end(JSON.stringify(value));
}

function sendEvent(stream: ServerResponse, name: string, value: unknown): void {
  stream.write(`event: ${name}\ndata: ${JSON.stringify(value)}\n\n`);
}

function readTyped(body: string): { readonly line: string; readonly text: string } | undefined {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    return undefined;
  }
  if (typeof value !== "object" || value === null || !("line" in value) || !("text" in value)) return undefined;
  const { line, text } = value;
  if (typeof line !== "string" || typeof text !== "string") return undefined;
  return text.length >= 1 && text.length <= TEXT_LIMIT ? { line, text } : undefined;
}
