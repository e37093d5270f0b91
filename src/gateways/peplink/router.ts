import * as v from "valibot";
import { CellularError } from "../../errors/cellular-error";
import type { TrustSettings } from "../../http";
import { checkLength, parsePhoneNumber, readText } from "../../sms";
import { checkGiven, checkIds, checkSettings, segmentLimit } from "../arguments";
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
  type SmsGateway,
  type SmsReader,
  type SmsDeleter,
  type StoredSms,
  type UssdReply,
  type UssdRequest,
  type UssdSender,
} from "../gateway";
import { refuseUnknownOptions, type SmsOptionName } from "../sms-options";
import { iccidInUse, readConnections, type CellularConnection } from "./connections";
import { readResponse } from "./envelope";
import { PeplinkApi, type ApiCall } from "./api";
import { forSeveralRequests } from "./call-limit";
import { firmwareVersion } from "./firmware";
import type { PeplinkCredentials } from "./session";
import { readMailboxContents } from "./stored-sms";
import { SmsListResponse, WanStatusResponse } from "./wire";

const DEFAULT_TIMEOUT_MS = 30_000;
const MAX_LIST_BYTES = 8 * 1024 * 1024;

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
  /** Time for one request in milliseconds, default 30000; a call may take several, and a login before them. */
  readonly timeout?: number | undefined;
  /** Longest text in segments, default 10. */
  readonly maxSegments?: number | undefined;
}

/**
 * A Peplink / Pepwave router over its HTTP API (vendor page "Commands -- SMS & USSD"). Sending needs firmware 8.0.0,
 * reading 8.1.0. Calls share one login; a login that expired is renewed once, and the call is made once more.
 *
 * All failures are `CellularError`. A failed send is `unknown` if a byte of it may have left without a usable answer.
 */
export class PeplinkRouter implements SmsGateway, SmsReader, SmsDeleter, UssdSender {
  readonly options: ReadonlySet<SmsOptionName> = new Set<SmsOptionName>(["connId"]);
  readonly #api: PeplinkApi;
  readonly #options: PeplinkRouterOptions;
  readonly #maxSegments: number;
  /** The function for USSD that this firmware has as far as is known, and the one to try if it lacks it. */
  #ussdFunctions: readonly [usual: UssdFunction, other: UssdFunction] = ["cmd.sim.ussd.send", "cmd.sendUssd"];

  /** @throws CellularError `CONFIG_MISSING` if the URL or the fingerprint cannot be used. */
  constructor(options: PeplinkRouterOptions) {
    checkSettings(options, "Peplink router");
    this.#options = options;
    this.#api = new PeplinkApi({
      url: options.url,
      credentials: credentialsOf(options),
      trust: options,
      timeout: options.timeout ?? DEFAULT_TIMEOUT_MS,
    });
    this.#maxSegments = segmentLimit(options.maxSegments, this.label);
  }

  get label(): string {
    return this.#api.label;
  }

  get connId(): number | undefined {
    return this.#options.connId;
  }

  checkConfiguration(): void {
    this.#api.checkCredentials();
  }

  checkAddress(to: string): string {
    return parsePhoneNumber(addressText(to));
  }

  checkSms(sms: OutgoingSms | CheckedSms): CheckedSms {
    const options = optionsOf(sms);
    refuseUnknownOptions(options, this.options, this.label);
    const to = this.checkAddress(sms.to);
    const text = readText(sms.text);
    const { encoding, segments } = checkLength(text, this.#maxSegments);
    checkConnId(options.connId ?? this.#options.connId);
    return { to, text, encoding, segments, options };
  }

  /**
   * Sends one SMS: POST `cmd.sms.sendMessage` (firmware 8.0.0). The router answers only that it took the message.
   * @param sms `to` in the form `+` and 2 to 15 digits; `connId` of the WAN connection, absent: the router's choice.
   * @throws CellularError of any code of this driver; `unknown` after `TIMEOUT`, `CONNECTION_LOST`, `BAD_RESPONSE` or
   *   `RESPONSE_TOO_LARGE`.
   */
  async sendSms(sms: OutgoingSms | CheckedSms, call: CallOptions = {}): Promise<SendReceipt> {
    const { to, text, encoding, segments, options } = this.checkSms(sms);
    const connId = options.connId ?? this.#options.connId;
    const { raw } = await this.#api.call(
      {
        name: "cmd.sms.sendMessage",
        method: "POST",
        content: { address: to, content: text, ...(connId === undefined ? {} : { connId }) },
        effect: true,
        secrets: [to, text],
      },
      call,
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
   * @param mailbox `connId` of the WAN connection; absent: every cellular connection, one after the other. The
   *   options of the call may stand there too.
   */
  async listSms(mailbox: Mailbox & CallOptions = {}, options: CallOptions = mailbox): Promise<StoredSms[]> {
    checkGiven(mailbox, "mailbox");
    const limited = forSeveralRequests(options);
    const places = mailbox.connId === undefined ? await this.mailboxes(limited) : [mailbox];
    const all: StoredSms[] = [];
    for (const place of places) all.push(...(await this.readMailbox(place, limited)).entries);
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
    const envelope = await this.#api.call(call, options);
    return readMailboxContents(readResponse(SmsListResponse, envelope, this.#api.label), connId);
  }

  /** Lists the cellular WAN connections: GET `status.wan.connection`. User names and passwords of APNs are left out. */
  async connections(options: CallOptions = {}): Promise<CellularConnection[]> {
    const envelope = await this.#api.call({ name: "status.wan.connection", method: "GET", effect: false }, options);
    return [...readConnections(readResponse(WanStatusResponse, envelope, this.#api.label))];
  }

  /**
   * Deletes stored SMS: POST `cmd.sms.delete` (firmware 8.5.2).
   * @param request `ids` as `listSms` gives them, or all; the ICCID is found out where it is not given and is clear.
   * @throws CellularError `OPTION_INVALID` where the connection or the SIM is not clear, `UNSUPPORTED` by older firmware.
   */
  async deleteSms(request: DeleteRequest, options: CallOptions = {}): Promise<void> {
    checkGiven(request, "list of what to delete");
    const { connId, iccid, ids } = request;
    const id = checkIds(ids);
    if (Array.isArray(id) && id.length === 0) return;
    const named = checkIccid(iccid);
    const limited = forSeveralRequests(options);
    const connection = checkConnId(connId ?? this.#options.connId) ?? (await this.#onlyConnection(limited)).connId;
    const sim = named ?? (await this.#iccidOf(connection, limited));
    await this.#api.call(
      { name: "cmd.sms.delete", method: "POST", content: { connId: connection, iccid: sim, id }, effect: true },
      limited,
    );
  }

  /**
   * Sends a USSD code: POST `cmd.sim.ussd.send` (firmware 8.5.2), or `cmd.sendUssd` where the firmware lacks it (8.1).
   * The router only says that it sent the request: the network's answer cannot be read back.
   * @param request `code` of digits, `*` and `#`; `iccid` of the SIM, absent: the active one.
   * @throws CellularError `CODE_INVALID`, `OPTION_INVALID` where the connection is not clear, `UNSUPPORTED`.
   */
  async sendUssd(request: UssdRequest, options: CallOptions = {}): Promise<UssdReply> {
    checkGiven(request, "USSD request");
    const { connId, iccid, code } = request;
    if (typeof code !== "string" || !/^[0-9*#]+$/.test(code)) {
      throw new CellularError("CODE_INVALID", "A USSD code is made of digits, * and #, for example *100#.");
    }
    const named = checkIccid(iccid);
    const limited = forSeveralRequests(options);
    const connection = checkConnId(connId ?? this.#options.connId) ?? (await this.#onlyConnection(limited)).connId;
    const wanted: WantedUssd = { connection, code, iccid: named };
    const [usual, other] = this.#ussdFunctions;
    try {
      return await this.#callUssd(usual, wanted, limited);
    } catch (error) {
      if (!(error instanceof CellularError) || error.code !== "UNSUPPORTED") throw error;
      const reply = await this.#callUssd(other, wanted, limited);
      // An update of the firmware takes one function and brings the other.
      this.#ussdFunctions = [other, usual];
      return reply;
    }
  }

  /** Asks the router for its firmware: GET `info.firmware`, which answers without a login. */
  async probe(options: CallOptions = {}): Promise<DeviceInfo> {
    const raw = (await this.#api.callWithoutLogin("info.firmware", options)).response;
    return { version: firmwareVersion(raw), raw };
  }

  /** Logs out and closes all connections once the calls in flight have ended; later calls are `INTERRUPTED`. */
  async close(): Promise<void> {
    await this.#api.close();
  }

  async #callUssd(
    name: UssdFunction,
    { connection, code, iccid }: WantedUssd,
    options: CallOptions,
  ): Promise<UssdReply> {
    const sim = iccid === undefined ? {} : await this.#simFor(name, connection, iccid, options);
    const content = { connId: connection, ussd: code, ...sim };
    const { raw, response } = await this.#api.call({ name, method: "POST", content, effect: true }, options);
    const said = v.safeParse(UssdResponse, response);
    const used = iccid ?? (await this.#iccidForRecord(connection, options));
    return {
      acknowledged: true,
      reply: null,
      connId: connection,
      ...(used === undefined ? {} : { iccid: used }),
      deviceWords: said.success ? said.output.message : null,
      raw,
    };
  }

  /** The newer function takes the ICCID, the older one the number of the slot. */
  async #simFor(
    name: UssdFunction,
    connection: number,
    iccid: string,
    options: CallOptions,
  ): Promise<Readonly<Record<string, unknown>>> {
    return name === "cmd.sim.ussd.send" ? { iccid } : { simId: await this.#simIdOf(connection, iccid, options) };
  }

  /** The code has left by now: not to learn by which SIM is no failure of it. */
  async #iccidForRecord(connId: number, options: CallOptions): Promise<string | undefined> {
    try {
      const connection = (await this.connections(options)).find((one) => one.connId === connId);
      return connection === undefined ? undefined : iccidInUse(connection);
    } catch (error) {
      if (error instanceof CellularError) return undefined;
      throw error;
    }
  }

  async #onlyConnection(options: CallOptions): Promise<CellularConnection> {
    const connections = await this.connections(options);
    const [first, second] = connections;
    if (first !== undefined && second === undefined) return first;
    throw new CellularError(
      "OPTION_INVALID",
      `${this.#api.label}: the router has ${String(connections.length)} cellular connections. Name the connection id.`,
    );
  }

  /** The SIM whose store `readMailbox` shows: the one that the list names, else the active one, else the only one. */
  async #iccidOf(connId: number, options: CallOptions): Promise<string> {
    const { sim } = await this.readMailbox({ connId }, options);
    if (sim.iccid !== undefined) return sim.iccid;
    const connection = (await this.connections(options)).find((one) => one.connId === connId);
    const clear = connection === undefined ? undefined : iccidInUse(connection);
    if (clear !== undefined) return clear;
    throw new CellularError(
      "OPTION_INVALID",
      `${this.#api.label}: it is not clear which SIM of connection ${String(connId)} is meant. Name its ICCID.`,
    );
  }

  async #simIdOf(connId: number, iccid: string, options: CallOptions): Promise<number> {
    const connection = (await this.connections(options)).find((one) => one.connId === connId);
    const slot = connection?.sims.find((sim) => sim.iccid === iccid);
    if (slot !== undefined) return slot.simId;
    throw new CellularError(
      "NOT_FOUND",
      `${this.#api.label}: connection ${String(connId)} has no SIM with this ICCID.`,
    );
  }
}

type UssdFunction = "cmd.sim.ussd.send" | "cmd.sendUssd";

interface WantedUssd {
  readonly connection: number;
  readonly code: string;
  readonly iccid: string | undefined;
}

const UssdResponse = v.looseObject({ message: v.string() });

function credentialsOf(options: PeplinkRouterOptions): PeplinkCredentials {
  const { username = "", password = "", clientId = "", clientSecret = "" } = options;
  const auth: string = options.auth ?? (clientId === "" ? "password" : "client");
  if (auth === "client") return { auth, clientId, clientSecret };
  if (auth === "password") return { auth, username, password };
  throw new CellularError(
    "CONFIG_MISSING",
    "Peplink router: the login is neither by password nor by client. Choose one of them.",
  );
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

/** An empty one names no SIM. */
function checkIccid(iccid: unknown): string | undefined {
  if (iccid === undefined || iccid === "") return undefined;
  if (typeof iccid === "string") return iccid;
  throw new CellularError("OPTION_INVALID", "The ICCID is no text: write its digits as a string.");
}
