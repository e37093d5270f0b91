import { randomBytes } from "node:crypto";
import { performance } from "node:perf_hooks";
import type { ApiClient, Permission } from "./options.js";

/** A login by password (a cookie) or by client (an access token). */
export interface Session {
  readonly permission: Permission;
  /** Logins by password may manage clients; tokens may not. */
  readonly admin: boolean;
}

interface OpenSession extends Session {
  usesLeft: number;
  /** Monotonic milliseconds. */
  readonly endsAt: number;
}

export interface SessionRules {
  readonly username: string;
  readonly password: string;
  readonly clients: readonly ApiClient[];
  readonly permission: Permission;
  /** Requests. */
  readonly life: number;
  /** Seconds; of tokens only. */
  readonly tokenLife: number;
}

/** Who is logged in, and who may. */
export class Sessions {
  readonly #rules: SessionRules;
  readonly #clients: ApiClient[];
  readonly #open = new Map<string, OpenSession>();

  constructor(rules: SessionRules) {
    this.#rules = rules;
    this.#clients = [...rules.clients];
  }

  get open(): number {
    this.#dropEnded();
    return this.#open.size;
  }

  /** What a login may do. */
  get permission(): Permission {
    return this.#rules.permission;
  }

  /** The cookie's value for a good login, else undefined. */
  login(username: string, password: string): string | undefined {
    const good = username === this.#rules.username && password === this.#rules.password;
    return good ? this.#add(true, Infinity) : undefined;
  }

  /** An access token for a known client, else undefined. */
  grant(client: ApiClient): string | undefined {
    const known = this.#clients.some(
      ({ clientId, clientSecret }) => clientId === client.clientId && clientSecret === client.clientSecret,
    );
    return known ? this.#add(false, performance.now() + this.#rules.tokenLife * 1000) : undefined;
  }

  addClient(): ApiClient {
    const client = { clientId: randomBytes(16).toString("hex"), clientSecret: randomBytes(16).toString("hex") };
    this.#clients.push(client);
    return client;
  }

  /** The session of a cookie or token, one of its uses taken; undefined where it has ended. */
  use(credential: string): Session | undefined {
    this.#dropEnded();
    const session = this.#open.get(credential);
    if (session === undefined) return undefined;
    session.usesLeft -= 1;
    return session;
  }

  end(credential: string): void {
    this.#open.delete(credential);
  }

  endAll(): void {
    this.#open.clear();
  }

  #add(admin: boolean, endsAt: number): string {
    const credential = randomBytes(16).toString("hex");
    this.#open.set(credential, { permission: this.#rules.permission, admin, usesLeft: this.#rules.life, endsAt });
    return credential;
  }

  #dropEnded(): void {
    const now = performance.now();
    for (const [credential, session] of this.#open) {
      if (session.usesLeft <= 0 || session.endsAt <= now) this.#open.delete(credential);
    }
  }
}
