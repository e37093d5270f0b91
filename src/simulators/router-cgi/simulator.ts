import type { DeviceFunction } from "../faults.js";
import { webPage, type DeviceAnswer, type DeviceRequest } from "../http-message.js";
import { SimulatedDevice, type LoggedRequest } from "../simulated-device.js";
import { smsParts } from "../sms-parts.js";
import { GatewayLogin } from "./gateway-login.js";
import type { CgiRouterSimulatorOptions, ListDialect, RouterManner } from "./options.js";
import { printedAsText, printedAsXml, printedMoment } from "./printed-list.js";
import { CgiSmsStore, type StoredCgiSms } from "./sms-store.js";

/** An SMS that the router was asked to send and took. */
export interface SentCgiSms {
  readonly to: string;
  readonly text: string;
  readonly at: Date;
}

/** A slot that was emptied by `sms_delete`. */
export interface DeletedIndex {
  readonly index: number;
  readonly at: Date;
}

/** The login of one request, taken or refused. */
export interface CgiLogin {
  readonly accepted: boolean;
  readonly at: Date;
}

export interface CgiRouterEvents {
  /** Each request as it arrives. */
  request: [LoggedRequest];
  login: [CgiLogin];
  sent: [SentCgiSms];
  deleted: [DeletedIndex];
}

/** An SMS on its way to the router. */
export interface IncomingCgiSms {
  readonly from: string;
  readonly text: string;
  /** When it comes, UTC seconds. Default now. */
  readonly timestamp?: number;
  /** The date as the router prints it. Default: the timestamp in local time. */
  readonly date?: string;
  /** With `joinsParts`: the parts, from 0, that never came; `<part_missing>` stands in their place. */
  readonly lost?: readonly number[];
}

const FUNCTIONS: ReadonlyMap<string, DeviceFunction> = new Map<string, DeviceFunction>([
  ["/cgi-bin/sms_send", "send"],
  ["/cgi-bin/sms_list", "list"],
  ["/cgi-bin/sms_read", "list"],
  ["/cgi-bin/sms_total", "list"],
  ["/cgi-bin/sms_delete", "delete"],
]);

/** The endpoints that a router of each manner documents. */
const ENDPOINTS: Readonly<Record<RouterManner, readonly string[]>> = {
  teltonika: [...FUNCTIONS.keys()],
  proroute: ["/cgi-bin/sms_send", "/cgi-bin/sms_list"],
};

/**
 * A router with `/cgi-bin/sms_send`, in the manner of Teltonika or of Proroute. It answers nearly everything with HTTP
 * 200 and one word; what it does not know, with its web page.
 */
export class CgiRouterSimulator extends SimulatedDevice<CgiRouterEvents> {
  /** Whether the SMS gateway is switched on. */
  enabled: boolean;
  /** What the fault `refuse` says: `ERROR`, `TIMEOUT`, `WRONG_NUMBER`, `Disabled` or any other text. */
  refusalWord = "ERROR";
  protected readonly functions = [...new Set(FUNCTIONS.values())];
  readonly #manner: RouterManner;
  readonly #dialect: ListDialect;
  readonly #longestQuery: number;
  readonly #joinsParts: boolean;
  readonly #login: GatewayLogin;
  readonly #store: CgiSmsStore;
  readonly #sent: SentCgiSms[] = [];
  #dropped = 0;

  constructor(options: CgiRouterSimulatorOptions = {}) {
    super(options);
    this.enabled = options.enabled ?? true;
    this.#manner = options.manner ?? "teltonika";
    this.#dialect = options.dialect ?? {};
    this.#longestQuery = options.longestQuery ?? 8192;
    this.#joinsParts = options.joinsParts ?? false;
    this.#store = new CgiSmsStore(options.storeCapacity ?? 30);
    this.#login = new GatewayLogin({
      username: options.username ?? "smsuser",
      password: options.password ?? "simulated-password",
      lockAfter: options.lockAfter ?? 20,
    });
  }

  /** The SMS it took, in order. */
  get sent(): readonly SentCgiSms[] {
    return this.#sent;
  }

  /** What it stores, in the order of arrival. */
  get store(): readonly StoredCgiSms[] {
    return this.#store.entries;
  }

  /** Parts that were lost because the store was full. */
  get dropped(): number {
    return this.#dropped;
  }

  /** Bad logins so far. */
  get badLogins(): number {
    return this.#login.bad;
  }

  /** Whether so many logins were bad that it lets nobody in any more. */
  get locked(): boolean {
    return this.#login.isLocked;
  }

  /** Forgets the bad logins. */
  unlock(): void {
    this.#login.unlock();
  }

  /**
   * Puts an SMS into the store, a long one as several parts.
   * @returns the parts that found room; the others are lost and counted in `dropped`.
   */
  receive(sms: IncomingCgiSms): readonly StoredCgiSms[] {
    const moment = sms.timestamp === undefined ? new Date() : new Date(sms.timestamp * 1000);
    const date = sms.date ?? printedMoment(moment, this.#dialect);
    const parts = smsParts(sms.text);
    const { lost = [] } = sms;
    const texts = this.#joinsParts
      ? [parts.map((part, index) => (lost.includes(index) ? "<part_missing>" : part)).join("")]
      : parts;
    const stored = texts
      .map((text) => this.#store.add({ from: sms.from, text, date }))
      .filter((entry) => entry !== undefined);
    this.#dropped += texts.length - stored.length;
    return stored;
  }

  /** Empties the store and forgets what was sent and asked. Bad logins and faults stay. */
  clear(): void {
    this.#store.clear();
    this.#sent.length = 0;
    this.#dropped = 0;
    this.clearLog();
  }

  protected functionOf(path: string): DeviceFunction {
    return FUNCTIONS.get(path) ?? "other";
  }

  protected perform(request: DeviceRequest): DeviceAnswer {
    if (this.#isTooLong(request)) return webPage(413, "Request Entity Too Large");
    // How a blocked address is answered is not known.
    if (this.locked) return webPage(403, "Forbidden");
    if (!ENDPOINTS[this.#manner].includes(request.path)) return webPage(200, "Router");
    if (!this.enabled) return this.#text("Disabled");
    const fields = fieldsOf(request);
    const accepted = this.#login.isGood(fields.get("username"), fields.get("password"));
    this.emit("login", { accepted, at: new Date() });
    if (!accepted) return { ...this.#text("Bad username or password"), status: 401 };
    switch (request.path) {
      case "/cgi-bin/sms_send":
        return this.#text(this.#send(fields));
      case "/cgi-bin/sms_delete":
        return this.#text(this.#delete(fields));
      case "/cgi-bin/sms_read":
        return this.#read(fields);
      case "/cgi-bin/sms_total":
        return this.#text(this.#total());
      default:
        return this.#list(this.#store.entries);
    }
  }

  protected refusal(): DeviceAnswer {
    return this.#text(this.refusalWord);
  }

  protected oversizedAnswer(asked: DeviceFunction, bytes: number): DeviceAnswer {
    if (asked !== "list") return this.#text(`OK${" ".repeat(bytes)}`);
    const date = printedMoment(new Date(), this.#dialect);
    return this.#print([{ index: 0, from: "+447700900101", text: "x".repeat(bytes), date, read: true }]);
  }

  protected noticed(request: LoggedRequest): void {
    this.emit("request", request);
  }

  #isTooLong({ method, query }: DeviceRequest): boolean {
    return method === "GET" && query.toString().length > this.#longestQuery;
  }

  #send(fields: URLSearchParams): string {
    const to = fields.get("number") ?? "";
    const text = fields.get("text") ?? "";
    if (!/^(\+|00)?\d{2,20}$/.test(to)) return "WRONG_NUMBER";
    if (text === "") return "ERROR";
    const sms = { to, text: this.#manner === "proroute" ? text.replaceAll("%n", "\n") : text, at: new Date() };
    this.#sent.push(sms);
    this.emit("sent", sms);
    return "OK";
  }

  /** Which word stands for a slot that is empty is not known. */
  #delete(fields: URLSearchParams): string {
    const index = indexOf(fields);
    if (index === undefined) return "ERROR";
    if (!this.#store.delete(index)) return "NO MESSAGE";
    this.emit("deleted", { index, at: new Date() });
    return "OK";
  }

  #read(fields: URLSearchParams): DeviceAnswer {
    const index = indexOf(fields);
    const entry = index === undefined ? undefined : this.#store.get(index);
    return entry === undefined ? this.#text("NO MESSAGE") : this.#list([entry]);
  }

  /** The form is a guess. */
  #total(): string {
    const used = this.#store.entries.length;
    const { capacity } = this.#store;
    return `Used: ${used}\nTotal: ${capacity}\nLeft: ${capacity - used}`;
  }

  #list(entries: readonly StoredCgiSms[]): DeviceAnswer {
    if (entries.length === 0) return this.#text(this.#dialect.empty === "nothing" ? "" : "NO MESSAGES");
    const answer = this.#print(entries);
    for (const { index } of entries) this.#store.markRead(index);
    return answer;
  }

  #print(entries: readonly StoredCgiSms[]): DeviceAnswer {
    if (this.#dialect.form !== "xml") return this.#plain(printedAsText(entries, this.#dialect));
    return { status: 200, headers: { "content-type": "text/xml" }, body: printedAsXml(entries) };
  }

  /** One word on a line of its own; nothing stays nothing. */
  #text(words: string): DeviceAnswer {
    return this.#plain(words === "" ? "" : `${words}\n`);
  }

  #plain(text: string): DeviceAnswer {
    const { encoding = "utf8", pre = false } = this.#dialect;
    const body = pre ? `<pre>\n${text}</pre>\n` : text;
    return {
      status: 200,
      headers: { "content-type": pre ? "text/html" : "text/plain" },
      body: encoding === "latin1" ? body.replaceAll(/[\u{100}-\u{10ffff}]/gu, "?") : body,
      encoding,
    };
  }
}

/** A POST has its fields in a form, a GET in its query; nothing else is read. */
function fieldsOf({ method, headers, query, body }: DeviceRequest): URLSearchParams {
  if (method === "GET") return query;
  const isForm = /^application\/x-www-form-urlencoded\s*(;|$)/i.test(headers["content-type"] ?? "");
  return new URLSearchParams(method === "POST" && isForm ? body : "");
}

function indexOf(fields: URLSearchParams): number | undefined {
  const text = fields.get("number") ?? "";
  return /^\d{1,9}$/.test(text) ? Number(text) : undefined;
}
