import { CellularError } from "../errors/cellular-error";

/**
 * What `to` names: a phone number, a contact or a group of the gateway's address book; with `tel` the message goes by
 * Telegram first.
 */
export const RECIPIENT_MODES = ["number", "user", "group", "telnumber", "teluser", "telgroup"] as const;
export type RecipientMode = (typeof RECIPIENT_MODES)[number];

/** What can be asked for beside recipient and text. Plain data; each kind of gateway knows some of it. */
export interface SmsOptions {
  /** Connection id of the modem to send by; absent: the gateway's choice. */
  readonly connId?: number | undefined;
  /** What `to` names; absent: a phone number. */
  readonly mode?: RecipientMode | undefined;
  /** By Telegram first: whether an SMS goes out where there is no Telegram. Absent: yes. */
  readonly telauto?: boolean | undefined;
  /** Whether a recipient whose number `regex` matches is the only one to get it, or the only one not to. */
  readonly list?: "" | "white" | "black" | undefined;
  /** A pattern that the gateway itself holds against numbers; never evaluated here. */
  readonly regex?: string | undefined;
  /** How the text goes over the wire to the gateway: as it is, or as the hexadecimal digits of its bytes. */
  readonly encoding?: "text" | "hex" | undefined;
  /** Which bytes the text has as `hex`; absent: UTF-8. */
  readonly hexCharset?: "utf-8" | "latin1" | undefined;
  /** An SMS of class 0: the phone shows it at once and keeps nothing. */
  readonly flash?: boolean | undefined;
  /** A call instead of an SMS. */
  readonly ring?: boolean | undefined;
}

export type SmsOptionName = keyof SmsOptions;

const NAMES: Readonly<Record<SmsOptionName, null>> = {
  connId: null,
  mode: null,
  telauto: null,
  list: null,
  regex: null,
  encoding: null,
  hexCharset: null,
  flash: null,
  ring: null,
};

/** The names of all options that any kind of gateway knows. */
export const SMS_OPTION_NAMES: readonly SmsOptionName[] = Object.keys(NAMES).filter(isOptionName);

/** Whether an option of this name exists; what a kind of gateway knows stands in its `options`. */
export function isOptionName(name: string): name is SmsOptionName {
  return Object.hasOwn(NAMES, name);
}

/** Whether `to` is a phone number in this mode: then commas separate several, and spaces in it mean nothing. */
export function namesPhoneNumber(mode: RecipientMode = "number"): boolean {
  return mode === "number" || mode === "telnumber";
}

/**
 * Refuses what this kind of gateway does not know: an option that has no effect must not look as if it had one.
 * @param label Names the gateway at the head of the message.
 * @throws CellularError `OPTION_INVALID` that names the option and those that are known.
 */
export function refuseUnknownOptions(options: SmsOptions, known: ReadonlySet<SmsOptionName>, label: string): void {
  const unknown = SMS_OPTION_NAMES.find((name) => options[name] !== undefined && !known.has(name));
  if (unknown === undefined) return;
  const names = known.size === 0 ? "It knows none" : `Known are: ${[...known].join(", ")}`;
  throw new CellularError(
    "OPTION_INVALID",
    `${label}: this kind of gateway knows no option "${unknown}". ${names}. Remove it.`,
  );
}
