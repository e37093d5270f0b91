import { connect, createServer, type AddressInfo, type Server, type Socket } from "node:net";

/** A TCP line to a device whose answers a test can keep back for as long as something else takes. */
export class HeldLine {
  readonly #device: URL;
  readonly #server: Server;
  /** The sockets of each connection, by the client's: the one that the device answers on. */
  readonly #lines = new Map<Socket, Socket>();
  #isHeld = false;

  private constructor(device: URL) {
    this.#device = device;
    this.#server = createServer({ allowHalfOpen: true }, (client) => {
      this.#join(client);
    });
  }

  /** @param url Of the device; plain HTTP and HTTPS go through alike. */
  static async start(url: string): Promise<HeldLine> {
    const line = new HeldLine(new URL(url));
    await new Promise<void>((resolve) => line.#server.listen(0, "127.0.0.1", resolve));
    return line;
  }

  /** As the device's, with the port of this line. */
  get url(): string {
    const { port } = this.#server.address() as AddressInfo;
    return `${this.#device.protocol}//127.0.0.1:${port}`;
  }

  /** What the device says from now on waits; what it is told goes through. */
  hold(): void {
    if (this.#isHeld) return;
    this.#isHeld = true;
    for (const [client, device] of this.#lines) device.unpipe(client);
  }

  /** Lets through what waits, and what follows. */
  letGo(): void {
    if (!this.#isHeld) return;
    this.#isHeld = false;
    for (const [client, device] of this.#lines) device.pipe(client);
  }

  async stop(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    for (const socket of [...this.#lines].flat()) socket.destroy();
    await closed;
  }

  #join(client: Socket): void {
    const device = connect({ port: Number(this.#device.port), host: "127.0.0.1", allowHalfOpen: true });
    this.#lines.set(client, device);
    client.pipe(device);
    if (!this.#isHeld) device.pipe(client);
    client.on("error", () => device.destroy());
    device.on("error", () => client.destroy());
    client.on("close", () => {
      this.#lines.delete(client);
      device.destroy();
    });
  }
}
