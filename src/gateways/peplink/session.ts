import { performance } from "node:perf_hooks";
import { CellularError } from "../../errors/cellular-error";
import { CookieJar, Deadline, type HttpAnswer, type HttpClient } from "../../http";
import { loginCutOff, renewalOf, waitForLogin, type LoginCall } from "../shared-login";
import { readEnvelope, readResponse } from "./envelope";
import { LoginResponse, TokenResponse } from "./wire";

export type PeplinkCredentials =
  | { readonly auth: "password"; readonly username: string; readonly password: string }
  | { readonly auth: "client"; readonly clientId: string; readonly clientSecret: string };

export type PermissionName = "GET" | "POST";

/** What a successful login gives: how to sign requests with it, and what it may do. */
export interface Login {
  readonly headers: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
  /** False where the router said that this user lacks the permission. */
  readonly may: Readonly<Record<PermissionName, boolean>>;
  /** Values that must not show in any message. */
  readonly secrets: readonly string[];
  /** By the monotonic clock, in milliseconds. */
  readonly openedAt: number;
  readonly endsAt: number;
}

/** The one login that all calls share. At most one login request is on its way at any time. */
export class PeplinkSession {
  readonly #http: HttpClient;
  readonly #credentials: PeplinkCredentials;
  readonly #ending = new AbortController();
  #login: Login | undefined;
  #loggingIn: { readonly login: Promise<Login>; readonly deadline: Deadline } | undefined;

  constructor(http: HttpClient, credentials: PeplinkCredentials) {
    this.#http = http;
    this.#credentials = credentials;
  }

  /** @throws CellularError `CONFIG_MISSING` if a credential lacks. */
  checkCredentials(): void {
    const { auth, ...fields } = this.#credentials;
    if (Object.values(fields).every((value) => value !== "")) return;
    const what = auth === "password" ? "user name or the password" : "client id or the client secret";
    throw new CellularError(
      "CONFIG_MISSING",
      `${this.#http.label}: the ${what} is missing. Enter it in the gateway's settings.`,
    );
  }

  /** The login in force, or a new one. */
  async current(call: LoginCall): Promise<Login> {
    const login = this.#login;
    if (login !== undefined && performance.now() < login.endsAt) return login;
    return this.#shared(call);
  }

  /** A login other than `stale`, which the router did not accept any more. */
  async renew(stale: Login, call: LoginCall): Promise<Login> {
    this.forget(stale);
    return this.current(call);
  }

  /** Drops a login, unless a newer one has taken its place. */
  forget(stale: Login): void {
    if (this.#login === stale) this.#login = undefined;
  }

  /**
   * Logs out, so that the router's few sessions are not used up. A failure does not matter: sessions end by themselves.
   * A login that is still on its way, its callers gone, is waited for as long.
   * @param timeout Milliseconds for either.
   */
  async close(timeout: number): Promise<void> {
    await this.#loginOnItsWay(timeout);
    const login = this.#login;
    this.#login = undefined;
    if (login === undefined || this.#credentials.auth !== "password") return;
    try {
      await this.#post("/api/logout", {}, login.headers, new Deadline(timeout));
    } catch (error) {
      if (!(error instanceof CellularError)) throw error;
    }
  }

  async #loginOnItsWay(timeout: number): Promise<void> {
    if (this.#loggingIn === undefined) return;
    try {
      await waitForLogin(this.#loggingIn.login, { deadline: new Deadline(timeout) }, this.#http.label);
    } catch (error) {
      if (!(error instanceof CellularError)) throw error;
      this.#ending.abort(error);
    }
  }

  async #shared(call: LoginCall): Promise<Login> {
    const { signal, deadline } = call;
    for (;;) {
      if (signal?.aborted) throw loginCutOff(this.#http.label, signal);
      // One caller's abort must not end a login that others wait for: only the wait ends.
      const shared = (this.#loggingIn ??= {
        deadline,
        login: this.#logIn(deadline).finally(() => {
          this.#loggingIn = undefined;
        }),
      });
      try {
        return await waitForLogin(shared.login, call, this.#http.label);
      } catch (error) {
        // It had the time of the caller that began it; one that joined with more time begins another. Its deadline
        // itself says nothing: a timer may come a millisecond early.
        if (!ranOutOfTime(error) || shared.deadline === deadline || deadline.isOver) throw error;
      }
    }
  }

  async #logIn(deadline: Deadline): Promise<Login> {
    this.checkCredentials();
    const login = await (this.#credentials.auth === "password"
      ? this.#logInByPassword(this.#credentials, deadline)
      : this.#logInByClient(this.#credentials, deadline));
    this.#login = login;
    return login;
  }

  async #logInByPassword(
    { username, password }: Extract<PeplinkCredentials, { auth: "password" }>,
    deadline: Deadline,
  ): Promise<Login> {
    const { label } = this.#http;
    const answer = await this.#post("/api/login", { username, password }, {}, deadline);
    const envelope = readLoginEnvelope(answer, label, [password]);
    const cookies = new CookieJar();
    cookies.store(answer);
    const { header } = cookies;
    if (header === undefined) {
      throw new CellularError("BAD_RESPONSE", `${label}: the router took the login but gave no cookie. Check the URL.`);
    }
    const permission = readResponse(
      LoginResponse,
      { ...envelope, response: envelope.response ?? {} },
      label,
    ).permission;
    return {
      headers: { cookie: header },
      query: {},
      may: { GET: !isDenied(permission?.GET), POST: !isDenied(permission?.POST) },
      secrets: [password, ...cookies.values],
      openedAt: performance.now(),
      endsAt: Infinity,
    };
  }

  async #logInByClient(
    { clientId, clientSecret }: Extract<PeplinkCredentials, { auth: "client" }>,
    deadline: Deadline,
  ): Promise<Login> {
    const { label } = this.#http;
    const answer = await this.#post("/api/auth.token.grant", { clientId, clientSecret, scope: "api" }, {}, deadline);
    const envelope = readLoginEnvelope(answer, label, [clientSecret]);
    const { accessToken, expiresIn } = readResponse(TokenResponse, envelope, label);
    const life = expiresIn === null ? Infinity : expiresIn * 1000;
    const openedAt = performance.now();
    return {
      headers: {},
      query: { accessToken },
      may: { GET: true, POST: true },
      secrets: [clientSecret, accessToken],
      openedAt,
      endsAt: renewalOf(openedAt, life),
    };
  }

  #post(
    path: string,
    content: Readonly<Record<string, string>>,
    headers: Readonly<Record<string, string>>,
    deadline: Deadline,
  ): Promise<HttpAnswer> {
    return this.#http.request({
      method: "POST",
      path,
      headers: { ...headers, "content-type": "application/json" },
      body: JSON.stringify(content),
      timeout: deadline.remaining,
      signal: this.#ending.signal,
      effect: false,
    });
  }
}

/** The router leaves the permission out or gives 0 or 1, as a number or as text. */
function isDenied(value: unknown): boolean {
  return value === 0 || value === "0" || value === false;
}

/** Any refusal of a login is a refused login: to try again by itself could lock the address out. */
function readLoginEnvelope(
  answer: HttpAnswer,
  label: string,
  secrets: readonly string[],
): ReturnType<typeof readEnvelope> {
  try {
    const refused = "the router refused the login. Check the credentials.";
    return readEnvelope(answer, { label, effect: false, secrets, givesSecret: true, refused });
  } catch (error) {
    if (!(error instanceof CellularError) || error.code !== "REFUSED") throw error;
    throw new CellularError("AUTH_FAILED", error.message, { cause: error });
  }
}

function ranOutOfTime(error: unknown): boolean {
  return error instanceof CellularError && (error.code === "TIMEOUT" || error.code === "UNREACHABLE");
}
