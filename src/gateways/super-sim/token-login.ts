import { performance } from "node:perf_hooks";
import * as v from "valibot";
import { CellularError } from "../../errors/cellular-error";
import type { HttpClient } from "../../http";
import { renewalOf, waitForLogin, type LoginCall } from "../shared-login";
import { jsonOf, serviceFailure } from "./failure";
import type { AccountLogin, Authorization } from "./login";
import { TokenAnswer } from "./wire";

export interface ClientCredentials {
  readonly clientId: string;
  readonly clientSecret: string;
}

interface Token extends Authorization {
  /** By the monotonic clock: a clock that is set wrong, here or there, does not matter. */
  readonly endsAt: number;
}

/**
 * OAuth2 client credentials (RFC 6749 section 4.4), as KORE asks for them. All calls share one token, and at most one
 * request for it is on its way.
 */
export class TokenLogin implements AccountLogin {
  readonly #http: HttpClient;
  readonly #path: string;
  readonly #credentials: ClientCredentials;
  readonly #timeout: number;
  readonly #ending = new AbortController();
  #token: Token | undefined;
  #asking: Promise<Token> | undefined;

  /**
   * @param path Where tokens are given, below the base URL of `http`.
   * @param timeout Time for a request for a token in milliseconds, however little the call has that began it.
   */
  constructor(http: HttpClient, path: string, credentials: ClientCredentials, timeout: number) {
    this.#http = http;
    this.#path = path;
    this.#credentials = credentials;
    this.#timeout = timeout;
  }

  async current(call: LoginCall): Promise<Authorization> {
    if (this.#token !== undefined && performance.now() < this.#token.endsAt) return this.#token;
    // The one that gives up must not take it from the others: only its wait ends.
    this.#asking ??= this.#ask().finally(() => {
      this.#asking = undefined;
    });
    return waitForLogin(this.#asking, call, this.#http.label);
  }

  async renew(stale: Authorization, call: LoginCall): Promise<Authorization> {
    if (this.#token === stale) this.#token = undefined;
    return this.current(call);
  }

  async close(): Promise<void> {
    this.#ending.abort();
    this.#token = undefined;
    await this.#http.close();
  }

  async #ask(): Promise<Token> {
    const { clientId, clientSecret } = this.#credentials;
    const form = new URLSearchParams({
      grant_type: "client_credentials",
      client_id: clientId,
      client_secret: clientSecret,
    });
    const askedAt = performance.now();
    const answer = await this.#http.request({
      method: "POST",
      path: this.#path,
      headers: { accept: "application/json", "content-type": "application/x-www-form-urlencoded" },
      body: form.toString(),
      timeout: this.#timeout,
      signal: this.#ending.signal,
      effect: false,
    });
    const { label } = this.#http;
    if (answer.status < 200 || answer.status > 299) {
      const secrets = [clientSecret];
      throw asRefusedLogin(serviceFailure(answer, { label, effect: false, secrets, givesSecret: true }));
    }
    const read = v.safeParse(TokenAnswer, jsonOf(answer));
    if (!read.success) {
      throw new CellularError("BAD_RESPONSE", `${label}: the answer holds no token. Check the token URL.`);
    }
    const { access_token: token, expires_in: life = Infinity } = read.output;
    this.#token = {
      header: `Bearer ${token}`,
      secrets: [token, clientSecret],
      // A life of nothing is believed, too: then each call asks for a token of its own.
      endsAt: renewalOf(askedAt, life * 1000),
    };
    return this.#token;
  }
}

/** Whatever the service has against the client id and its secret, nobody but a person can change it. */
function asRefusedLogin(error: CellularError): CellularError {
  const { status = 0 } = error;
  if (status !== 400 && status !== 403) return error;
  return new CellularError("AUTH_FAILED", `${error.message} Check the client id and the client secret.`, {
    status,
    cause: error.cause,
  });
}
