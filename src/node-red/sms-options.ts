import { RECIPIENT_MODES, type SmsOptions as GatewayOptions, type SmsOptionName } from "../gateways/sms-options";
import type { OnUnknown, Priority } from "../outbox";
import {
  duration,
  invalidOption,
  messageKey,
  oneOf,
  readMessageOptions,
  text,
  yesOrNo,
  type OptionReaders,
} from "./message-options";
import { readNumber } from "./properties";

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

const READERS: OptionReaders<SmsOptions> = {
  connId: (value, path) => {
    const number = readNumber(value);
    if (number === undefined || !Number.isSafeInteger(number) || number < 0)
      throw invalidOption(path, "a whole number");
    return number;
  },
  mode: oneOf(RECIPIENT_MODES),
  telauto: yesOrNo,
  list: oneOf(["", "white", "black"]),
  regex: text,
  encoding: oneOf(["text", "hex"]),
  hexCharset: oneOf(["utf-8", "latin1"]),
  flash: yesOrNo,
  ring: yesOrNo,
  transliterate: yesOrNo,
  onUnknown: oneOf(["report", "fallback", "resend"]),
  priority: oneOf(["normal", "high"]),
  expireAfter: duration("minutes"),
  fallbackAfter: duration("seconds"),
  key: messageKey,
  resend: yesOrNo,
};

/** Reads `msg.smsOptions`. @throws CellularError `OPTION_INVALID` */
export function readSmsOptions(value: unknown): SmsOptions {
  return readMessageOptions(READERS, value, "msg.smsOptions");
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
