import { ask, type RawAnswer, type RawOptions } from "./raw-client.js";

const FORM = { "content-type": "application/x-www-form-urlencoded" };

/** What the vendor's curl lines name, of the range that is reserved for fiction. */
export const SMS = { text: "Test", to: "00447700900101", username: "apiuser", password: "simulated-password" };

/** Asks as the vendor's curl lines do. */
export class BrevisOneClient {
  readonly #url: string;

  constructor(base: string) {
    this.#url = `${base}/api.php`;
  }

  post(fields: Readonly<Record<string, string>>, options: RawOptions = {}): Promise<RawAnswer> {
    return ask(this.#url, "POST", new URLSearchParams(fields).toString(), { headers: FORM, ...options });
  }

  get(fields: Readonly<Record<string, string>>): Promise<RawAnswer> {
    return ask(`${this.#url}?${new URLSearchParams(fields).toString()}`, "GET");
  }

  send(text: string, options: RawOptions = {}): Promise<RawAnswer> {
    return this.post({ ...SMS, text }, options);
  }
}
