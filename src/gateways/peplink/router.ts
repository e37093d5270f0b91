import { performance } from "node:perf_hooks";
import * as v from "valibot";
import { CellularError } from "../../errors/cellular-error";
import { Deadline, HttpClient, statusError, type HttpAnswer, type TrustSettings } from "../../http";
import { checkLength, parsePhoneNumber, readText } from "../../sms";
import type {
  CallOptions,
  CheckedSms,
  DeviceInfo,
  Mailbox,
  MailboxContents,
  OutgoingSms,
  SendReceipt,
  SmsGateway,
  SmsReader,
  StoredSms,
} from "../gateway";
import { readConnections, type CellularConnection } from "./connections";
import { isLoginExpired, readEnvelope, readResponse } from "./envelope";
import { PeplinkSession, type Login, type PeplinkCredentials, type PermissionName } from "./session";
import { readMailboxContents } from "./stored-sms";
import { SmsListResponse, WanStatusResponse, type Envelope } from "./wire";

const DEFAULT_TIMEOUT_MS = 30_000;
const LOGOUT_TIMEOUT_MS = 3000;
const DEFAULT_MAX_SEGMENTS = 10;
const MAX_LIST_BYTES = 8 * 1024 * 1024;
/** How long a refused permission is believed before the login is made anew to look again, in milliseconds. */
const PERMISSION_BELIEVED_MS = 60_000;

export interface PeplinkRouterOptions extends TrustSettings {
  /** Base URL, e.g. `https://192.168.50.1`. */
  readonly url: string;
  /** Cookie login of a user of the web admin. */
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  /** Login by client instead: made once with `auth.client` at the router. */
  readonly clientId?: string | undefined;
  readonly clientSecret?: string | undefined;
  /** Which of the two logins; default: by client if a client id is given. */
  readonly auth?: "password" | "client" | undefined;
  /** WAN connection that sends when a call names none. */
  readonly connId?: number | undefined;
  /** Time for one call in milliseconds, default 30000. */
  readonly timeout?: number | undefined;
  /** Longest text in segments, default 10. */
  readonly maxSegments?: number | undefined;
}

interface ApiCall {
  readonly name: string;
  readonly method: PermissionName;
  readonly query?: Readonly<Record<string, string>>;
  readonly content?: Readonly<Record<string, unknown>>;
  readonly effect: boolean;
  /** What must not be repeated in an error message, beside the login's own secrets. */
  readonly secrets?: readonly string[];
  readonly maxBytes?: number;
}

/**
 * A Peplink / Pepwave router over its HTTP API (vendor page "Commands -- SMS & USSD"). Sending needs firmware 8.0.0,
 * reading 8.1.0. Calls share one login; a login that expired is renewed once, and the call is made once more.
 *
 * All failures are `CellularError`. A failed send is `unknown` if a byte of it may have left without a usable answer.
 */
export class PeplinkRouter implements SmsGateway, SmsReader {
  readonly #http: HttpClient;
  readonly #session: PeplinkSession;
  readonly #options: PeplinkRouterOptions;
  readonly #inFlight = new Set<Promise<Envelope>>();
  #isClosed = false;

  /** @throws CellularError `CONFIG_MISSING` if the URL or the fingerprint cannot be used. */
  constructor(options: PeplinkRouterOptions) {
    this.#options = options;
    this.#http = new HttpClient({ url: options.url, device: "Peplink router", trust: options });
    this.#session = new PeplinkSession(this.#http, credentialsOf(options));
  }

  get label(): string {
    return this.#http.label;
  }

  checkConfiguration(): void {
    this.#session.checkCredentials();
  }

  checkAddress(to: string): string {
    return parsePhoneNumber(addressText(to));
  }

  checkSms(sms: OutgoingSms): CheckedSms {
    const to = this.checkAddress(sms.to);
    const text = readText(sms.text);
    const { encoding, segments } = checkLength(text, this.#options.maxSegments ?? DEFAULT_MAX_SEGMENTS);
    const connId = checkConnId(sms.connId ?? this.#options.connId);
    return { to, text, encoding, segments, connId };
  }

  /**
   * Sends one SMS: POST `cmd.sms.sendMessage` (firmware 8.0.0). The router answers only that it took the message.
   * @param sms `to` in the form `+` and 2 to 15 digits; `connId` of the WAN connection, absent: the router's choice.
   * @throws CellularError of any code of this driver; `unknown` after `TIMEOUT`, `CONNECTION_LOST`, `BAD_RESPONSE` or
   *   `RESPONSE_TOO_LARGE`.
   */
  async sendSms(sms: OutgoingSms, options: CallOptions = {}): Promise<SendReceipt> {
    const { to, text, encoding, segments, connId } = this.checkSms(sms);
    const raw = await this.#call(
      {
        name: "cmd.sms.sendMessage",
        method: "POST",
        content: { address: to, content: text, ...(connId === undefined ? {} : { connId }) },
        effect: true,
        secrets: [to, text],
      },
      options,
    );
    return { to, encoding, segments, raw };
  }

  /** The cellular WAN connections: each has a store of its own, that of the SIM active in it. */
  async mailboxes(options: CallOptions = {}): Promise<readonly Mailbox[]> {
    return (await this.connections(options)).map(({ connId }) => ({ connId }));
  }

  /**
   * Lists the received SMS of the active SIM: GET `cmd.sms.get` (firmware 8.1.0). Parts of a long SMS are entries of
   * their own.
   * @param mailbox `connId` of the WAN connection; absent: every cellular connection, one after the other.
   */
  async listSms(mailbox: Mailbox = {}, options: CallOptions = {}): Promise<readonly StoredSms[]> {
    const places = mailbox.connId === undefined ? await this.mailboxes(options) : [mailbox];
    const all: StoredSms[] = [];
    for (const place of places) all.push(...(await this.readMailbox(place, options)).entries);
    return all;
  }

  /** As `listSms` for one connection, with the SIM that the entries lie on. */
  async readMailbox(mailbox: Mailbox, options: CallOptions = {}): Promise<MailboxContents> {
    const connId = checkConnId(mailbox.connId);
    if (connId === undefined) {
      throw new CellularError("OPTION_INVALID", "A Peplink router lists SMS by connection. Name the connection id.");
    }
    const call: ApiCall = {
      name: "cmd.sms.get",
      method: "GET",
      query: { connId: String(connId) },
      effect: false,
      maxBytes: MAX_LIST_BYTES,
    };
    const envelope = await this.#call(call, options);
    return readMailboxContents(readResponse(SmsListResponse, envelope, this.#http.label), connId);
  }

  /** Lists the cellular WAN connections: GET `status.wan.connection`. User names and passwords of APNs are left out. */
  async connections(options: CallOptions = {}): Promise<readonly CellularConnection[]> {
    const envelope = await this.#call({ name: "status.wan.connection", method: "GET", effect: false }, options);
    return readConnections(readResponse(WanStatusResponse, envelope, this.#http.label));
  }

  /** Asks the router for its firmware: GET `info.firmware`, which answers without a login. */
  async probe(options: CallOptions = {}): Promise<DeviceInfo> {
    const answer = await this.#http.request({
      method: "GET",
      path: "/api/info.firmware",
      timeout: new Deadline(options.timeout ?? this.#timeout).remaining,
      signal: options.signal,
      effect: false,
    });
    const raw = readEnvelope(answer, { label: this.#http.label, effect: false, secrets: [] }).response;
    return { version: firmwareVersion(raw), raw };
  }

  /** Logs out and closes all connections once the calls in flight have ended; later calls are `INTERRUPTED`. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.allSettled(this.#inFlight);
    await this.#session.close(LOGOUT_TIMEOUT_MS);
    await this.#http.close();
  }

  get #timeout(): number {
    return this.#options.timeout ?? DEFAULT_TIMEOUT_MS;
  }

  async #call(call: ApiCall, options: CallOptions): Promise<Envelope> {
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
    const deadline = new Deadline(options.timeout ?? this.#timeout);
    const { signal } = options;
    const login = await this.#permitted(call.method, { deadline, signal });
    const answer = await this.#exchange(call, login, deadline, signal);
    if (!isLoginExpired(answer)) return this.#read(call, login, answer);

    const renewed = await this.#session.renew(login, { deadline, signal });
    const second = await this.#exchange(call, renewed, deadline, signal);
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
    if (login.may[permission]) return login;
    const right = permission === "POST" ? "POST (read-write)" : "GET (read)";
    throw new CellularError(
      "FORBIDDEN",
      `${this.#http.label}: this user lacks the ${right} permission. Give it the right at the router, or use another user.`,
    );
  }

  #exchange(call: ApiCall, login: Login, deadline: Deadline, signal: AbortSignal | undefined): Promise<HttpAnswer> {
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
}

function credentialsOf(options: PeplinkRouterOptions): PeplinkCredentials {
  const { username = "", password = "", clientId = "", clientSecret = "" } = options;
  const auth = options.auth ?? (clientId === "" ? "password" : "client");
  return auth === "client" ? { auth, clientId, clientSecret } : { auth, username, password };
}

/** Code without types gives numbers too, which have lost their +. */
function addressText(to: unknown): string {
  if (typeof to === "string") return to;
  throw new CellularError("ADDRESS_INVALID", "The recipient is no text: write + and the digits as a string.");
}

function checkConnId(connId: number | undefined): number | undefined {
  if (connId === undefined || (Number.isSafeInteger(connId) && connId >= 0)) return connId;
  throw new CellularError("OPTION_INVALID", "The connection id is no whole number. Enter the router's WAN number.");
}

const FirmwareBank = v.looseObject({ version: v.string(), inUse: v.optional(v.unknown()) });

/** The running firmware: the router lists its banks by number, one marked as in use. */
function firmwareVersion(response: unknown): string | null {
  const banks = v.safeParse(v.record(v.string(), v.unknown()), response);
  if (!banks.success) return null;
  const found = [response, ...Object.values(banks.output)].flatMap((value) => {
    const bank = v.safeParse(FirmwareBank, value);
    return bank.success ? [bank.output] : [];
  });
  return (found.find(({ inUse }) => inUse === true) ?? found[0])?.version ?? null;
}
