import { CellularError } from "../errors/cellular-error";
import type { OnUnknown, Priority } from "../outbox";
import { readBoolean, readNumber } from "./properties";

/** What can be set for one message. */
export interface SmsOptions {
  readonly connId?: number;
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

const READERS: { readonly [K in keyof Required<SmsOptions>]: (value: unknown) => SmsOptions[K] } = {
  connId: (value) => {
    const number = readNumber(value);
    if (number === undefined || !Number.isSafeInteger(number) || number < 0) throw invalid("connId", "a whole number");
    return number;
  },
  onUnknown: (value) => oneOf("onUnknown", value, ["report", "fallback", "resend"]),
  priority: (value) => oneOf("priority", value, ["normal", "high"]),
  expireAfter: (value) => {
    const number = readNumber(value);
    if (number === undefined || number < 0) throw invalid("expireAfter", "a number of minutes");
    return number;
  },
  fallbackAfter: (value) => {
    const number = readNumber(value);
    if (number === undefined || number < 0) throw invalid("fallbackAfter", "a number of seconds");
    return number;
  },
  key: (value) => {
    const key = typeof value === "number" ? String(value) : value;
    if (typeof key !== "string" || key === "" || key.length > LONGEST_KEY) {
      throw invalid("key", `a text of 1 to ${String(LONGEST_KEY)} characters`);
    }
    return key;
  },
  resend: (value) => {
    const resend = readBoolean(value);
    if (resend === undefined) throw invalid("resend", "true or false");
    return resend;
  },
};

const LONGEST_KEY = 1000;

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
    if (option !== undefined) options[name] = READERS[name](option);
  }
  return options;
}

function isOptionName(name: string): name is keyof SmsOptions {
  return Object.hasOwn(READERS, name);
}

function oneOf<const T extends string>(name: string, value: unknown, choices: readonly T[]): T {
  const choice = choices.find((one) => one === value);
  if (choice === undefined) throw invalid(name, `one of ${choices.join(", ")}`);
  return choice;
}

function invalid(name: string, what: string): CellularError {
  return new CellularError("OPTION_INVALID", `msg.smsOptions.${name} is not ${what}.`);
}
