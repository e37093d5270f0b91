import { createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { createSecureContext, TLSSocket } from "node:tls";
import type { Duplex } from "node:stream";
import type { Certificate } from "./certificate";

/** One request as it came over the wire. */
export interface RawRequest {
  readonly method: string;
  /** Path and query, exactly as they came. */
  readonly target: string;
  readonly path: string;
  readonly query: URLSearchParams;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Where a reply writes to: `stream` is what the client reads, `socket` the TCP connection under it. */
export interface Wire {
  readonly stream: Duplex;
  readonly socket: Socket;
}

/** What is done with one request that was read whole. */
export type Reply = (wire: Wire, request: RawRequest) => void;

/** Chooses the reply to a request. */
export type Script = (request: RawRequest) => Reply;

export interface RawServerOptions {
  readonly tls?: Certificate;
  /** What is done with a new connection; `serve` begins to read it (with TLS: begins the handshake). */
  readonly meet?: (socket: Socket, serve: () => void) => void;
}

/**
 * A device that speaks HTTP over bare sockets, so that every byte, and every lack of one, is the test's own. It reads
 * requests, notes them and leaves the answer to a script.
 */
export class RawServer {
  readonly requests: RawRequest[] = [];
  /** How many connections were accepted so far. */
  connections = 0;
  /** How many bytes of requests came, after decryption. */
  receivedBytes = 0;
  script: Script;
  readonly #options: RawServerOptions;
  readonly #sockets = new Set<Socket>();
  readonly #server: Server;
  #waiting: (() => void)[] = [];

  private constructor(script: Script, options: RawServerOptions) {
    this.script = script;
    this.#options = options;
    this.#server = createServer({ allowHalfOpen: true }, (socket) => {
      this.#accept(socket);
    });
  }

  static async start(script: Script, options: RawServerOptions = {}): Promise<RawServer> {
    const server = new RawServer(script, options);
    await new Promise<void>((resolve) => server.#server.listen(0, "127.0.0.1", resolve));
    return server;
  }

  get url(): string {
    const { port } = this.#server.address() as AddressInfo;
    return `${this.#options.tls === undefined ? "http" : "https"}://127.0.0.1:${port}`;
  }

  get openConnections(): number {
    return this.#sockets.size;
  }

  /** The bodies of the requests to a path, as JSON. */
  bodies(path: string): unknown[] {
    return this.requests.filter((request) => request.path === path).map(({ body }) => JSON.parse(body) as unknown);
  }

  count(path: string): number {
    return this.requests.filter((request) => request.path === path).length;
  }

  /** Waits until a condition holds; it is looked at after each event of the server. */
  async until(condition: () => boolean): Promise<void> {
    while (!condition()) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  async stop(): Promise<void> {
    const closed = new Promise<void>((resolve) =>
      this.#server.close(() => {
        resolve();
      }),
    );
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  #changed(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }

  #accept(socket: Socket): void {
    this.connections += 1;
    this.#sockets.add(socket);
    socket.on("error", ignore);
    socket.on("close", () => {
      this.#sockets.delete(socket);
      this.#changed();
    });
    const serve = (): void => {
      this.#serve(socket);
    };
    if (this.#options.meet === undefined) serve();
    else this.#options.meet(socket, serve);
    this.#changed();
  }

  #serve(socket: Socket): void {
    const { tls } = this.#options;
    const stream: Duplex =
      tls === undefined
        ? socket
        : new TLSSocket(socket, {
            isServer: true,
            secureContext: createSecureContext({ key: tls.key, cert: tls.cert }),
          });
    stream.on("error", ignore);
    stream.on("end", () => stream.end());
    let unread = Buffer.alloc(0);
    stream.on("data", (chunk: Buffer) => {
      this.receivedBytes += chunk.length;
      unread = Buffer.concat([unread, chunk]);
      for (let parsed = readRequest(unread); parsed !== undefined; parsed = readRequest(unread)) {
        unread = unread.subarray(parsed.length);
        this.requests.push(parsed.request);
        this.script(parsed.request)({ stream, socket }, parsed.request);
      }
      this.#changed();
    });
  }
}

/** A failure of a connection that a test breaks on purpose. */
function ignore(): void {
  return;
}

function readRequest(bytes: Buffer): { readonly request: RawRequest; readonly length: number } | undefined {
  const headEnd = bytes.indexOf("\r\n\r\n");
  if (headEnd === -1) return undefined;
  const [line = "", ...fields] = bytes.toString("latin1", 0, headEnd).split("\r\n");
  const [method = "", target = ""] = line.split(" ");
  const headers = Object.fromEntries(
    fields.map((field) => {
      const colon = field.indexOf(":");
      return [field.slice(0, colon).toLowerCase(), field.slice(colon + 1).trim()];
    }),
  );
  const bodyStart = headEnd + 4;
  const length = bodyStart + Number(headers["content-length"] ?? 0);
  if (bytes.length < length) return undefined;
  const { pathname, searchParams } = new URL(target, "http://device");
  const body = bytes.toString("utf8", bodyStart, length);
  return { request: { method, target, path: pathname, query: searchParams, headers, body }, length };
}
