import { once } from "node:events";
import { createServer as createHttpServer, type RequestListener, type Server } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import type { Socket } from "node:net";
import type { SelfSignedCertificate } from "./tls/certificate.js";

export interface LoopbackServerOptions {
  /** 0 takes any free port at the first start and keeps it from then on. */
  readonly port: number;
  readonly certificate?: SelfSignedCertificate | undefined;
  /** Milliseconds after which an idle kept-alive connection is closed. */
  readonly idleTimeout?: number | undefined;
}

/** An HTTP or HTTPS server on 127.0.0.1 that can vanish and come back on the same port. */
export class LoopbackServer {
  readonly #server: Server;
  readonly #scheme: "http" | "https";
  /** The TCP sockets, also below TLS, by the client's port. */
  readonly #sockets = new Map<number, Socket>();
  #port: number;

  constructor(options: LoopbackServerOptions, onRequest: RequestListener) {
    const { certificate } = options;
    const settings = { keepAliveTimeout: options.idleTimeout ?? 5000 };
    this.#port = options.port;
    this.#scheme = certificate === undefined ? "http" : "https";
    this.#server =
      certificate === undefined
        ? createHttpServer(settings, onRequest)
        : createHttpsServer({ ...settings, key: certificate.key, cert: certificate.cert }, onRequest);
    this.#server.on("connection", (socket: Socket) => {
      this.#keep(socket);
    });
    this.#server.on("clientError", (_error, socket) => {
      socket.destroy();
    });
  }

  get port(): number {
    return this.#port;
  }

  get url(): string {
    return `${this.#scheme}://127.0.0.1:${this.#port}`;
  }

  get connectionsOpen(): number {
    return this.#sockets.size;
  }

  get listening(): boolean {
    return this.#server.listening;
  }

  /** Listens. @throws the error of the operating system, e.g. `EADDRINUSE`. */
  async start(): Promise<void> {
    if (this.#server.listening) return;
    this.#server.listen(this.#port, "127.0.0.1");
    await once(this.#server, "listening");
    const address = this.#server.address();
    if (address !== null && typeof address === "object") this.#port = address.port;
  }

  /** Cuts all connections; done when the port is free. */
  async stop(): Promise<void> {
    if (!this.#server.listening) return;
    const closed = once(this.#server, "close");
    this.#server.close();
    for (const socket of this.#sockets.values()) socket.destroy();
    await closed;
  }

  /** Resets the connection below a request's socket, so that the client sees `ECONNRESET`. */
  reset(socket: Socket): void {
    // A TLS socket cannot send a reset itself; the TCP socket below it can.
    const below = socket.remotePort === undefined ? undefined : this.#sockets.get(socket.remotePort);
    if (below === undefined) socket.destroy();
    else below.resetAndDestroy();
  }

  #keep(socket: Socket): void {
    const { remotePort } = socket;
    // A client that is gone already leaves no port behind.
    if (remotePort === undefined) return;
    this.#sockets.set(remotePort, socket);
    socket.once("close", () => {
      if (this.#sockets.get(remotePort) === socket) this.#sockets.delete(remotePort);
    });
  }
}
