import { CellularError } from "../errors/cellular-error";
import { isWanted, stateIdentity, tokenIdentity, type News, type WantedDirection } from "../events";
import {
  CallbackRefusal,
  proofOf,
  readCallback,
  type Callback,
  type CallbackSecrets,
  type CommandEvent,
  type SmsCommand,
} from "../gateways/super-sim";
import { LATER, type WebhookAnswer, type WebhookRequest } from "./webhook-routes";

export interface SupersimWebhookOptions {
  readonly verify: "signature" | "fetch";
  readonly direction: WantedDirection;
  /** As they are now. */
  readonly secrets: () => CallbackSecrets;
  /** How the outside world reaches the root of the HTTP nodes, best first; undefined where nobody says. */
  readonly addresses: () => readonly string[] | undefined;
  /** Writes an event down. @throws CellularError `STORAGE_FAILED` */
  readonly take: (news: News) => Promise<void>;
  /** Writes down that a command is to be asked for; false if it can be none. @throws CellularError */
  readonly check: (sid: string) => Promise<boolean>;
  /** News of a command that is believed. */
  readonly heard: (command: SmsCommand) => void;
  readonly refused: () => void;
  /** It could not be written down. */
  readonly failed: (failure: CellularError) => void;
}

const DONE: WebhookAnswer = { status: 200 };

/** Answers callbacks: each is written down before it is answered, and only then the flow runs. */
export class SupersimWebhook {
  readonly #options: SupersimWebhookOptions;

  constructor(options: SupersimWebhookOptions) {
    this.#options = options;
  }

  async answer(request: WebhookRequest): Promise<WebhookAnswer> {
    const callback = this.#callbackOf(request);
    const event = read(callback);
    // All else that is wrong with what nobody signed is not for its sender to know.
    if (event instanceof CallbackRefusal && event.status === 415) return this.#refuse(event.status);
    const proof = proofOf(callback, this.#options.secrets());
    // Where the account is asked, its word alone counts: a signature is false behind a proxy that nobody told of.
    if (proof === "nothing" && this.#options.verify === "signature") return this.#refuse(403);
    if (event instanceof CallbackRefusal) return this.#refuse(event.status);
    try {
      const isToAsk = this.#options.verify === "fetch" || proof !== "content";
      return isToAsk ? await this.#check(event) : await this.#take(event);
    } catch (error) {
      const failure =
        error instanceof CellularError
          ? error
          : new CellularError("STORAGE_FAILED", "A callback cannot be written down.", { cause: error });
      this.#options.failed(failure);
      return LATER;
    }
  }

  async #take(event: CommandEvent): Promise<WebhookAnswer> {
    const { direction, take, heard } = this.#options;
    const { command, token } = event;
    if (isWanted(command, direction)) {
      const tokens = token === null ? [] : [tokenIdentity(token, command)];
      await take({ identities: [stateIdentity(command), ...tokens], event });
    }
    heard(command);
    return DONE;
  }

  async #check({ command }: CommandEvent): Promise<WebhookAnswer> {
    return (await this.#options.check(command.sid)) ? DONE : this.#refuse(400);
  }

  #refuse(status: number): WebhookAnswer {
    this.#options.refused();
    return { status };
  }

  #callbackOf({ method, path, wholePath, headers, body }: WebhookRequest): Callback {
    const { host = "localhost" } = headers;
    const urls =
      this.#options.addresses()?.map((address) => `${address}${path}`) ??
      ["https", "http"].map((scheme) => `${scheme}://${host}${wholePath}`);
    return { method, urls, headers, body };
  }
}

/**
 * How the outside world reaches the root of the HTTP nodes: that root behind the public URL. Where the URL ends with it
 * already, the root is part of it, most likely.
 */
export function publicAddresses(publicUrl: string, root: string): readonly string[] | undefined {
  if (publicUrl === "") return undefined;
  const whole = `${publicUrl}${root}`;
  return root !== "" && publicUrl.endsWith(root) ? [publicUrl, whole] : [whole];
}

function read(callback: Callback): CommandEvent | CallbackRefusal {
  try {
    return readCallback(callback);
  } catch (error) {
    if (error instanceof CallbackRefusal) return error;
    throw error;
  }
}
