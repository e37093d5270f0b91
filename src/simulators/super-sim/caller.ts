import { call, callbackFields, cutByKore, newToken, signedCallback, type CallbackResult } from "./callback.js";
import type { Fleet, SimulatedCommand } from "./fleet.js";
import type { ServiceLogin } from "./login.js";
import type { SuperSimSimulatorOptions } from "./options.js";

/** Calls back: once more where no 2xx comes, and with the same token where the same is told again. */
export class Caller {
  readonly #options: SuperSimSimulatorOptions;
  readonly #login: ServiceLogin;
  readonly #fleet: Fleet;
  readonly #called: (result: CallbackResult) => void;
  readonly #tokens = new Map<string, string>();
  readonly #calls = new Set<Promise<unknown>>();

  /** @param called told of each attempt */
  constructor(
    options: SuperSimSimulatorOptions,
    login: ServiceLogin,
    fleet: Fleet,
    called: (result: CallbackResult) => void,
  ) {
    this.#options = options;
    this.#login = login;
    this.#fleet = fleet;
    this.#called = called;
  }

  /** @returns the last attempt; null where there was none: the command has no callback URL, or `power` is off */
  async call(command: SimulatedCommand, power: AbortSignal): Promise<CallbackResult | null> {
    const { callbackUrl } = command;
    if (callbackUrl === null || power.aborted) return null;
    const calling = this.#attempts(command, callbackUrl, power);
    this.#calls.add(calling);
    try {
      return await calling;
    } finally {
      this.#calls.delete(calling);
    }
  }

  /** Done when no call is in work. */
  async ended(): Promise<void> {
    await Promise.allSettled(this.#calls);
  }

  /** Forgets the tokens. */
  clear(): void {
    this.#tokens.clear();
  }

  async #attempts(command: SimulatedCommand, address: string, power: AbortSignal): Promise<CallbackResult> {
    const { sid, callbackMethod, simSid, status } = command;
    const { provider = "twilio", webhookSecret = "simulated-webhook-secret", callbackBody = "form" } = this.#options;
    const { signature = provider } = this.#options;
    const secret = signature === "twilio" ? this.#login.authToken : webhookSecret;
    const fields = callbackFields(command, this.#login.accountSid, this.#fleet.sim(simSid)?.uniqueName ?? "");
    const settings = { signature, secret, body: callbackBody };
    const url = provider === "kore" ? cutByKore(address) : address;
    const callback = signedCallback(url, callbackMethod, fields, this.#token(`${sid} ${status}`), settings);
    let result: CallbackResult = { sid, state: status, status: null, attempt: 0 };
    while (result.attempt < 2 && !power.aborted) {
      result = { ...result, status: await call(callback, power), attempt: result.attempt + 1 };
      this.#called(result);
      if (result.status !== null && result.status >= 200 && result.status < 300) break;
    }
    return result;
  }

  #token(event: string): string {
    const token = this.#tokens.get(event) ?? newToken();
    this.#tokens.set(event, token);
    return token;
  }
}
