import { isDeepStrictEqual } from "node:util";
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
import { Lane } from "../lane";
import {
  Outbox,
  type Conclusion,
  type Entry,
  type FinishedEntry,
  type OutboxLimits,
  type Relay,
  type Transmit,
} from "../outbox";
import { DriverSlot } from "./driver-slot";
import { RuntimeStore, type StorePlace } from "./runtime-store";
import { smsCodec } from "./sms-codec";
import type { SmsOrigin } from "./sms-origin";
import type { GatewayReference } from "./sms-record";

export type SmsEntry = Entry<CheckedSms, SmsOrigin, SendReceipt>;
export type FinishedSms = FinishedEntry<CheckedSms, SmsOrigin, SendReceipt>;
export type SmsConclusion = Conclusion<CheckedSms, SendReceipt>;
export type SmsRelay = Relay<CheckedSms, SmsOrigin, SendReceipt>;

/** The journal of the ledgers, in the folder of the gateway. */
const LEDGERS = "inbox";

/** What makes a configuration of a gateway: when it changes, a new driver is made. */
export interface RuntimeSettings {
  readonly label: string;
  /** How the gateway is called in records. */
  readonly reference: GatewayReference;
  readonly limits: OutboxLimits;
  /** Milliseconds after which a queued SMS is given up, 0 = never. */
  readonly expireAfter: number;
  /** Whether what waits survives the process. */
  readonly durable: boolean;
  /** Everything that the driver depends on, credentials included; kept in memory to see a change. */
  readonly driverSettings: unknown;
  /** Made from them, not used yet. */
  readonly driver: SmsGateway;
}

export interface RuntimeHooks extends StorePlace {
  readonly finished: (entry: FinishedSms) => void;
  readonly repeated: (conclusion: SmsConclusion, origin: SmsOrigin) => void;
  readonly relay: SmsRelay;
  readonly ready: () => Promise<void>;
  /** Told how many SMS lie in the gateway's store that no node wants, once there are some. */
  readonly untaken: (count: number) => void;
}

/**
 * What stands behind one `cellular-gateway`: one driver, one lane, one outbox, one inbox. It lives as long as the
 * process, so that a deploy in the middle of a send neither loses nor repeats anything.
 */
export class GatewayRuntime {
  readonly lane = new Lane();
  readonly outbox: Outbox<CheckedSms, SmsOrigin, SendReceipt>;
  readonly inbox: Inbox;
  readonly #store: RuntimeStore<CheckedSms, SmsOrigin, SendReceipt>;
  readonly #slot = new DriverSlot();
  readonly #watchers = new Set<(entry: SmsEntry | undefined) => void>();
  readonly #transmit: Transmit<CheckedSms, SendReceipt> = (sms, signal) =>
    this.#slot.use((driver) => driver.sendSms(sms, { signal }));
  readonly #reader: SmsReader = {
    mailboxes: (options) => this.#slot.use((driver) => asReader(driver).mailboxes(options)),
    readMailbox: (mailbox, options) => this.#slot.use((driver) => asReader(driver).readMailbox(mailbox, options)),
  };
  readonly #mailStore: Store = {
    ...this.#reader,
    deleteSms: (request, options) => this.#slot.use((driver) => asDeleter(driver).deleteSms(request, options)),
  };
  #settings: RuntimeSettings | undefined;
  #reference: GatewayReference;

  constructor(settings: RuntimeSettings, hooks: RuntimeHooks) {
    this.#reference = settings.reference;
    const { label, durable } = settings;
    this.#store = new RuntimeStore({ ...hooks, label, codec: smsCodec, journals: [LEDGERS] }, durable);
    this.outbox = new Outbox({
      id: settings.reference.id,
      label,
      lane: this.lane,
      store: this.#store.outbox,
      limits: settings.limits,
      transmit: this.#transmit,
      relay: hooks.relay,
      observer: {
        moved: (entry) => {
          this.#tell(entry);
        },
        finished: (entry) => {
          hooks.finished(entry);
          this.#tell(entry);
        },
        repeated: hooks.repeated,
      },
    });
    this.inbox = new Inbox({
      lane: this.lane,
      ledgers: new JournalLedgerStore(() => this.#store.journal(LEDGERS)),
      reader: () => this.#reader,
      store: () => this.#mailStore,
      ready: hooks.ready,
      untaken: hooks.untaken,
      asFailure: (error) => asCellularError(error, this.#settings?.label ?? label),
    });
    this.lane.watch(() => {
      this.#tell(undefined);
    });
  }

  /** The driver in force, for checks that need no request. */
  get driver(): SmsGateway | undefined {
    return this.#slot.driver;
  }

  /** How the gateway is called in records: as the last settings that could be used name it. */
  get reference(): GatewayReference {
    return this.#reference;
  }

  /** Milliseconds after which a queued SMS is given up, 0 = never. */
  get expireAfter(): number {
    return this.#settings?.expireAfter ?? 0;
  }

  /** Whether what waits survives the process. */
  get isDurable(): boolean {
    return this.#store.isDurable;
  }

  /** Kind and address of the device, or undefined while no configuration is in force. */
  get label(): string | undefined {
    return this.#settings?.label;
  }

  /**
   * Takes a configuration into force and goes on; the same one again changes nothing that is on its way.
   * @returns Whether it differs from the one before.
   */
  attach(settings: RuntimeSettings): boolean {
    const isSame = isDeepStrictEqual(this.#settings?.driverSettings, settings.driverSettings);
    const haveLimitsChanged = !isDeepStrictEqual(this.#settings?.limits, settings.limits);
    if (isSame && this.#slot.driver !== undefined) {
      void settings.driver.close();
    } else {
      this.#slot.replace(settings.driver);
      this.lane.forgive();
    }
    this.#settings = settings;
    this.#reference = settings.reference;
    this.#store.isDurable = settings.durable;
    if (!isSame || haveLimitsChanged) this.outbox.configure({ ...settings, transmit: this.#transmit });
    this.outbox.resume();
    this.inbox.resume();
    return !isSame;
  }

  /** The configuration cannot be used: what waits ends with that error. */
  reject(error: CellularError): void {
    this.#settings = undefined;
    this.#slot.replace(undefined);
    void this.outbox.failAll(error);
  }

  /** Lets somebody who waits ask the gateway for something, when its turn has come. */
  ask<T>(request: (driver: SmsGateway) => Promise<T>): Promise<T> {
    return this.lane.run("ask", () => this.#slot.use(request));
  }

  /** The config node has stopped: nothing new begins until it is back. What is on its way goes on. */
  detach(): void {
    this.outbox.pause();
    this.inbox.pause();
  }

  /**
   * The gateway is deleted: what is on its way is cut off, what waits ends. When all of it has been reported, what was
   * kept of it is forgotten.
   */
  async end(): Promise<void> {
    const label = this.#settings?.label ?? "The gateway";
    this.inbox.end(new CellularError("INTERRUPTED", `${label}: the gateway was removed.`));
    await this.outbox.end();
    this.#slot.replace(undefined);
    await this.outbox.emptied();
    await this.#store.discard();
  }

  /** Calls `watcher` when an entry moves, or, without one, when the gateway's health changes. */
  watch(watcher: (entry: SmsEntry | undefined) => void): () => void {
    this.#watchers.add(watcher);
    return () => {
      this.#watchers.delete(watcher);
    };
  }

  #tell(entry: SmsEntry | undefined): void {
    for (const watcher of [...this.#watchers]) watcher(entry);
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
