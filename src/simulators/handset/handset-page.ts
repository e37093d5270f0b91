import { EventEmitter } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import { LoopbackServer } from "../loopback-server.js";
import { warnOf } from "../mistake.js";
import { ReplyRules, type Matcher, type Reply } from "../reply-rules.js";
import { Turns } from "../turns.js";
import { answer, openStream, sendEvent, show, take } from "./answers.js";
import { fieldsOf, isText, Unusable } from "./asked.js";
import { Conversations, type HandsetLine, type HandsetMessage } from "./conversations.js";
import { foreign } from "./loopback-guard.js";
import { PageFiles } from "./page-files.js";
import { Trackers, type HandsetFleet } from "./trackers.js";

export interface HandsetPageOptions {
  /** Default 0: any free port, kept over `stop()` and `start()`. */
  readonly port?: number;
  readonly lines: readonly HandsetLine[];
  /** Trackers that are shown beside the phone. Default: none. */
  readonly fleet?: HandsetFleet;
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

/** Longer than any SMS chain a phone would make. */
const TEXT_LIMIT = 4000;
const HEARTBEAT = 20_000;

/**
 * A web page on 127.0.0.1 that is the phone at the other end: it shows what the devices send to its number, and sends
 * what is typed. `reply()` lets the phone answer by itself. Beside it the trackers of a Super SIM account can be shown.
 */
export class HandsetPage extends EventEmitter<HandsetEvents> {
  readonly #server: LoopbackServer;
  readonly #conversations: Conversations;
  readonly #rules = new ReplyRules<HandsetMessage>(({ text }) => text);
  readonly #trackers?: Trackers;
  readonly #files = new PageFiles();
  /** What the page may ask for, by path; each takes the body. */
  readonly #acts = new Map<string, (body: string) => unknown>([["/messages", (body) => this.#sendTyped(body)]]);
  readonly #streams = new Set<ServerResponse>();
  readonly #turns = new Turns();
  #heartbeat: NodeJS.Timeout | undefined;

  /** @throws RangeError where two lines have the same id */
  constructor(options: HandsetPageOptions) {
    super();
    this.#server = new LoopbackServer({ port: options.port ?? 0 }, (message, response) => {
      void this.#serve(message, response);
    });
    this.#conversations = new Conversations(options.lines, (message) => {
      this.#said(message);
    });
    if (options.fleet === undefined) return;
    const trackers = new Trackers(options.fleet, (name, value) => {
      this.#tell(name, value);
    });
    this.#trackers = trackers;
    this.#acts.set("/reports", (body) => trackers.report(body)).set("/sleep", (body) => trackers.setAsleep(body));
  }

  /** The page's address. Known once started. */
  get url(): string {
    return this.#server.url;
  }

  /** The last thousand SMS, oldest first. */
  get messages(): readonly HandsetMessage[] {
    return this.#conversations.messages;
  }

  /**
   * Listens, and hears what the devices send. Starts and stops that overlap are taken one after the other.
   * @throws e.g. `EADDRINUSE`
   */
  start(): Promise<this> {
    return this.#turns.take(async () => {
      await this.#files.read();
      await this.#server.start();
      this.#conversations.attach();
      this.#trackers?.attach();
      clearInterval(this.#heartbeat);
      this.#heartbeat = setInterval(() => {
        for (const stream of this.#streams) stream.write(": still here\n\n");
      }, HEARTBEAT);
      return this;
    });
  }

  /** Done when the port is free. Answers that the phone was about to send are dropped. */
  stop(): Promise<void> {
    return this.#turns.take(async () => {
      clearInterval(this.#heartbeat);
      this.#rules.stop();
      this.#conversations.detach();
      this.#trackers?.detach();
      await this.#server.stop();
    });
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
    this.#tell("message", message);
    this.emit("message", message);
    if (message.direction === "sent") return;
    this.#rules.consider(message, (text) => this.#conversations.send(message.line, text, true));
  }

  #tell(name: string, value: unknown): void {
    for (const stream of this.#streams) sendEvent(stream, name, value);
  }

  async #serve(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = "GET", url = "/" } = message;
    const [path = "/"] = url.split("?", 1);
    try {
      await this.#answer(message, response, method, path);
    } catch (error) {
      warnOf(`The page of the phone could not answer ${method} ${path}`, error);
      if (response.headersSent) response.destroy();
      else answer(response, 500, { error: "Internal error" });
    }
  }

  async #answer(message: IncomingMessage, response: ServerResponse, method: string, path: string): Promise<void> {
    const reason = foreign(message);
    const file = method === "GET" ? this.#files.at(path) : undefined;
    const act = method === "POST" ? this.#acts.get(path) : undefined;
    if (reason !== undefined) answer(response, 403, { error: reason });
    else if (file !== undefined) show(response, file);
    else if (method === "GET" && path === "/events") this.#hearEvents(response);
    else if (act !== undefined) await take(message, response, act);
    else answer(response, 404, { error: "Not found" });
  }

  #hearEvents(response: ServerResponse): void {
    openStream(response);
    const lines = this.#conversations.lines.map(({ id, label, number, device, suggestions = [] }) => {
      return { id, label, number, suggestions, takesSms: device.receive !== undefined };
    });
    sendEvent(response, "state", { lines, messages: this.messages, fleet: this.#trackers?.state ?? null });
    this.#streams.add(response);
    response.once("close", () => this.#streams.delete(response));
  }

  /** @throws Unusable */
  #sendTyped(body: string): HandsetMessage {
    const { line, text } = fieldsOf(body);
    const known = this.#conversations.lines.find(({ id }) => id === line);
    if (known === undefined || !isText(text) || text.length > TEXT_LIMIT) {
      throw new Unusable(`Give "line", a known one, and "text", 1 to ${TEXT_LIMIT} characters`);
    }
    return this.send(known.id, text);
  }
}
