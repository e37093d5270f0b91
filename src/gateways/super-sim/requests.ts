import { CellularError } from "../../errors/cellular-error";
import { readText } from "../../sms";
import { checkGiven } from "../arguments";
import type { SuperSimProvider } from "./options";
import type { CommandDirection, CommandStatus, SimStatus } from "./records";

/** Longest text of a command, in bytes: the vendor says "160 single-byte characters". */
const LONGEST_TEXT = 160;
const LONGEST_CALLBACK_URL = 2048;

interface CallbackRequest {
  /** Where the service reports the command's states: http or https; KORE takes https alone. */
  readonly callbackUrl?: string | undefined;
  /** Default `POST`, by the service. */
  readonly callbackMethod?: "GET" | "POST" | undefined;
}

export interface SmsCommandRequest extends CallbackRequest {
  /** SID (`HS…`) or unique name. */
  readonly sim: string;
  /** Up to 160 single-byte characters. */
  readonly payload: string;
}

export interface CommandRequest extends CallbackRequest {
  /** SID (`HS…`) or unique name. */
  readonly sim: string;
  /** Up to 160 single-byte characters. */
  readonly command: string;
}

interface PageRequest {
  /** Entries that one request brings, 1 to 1000; default: the service's own. */
  readonly pageSize?: number | undefined;
}

export interface CommandFilter extends PageRequest {
  /** SID (`HS…`) or unique name. */
  readonly sim?: string | undefined;
  readonly status?: CommandStatus | undefined;
  readonly direction?: CommandDirection | undefined;
}

export interface SimFilter extends PageRequest {
  readonly status?: SimStatus | undefined;
  /** SID (`HF…`) or unique name. */
  readonly fleet?: string | undefined;
  readonly iccid?: string | undefined;
}

/**
 * Checks an SMS Command without any request.
 * @throws CellularError `ADDRESS_INVALID`, `TEXT_EMPTY`, `TEXT_INVALID`, `TEXT_TOO_LONG` or `OPTION_INVALID`.
 */
export function checkSmsCommand(request: SmsCommandRequest, provider: SuperSimProvider): SmsCommandRequest {
  checkGiven(request, "command");
  return {
    sim: checkSim(request.sim),
    payload: checkText(request.payload),
    ...checkCallback(request, provider),
  };
}

/** As `checkSmsCommand`, for the legacy resource. */
export function checkCommand(request: CommandRequest, provider: SuperSimProvider): CommandRequest {
  checkGiven(request, "command");
  return {
    sim: checkSim(request.sim),
    command: checkText(request.command),
    ...checkCallback(request, provider),
  };
}

/** @throws CellularError `OPTION_INVALID` if it is no SID of a command. */
export function checkCommandSid(sid: unknown): string {
  if (typeof sid === "string" && /^HC[0-9a-fA-F]{32}$/.test(sid)) return sid;
  throw invalid("The SID of the command is none: it is HC and 32 hexadecimal digits.");
}

/** The query of a list of commands, in the order of the vendor's own client. */
export function commandQuery(filter: CommandFilter): URLSearchParams {
  checkGiven(filter, "filter");
  const { sim, status, direction } = filter;
  const query = new URLSearchParams();
  if (sim !== undefined) query.set("Sim", checkSim(sim));
  setChoice(query, "Status", status, ["queued", "sent", "delivered", "received", "failed"]);
  setChoice(query, "Direction", direction, ["to_sim", "from_sim"]);
  setPageSize(query, filter);
  return query;
}

/** The query of a list of SIMs. */
export function simQuery(filter: SimFilter): URLSearchParams {
  checkGiven(filter, "filter");
  const { status, fleet, iccid } = filter;
  const query = new URLSearchParams();
  setChoice(query, "Status", status, ["new", "ready", "active", "inactive", "scheduled"]);
  if (fleet !== undefined) query.set("Fleet", checkName(fleet, "fleet"));
  if (iccid !== undefined) query.set("Iccid", checkName(iccid, "iccid"));
  setPageSize(query, filter);
  return query;
}

function checkSim(sim: unknown): string {
  const name = typeof sim === "string" ? sim.trim() : "";
  if (name === "" || /[\p{Surrogate}\p{Cc}]/u.test(name)) {
    throw new CellularError("ADDRESS_INVALID", "No SIM is named: give its SID (HS…) or its unique name.");
  }
  if (/^[A-Z]{2}[0-9a-fA-F]{32}$/.test(name) && !name.startsWith("HS")) {
    throw new CellularError("ADDRESS_INVALID", "The SID is not that of a SIM, which begins with HS: look it up again.");
  }
  // Nobody gives a SIM such a unique name; a SID that was cut off or mistyped looks like that.
  if (/^HS[0-9a-zA-Z]{24,}$/.test(name) && !/^HS[0-9a-fA-F]{32}$/.test(name)) {
    throw new CellularError(
      "ADDRESS_INVALID",
      "The SID of the SIM is none: it is HS and 32 hexadecimal digits. Look it up again.",
    );
  }
  return name;
}

function checkText(value: unknown): string {
  const text = readText(value);
  const length = Buffer.byteLength(text);
  if (length <= LONGEST_TEXT) return text;
  const hint = length === text.length ? "" : ` Characters such as é, € or 👍 count as 2 to 4.`;
  throw new CellularError(
    "TEXT_TOO_LONG",
    `The text counts ${String(length)} characters, a command takes ${String(LONGEST_TEXT)}: shorten it.${hint}`,
  );
}

function checkCallback(request: CallbackRequest, provider: SuperSimProvider): CallbackRequest {
  // Code without types may give anything.
  const { callbackUrl, callbackMethod }: { callbackUrl?: unknown; callbackMethod?: unknown } = request;
  const checked: { callbackUrl?: string; callbackMethod?: "GET" | "POST" } = {};
  if (callbackUrl !== undefined && callbackUrl !== "") checked.callbackUrl = checkCallbackUrl(callbackUrl, provider);
  if (callbackMethod !== undefined) {
    if (callbackMethod !== "GET" && callbackMethod !== "POST") {
      throw invalid("The option callbackMethod is neither GET nor POST.");
    }
    checked.callbackMethod = callbackMethod;
  }
  return checked;
}

function checkCallbackUrl(value: unknown, provider: SuperSimProvider): string {
  const schemes = provider === "kore" ? ["https:"] : ["http:", "https:"];
  const isUrl =
    typeof value === "string" &&
    value.length <= LONGEST_CALLBACK_URL &&
    // The parser of URLs takes spaces and line breaks out by itself; the service would get them.
    !/[\s\p{Surrogate}]/u.test(value) &&
    URL.canParse(value);
  if (isUrl && /^https?:\/\//i.test(value) && schemes.includes(new URL(value).protocol)) return value;
  const what = provider === "kore" ? "https:// address, which KORE asks for" : "http:// or https:// address";
  throw invalid(`The option callbackUrl is no ${what}.`);
}

function setChoice(query: URLSearchParams, name: string, value: unknown, choices: readonly string[]): void {
  if (value === undefined) return;
  if (typeof value !== "string" || !choices.includes(value)) {
    throw invalid(`The filter ${name.toLowerCase()} is not one of: ${choices.join(", ")}.`);
  }
  query.set(name, value);
}

function checkName(value: unknown, name: string): string {
  if (typeof value === "string" && value !== "" && !/\p{Surrogate}/u.test(value)) return value;
  throw invalid(`The filter ${name} is empty or no text.`);
}

function setPageSize(query: URLSearchParams, { pageSize }: PageRequest): void {
  if (pageSize === undefined) return;
  if (!Number.isInteger(pageSize) || pageSize < 1 || pageSize > 1000) {
    throw invalid("The page size is no whole number from 1 to 1000.");
  }
  query.set("PageSize", String(pageSize));
}

function invalid(text: string): CellularError {
  return new CellularError("OPTION_INVALID", text);
}
