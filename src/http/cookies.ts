import { allHeaders } from "./headers";
import type { HttpAnswer } from "./client";

/**
 * The cookies of one login. Names and values are kept as the device sets them; path, domain and the rest do not matter,
 * since they go to one origin only.
 */
export class CookieJar {
  readonly #cookies = new Map<string, string>();

  /** Takes what an answer sets, and drops what it takes back. */
  store(answer: HttpAnswer): void {
    for (const line of allHeaders(answer, "set-cookie")) {
      const [pair = "", ...attributes] = line.split(";");
      const [name = "", ...rest] = pair.split("=");
      const value = rest.join("=").trim();
      if (name.trim() === "") continue;
      const ends = attributes.some((attribute) => /^\s*max-age\s*=\s*(0|-\d+)\s*$/i.test(attribute));
      if (value === "" || ends) this.#cookies.delete(name.trim());
      else this.#cookies.set(name.trim(), value);
    }
  }

  /** The value of the `Cookie` header, or undefined if there is none to send. */
  get header(): string | undefined {
    if (this.#cookies.size === 0) return undefined;
    return [...this.#cookies].map(([name, value]) => `${name}=${value}`).join("; ");
  }

  /** The values, for keeping them out of messages. */
  get values(): readonly string[] {
    return [...this.#cookies.values()];
  }
}
