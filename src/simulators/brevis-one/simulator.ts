import type { DeviceFunction } from "../faults.js";
import { webPage, type DeviceAnswer, type DeviceRequest } from "../http-message.js";
import { SimulatedDevice, type LoggedRequest } from "../simulated-device.js";
import { AddressBook, type Delivery } from "./address-book.js";
import { page, Refusal, refused } from "./answers.js";
import { DEFAULT_CONTACTS, DEFAULT_GROUPS, type BrevisOneSimulatorOptions } from "./options.js";
import { parametersOf, readRequest, required, type SendRequest } from "./request.js";

export interface BrevisOneEvents {
  /** Each request as it arrives. */
  request: [LoggedRequest];
  sent: [BrevisOneSms];
}

/** A message that the gateway was asked to send and took. */
export interface BrevisOneSms extends SendRequest {
  readonly method: "GET" | "POST";
  /** Who gets it. Empty where a list keeps all of them out, or where there is no Telegram and `telauto` is off. */
  readonly deliveries: readonly Delivery[];
  readonly at: Date;
}

/**
 * A Braintower / brevis.one SMS Gateway as its HTTP API shows it: `/api.php` and `/check.php`.
 *
 * It says yes to what the documents allow and no to everything else. `sent` is what it took; faults come by `fail()`.
 */
export class BrevisOneSimulator extends SimulatedDevice<BrevisOneEvents> {
  protected readonly functions = ["send", "status"] as const;
  readonly #options: BrevisOneSimulatorOptions;
  readonly #book: AddressBook;
  readonly #sent: BrevisOneSms[] = [];
  /** While true, the modem does not answer: HTTP 408 after the login, and nothing is sent. */
  busy = false;

  constructor(options: BrevisOneSimulatorOptions = {}) {
    super(options);
    this.#options = options;
    this.#book = new AddressBook(options.contacts ?? DEFAULT_CONTACTS, options.groups ?? DEFAULT_GROUPS);
  }

  /** What it took, in order. */
  get sent(): readonly BrevisOneSms[] {
    return this.#sent;
  }

  /** Forgets what was sent and asked. Faults stay. */
  clear(): void {
    this.#sent.length = 0;
    this.clearLog();
  }

  protected functionOf(path: string): DeviceFunction {
    if (path === "/api.php") return "send";
    return path === "/check.php" ? "status" : "other";
  }

  protected perform(request: DeviceRequest): DeviceAnswer {
    if (request.path === "/check.php") return this.#check();
    if (request.path !== "/api.php") return webPage(404, "Not Found");
    try {
      this.#send(request);
      return page(200, this.#options.successBody ?? "OK");
    } catch (error) {
      if (error instanceof Refusal) return refused(error, this.#options.fullStop ?? false);
      throw error;
    }
  }

  protected refusal(): DeviceAnswer {
    return refused(new Refusal("request"), this.#options.fullStop ?? false);
  }

  protected oversizedAnswer(_asked: DeviceFunction, bytes: number): DeviceAnswer {
    return page(200, "x".repeat(bytes));
  }

  protected noticed(request: LoggedRequest): void {
    this.emit("request", request);
  }

  #send(request: DeviceRequest): void {
    const { wrongMode = "refuse", hexCharset = "utf-8", flashAndRing = true } = this.#options;
    const parameters = parametersOf(request);
    for (const name of ["username", "password", "text", "to"]) required(parameters, name);
    this.#login(parameters);
    const asked = readRequest(parameters, { wrongMode, hexCharset, flashAndRing });
    const deliveries = this.#book.deliveries(asked);
    if (this.busy) throw new Refusal("timeout");
    const method = request.method === "GET" ? "GET" : "POST";
    const sms: BrevisOneSms = { ...asked, method, deliveries, at: new Date() };
    this.#sent.push(sms);
    this.emit("sent", sms);
  }

  #login(parameters: ReadonlyMap<string, string>): void {
    const { username = "apiuser", password = "simulated-password", permitted = true } = this.#options;
    const isKnown = parameters.get("username") === username && parameters.get("password") === password;
    if (!isKnown) throw new Refusal("login");
    if (!permitted) throw new Refusal("permission");
  }

  #check(): DeviceAnswer {
    const { signal = -83 } = this.#options;
    const level = signal === null ? "" : `${signal}db`;
    const lines = ["que: 0", "failed: 0", `signal: ${level}`, `state: ${this.busy ? "busy" : "ready"}`];
    return page(200, `${lines.join("\n")}\n`);
  }
}
