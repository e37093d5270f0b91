import { CellularError } from "../../errors/cellular-error";
import { Deadline, HttpClient, statusError, type HttpAnswer, type TrustSettings } from "../../http";
import { checkLength, readText } from "../../sms";
import { checkCall, checkGiven, checkIds, checkSettings, segmentLimit } from "../arguments";
import {
  optionsOf,
  type CallOptions,
  type CheckedSms,
  type DeleteRequest,
  type DeviceInfo,
  type Mailbox,
  type MailboxContents,
  type OutgoingSms,
  type SendReceipt,
  type SmsDeleter,
  type SmsGateway,
  type SmsReader,
  type StoredSms,
} from "../gateway";
import { refuseUnknownOptions, type SmsOptionName } from "../sms-options";
import { failureWord, foreignAnswer, isOk, readBody, type AnswerContext } from "./answer";
import { writeForm, writeQuery, type FormFields, type LineBreak, withPercentN } from "./form";
import { readNumber, type NumberFormat } from "./number";
import { readSmsList } from "./sms-list";

/** Long SMS of UCS-2 took more than two minutes on real routers. */
const DEFAULT_TIMEOUT_MS = 150_000;
const MAX_LIST_BYTES = 8 * 1024 * 1024;

const METHODS = ["POST", "GET"] as const;
const LINE_BREAKS = ["lf", "percent-n"] as const satisfies readonly LineBreak[];
const NUMBER_FORMATS = ["as-is", "00"] as const satisfies readonly NumberFormat[];

export interface CgiRouterOptions extends TrustSettings {
  /** Base URL, e.g. `https://192.168.8.1`. */
  readonly url: string;
  /** Those of the router's SMS gateway, not of its web admin. */
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  /** Default POST: by GET the password stands in the router's log. */
  readonly method?: "POST" | "GET" | undefined;
  /** How a line break is written: `lf` as itself (default) · `percent-n` as `%n` (Proroute). */
  readonly lineBreak?: LineBreak | undefined;
  /** `as-is` (default) · `00`: a leading `+` becomes `00` (documented by Teltonika). */
  readonly numberFormat?: NumberFormat | undefined;
  /** Time for one request in milliseconds, default 150000. */
  readonly timeout?: number | undefined;
  /** Longest text in segments, default 10: beyond that, one router cut texts off or sent them twice. */
  readonly maxSegments?: number | undefined;
}

/**
 * A router with `/cgi-bin/sms_send`: Proroute (vendor page "SMS Gateway"), and Teltonika RutOS before 7.14. It has one
 * modem and one store; connections and SIMs that a call names mean nothing to it. It does one thing at a time, and
 * reading fails while a long SMS is sent.
 *
 * All failures are `CellularError`. No request is ever repeated: real duplicates came of that, and about 20 bad logins
 * lock an address out.
 */
export class CgiRouter implements SmsGateway, SmsReader, SmsDeleter {
  /** There is one modem, and nothing to choose. */
  readonly options: ReadonlySet<SmsOptionName> = new Set();
  readonly #http: HttpClient;
  readonly #credentials: { readonly username: string; readonly password: string };
  readonly #method: "POST" | "GET";
  readonly #lineBreak: LineBreak;
  readonly #numberFormat: NumberFormat;
  readonly #timeout: number;
  readonly #maxSegments: number;

  /** @throws CellularError `CONFIG_MISSING` if the URL, the fingerprint or a setting cannot be used. */
  constructor(options: CgiRouterOptions) {
    checkSettings(options, "CGI router");
    this.#http = new HttpClient({ url: options.url, device: "CGI router", trust: options });
    this.#credentials = { username: options.username ?? "", password: options.password ?? "" };
    this.#method = oneOf(METHODS, options.method, "method");
    this.#lineBreak = oneOf(LINE_BREAKS, options.lineBreak, "lineBreak");
    this.#numberFormat = oneOf(NUMBER_FORMATS, options.numberFormat, "numberFormat");
    this.#timeout = options.timeout ?? DEFAULT_TIMEOUT_MS;
    this.#maxSegments = segmentLimit(options.maxSegments, this.label);
  }

  get label(): string {
    return this.#http.label;
  }

  checkConfiguration(): void {
    if (Object.values(this.#credentials).every((value) => value !== "")) return;
    throw new CellularError(
      "CONFIG_MISSING",
      `${this.label}: the user name or the password is missing. Enter those of the router's SMS gateway.`,
    );
  }

  checkAddress(to: string): string {
    return readNumber(to, this.#numberFormat);
  }

  checkSms(sms: OutgoingSms | CheckedSms): CheckedSms {
    const options = optionsOf(sms);
    refuseUnknownOptions(options, this.options, this.label);
    const to = this.checkAddress(sms.to);
    const text = readText(sms.text);
    if (this.#lineBreak === "percent-n" && text.includes("%n")) {
      throw new CellularError(
        "OPTION_INVALID",
        'The text holds "%n", which this router turns into a line break. Write it differently, or set lineBreak to lf.',
      );
    }
    const { encoding, segments } = checkLength(text, this.#maxSegments);
    return { to, text, encoding, segments, options };
  }

  /**
   * Sends one SMS: `sms_send`. Only an answer that begins with `OK` is success, whatever the HTTP status says.
   * @param sms `to` with `+`, or digits alone, which are not changed.
   * @throws CellularError of any code of this driver; `unknown` after `TIMEOUT`, `CONNECTION_LOST`, `BAD_RESPONSE`,
   *   `RESPONSE_TOO_LARGE`, and after `REFUSED` for a text of several segments of which a part may have gone.
   */
  async sendSms(sms: OutgoingSms | CheckedSms, options: CallOptions = {}): Promise<SendReceipt> {
    const { to, text, encoding, segments } = this.checkSms(sms);
    const secrets = [to, text, withPercentN(text)];
    const raw = await this.#order("send", { text, number: to }, { segments, secrets }, options);
    return { to, encoding, segments, raw };
  }

  /** The one store that there is. */
  mailboxes(): Promise<readonly Mailbox[]> {
    return Promise.resolve([{}]);
  }

  /**
   * Lists the received SMS: `sms_list`, in the router's order, which is none. A part of a long SMS may be an entry of
   * its own. The router prints its local time, so that `timestamp` is null; `localTime` is for people.
   * @param mailbox Means nothing here; the options of the call may stand in its place.
   * @throws CellularError `BAD_RESPONSE` where the list cannot be read, with the beginning of the answer in `cause.raw`.
   */
  async listSms(mailbox: Mailbox & CallOptions = {}, options: CallOptions = mailbox): Promise<StoredSms[]> {
    checkGiven(mailbox, "mailbox");
    const answer = await this.#ask("list", {}, { effect: false, maxBytes: MAX_LIST_BYTES }, options);
    return [...readSmsList(answer, this.#context("list"))];
  }

  /** As `listSms`; the router does not say which SIM the entries lie on. */
  async readMailbox(mailbox: Mailbox, options: CallOptions = {}): Promise<MailboxContents> {
    return { sim: {}, entries: await this.listSms(mailbox, options) };
  }

  /**
   * Deletes stored SMS, one request each: `sms_delete` (Teltonika). "All" are those that the list shows now.
   * @throws CellularError `UNSUPPORTED` where the firmware lacks it. After a failure in the middle some are deleted.
   */
  async deleteSms(request: DeleteRequest, options: CallOptions = {}): Promise<void> {
    checkGiven(request, "list of what to delete");
    checkCall(options);
    const ids = checkIds(request.ids);
    const limit = options.timeout === undefined ? undefined : new Deadline(options.timeout);
    const limited = (): CallOptions => ({ signal: options.signal, timeout: limit?.remaining });
    const indices = ids === "all" ? storedIds(await this.listSms({}, limited())) : [ids].flat();
    // From the highest to the lowest, so that it does not matter whether the others move up.
    for (const index of [...new Set(indices)].sort((one, other) => other - one)) {
      await this.#order("delete", { number: String(index) }, { segments: 0, secrets: [] }, limited());
    }
  }

  /**
   * Looks whether a web server answers at the router's address. Nothing of the SMS gateway can be asked without a login,
   * and each bad login counts towards the lock-out.
   * @returns `version` is null: the router does not tell it.
   */
  async probe(options: CallOptions = {}): Promise<DeviceInfo> {
    checkCall(options);
    const timeout = new Deadline(options.timeout ?? this.#timeout).remaining;
    const answer = await this.#http.request({
      method: "GET",
      path: "/",
      timeout,
      signal: options.signal,
      effect: false,
    });
    const { status } = answer;
    if (status >= 500 || status === 429) throw statusError(answer, { label: this.label, effect: false, words: "" });
    return { version: null, raw: { status } };
  }

  /** Closes all connections once the requests in flight have ended; later calls are `INTERRUPTED`. */
  async close(): Promise<void> {
    await this.#http.close();
  }

  /** Has something done that must not be done twice; returns what the router said. */
  async #order(
    asked: "send" | "delete",
    fields: FormFields,
    about: Pick<AnswerContext, "segments" | "secrets">,
    options: CallOptions,
  ): Promise<string> {
    const answer = await this.#ask(asked, fields, { effect: true }, options);
    const context = this.#context(asked, about);
    const body = readBody(answer, context);
    if (isOk(body)) return body.trim();
    throw failureWord(body, answer, context) ?? foreignAnswer(body, answer, context);
  }

  async #ask(
    asked: AnswerContext["asked"],
    fields: FormFields,
    request: { readonly effect: boolean; readonly maxBytes?: number },
    options: CallOptions,
  ): Promise<HttpAnswer> {
    checkCall(options);
    this.checkConfiguration();
    const all = { ...this.#credentials, ...fields };
    const path = `/cgi-bin/sms_${asked}`;
    return this.#http.request({
      ...request,
      ...(this.#method === "GET"
        ? { method: "GET", path: `${path}?${writeQuery(all, this.#lineBreak)}` }
        : {
            method: "POST",
            path,
            headers: { "content-type": "application/x-www-form-urlencoded" },
            body: writeForm(all, this.#lineBreak),
          }),
      timeout: new Deadline(options.timeout ?? this.#timeout).remaining,
      signal: options.signal,
    });
  }

  #context(
    asked: AnswerContext["asked"],
    { segments, secrets }: Pick<AnswerContext, "segments" | "secrets"> = { segments: 0, secrets: [] },
  ): AnswerContext {
    return { label: this.label, asked, segments, secrets: [this.#credentials.password, ...secrets] };
  }
}

/** The first one where nothing is set. */
function oneOf<const T extends string>(choices: readonly [T, ...T[]], value: unknown, setting: string): T {
  if (value === undefined) return choices[0];
  const choice = choices.find((one) => one === value);
  if (choice !== undefined) return choice;
  throw new CellularError("CONFIG_MISSING", `The setting ${setting} is not one of ${choices.join(", ")}. Correct it.`);
}

function storedIds(entries: readonly StoredSms[]): readonly number[] {
  return entries.flatMap(({ id }) => (id === null ? [] : [id]));
}
