import { asCellularError, CellularError } from "../errors/cellular-error";
import {
  canDeleteSms,
  canReadSms,
  type CheckedSms,
  type SendReceipt,
  type SmsDeleter,
  type SmsGateway,
  type SmsReader,
} from "../gateways/gateway";
import { Inbox, JournalLedgerStore, type Store } from "../inbox";
import type { Conclusion, Entry, Relay } from "../outbox";
import { ConfigRuntime, type ConfigHooks, type ConfigSettings } from "./config-runtime";
import { smsCodec } from "./sms-codec";
import type { SmsOrigin } from "./sms-origin";
import type { GatewayReference } from "./sms-record";

export type SmsEntry = Entry<CheckedSms, SmsOrigin, SendReceipt>;
export type SmsConclusion = Conclusion<CheckedSms, SendReceipt>;
export type SmsRelay = Relay<CheckedSms, SmsOrigin, SendReceipt>;

/** The configuration of a gateway. */
export interface GatewayConfiguration extends ConfigSettings<SmsGateway> {
  readonly reference: GatewayReference;
}

export interface GatewayHooks extends ConfigHooks<CheckedSms, SmsOrigin, SendReceipt> {
  readonly relay: SmsRelay;
  readonly ready: () => Promise<void>;
  /** Told how many SMS lie in the gateway's store that no node wants, once there are some. */
  readonly untaken: (count: number) => void;
}

/** What stands behind one `cellular-gateway`: driver, lane, outbox, and an inbox. */
export class GatewayRuntime extends ConfigRuntime<
  SmsGateway,
  CheckedSms,
  SmsOrigin,
  SendReceipt,
  GatewayConfiguration
> {
  readonly inbox: Inbox;
  readonly #reader: SmsReader = {
    mailboxes: (options) => this.slot.use((driver) => asReader(driver).mailboxes(options)),
    readMailbox: (mailbox, options) => this.slot.use((driver) => asReader(driver).readMailbox(mailbox, options)),
  };
  readonly #mailStore: Store = {
    ...this.#reader,
    deleteSms: (request, options) => this.slot.use((driver) => asDeleter(driver).deleteSms(request, options)),
  };

  constructor(settings: GatewayConfiguration, hooks: GatewayHooks) {
    const { relay, ready, untaken } = hooks;
    super(settings, hooks, {
      send: (driver, sms, signal) => driver.sendSms(sms, { signal }),
      codec: smsCodec,
      relay,
      journal: "inbox",
    });
    this.inbox = new Inbox({
      lane: this.lane,
      ledgers: new JournalLedgerStore(this.openJournal),
      reader: () => this.#reader,
      store: () => this.#mailStore,
      ready,
      untaken,
      asFailure: (error) => asCellularError(error, this.label ?? settings.label),
    });
  }

  override attach(settings: GatewayConfiguration): boolean {
    const isNew = super.attach(settings);
    this.inbox.resume();
    return isNew;
  }

  override detach(): void {
    super.detach();
    this.inbox.pause();
  }

  override async end(): Promise<void> {
    this.inbox.end(new CellularError("INTERRUPTED", `${this.label ?? "The gateway"}: the gateway was removed.`));
    await super.end();
  }
}

function asReader(driver: SmsGateway): SmsReader {
  if (canReadSms(driver)) return driver;
  throw new CellularError("UNSUPPORTED", "This kind of gateway cannot read received SMS.");
}

function asDeleter(driver: SmsGateway): SmsDeleter {
  if (canDeleteSms(driver)) return driver;
  throw new CellularError("UNSUPPORTED", "This kind of gateway cannot delete received SMS.");
}
