import { ask, type RawAnswer, type RawOptions } from "./raw-client.js";

export type Fields = Readonly<Record<string, string>>;

export const login: Fields = { username: "smsuser", password: "simulated-password" };

/** A client of `/cgi-bin`, such as `curl` with the vendor's URLs. */
export class CgiClient {
  readonly #base: string;

  constructor(base: string) {
    this.#base = base;
  }

  /** By GET, with a query as it is. */
  getRaw(name: string, query: string, options: RawOptions = {}): Promise<RawAnswer> {
    return ask(`${this.#base}/cgi-bin/${name}?${query}`, "GET", undefined, options);
  }

  get(name: string, fields: Fields = login): Promise<RawAnswer> {
    return this.getRaw(name, new URLSearchParams({ ...fields }).toString());
  }

  post(name: string, fields: Fields = login, options: RawOptions = {}): Promise<RawAnswer> {
    const headers = { "content-type": "application/x-www-form-urlencoded", ...options.headers };
    const form = new URLSearchParams({ ...fields }).toString();
    return ask(`${this.#base}/cgi-bin/${name}`, "POST", form, { ...options, headers });
  }

  send(text: string, options: RawOptions = {}): Promise<RawAnswer> {
    return this.post("sms_send", { ...login, text, number: "+447700900101" }, options);
  }
}
