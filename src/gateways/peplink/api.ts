import { performance } from "node:perf_hooks";
import { CellularError } from "../../errors/cellular-error";
import { Deadline, HttpClient, statusError, type HttpAnswer, type TrustSettings } from "../../http";
import { checkCall } from "../arguments";
import type { CallOptions } from "../gateway";
import { isLoginExpired, readEnvelope } from "./envelope";
import { PeplinkSession, type Login, type PeplinkCredentials, type PermissionName } from "./session";
import type { Envelope } from "./wire";

const LOGOUT_TIMEOUT_MS = 3000;
/** How long a refused permission is believed before the login is made anew to look again, in milliseconds. */
const PERMISSION_BELIEVED_MS = 60_000;

/** One call of a function of the API. */
export interface ApiCall {
  readonly name: string;
  readonly method: PermissionName;
  readonly query?: Readonly<Record<string, string>>;
  readonly content?: Readonly<Record<string, unknown>>;
  readonly effect: boolean;
  /** What must not be repeated in an error message, beside the login's own secrets. */
  readonly secrets?: readonly string[];
  readonly maxBytes?: number;
}

export interface PeplinkApiOptions {
  readonly url: string;
  readonly credentials: PeplinkCredentials;
  readonly trust: TrustSettings;
  /** Time for one request in milliseconds. */
  readonly timeout: number;
}

/** The router's API with one login for all calls: a login that expired is renewed once, and the call is made once more. */
export class PeplinkApi {
  readonly #http: HttpClient;
  readonly #session: PeplinkSession;
  readonly #timeout: number;
  readonly #inFlight = new Set<Promise<Envelope>>();
  #isClosed = false;

  /** @throws CellularError `CONFIG_MISSING` if the URL or the trust settings cannot be used. */
  constructor({ url, credentials, trust, timeout }: PeplinkApiOptions) {
    this.#http = new HttpClient({ url, device: "Peplink router", trust });
    this.#session = new PeplinkSession(this.#http, credentials);
    this.#timeout = timeout;
  }

  get label(): string {
    return this.#http.label;
  }

  /** @throws CellularError `CONFIG_MISSING` if a credential lacks. */
  checkCredentials(): void {
    this.#session.checkCredentials();
  }

  /** Calls a function with the login in force, or a new one. */
  async call(call: ApiCall, options: CallOptions): Promise<Envelope> {
    checkCall(options);
    if (this.#isClosed) throw new CellularError("INTERRUPTED", `${this.#http.label}: the driver is closed.`);
    const envelope = this.#makeCall(call, options);
    this.#inFlight.add(envelope);
    try {
      return await envelope;
    } finally {
      this.#inFlight.delete(envelope);
    }
  }

  async #makeCall(call: ApiCall, options: CallOptions): Promise<Envelope> {
    // A limit of the caller's own holds for all together; without one, a slow login must not take the send's time.
    const limit = options.timeout === undefined ? undefined : new Deadline(options.timeout);
    const deadline = (): Deadline => limit ?? new Deadline(this.#timeout);
    const { signal } = options;
    const login = await this.#permitted(call.method, { deadline: deadline(), signal });
    const answer = await this.#exchange(call, login, deadline(), signal);
    if (!isLoginExpired(answer)) return this.#read(call, login, answer);

    // The user's rights may have been changed since the login before.
    const renewed = this.#allowed(call.method, await this.#session.renew(login, { deadline: deadline(), signal }));
    const second = await this.#exchange(call, renewed, deadline(), signal);
    if (!isLoginExpired(second)) return this.#read(call, renewed, second);
    this.#session.forget(renewed);
    throw statusError(
      { ...second, status: 401 },
      { label: this.#http.label, effect: false, words: "not even a fresh login is accepted." },
    );
  }

  #read(call: ApiCall, login: Login, answer: HttpAnswer): Envelope {
    const secrets = [...login.secrets, ...(call.secrets ?? [])];
    return readEnvelope(answer, { label: this.#http.label, effect: call.effect, secrets });
  }

  async #permitted(
    permission: PermissionName,
    call: { readonly deadline: Deadline; readonly signal: AbortSignal | undefined },
  ): Promise<Login> {
    let login = await this.#session.current(call);
    if (!login.may[permission] && performance.now() - login.openedAt > PERMISSION_BELIEVED_MS) {
      login = await this.#session.renew(login, call);
    }
    return this.#allowed(permission, login);
  }

  #allowed(permission: PermissionName, login: Login): Login {
    if (login.may[permission]) return login;
    const right = permission === "POST" ? "POST (read-write)" : "GET (read)";
    throw new CellularError(
      "FORBIDDEN",
      `${this.#http.label}: this user lacks the ${right} permission. Give it the right at the router, or use another user.`,
    );
  }

  async #exchange(
    call: ApiCall,
    login: Login,
    deadline: Deadline,
    signal: AbortSignal | undefined,
  ): Promise<HttpAnswer> {
    if (deadline.isOver) throw new CellularError("TIMEOUT", `${this.label}: what came before took all of the time.`);
    const query = new URLSearchParams({ ...call.query, ...login.query }).toString();
    const json = call.method === "POST" ? JSON.stringify(call.content ?? {}) : undefined;
    return this.#http.request({
      method: call.method,
      path: `/api/${call.name}${query === "" ? "" : `?${query}`}`,
      headers: { ...login.headers, ...(json === undefined ? {} : { "content-type": "application/json" }) },
      ...(json === undefined ? {} : { body: json }),
      timeout: deadline.remaining,
      signal,
      effect: call.effect,
      ...(call.maxBytes === undefined ? {} : { maxBytes: call.maxBytes }),
    });
  }

  /** Calls a function that answers without a login. */
  async callWithoutLogin(name: string, options: CallOptions): Promise<Envelope> {
    checkCall(options);
    const answer = await this.#http.request({
      method: "GET",
      path: `/api/${name}`,
      timeout: new Deadline(options.timeout ?? this.#timeout).remaining,
      signal: options.signal,
      effect: false,
    });
    return readEnvelope(answer, { label: this.label, effect: false, secrets: [] });
  }

  /** Logs out and closes all connections once the calls in flight have ended; later calls are `INTERRUPTED`. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.allSettled(this.#inFlight);
    await this.#session.close(LOGOUT_TIMEOUT_MS);
    await this.#http.close();
  }
}
