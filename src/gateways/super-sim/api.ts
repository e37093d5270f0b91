import * as v from "valibot";
import { CellularError } from "../../errors/cellular-error";
import { Deadline, type HttpAnswer, type HttpClient, type HttpRequest } from "../../http";
import { checkCall } from "../arguments";
import type { CallOptions } from "../gateway";
import { jsonOf, serviceFailure } from "./failure";
import type { LoginCall } from "../shared-login";
import type { AccountLogin } from "./login";
import type { ReadOptions } from "./read-options";
import { pause } from "./pause";

const FIRST_PAUSE_MS = 250;
/** With less time than this, in ms, a GET is not tried again: its end would hide what the service said before. */
const LEAST_ATTEMPT_MS = 250;
/** How often a GET is tried at most, however much time there is. */
const MOST_ATTEMPTS = 5;

type Target = Pick<HttpRequest, "method" | "path" | "body" | "effect">;

/** Requests to the service: signed, GETs repeated where that can help, POSTs made once. */
export class SuperSimApi {
  readonly #http: HttpClient;
  readonly #login: AccountLogin;
  readonly #timeout: number;
  readonly #ending = new AbortController();

  /** @param timeout Time for a call in milliseconds where it names none. */
  constructor(http: HttpClient, login: AccountLogin, timeout: number) {
    this.#http = http;
    this.#login = login;
    this.#timeout = timeout;
  }

  get label(): string {
    return this.#http.label;
  }

  /** Scheme, host and port of the service. */
  get origin(): string {
    return this.#http.origin;
  }

  /**
   * Reads a resource. Failures that waiting can heal are tried again after `Retry-After`, else after 250 ms and then
   * twice as long each time, while the call has time for it.
   * @param maxBytes Largest answer that is taken; default: that of the HTTP client.
   */
  async get<T>(path: string, shape: v.GenericSchema<unknown, T>, call: ReadOptions, maxBytes?: number): Promise<T> {
    checkCall(call);
    const target: Target = { method: "GET", path, effect: false, ...(maxBytes === undefined ? {} : { maxBytes }) };
    const deadline = new Deadline(call.timeout ?? this.#timeout);
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.#once(target, shape, [], { deadline, signal: call.signal });
      } catch (error) {
        const wait = call.once === true ? undefined : pauseAfter(error, attempt, deadline);
        if (wait === undefined) throw error;
        await pause(wait, [call.signal, this.#ending.signal], this.label);
      }
    }
  }

  /**
   * Creates a resource, in one attempt: the service knows no idempotency key.
   * @param told What the service may repeat and no message may show.
   */
  async post<T>(
    path: string,
    form: URLSearchParams,
    told: readonly string[],
    shape: v.GenericSchema<unknown, T>,
    call: CallOptions,
  ): Promise<T> {
    checkCall(call);
    const deadline = new Deadline(call.timeout ?? this.#timeout);
    const target: Target = { method: "POST", path, body: form.toString(), effect: true };
    return this.#once(target, shape, told, { deadline, signal: call.signal });
  }

  /** Ends the waits between attempts, then the connections once what is in flight has ended. */
  async close(): Promise<void> {
    this.#ending.abort();
    await Promise.all([this.#login.close(), this.#http.close()]);
  }

  async #once<T>(
    target: Target,
    shape: v.GenericSchema<unknown, T>,
    told: readonly string[],
    call: LoginCall,
  ): Promise<T> {
    let authorization = await this.#login.current(call);
    let answer = await this.#request(target, authorization.header, call);
    if (answer.status === 401 || answer.status === 403) {
      // Refused at the door: nothing was done, and a token may have ended before its time.
      const renewed = await this.#login.renew(authorization, call);
      if (renewed !== undefined) {
        authorization = renewed;
        answer = await this.#request(target, authorization.header, call);
      }
    }
    const { label } = this;
    const { effect } = target;
    if (answer.status !== 200 && answer.status !== 201) {
      throw serviceFailure(answer, { label, effect, secrets: [...authorization.secrets, ...told] });
    }
    const read = v.safeParse(shape, jsonOf(answer));
    if (read.success) return read.output;
    throw new CellularError("BAD_RESPONSE", `${label}: the answer is not the one of Super SIM. Check the URL.`, {
      outcome: effect ? "unknown" : "not-sent",
      status: answer.status,
    });
  }

  #request(target: Target, authorization: string, { deadline, signal }: LoginCall): Promise<HttpAnswer> {
    return this.#http.request({
      ...target,
      headers: {
        accept: "application/json",
        authorization,
        ...(target.body === undefined ? {} : { "content-type": "application/x-www-form-urlencoded" }),
      },
      timeout: deadline.remaining,
      signal,
    });
  }
}

/** Milliseconds until another attempt, or undefined if it would not help or come too late. */
function pauseAfter(error: unknown, attempt: number, deadline: Deadline): number | undefined {
  if (!(error instanceof CellularError) || !error.retryable || attempt >= MOST_ATTEMPTS) return undefined;
  // "At once" is no help to a service that has too much to do.
  const wait = Math.max(error.retryAfter ?? FIRST_PAUSE_MS * 2 ** (attempt - 1), FIRST_PAUSE_MS);
  return wait + LEAST_ATTEMPT_MS > deadline.remaining ? undefined : wait;
}
