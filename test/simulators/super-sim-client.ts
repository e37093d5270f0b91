import { ask, type RawAnswer } from "./raw-client.js";

export const FORM = { "content-type": "application/x-www-form-urlencoded" };
export const BASIC = basic("AC00112233445566778899aabbccddeeff", "simulated-token");
export const SIM = "HS00000000000000000000000000000001";

export function basic(user: string, password: string): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`;
}

type Fields = Readonly<Record<string, string>>;

/** Asks as the vendor's curl lines do. */
export class SuperSimClient {
  readonly #base: string;
  authorization: string;

  constructor(base: string, authorization: string = BASIC) {
    this.#base = base;
    this.authorization = authorization;
  }

  create(fields: Fields, resource = "SmsCommands", headers: Fields = FORM): Promise<RawAnswer> {
    const body = new URLSearchParams(fields).toString();
    return ask(`${this.#base}/v1/${resource}`, "POST", body, { headers: { ...headers, ...this.#login } });
  }

  get(path: string): Promise<RawAnswer> {
    const url = path.startsWith("http") ? path : `${this.#base}/v1/${path}`;
    return ask(url, "GET", undefined, { headers: this.#login });
  }

  token(fields: Fields): Promise<RawAnswer> {
    const body = new URLSearchParams(fields).toString();
    return ask(`${this.#base}/api-services/v1/auth/token`, "POST", body, { headers: FORM });
  }

  get #login(): Record<string, string> {
    return this.authorization === "" ? {} : { authorization: this.authorization };
  }
}

export function jsonOf(answer: RawAnswer): Record<string, unknown> {
  return JSON.parse(answer.text) as Record<string, unknown>;
}
