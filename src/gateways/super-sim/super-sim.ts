import { CellularError } from "../../errors/cellular-error";
import { HttpClient } from "../../http";
import { checkSettings } from "../arguments";
import type { CallOptions, DeviceInfo } from "../gateway";
import { SuperSimApi } from "./api";
import { basicLogin, type AccountLogin } from "./login";
import {
  addressesOf,
  checkCredentials,
  credentialsOf,
  type SuperSimCredentials,
  type SuperSimOptions,
} from "./options";
import { entriesOf, type ListResource } from "./pages";
import type { ReadOptions } from "./read-options";
import type { LegacyCommand, SmsCommand, SuperSimCard } from "./records";
import {
  checkCommand,
  checkCommandSid,
  checkSmsCommand,
  commandQuery,
  simQuery,
  type CommandFilter,
  type CommandRequest,
  type SimFilter,
  type SmsCommandRequest,
} from "./requests";
import { TokenLogin } from "./token-login";
import { CommandResource, SimResource, SmsCommandResource } from "./wire";

const DEFAULT_TIMEOUT_MS = 30_000;

const SMS_COMMANDS: ListResource<SmsCommand> = {
  path: "/v1/SmsCommands",
  key: "sms_commands",
  item: SmsCommandResource,
};
const COMMANDS: ListResource<LegacyCommand> = { path: "/v1/Commands", key: "commands", item: CommandResource };
const SIMS: ListResource<SuperSimCard> = { path: "/v1/Sims", key: "sims", item: SimResource };

/** What the account shows of itself. */
export interface SuperSimAccountInfo extends DeviceInfo {
  /** The service names no version. */
  readonly version: null;
  /** The account that the first SIM belongs to; null where there is no SIM. */
  readonly accountSid: string | null;
}

/**
 * A Super SIM account at Twilio or at KORE (vendor's OpenAPI file `twilio_supersim_v1`; KORE serves the same API).
 *
 * All failures are `CellularError`. A command that was to be created is `unknown` if a byte of the request may have left
 * without a usable answer; it is never sent twice. Reading is tried up to 5 times while the call has time for it, after a
 * 429 not before `Retry-After`.
 */
export class SuperSim {
  readonly #options: SuperSimOptions;
  readonly #credentials: SuperSimCredentials;
  readonly #api: SuperSimApi;
  readonly #basePath: string;

  /** @throws CellularError `CONFIG_MISSING` if provider, login, URLs, trust settings or proxy cannot be used. */
  constructor(options: SuperSimOptions) {
    checkSettings(options, "Super SIM");
    const { device, url, tokenUrl } = addressesOf(options);
    const { fingerprint, tls, proxy, timeout = DEFAULT_TIMEOUT_MS } = options;
    const clientFor = (url: string): HttpClient => new HttpClient({ url, device, trust: { fingerprint, tls }, proxy });
    const http = clientFor(url);
    this.#options = options;
    this.#credentials = credentialsOf(options, http.label);
    const login = loginOf(this.#credentials, clientFor, tokenUrl, timeout);
    this.#api = new SuperSimApi(http, login, timeout);
    this.#basePath = new URL(url).pathname.replace(/\/+$/, "");
  }

  /** Provider and address, as they stand at the head of error messages. */
  get label(): string {
    return this.#api.label;
  }

  /** Milliseconds for a call that names no time of its own. */
  get timeout(): number {
    return this.#options.timeout ?? DEFAULT_TIMEOUT_MS;
  }

  /**
   * Looks whether the configuration suffices for requests, without making one.
   * @throws CellularError `CONFIG_MISSING` that names what lacks.
   */
  checkConfiguration(): void {
    checkCredentials(this.#credentials, this.label);
  }

  /**
   * Checks an SMS Command without any request, and returns it as it would be sent.
   * @throws CellularError `ADDRESS_INVALID`, `TEXT_EMPTY`, `TEXT_INVALID`, `TEXT_TOO_LONG` or `OPTION_INVALID`.
   */
  checkSmsCommand(request: SmsCommandRequest): SmsCommandRequest {
    return checkSmsCommand(request, this.#options.provider);
  }

  /** As `checkSmsCommand`, for the legacy resource. */
  checkCommand(request: CommandRequest): CommandRequest {
    return checkCommand(request, this.#options.provider);
  }

  /**
   * Sends a text to a SIM: POST `/v1/SmsCommands`.
   * @returns the command as the service created it, `queued` as a rule
   * @throws CellularError what `checkSmsCommand` throws; `NOT_FOUND` or `REFUSED` for a SIM that is not the account's;
   *   `RATE_LIMITED` with `retryAfter`; `AUTH_FAILED`, `FORBIDDEN`; `BAD_RESPONSE` (`unknown`) for every 5xx; and all of
   *   the transport.
   */
  async createSmsCommand(request: SmsCommandRequest, call: CallOptions = {}): Promise<SmsCommand> {
    const { sim, payload, ...callback } = this.checkSmsCommand(request);
    this.checkConfiguration();
    const form = formOf({ Sim: sim, Payload: payload }, callback);
    return this.#api.post(SMS_COMMANDS.path, form, told(sim, payload, callback), SMS_COMMANDS.item, call);
  }

  /**
   * Reads one SMS Command.
   * @throws CellularError `NOT_FOUND` where the account has none of this SID, `OPTION_INVALID` if it is no SID.
   */
  async fetchSmsCommand(sid: string, call: ReadOptions = {}): Promise<SmsCommand> {
    return this.#fetch(SMS_COMMANDS, sid, call);
  }

  /**
   * Lists SMS Commands, page by page as they are taken; the service promises no order.
   * @param call `timeout` is for each page.
   */
  async *listSmsCommands(
    filter: CommandFilter = {},
    call: ReadOptions = {},
  ): AsyncGenerator<SmsCommand, void, undefined> {
    yield* this.#list(SMS_COMMANDS, commandQuery(filter), call);
  }

  /** As `createSmsCommand`, by the legacy resource `/v1/Commands`. */
  async createCommand(request: CommandRequest, call: CallOptions = {}): Promise<LegacyCommand> {
    const { sim, command, ...callback } = this.checkCommand(request);
    this.checkConfiguration();
    const form = formOf({ Sim: sim, Command: command }, callback);
    return this.#api.post(COMMANDS.path, form, told(sim, command, callback), COMMANDS.item, call);
  }

  /** As `fetchSmsCommand`, by the legacy resource `/v1/Commands`. */
  async fetchCommand(sid: string, call: ReadOptions = {}): Promise<LegacyCommand> {
    return this.#fetch(COMMANDS, sid, call);
  }

  /** As `listSmsCommands`, by the legacy resource `/v1/Commands`. */
  async *listCommands(
    filter: CommandFilter = {},
    call: ReadOptions = {},
  ): AsyncGenerator<LegacyCommand, void, undefined> {
    yield* this.#list(COMMANDS, commandQuery(filter), call);
  }

  /**
   * Lists the SIMs of the account, page by page as they are taken.
   * @param call `timeout` is for each page.
   */
  async *listSims(filter: SimFilter = {}, call: ReadOptions = {}): AsyncGenerator<SuperSimCard, void, undefined> {
    yield* this.#list(SIMS, simQuery(filter), call);
  }

  /** Looks whether the service takes the login: reads one SIM. */
  async probe(call: CallOptions = {}): Promise<SuperSimAccountInfo> {
    for await (const sim of this.listSims({ pageSize: 1 }, call)) {
      return { version: null, accountSid: sim.accountSid, raw: sim };
    }
    return { version: null, accountSid: null, raw: null };
  }

  /**
   * Closes all connections once what was asked of the service has been answered. What waits for a token or between two
   * attempts is `INTERRUPTED`, and so are later calls.
   */
  async close(): Promise<void> {
    await this.#api.close();
  }

  async #fetch<T extends { readonly sid: string }>(
    { path, item }: ListResource<T>,
    sid: string,
    call: ReadOptions,
  ): Promise<T> {
    const checked = checkCommandSid(sid);
    this.checkConfiguration();
    const command = await this.#api.get(`${path}/${checked}`, item, call);
    if (command.sid.toLowerCase() === checked.toLowerCase()) return command;
    throw new CellularError("BAD_RESPONSE", `${this.label}: the answer is about another command. Check the URL.`);
  }

  async *#list<T>(
    resource: ListResource<T>,
    query: URLSearchParams,
    call: ReadOptions,
  ): AsyncGenerator<T, void, undefined> {
    this.checkConfiguration();
    yield* entriesOf(this.#api, resource, query, this.#basePath, call);
  }
}

function loginOf(
  credentials: SuperSimCredentials,
  clientFor: (url: string) => HttpClient,
  tokenUrl: string,
  timeout: number,
): AccountLogin {
  if (credentials.login !== "oauth") return basicLogin(credentials.username, credentials.password);
  const client = clientFor(tokenUrl);
  return new TokenLogin(client, new URL(tokenUrl).pathname === "/" ? "/" : "", credentials, timeout);
}

type Callback = Pick<SmsCommandRequest, "callbackUrl" | "callbackMethod">;

/** In the order of the vendor's own client. */
function formOf(fields: Readonly<Record<string, string>>, { callbackMethod, callbackUrl }: Callback): URLSearchParams {
  const form = new URLSearchParams(fields);
  if (callbackMethod !== undefined) form.set("CallbackMethod", callbackMethod);
  if (callbackUrl !== undefined) form.set("CallbackUrl", callbackUrl);
  return form;
}

/** What the service gets and may repeat. */
function told(sim: string, text: string, { callbackUrl = "" }: Callback): readonly string[] {
  return [sim, text, callbackUrl];
}
