import { EventEmitter } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import { setTimeout as pause } from "node:timers/promises";
import { write, writeHalf, writeLast, writeUnannounced } from "./answer-writing.js";
import { checkFault } from "./fault-check.js";
import {
  FaultQueue,
  isCommand,
  type ActiveFault,
  type DeviceFunction,
  type Fault,
  type FaultOptions,
} from "./faults.js";
import { readBody, webPage, type DeviceAnswer, type DeviceRequest } from "./http-message.js";
import { LoopbackServer } from "./loopback-server.js";
import { warnOf } from "./mistake.js";
import { newPlug } from "./plug.js";
import { selfSignedCertificate, type CertificateOptions, type SelfSignedCertificate } from "./tls/certificate.js";
import { Turns } from "./turns.js";

export interface SimulatedDeviceOptions {
  /** Default 0: any free port, kept over `stop()` and `start()`. */
  readonly port?: number;
  /** HTTPS with a fresh self-signed certificate. Default false. An object says what the certificate names. */
  readonly tls?: boolean | CertificateOptions;
  /** Milliseconds that a command keeps the modem busy. Default 1. */
  readonly latency?: number;
  /** Milliseconds after which the device closes an idle kept-alive connection. Default 5000. */
  readonly idleTimeout?: number;
}

export interface LoggedRequest {
  readonly method: string;
  /** Without the query, which may hold an access token. */
  readonly path: string;
  readonly at: Date;
}

const LOG_LIMIT = 10_000;
const BODY_LIMIT = 64 * 1024;
const OVERSIZED = 9 * 1024 * 1024;

/**
 * What all simulated devices share: a server on 127.0.0.1, faults on demand, and a record of what was asked.
 *
 * A device says which function a path is, what it answers, and how it refuses; the rest is here.
 */
export abstract class SimulatedDevice<Events extends Record<keyof Events, unknown[]>> extends EventEmitter<Events> {
  readonly #server: LoopbackServer;
  readonly #certificate: SelfSignedCertificate | undefined;
  readonly #latency: number;
  readonly #faults = new FaultQueue();
  readonly #requests: LoggedRequest[] = [];
  readonly #turns = new Turns();
  #power = newPlug();
  #inWork = 0;
  #maxConcurrent = 0;

  protected constructor(options: SimulatedDeviceOptions) {
    super();
    this.#power.abort();
    const { tls = false } = options;
    this.#certificate = tls === false ? undefined : selfSignedCertificate(tls === true ? {} : tls);
    this.#latency = options.latency ?? 1;
    this.#server = new LoopbackServer(
      { port: options.port ?? 0, certificate: this.#certificate, idleTimeout: options.idleTimeout },
      (message, response) => void this.#serve(message, response),
    );
  }

  /** All functions that `functionOf` can name. */
  protected abstract readonly functions: readonly DeviceFunction[];
  /** Which function a request asks for; faults and the count of commands go by it. */
  protected abstract functionOf(path: string, method: string): DeviceFunction;
  /** Does what is asked and answers. */
  protected abstract perform(request: DeviceRequest): DeviceAnswer;
  /** How this device refuses a request, in its own words. */
  protected abstract refusal(): DeviceAnswer;
  /** A well-formed answer of at least so many bytes. */
  protected abstract oversizedAnswer(asked: DeviceFunction, bytes: number): DeviceAnswer;
  /** Called for each request as it arrives; the device emits its `request` event here. */
  protected abstract noticed(request: LoggedRequest): void;

  /** The base URL, without a slash at its end. Known once started. */
  get url(): string {
    return this.#server.url;
  }

  get port(): number {
    return this.#server.port;
  }

  /** SHA-256 of the certificate, upper-case hex with colons; undefined for plain HTTP. */
  get fingerprint(): string | undefined {
    return this.#certificate?.fingerprint;
  }

  /** The certificate as PEM, for clients that name it as the one they trust; undefined for plain HTTP. */
  get certificate(): string | undefined {
    return this.#certificate?.cert;
  }

  /** The last 10,000 requests, oldest first. */
  get requests(): readonly LoggedRequest[] {
    return this.#requests;
  }

  /** Open TCP connections. */
  get connectionsOpen(): number {
    return this.#server.connectionsOpen;
  }

  /** The most commands that were ever in work at once, from arrival to answer. A real modem does one at a time. */
  get maxConcurrent(): number {
    return this.#maxConcurrent;
  }

  /**
   * Listens on 127.0.0.1; again after `stop()`, on the same port. Starts and stops that overlap are taken one after the
   * other.
   * @throws e.g. `EADDRINUSE`.
   */
  start(): Promise<this> {
    return this.#turns.take(async () => {
      await this.#server.start();
      if (this.power.aborted) this.#power = newPlug();
      this.poweredUp();
      return this;
    });
  }

  /** Pulls the plug: cuts all connections, drops commands in work. Done when the port is free; what is stored stays. */
  stop(): Promise<void> {
    return this.#turns.take(async () => {
      this.#power.abort();
      await this.poweredDown();
      await this.#server.stop();
    });
  }

  /**
   * Shows a fault from the next request on that it hits. Several faults show in the order they were given.
   * @throws RangeError where there is no such fault, option or function of this device.
   */
  fail(fault: Fault, options: FaultOptions = {}): void {
    checkFault(fault, options, this.functions);
    this.#faults.add(fault, options);
  }

  /** Ends all faults; requests that hang in one stay as they are. */
  heal(): void {
    this.#faults.clear();
  }

  /** Aborted while the device is stopped, and before it is started. */
  protected get power(): AbortSignal {
    return this.#power.signal;
  }

  /** Called once it listens. */
  protected poweredUp(): void {
    return;
  }

  /** Called when the plug has been pulled; done when nothing of the device goes on. */
  protected async poweredDown(): Promise<void> {
    return Promise.resolve();
  }

  /** Forgets the record of requests and the highest count of commands. */
  protected clearLog(): void {
    this.#requests.length = 0;
    this.#maxConcurrent = this.#inWork;
  }

  async #serve(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const [path = "/", search = ""] = (message.url ?? "/").split("?", 2);
    const method = message.method ?? "GET";
    const signal = this.power;
    try {
      this.#log({ method, path, at: new Date() });
      const asked = this.functionOf(path, method);
      const done = isCommand(asked) ? this.#occupy() : () => undefined;
      response.once("close", done);
      const body = await readBody(message, BODY_LIMIT);
      if (body === undefined) {
        writeLast(response, 413, "Payload Too Large");
        return;
      }
      if (signal.aborted) return;
      const fault = this.#faults.take(asked, path);
      if (isCommand(asked) && this.#latency > 0) await pause(this.#latency, undefined, { signal });
      const request = { method, path, query: new URLSearchParams(search), headers: message.headers, body };
      await this.#answer(request, asked, fault, response, signal, done);
    } catch (error) {
      // Both ends may go while a request is in work; anything else is a mistake that must show.
      if ((signal.aborted || response.destroyed) && isGone(error)) return;
      warnOf(`A simulated device could not answer ${method} ${path}`, error);
      writeLast(response, 500, "Internal Server Error");
    }
  }

  async #answer(
    request: DeviceRequest,
    asked: DeviceFunction,
    active: ActiveFault | undefined,
    response: ServerResponse,
    signal: AbortSignal,
    done: () => void,
  ): Promise<void> {
    const reply = (answer: DeviceAnswer, way = write): void => {
      // The modem is free before the client can know it.
      done();
      way(response, answer);
    };
    const options = active?.options ?? {};
    switch (active?.fault) {
      case undefined:
        reply(this.perform(request));
        return;
      case "reset-before":
        this.#server.reset(response.req.socket);
        return;
      case "reset-after":
        this.perform(request);
        this.#server.reset(response.req.socket);
        return;
      case "silence":
        if (options.done === true) this.perform(request);
        return;
      case "delay": {
        const answer = this.perform(request);
        await pause(options.delay ?? 1000, undefined, { signal });
        reply(answer);
        return;
      }
      case "refuse":
        reply(this.refusal());
        return;
      case "html":
        reply(webPage(200, "Welcome"));
        return;
      case "truncated":
        reply(this.perform(request), writeHalf);
        return;
      case "oversized":
        this.perform(request);
        reply(this.oversizedAnswer(asked, options.bytes ?? OVERSIZED), writeUnannounced);
        return;
      case "status":
        reply(bareStatus(options));
        return;
    }
  }

  #log(request: LoggedRequest): void {
    this.#requests.push(request);
    if (this.#requests.length > LOG_LIMIT) this.#requests.shift();
    this.noticed(request);
  }

  /** Counts a command in; the returned function counts it out, once. */
  #occupy(): () => void {
    this.#inWork += 1;
    this.#maxConcurrent = Math.max(this.#maxConcurrent, this.#inWork);
    let counted = true;
    return () => {
      if (counted) this.#inWork -= 1;
      counted = false;
    };
  }
}

function bareStatus(options: FaultOptions): DeviceAnswer {
  const { status = 503, retryAfter } = options;
  if (retryAfter === undefined) return { status, headers: {}, body: "" };
  const wish = retryAfter instanceof Date ? retryAfter.toUTCString() : String(retryAfter);
  return { status, headers: { "retry-after": wish }, body: "" };
}

function isGone(error: unknown): boolean {
  return error instanceof Error && (error.name === "AbortError" || ("code" in error && error.code === "ECONNRESET"));
}
