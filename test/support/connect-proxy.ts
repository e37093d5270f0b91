import { createServer, type IncomingMessage, type Server } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { connect, type AddressInfo, type Socket } from "node:net";
import type { Certificate } from "./certificate";

export interface ConnectProxyOptions {
  readonly tls?: Certificate;
  /** `user:password` that is asked for; default: none. */
  readonly login?: string;
  /** What is done instead of opening a tunnel. */
  readonly answer?: (socket: Socket) => void;
}

/** One CONNECT as it came. */
export interface AskedTunnel {
  /** Host and port. */
  readonly target: string;
  readonly headers: IncomingMessage["headers"];
}

/** An HTTP proxy that opens tunnels to this machine, whatever the name of the host, and hears what goes through. */
export class ConnectProxy {
  readonly asked: AskedTunnel[] = [];
  /** What clients sent through tunnels. */
  heard = "";
  readonly #options: ConnectProxyOptions;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #tunnels = new Set<Socket>();
  #waiting: (() => void)[] = [];

  private constructor(options: ConnectProxyOptions) {
    this.#options = options;
    this.#server = options.tls === undefined ? createServer() : createTlsServer(options.tls);
    this.#server.on("connection", (socket: Socket) => {
      this.#sockets.add(socket);
      socket.on("error", ignore).on("close", () => {
        this.#sockets.delete(socket);
        this.#changed();
      });
      this.#changed();
    });
    this.#server.on("connect", (request: IncomingMessage, socket: Socket) => {
      this.#connect(request, socket);
    });
  }

  static async start(options: ConnectProxyOptions = {}): Promise<ConnectProxy> {
    const proxy = new ConnectProxy(options);
    await new Promise<void>((resolve) => proxy.#server.listen(0, "127.0.0.1", resolve));
    return proxy;
  }

  /** Host and port. */
  get address(): string {
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  get url(): string {
    return `${this.#options.tls === undefined ? "http" : "https"}://${this.address}`;
  }

  get openConnections(): number {
    return this.#sockets.size;
  }

  /** Breaks every tunnel with a TCP reset towards its client. */
  cut(): void {
    for (const socket of this.#sockets) socket.resetAndDestroy();
  }

  /** Waits until a condition holds; it is looked at after each event of the proxy. */
  async until(condition: () => boolean): Promise<void> {
    while (!condition()) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  async stop(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    for (const socket of [...this.#sockets, ...this.#tunnels]) socket.destroy();
    await closed;
  }

  #connect({ url = "", headers }: IncomingMessage, socket: Socket): void {
    const { login, answer } = this.#options;
    this.asked.push({ target: url, headers });
    // The server leaves one half open; a client that went away has left both.
    socket.on("error", ignore).on("end", () => socket.destroy());
    const basic = login === undefined ? undefined : `Basic ${Buffer.from(login).toString("base64")}`;
    if (answer !== undefined) answer(socket.resume());
    else if (basic !== undefined && headers["proxy-authorization"] !== basic) {
      socket.end('HTTP/1.1 407 Login\r\nProxy-Authenticate: Basic realm="p"\r\nContent-Length: 0\r\n\r\n');
    } else this.#tunnel(Number(url.split(":").at(-1)), socket);
    this.#changed();
  }

  #tunnel(port: number, socket: Socket): void {
    const onward = connect(port, "127.0.0.1", () => {
      socket.write("HTTP/1.1 200 Tunnel\r\n\r\n");
      socket.on("data", (chunk: Buffer) => (this.heard += chunk.toString("latin1")));
      socket.pipe(onward).pipe(socket);
    });
    this.#tunnels.add(onward);
    onward.on("error", () => socket.destroy());
    onward.on("close", () => {
      this.#tunnels.delete(onward);
      socket.destroy();
    });
    socket.on("close", () => onward.destroy());
  }

  #changed(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }
}

/** A failure of a connection that a test breaks on purpose. */
function ignore(): void {
  return;
}
