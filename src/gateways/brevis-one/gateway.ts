import { CellularError } from "../../errors/cellular-error";
import { Deadline, deviceWords, HttpClient, statusError, type HttpAnswer, type TrustSettings } from "../../http";
import { checkLength, readText } from "../../sms";
import { checkCall, checkSettings, segmentLimit } from "../arguments";
import {
  optionsOf,
  type CallOptions,
  type CheckedSms,
  type OutgoingSms,
  type SendReceipt,
  type SmsGateway,
} from "../gateway";
import { refuseUnknownOptions, type RecipientMode, type SmsOptionName } from "../sms-options";
import { formOf, inForm, textOnWire } from "./form";
import { checkOptions, KNOWN_OPTIONS } from "./options";
import { readRecipient } from "./recipient";
import { readStatus, type BrevisOneStatus } from "./status";
import { withWeakTls } from "./trust";

const DEFAULT_TIMEOUT_MS = 30_000;
const SEND = "/api.php";
const STATUS = "/check.php";
/** Web servers take request lines of about 8 KiB. */
const LONGEST_TARGET = 8000;
/** Characters of an answer that are kept: nobody has written down what it looks like. */
const KEPT_ANSWER = 2000;

export interface BrevisOneGatewayOptions extends TrustSettings {
  /** Base URL, e.g. `https://192.168.1.100`. */
  readonly url: string;
  /** A system user of the gateway with "Access to the HTTP API". */
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  /** Default `POST`. With `GET` the password stands in the URL, and proxies and the device may log it. */
  readonly method?: "GET" | "POST" | undefined;
  /** Whether connections as old gateways make them are good enough, e.g. TLS 1.0; default false. */
  readonly weakTls?: boolean | undefined;
  /** Time for one call in milliseconds, default 30000. */
  readonly timeout?: number | undefined;
  /** Longest text in segments, default 10. */
  readonly maxSegments?: number | undefined;
}

/**
 * A Braintower SMS Gateway, now brevis.one, over its HTTP API (vendor page "HTTP API"). It sends to phone numbers, and to
 * contacts and groups of its own address book, by SMS or by Telegram.
 *
 * All failures are `CellularError`. A failed send is `unknown` if a byte of it may have left without a usable answer.
 */
export class BrevisOneGateway implements SmsGateway {
  readonly options: ReadonlySet<SmsOptionName> = KNOWN_OPTIONS;
  readonly #http: HttpClient;
  readonly #settings: BrevisOneGatewayOptions;
  readonly #method: "GET" | "POST";
  readonly #maxSegments: number;

  /** @throws CellularError `CONFIG_MISSING` if the URL, the method or the trust settings cannot be used. */
  constructor(settings: BrevisOneGatewayOptions) {
    checkSettings(settings, "brevis.one gateway");
    const trust = settings.weakTls === true ? withWeakTls(settings) : settings;
    this.#http = new HttpClient({ url: settings.url, device: "brevis.one gateway", trust });
    this.#settings = settings;
    this.#method = readMethod(settings.method, this.label);
    this.#maxSegments = segmentLimit(settings.maxSegments, this.label);
  }

  get label(): string {
    return this.#http.label;
  }

  checkConfiguration(): void {
    const { username = "", password = "" } = this.#settings;
    if (username === "" || password === "") {
      throw new CellularError(
        "CONFIG_MISSING",
        `${this.label}: the user name or the password is missing. Enter both, of a user with access to the HTTP API.`,
      );
    }
    // Half of a surrogate pair has no bytes: another password would reach the gateway.
    if (/\p{Surrogate}/u.test(username + password)) {
      throw new CellularError(
        "CONFIG_MISSING",
        `${this.label}: the user name or the password holds half of a character. Enter it again.`,
      );
    }
  }

  checkAddress(to: string, mode?: RecipientMode): string {
    return readRecipient(to, mode);
  }

  checkSms(sms: OutgoingSms | CheckedSms): CheckedSms {
    const options = optionsOf(sms);
    refuseUnknownOptions(options, this.options, this.label);
    checkOptions(options);
    const to = readRecipient(sms.to, options.mode);
    const text = readText(sms.text);
    const { encoding, segments } = checkLength(text, this.#maxSegments);
    const checked = { to, text, encoding, segments, options };
    const form = formOf(checked, this.#login);
    if (this.#method === "GET" && form.length > LONGEST_TARGET) throw this.#tooLongForGet(checked);
    return checked;
  }

  /**
   * Hands one SMS to the gateway: POST or GET `/api.php`. HTTP 200 says that it was taken; what the body says then is
   * documented nowhere, it is kept in the receipt.
   * @param sms `to` a phone number (digits, or `+` and digits), or by `mode` the ID or name of a contact or group.
   * @throws CellularError `REFUSED` (400: the number, contact or group is wrong, or a parameter lacks), `AUTH_FAILED`,
   *   `FORBIDDEN`, `TIMEOUT` (408 too: the gateway does not say whether it goes on trying), and all of the transport.
   */
  async sendSms(sms: OutgoingSms | CheckedSms, call: CallOptions = {}): Promise<SendReceipt> {
    const checked = this.checkSms(sms);
    this.checkConfiguration();
    const form = formOf(checked, this.#login);
    const answer = await this.#http.request({
      ...(this.#method === "GET"
        ? { method: "GET", path: `${SEND}?${form}` }
        : { method: "POST", path: SEND, body: form, headers: { "content-type": "application/x-www-form-urlencoded" } }),
      timeout: this.#timeLeft(call),
      signal: call.signal,
      effect: true,
    });
    if (answer.status !== 200) throw this.#failure(answer, true, this.#secretsOf(checked));
    const { to, encoding, segments } = checked;
    return { to, encoding, segments, raw: { status: 200, body: this.#kept(answer.body.toString("utf8")) } };
  }

  /** Reads what the gateway says of itself: GET `/check.php`, which takes no login. */
  async probe(call: CallOptions = {}): Promise<BrevisOneStatus> {
    const answer = await this.#http.request({
      method: "GET",
      path: STATUS,
      timeout: this.#timeLeft(call),
      signal: call.signal,
      effect: false,
    });
    if (answer.status !== 200) throw this.#failure(answer, false, []);
    return readStatus(answer.body.toString("utf8"), this.label);
  }

  /** Closes all connections once the calls in flight have ended; later calls are `INTERRUPTED`. */
  async close(): Promise<void> {
    await this.#http.close();
  }

  get #login(): { readonly username: string; readonly password: string } {
    const { username = "", password = "" } = this.#settings;
    return { username, password };
  }

  #timeLeft(call: CallOptions): number {
    checkCall(call);
    return new Deadline(call.timeout ?? this.#settings.timeout ?? DEFAULT_TIMEOUT_MS).remaining;
  }

  /** The gateway would answer with 414, or cut the connection and leave everybody in doubt. */
  #tooLongForGet(sms: CheckedSms): CellularError {
    const isText = formOf({ ...sms, text: "" }, this.#login).length <= LONGEST_TARGET;
    return new CellularError(
      isText ? "TEXT_TOO_LONG" : "OPTION_INVALID",
      `${this.label}: the URL would be too long for a request by GET. Set the gateway to POST, or shorten the ` +
        `${isText ? "text" : "recipient or the regex"}.`,
    );
  }

  #failure(answer: HttpAnswer, effect: boolean, secrets: readonly string[]): CellularError {
    const text = answer.body.toString("utf8");
    const isPage = /^\s*(<!doctype|<html)/i.test(text);
    return statusError(answer, {
      label: this.label,
      effect,
      words: isPage ? "a web page" : deviceWords(text, secrets),
    });
  }

  /** What the gateway got and may repeat. */
  #secretsOf({ to, text, options }: CheckedSms): readonly string[] {
    const hex = textOnWire(text, options);
    return [this.#login.password, to, text, hex, hex.toUpperCase(), options.regex ?? ""];
  }

  /** An answer for the receipt, without the password, should the gateway repeat it. */
  #kept(text: string): string {
    const { password } = this.#login;
    return text.replaceAll(password, "…").replaceAll(inForm(password), "…").slice(0, KEPT_ANSWER);
  }
}

function readMethod(method: unknown, label: string): "GET" | "POST" {
  if (method === undefined || method === "POST") return "POST";
  if (method === "GET") return "GET";
  throw new CellularError("CONFIG_MISSING", `${label}: the method is neither POST nor GET. Choose one of them.`);
}
