import { request as httpRequest, type IncomingHttpHeaders } from "node:http";
import { request as httpsRequest } from "node:https";

export interface RawAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  readonly json: () => Envelope;
}

export interface Envelope {
  readonly stat?: string;
  readonly code?: number;
  readonly message?: string;
  readonly response?: Record<string, unknown>;
}

export interface RawOptions {
  readonly headers?: Record<string, string>;
  readonly signal?: AbortSignal;
}

/** One request on a connection of its own, written out as the vendor's curl lines are. */
export function ask(
  url: string,
  method: string,
  body?: unknown,
  { headers = {}, signal }: RawOptions = {},
): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    const send = url.startsWith("https:") ? httpsRequest : httpRequest;
    const options = { method, headers, agent: false, rejectUnauthorized: false, ...(signal && { signal }) };
    const request = send(url, options, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.once("error", reject);
      response.once("end", () => {
        const text = Buffer.concat(chunks).toString("utf8");
        const json = () => JSON.parse(text) as Envelope;
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text, json });
      });
    });
    request.once("error", reject);
    if (body === undefined) request.end();
    else {
      if (request.getHeader("content-type") === undefined) request.setHeader("content-type", "application/json");
      request.end(typeof body === "string" ? body : JSON.stringify(body));
    }
  });
}

/** A client with its cookie jar, such as `curl -b cookies.txt`. */
export class RawClient {
  readonly #base: string;
  cookie = "";

  constructor(base: string) {
    this.#base = base;
  }

  async login(username = "admin", password = "simulated-password"): Promise<RawAnswer> {
    const answer = await ask(`${this.#base}/api/login`, "POST", { username, password });
    this.cookie = answer.headers["set-cookie"]?.[0]?.split(";")[0] ?? "";
    return answer;
  }

  get(path: string, options: RawOptions = {}): Promise<RawAnswer> {
    return ask(`${this.#base}/api/${path}`, "GET", undefined, this.#with(options));
  }

  post(path: string, body?: unknown, options: RawOptions = {}): Promise<RawAnswer> {
    return ask(`${this.#base}/api/${path}`, "POST", body, this.#with(options));
  }

  send(content: string, options: RawOptions = {}): Promise<RawAnswer> {
    return this.post("cmd.sms.sendMessage", { address: "+447700900101", content }, options);
  }

  #with(options: RawOptions): RawOptions {
    return { ...options, headers: { ...(this.cookie !== "" && { cookie: this.cookie }), ...options.headers } };
  }
}
