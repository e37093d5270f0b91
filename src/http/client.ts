import { performance } from "node:perf_hooks";
import { Agent, type Dispatcher } from "undici";
import { CellularError } from "../errors/cellular-error";
import { createConnector, type Connector, type TrustSettings } from "./connector";
import { singleHeader } from "./headers";
import type { ProxySettings } from "./proxy-tunnel";
import { describeDuration, transportError, type Stage } from "./transport-error";

const DEFAULT_MAX_BYTES = 1024 * 1024;
const CONNECT_TIMEOUT_MS = 10_000;
/** A socket that rested longer than this may have been closed by the device: it is not used again. */
const SOCKET_REST_MS = 1000;

export interface HttpClientOptions {
  /** Base URL of the device; a path in it is put before every request's path. */
  readonly url: string;
  /** What the device is called in error messages, e.g. `Peplink router`. */
  readonly device: string;
  readonly trust?: TrustSettings;
  /** Through which every connection is made; default: none. */
  readonly proxy?: ProxySettings | undefined;
}

export interface HttpRequest {
  readonly method: "GET" | "POST";
  /** Path below the base URL, with its query. The query never shows in an error. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Time for the whole exchange, from connecting to the last byte of the answer, in milliseconds. */
  readonly timeout: number;
  readonly signal?: AbortSignal | undefined;
  /** Largest answer in bytes; default 1 MiB. */
  readonly maxBytes?: number;
  /**
   * Whether the request does something that must not be done twice. If it breaks off after a byte may have left, the
   * outcome is `unknown`; otherwise it stays `not-sent`.
   */
  readonly effect: boolean;
}

export interface HttpAnswer {
  readonly status: number;
  /** Names in lower case; a header that came several times is an array. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: Buffer;
}

/** One HTTP client for one device: time and size limits, no redirects, trust, and errors that say what left. */
export class HttpClient {
  /** Scheme, host and port, without path and query: safe to show. */
  readonly origin: string;
  /** Device and origin, as they stand at the head of error messages. */
  readonly label: string;
  readonly #basePath: string;
  readonly #connector: Connector;
  readonly #inFlight = new Set<Promise<HttpAnswer>>();
  #agent: Agent;
  #lastAnswerAt: number | undefined;
  #isClosed = false;

  /** @throws CellularError `CONFIG_MISSING` if the URL, the trust settings or the proxy cannot be used. */
  constructor(options: HttpClientOptions) {
    const url = parseBaseUrl(options.url, options.device);
    this.origin = url.origin;
    this.label = `${options.device} ${url.origin}`;
    this.#basePath = url.pathname.replace(/\/+$/, "");
    const { trust, proxy } = options;
    this.#connector = createConnector({ ...trust, proxy, label: this.label, timeout: CONNECT_TIMEOUT_MS });
    this.#agent = createAgent(this.#connector);
  }

  /**
   * Makes one request and reads the whole answer; never repeats it, never follows a redirect.
   * @throws CellularError `UNREACHABLE`, `TLS_UNTRUSTED`, `TIMEOUT`, `CONNECTION_LOST`, `RESPONSE_TOO_LARGE`,
   *   `BAD_RESPONSE` or `INTERRUPTED` (after `close` too); an answer of any status is no error here.
   */
  async request(request: HttpRequest): Promise<HttpAnswer> {
    if (this.#isClosed) throw new CellularError("INTERRUPTED", `${this.label}: the client is closed.`);
    this.#leaveRestedSockets();
    const answer = new Promise<HttpAnswer>((resolve, reject) => {
      new Exchange(this.label, request, resolve, reject).start(this.#agent, this.origin, this.#basePath);
    });
    this.#inFlight.add(answer);
    try {
      const received = await answer;
      this.#lastAnswerAt = performance.now();
      return received;
    } finally {
      this.#inFlight.delete(answer);
    }
  }

  /** undici ends sockets that rested too long by a timer, which is late where this process was busy for seconds. */
  #leaveRestedSockets(): void {
    if (this.#inFlight.size > 0 || this.#lastAnswerAt === undefined) return;
    if (performance.now() - this.#lastAnswerAt <= SOCKET_REST_MS) return;
    void this.#agent.destroy();
    this.#agent = createAgent(this.#connector);
    this.#lastAnswerAt = undefined;
  }

  /** Ends all connections once the requests in flight have ended, and the attempts to connect that nobody waits for. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.allSettled(this.#inFlight);
    // Not its close(): that would wait for a connection that nobody wants any more.
    await this.#agent.destroy();
    this.#connector.giveUp();
  }
}

function createAgent(connector: Connector): Agent {
  return new Agent({
    connect: connector.connect,
    keepAliveTimeout: SOCKET_REST_MS,
    keepAliveMaxTimeout: SOCKET_REST_MS,
    // undici restarts these at each byte; one total deadline covers both.
    headersTimeout: 0,
    bodyTimeout: 0,
  });
}

function parseBaseUrl(text: string, device: string): URL {
  if (text === "") throw new CellularError("CONFIG_MISSING", `${device}: no URL is set. Enter its base URL.`);
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || (url.protocol !== "http:" && url.protocol !== "https:") || url.hostname === "") {
    throw new CellularError("CONFIG_MISSING", `${device}: the URL is no http:// or https:// address. Correct the URL.`);
  }
  if (url.username !== "" || url.password !== "") {
    throw new CellularError(
      "CONFIG_MISSING",
      `${device}: the URL holds a user name or a password. Put them into their own fields.`,
    );
  }
  if (url.search !== "" || url.hash !== "") {
    throw new CellularError(
      "CONFIG_MISSING",
      `${device}: the URL has a query or a fragment. Enter the base URL alone.`,
    );
  }
  return url;
}

/** One request on its way: settles exactly once, and knows whether a byte may have left. */
class Exchange implements Dispatcher.DispatchHandler {
  readonly #label: string;
  readonly #request: HttpRequest;
  readonly #resolve: (answer: HttpAnswer) => void;
  readonly #reject: (error: CellularError) => void;
  readonly #chunks: Buffer[] = [];
  #stage: Stage = "connecting";
  #received = 0;
  #status = 0;
  #headers: HttpAnswer["headers"] = {};
  #settled = false;
  #controller: Dispatcher.DispatchController | undefined;
  #deadline: NodeJS.Timeout | undefined;

  constructor(
    label: string,
    request: HttpRequest,
    resolve: (answer: HttpAnswer) => void,
    reject: (error: CellularError) => void,
  ) {
    this.#label = label;
    this.#request = request;
    this.#resolve = resolve;
    this.#reject = reject;
  }

  start(agent: Agent, origin: string, basePath: string): void {
    const { method, path, headers, body, timeout, signal } = this.#request;
    if (signal?.aborted) {
      this.#onAbort();
      return;
    }
    signal?.addEventListener("abort", this.#onAbort, { once: true });
    this.#deadline = setTimeout(this.#onDeadline, timeout);
    const options = { origin, path: `${basePath}${path}`, method, headers: headers ?? {}, body: body ?? null };
    try {
      agent.dispatch(options, this);
    } catch (error) {
      this.#fail(error);
    }
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    // Given up while the connection was still being made: nothing may be written any more.
    if (this.#settled) controller.abort(new Error("given up before it was sent"));
    else this.#stage = "sent";
  }

  onResponseStart(_controller: Dispatcher.DispatchController, status: number, headers: HttpAnswer["headers"]): void {
    if (status < 200) return;
    this.#stage = "answering";
    this.#status = status;
    this.#headers = headers;
    if (Number(singleHeader({ headers }, "content-length")) > this.#limit) this.#fail(this.#tooLarge());
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#received += chunk.length;
    if (this.#received > this.#limit) this.#fail(this.#tooLarge());
    else this.#chunks.push(chunk);
  }

  onResponseEnd(): void {
    if (this.#settle()) {
      this.#resolve({ status: this.#status, headers: this.#headers, body: Buffer.concat(this.#chunks) });
    }
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.#fail(error);
  }

  readonly #onDeadline = (): void => {
    const waited = describeDuration(this.#request.timeout);
    const error =
      this.#stage === "connecting"
        ? new CellularError(
            "UNREACHABLE",
            `${this.#label}: no connection within ${waited}. Check the address, the network and the device's power.`,
          )
        : new CellularError("TIMEOUT", `${this.#label}: no complete answer within ${waited}.`, {
            outcome: this.#lostOutcome(),
          });
    this.#fail(error);
  };

  readonly #onAbort = (): void => {
    this.#fail(
      new CellularError("INTERRUPTED", `${this.#label}: the request was cut off on this side.`, {
        outcome: this.#lostOutcome(),
        cause: this.#request.signal?.reason,
      }),
    );
  };

  get #limit(): number {
    return this.#request.maxBytes ?? DEFAULT_MAX_BYTES;
  }

  #tooLarge(): CellularError {
    return new CellularError(
      "RESPONSE_TOO_LARGE",
      `${this.#label}: the answer is larger than ${String(Math.round(this.#limit / 1024))} KiB and was cut off. ` +
        "Check that the URL belongs to the device.",
      { outcome: this.#lostOutcome() },
    );
  }

  #lostOutcome(): "not-sent" | "unknown" {
    return this.#request.effect && this.#stage !== "connecting" ? "unknown" : "not-sent";
  }

  #fail(error: unknown): void {
    if (!this.#settle()) return;
    const failure =
      error instanceof CellularError ? error : transportError(error, this.#label, this.#stage, this.#lostOutcome());
    this.#reject(failure);
    this.#controller?.abort(failure);
  }

  #settle(): boolean {
    if (this.#settled) return false;
    this.#settled = true;
    clearTimeout(this.#deadline);
    this.#request.signal?.removeEventListener("abort", this.#onAbort);
    return true;
  }
}
