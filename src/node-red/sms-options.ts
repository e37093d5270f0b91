import { CellularError } from "../errors/cellular-error";
import { RECIPIENT_MODES, type SmsOptions as GatewayOptions, type SmsOptionName } from "../gateways/sms-options";
import type { OnUnknown, Priority } from "../outbox";
import { readBoolean, readNumber } from "./properties";

/** What can be set for one message: what its gateway is asked for, and how the outbox treats it. */
export interface SmsOptions extends GatewayOptions {
  /** Whether typographic characters become GSM-7 where nothing is lost in meaning. */
  readonly transliterate?: boolean;
  readonly onUnknown?: OnUnknown;
  readonly priority?: Priority;
  /** Minutes, 0 = never. */
  readonly expireAfter?: number;
  /** Seconds that an SMS waits for its gateway before the fallback gets it. */
  readonly fallbackAfter?: number;
  /** Stands for one SMS to each recipient, for 24 h. */
  readonly key?: string;
  /** Whether to send again although nobody knows what became of the SMS that the key stands for. */
  readonly resend?: boolean;
}

type Readers<T> = { readonly [K in keyof Required<T>]: (value: unknown, name: string) => T[K] };

const LONGEST_KEY = 1000;

const READERS: Readers<SmsOptions> = {
  connId: (value, name) => {
    const number = readNumber(value);
    if (number === undefined || !Number.isSafeInteger(number) || number < 0) throw invalid(name, "a whole number");
    return number;
  },
  mode: oneOf(RECIPIENT_MODES),
  telauto: yesOrNo,
  list: oneOf(["", "white", "black"]),
  regex: (value, name) => {
    if (typeof value !== "string") throw invalid(name, "a text");
    return value;
  },
  encoding: oneOf(["text", "hex"]),
  hexCharset: oneOf(["utf-8", "latin1"]),
  flash: yesOrNo,
  ring: yesOrNo,
  transliterate: yesOrNo,
  onUnknown: oneOf(["report", "fallback", "resend"]),
  priority: oneOf(["normal", "high"]),
  expireAfter: (value, name) => duration(value, name, "minutes"),
  fallbackAfter: (value, name) => duration(value, name, "seconds"),
  key: (value, name) => {
    const key = typeof value === "number" ? String(value) : value;
    if (typeof key !== "string" || key === "" || key.length > LONGEST_KEY) {
      throw invalid(name, `a text of 1 to ${String(LONGEST_KEY)} characters`);
    }
    return key;
  },
  resend: yesOrNo,
};

/**
 * Reads `msg.smsOptions`.
 * @throws CellularError `OPTION_INVALID` for anything that is no object, for a name that is not known, and for a value
 *   that the option cannot have: a misspelt option must not pass in silence.
 */
export function readSmsOptions(value: unknown): SmsOptions {
  if (value === undefined || value === null) return {};
  if (typeof value !== "object" || Array.isArray(value)) {
    throw new CellularError("OPTION_INVALID", "msg.smsOptions is no object. Set its properties, or remove it.");
  }
  const options: Record<string, unknown> = {};
  for (const [name, option] of Object.entries(value)) {
    if (!isOptionName(name)) {
      const known = Object.keys(READERS).join(", ");
      throw new CellularError(
        "OPTION_INVALID",
        `msg.smsOptions knows no option "${name.slice(0, 40)}". Known are: ${known}.`,
      );
    }
    if (option !== undefined) options[name] = READERS[name](option, name);
  }
  return options;
}

/** Settings of a node that change nothing of what is sent to whom: a kind that does not know them goes without. */
const HARMLESS: ReadonlySet<string> = new Set<SmsOptionName>(["connId", "telauto", "encoding", "hexCharset", "flash"]);

/**
 * What a gateway is asked for. Of a node's own settings, what would change who gets what (a mode, a list, a call instead
 * of an SMS) stays also if the gateway does not know it, so that it refuses; of a message's options, everything stays.
 * What says only what goes without saying is left out.
 * @param known What the gateway's driver knows.
 */
export function gatewayOptions(
  known: ReadonlySet<SmsOptionName>,
  settings: GatewayOptions,
  options: GatewayOptions,
): GatewayOptions {
  const own = Object.entries(settings).filter(([name]) => !HARMLESS.has(name) || isKnown(known, name));
  const { connId, mode, telauto, list, regex, encoding, hexCharset, flash, ring }: GatewayOptions = {
    ...Object.fromEntries(own),
    ...options,
  };
  return {
    ...(connId === undefined ? {} : { connId }),
    ...(mode === undefined || mode === "number" ? {} : { mode }),
    ...(telauto === undefined || !isTelegram(mode) ? {} : { telauto }),
    ...(list === undefined || list === "" ? {} : { list, ...(regex === undefined ? {} : { regex }) }),
    ...(encoding === undefined || encoding === "text" ? {} : { encoding }),
    ...(hexCharset === undefined || encoding !== "hex" ? {} : { hexCharset }),
    ...(flash === true ? { flash } : {}),
    ...(ring === true ? { ring } : {}),
  };
}

function isKnown(known: ReadonlySet<string>, name: string): boolean {
  return known.has(name);
}

function isTelegram(mode: GatewayOptions["mode"]): boolean {
  return mode?.startsWith("tel") === true;
}

function isOptionName(name: string): name is keyof SmsOptions {
  return Object.hasOwn(READERS, name);
}

function oneOf<const T extends string>(choices: readonly T[]): (value: unknown, name: string) => T {
  return (value, name) => {
    const choice = choices.find((one) => one === value);
    if (choice === undefined) throw invalid(name, `one of ${choices.map((one) => one || '""').join(", ")}`);
    return choice;
  };
}

function yesOrNo(value: unknown, name: string): boolean {
  const boolean = readBoolean(value);
  if (boolean === undefined) throw invalid(name, "true or false");
  return boolean;
}

function duration(value: unknown, name: string, unit: string): number {
  const number = readNumber(value);
  if (number === undefined || number < 0) throw invalid(name, `a number of ${unit}`);
  return number;
}

function invalid(name: string, what: string): CellularError {
  return new CellularError("OPTION_INVALID", `msg.smsOptions.${name} is not ${what}.`);
}
