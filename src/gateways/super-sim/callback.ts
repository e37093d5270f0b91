/** A callback as it came in, read to its end and otherwise untouched. */
export interface Callback {
  /** `GET` or `POST`. */
  readonly method: string;
  /** By which addresses the outside world may have called, each absolute and with the query as it came, best first. */
  readonly urls: readonly string[];
  /** Names in lower case, as `node:http` gives them. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: Buffer;
}

/** By what a callback can be recognised; empty where nothing is configured. */
export interface CallbackSecrets {
  /** Auth token of the Twilio account: the key of `X-Twilio-Signature`. */
  readonly authToken: string;
  /** KORE's webhook secret: the key of `kore-signature`. */
  readonly webhookSecret: string;
}

/** Why a callback cannot be read, and the HTTP status to answer it with. Shows nothing of what came. */
export class CallbackRefusal extends Error {
  override readonly name = "CallbackRefusal";
  readonly status: 400 | 413 | 415;

  constructor(status: 400 | 413 | 415, message: string) {
    super(message);
    this.status = status;
  }
}

/** The value of a header that is there once and not empty. */
export function soleHeader({ headers }: Callback, name: string): string | undefined {
  const value = Object.hasOwn(headers, name) ? headers[name] : undefined;
  return typeof value === "string" && value !== "" ? value : undefined;
}
