import type { DeviceRequest } from "../http-message.js";
import { Refusal, invalidConnId } from "./envelope.js";

/** The parameters of one call, each read the way the vendor's table types it. */
export class Parameters {
  readonly #values: ReadonlyMap<string, unknown>;

  private constructor(values: ReadonlyMap<string, unknown>) {
    this.#values = values;
  }

  static none(): Parameters {
    return new Parameters(new Map());
  }

  /** GET takes its parameters from the query, where every value is text. */
  static fromQuery(request: DeviceRequest): Parameters {
    const values = [...request.query].map(([name, value]): [string, unknown] => [
      name,
      /^\d{1,9}$/.test(value) ? Number(value) : value,
    ]);
    return new Parameters(new Map(values));
  }

  /** POST takes a JSON object and nothing else. @throws Refusal */
  static fromBody(request: DeviceRequest): Parameters {
    if (!/^application\/json\s*(;|$)/i.test(request.headers["content-type"] ?? "")) {
      throw new Refusal(400, "Content-Type must be application/json");
    }
    let value: unknown;
    try {
      value = JSON.parse(request.body);
    } catch {
      throw new Refusal(400, "Invalid JSON");
    }
    if (typeof value !== "object" || value === null || Array.isArray(value)) throw new Refusal(400, "Invalid JSON");
    return new Parameters(new Map(Object.entries(value)));
  }

  get(name: string): unknown {
    return this.#values.get(name);
  }

  /** A text. @throws Refusal where it lacks or is something else. */
  text(name: string): string {
    const value = this.optionalText(name);
    if (value === undefined) throw new Refusal(400, `Missing parameter: ${name}`);
    return value;
  }

  /** A text or undefined. @throws Refusal where it is something else. */
  optionalText(name: string): string | undefined {
    const value = this.#values.get(name);
    if (value === undefined) return undefined;
    if (typeof value !== "string") throw new Refusal(400, `Invalid parameter: ${name}`);
    return value;
  }

  /** The connection id. @throws Refusal where it lacks or is no number. */
  connId(): number {
    const value = this.optionalConnId();
    if (value === undefined) throw new Refusal(400, "Missing parameter: connId");
    return value;
  }

  /** The connection id or undefined. @throws Refusal where it is no number. */
  optionalConnId(): number | undefined {
    const value = this.#values.get("connId");
    if (value === undefined) return undefined;
    if (typeof value !== "number") throw invalidConnId();
    return value;
  }
}
