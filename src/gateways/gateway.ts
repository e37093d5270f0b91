/** The vocabulary that all drivers of gateways share. */
import { checkGiven } from "./arguments";
import { SMS_OPTION_NAMES, type RecipientMode, type SmsOptionName, type SmsOptions } from "./sms-options";

/** Options of every driver call. */
export interface CallOptions {
  /** Ends the call; it fails with `INTERRUPTED`. */
  readonly signal?: AbortSignal | undefined;
  /** Time for the whole call in milliseconds, instead of the driver's own. */
  readonly timeout?: number | undefined;
}

/** One SMS to one recipient, and what is asked for beside. */
export interface OutgoingSms extends SmsOptions {
  readonly to: string;
  readonly text: string;
}

/** The alphabet on the air. */
export type SmsEncoding = "gsm7" | "ucs2";

/**
 * An SMS that a driver has checked. Plain data, since it waits on disk; the options are kept as they were asked for, so
 * that another gateway can be asked whether it takes the same.
 */
export interface CheckedSms {
  /** In the form in which the gateway gets it. */
  readonly to: string;
  readonly text: string;
  /** The alphabet on the air; how the text goes to the gateway is an option. */
  readonly encoding: SmsEncoding;
  readonly segments: number;
  readonly options: SmsOptions;
}

/** What is asked for beside recipient and text, without what is left open. */
export function optionsOf(sms: OutgoingSms | CheckedSms): SmsOptions {
  checkGiven(sms, "SMS");
  const given: SmsOptions = "options" in sms ? sms.options : sms;
  return Object.fromEntries(
    SMS_OPTION_NAMES.flatMap((name) => (given[name] === undefined ? [] : [[name, given[name]]])),
  );
}

/** What a gateway said when it took an SMS. It says nothing about the handset. */
export interface SendReceipt {
  /** The recipient in the form in which the gateway got it. */
  readonly to: string;
  readonly encoding: SmsEncoding;
  readonly segments: number;
  /** The gateway's answer as it was read. */
  readonly raw: unknown;
}

/** One place where a gateway keeps received SMS: a modem with the SIM that is active in it. */
export interface Mailbox {
  readonly connId?: number | undefined;
}

/** Which SIM the entries of a mailbox belong to, as far as the gateway says. */
export interface SimIdentity {
  readonly connId?: number;
  readonly simId?: number;
  readonly iccid?: string;
  readonly imsi?: string;
  readonly mtn?: string;
}

/** What lies in one mailbox, and on which SIM: an empty mailbox has a SIM too. */
export interface MailboxContents {
  readonly sim: SimIdentity;
  /** In the order in which the gateway lists them. */
  readonly entries: readonly StoredSms[];
}

/** One entry of a gateway's SMS store. A long SMS may lie there as several entries. */
export interface StoredSms extends SimIdentity {
  /** The entry's number in the store, used again after a deletion; null where the gateway gives none. */
  readonly id: number | null;
  readonly from: string;
  readonly text: string;
  /** When the service centre took it: UTC seconds, or null where the gateway prints a local date only. */
  readonly timestamp: number | null;
  /** The date as the gateway printed it. */
  readonly date: string | null;
  /**
   * `date` read as this computer's local time, UTC seconds; absent where it cannot be read or `timestamp` says it better.
   * For people and for the order alone: it is another one after a change to daylight saving.
   */
  readonly localTime?: number;
  /** False where the gateway says that a part lacks; absent where it does not say. */
  readonly complete?: boolean;
  readonly raw: Readonly<Record<string, unknown>>;
}

/** What to delete from a store. */
export interface DeleteRequest extends Mailbox {
  /** The SIM; absent: found out where there is only one that can be meant. */
  readonly iccid?: string | undefined;
  readonly ids: number | readonly number[] | "all";
}

export interface UssdRequest {
  readonly code: string;
  readonly connId?: number | undefined;
  readonly iccid?: string | undefined;
}

/** What came of a USSD code. */
export interface UssdReply {
  /** Whether the device said that it sent the code. */
  readonly acknowledged: boolean;
  /** The network's answer, or null where the device gives none. */
  readonly reply: string | null;
  /** The connection that was used. */
  readonly connId?: number;
  /** The SIM that was used, where the device says which one that is. */
  readonly iccid?: string;
  /** What the device itself said. */
  readonly deviceWords: string | null;
  /** The device's answer as it was read. */
  readonly raw: unknown;
}

/** What a device says of itself without a login. */
export interface DeviceInfo {
  readonly version: string | null;
  readonly raw: unknown;
}

/** What every driver of a device that sends SMS can do. */
export interface SmsGateway {
  /** Kind and address of the device, as they stand at the head of its error messages. */
  readonly label: string;
  /** The options that this kind knows; `checkSms` refuses the others. */
  readonly options: ReadonlySet<SmsOptionName>;
  /**
   * Looks whether the configuration suffices for requests, without making one.
   * @throws CellularError `CONFIG_MISSING` that names what lacks.
   */
  checkConfiguration(): void;
  /**
   * Brings a recipient into the form in which the gateway takes it.
   * @param mode What `to` names, for kinds that know this option; absent: a phone number.
   * @throws CellularError `ADDRESS_INVALID`.
   */
  checkAddress(to: string, mode?: RecipientMode): string;
  /**
   * Checks an SMS without any request and returns it in the form that `sendSms` sends. One that was checked before
   * comes out as it went in, unless the settings have changed since.
   * @throws CellularError `ADDRESS_INVALID`, `TEXT_EMPTY`, `TEXT_INVALID`, `TEXT_TOO_LONG` or `OPTION_INVALID`.
   */
  checkSms(sms: OutgoingSms | CheckedSms): CheckedSms;
  /** Makes one attempt to hand an SMS to the gateway; never repeats one that may have left. */
  sendSms(sms: OutgoingSms | CheckedSms, options?: CallOptions): Promise<SendReceipt>;
  probe(options?: CallOptions): Promise<DeviceInfo>;
  /** Logs out and closes all connections once what is in flight has ended. */
  close(): Promise<void>;
}

/** A gateway whose received SMS can be read. */
export interface SmsReader {
  /** The places to poll. */
  mailboxes(options?: CallOptions): Promise<readonly Mailbox[]>;
  readMailbox(mailbox: Mailbox, options?: CallOptions): Promise<MailboxContents>;
}

/** A gateway from whose store SMS can be deleted. */
export interface SmsDeleter {
  /** The connection that is meant where a call names none. */
  readonly connId?: number | undefined;
  deleteSms(request: DeleteRequest, options?: CallOptions): Promise<void>;
}

/** A gateway that sends USSD codes. */
export interface UssdSender {
  sendUssd(request: UssdRequest, options?: CallOptions): Promise<UssdReply>;
}

/** Whether a gateway's received SMS can be read. */
export function canReadSms(gateway: SmsGateway): gateway is SmsGateway & SmsReader {
  return "readMailbox" in gateway;
}

/** Whether SMS can be deleted from a gateway's store. */
export function canDeleteSms(gateway: SmsGateway): gateway is SmsGateway & SmsReader & SmsDeleter {
  return canReadSms(gateway) && "deleteSms" in gateway;
}

/** Whether a gateway sends USSD codes. */
export function canSendUssd(gateway: SmsGateway): gateway is SmsGateway & UssdSender {
  return "sendUssd" in gateway;
}
