import { isDeepStrictEqual } from "node:util";
import type { CellularError } from "../errors/cellular-error";
import { Lane, type Rank } from "../lane";
import {
  Outbox,
  type Conclusion,
  type Entry,
  type EntryCodec,
  type FinishedEntry,
  type OutboxLimits,
  type Relay,
  type Tracking,
  type Transmit,
} from "../outbox";
import { DriverSlot, type ClosableDriver } from "./driver-slot";
import { RuntimeStore, type StorePlace } from "./runtime-store";

/** How a config node is called in records. */
export interface Reference {
  readonly id: string;
  readonly name: string;
}

/** What makes a configuration: when its driver's settings change, a new driver is put in force. */
export interface ConfigSettings<Driver> {
  readonly label: string;
  readonly reference: Reference;
  readonly limits: OutboxLimits;
  /** Milliseconds after which what is queued is given up, 0 = never. */
  readonly expireAfter: number;
  /** Whether what waits survives the process. */
  readonly durable: boolean;
  /** Requests at once; absent: one. */
  readonly concurrency?: number;
  /** Everything that the driver depends on, credentials included; kept in memory to see a change. */
  readonly driverSettings: unknown;
  /** Made from them, not used yet. */
  readonly driver: Driver;
}

/** Whom a runtime tells what became of its entries. */
export interface ConfigHooks<Job, Origin, Receipt> extends StorePlace {
  readonly finished: (entry: FinishedEntry<Job, Origin, Receipt>) => void;
  readonly repeated: (conclusion: Conclusion<Job, Receipt>, origin: Origin) => void;
}

/** What is done by the driver in force, and how it is written down. */
export interface Work<Driver, Job, Origin, Receipt> {
  /** One attempt. */
  readonly send: (driver: Driver, job: Job, signal: AbortSignal) => Promise<Receipt>;
  readonly codec: () => EntryCodec<Job, Origin, Receipt>;
  readonly relay?: Relay<Job, Origin, Receipt>;
  /** How what was accepted is followed; absent: it is done then. */
  readonly tracking?: (slot: DriverSlot<Driver & ClosableDriver>) => Tracking<Job, Receipt>;
  /** The journal beside the outbox. */
  readonly journal: string;
}

/**
 * What stands behind one config node: one driver, one lane, one outbox. It lives as long as the process, so that a
 * deploy in the middle of a send neither loses nor repeats anything.
 */
export class ConfigRuntime<
  Driver extends ClosableDriver,
  Job,
  Origin,
  Receipt,
  Settings extends ConfigSettings<Driver> = ConfigSettings<Driver>,
> {
  readonly lane: Lane;
  readonly outbox: Outbox<Job, Origin, Receipt>;
  protected readonly slot = new DriverSlot<Driver>();
  readonly #store: RuntimeStore<Job, Origin, Receipt>;
  readonly #journal: string;
  readonly #transmit: Transmit<Job, Receipt>;
  readonly #watchers = new Set<(entry: Entry<Job, Origin, Receipt> | undefined) => void>();
  #settings: Settings | undefined;
  #reference: Settings["reference"];

  protected constructor(
    settings: Settings,
    hooks: ConfigHooks<Job, Origin, Receipt>,
    work: Work<Driver, Job, Origin, Receipt>,
  ) {
    const { label, durable, concurrency = 1, limits, reference } = settings;
    this.#reference = reference;
    this.#journal = work.journal;
    this.#store = new RuntimeStore({ ...hooks, label, codec: work.codec, journals: [work.journal] }, durable);
    this.#transmit = (job, signal) => this.slot.use((driver) => work.send(driver, job, signal));
    this.lane = new Lane(concurrency);
    this.outbox = new Outbox({
      id: reference.id,
      label,
      lane: this.lane,
      store: this.#store.outbox,
      limits,
      transmit: this.#transmit,
      ...(work.relay === undefined ? {} : { relay: work.relay }),
      ...(work.tracking === undefined ? {} : { tracking: work.tracking(this.slot) }),
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
    this.lane.watch(() => {
      this.#tell(undefined);
    });
  }

  /** The driver in force, for checks that need no request. */
  get driver(): Driver | undefined {
    return this.slot.driver;
  }

  /** How the config node is called in records: as the last settings that could be used name it. */
  get reference(): Settings["reference"] {
    return this.#reference;
  }

  /** The settings in force, or undefined while there are none. */
  get settings(): Settings | undefined {
    return this.#settings;
  }

  /** Milliseconds after which what is queued is given up, 0 = never. */
  get expireAfter(): number {
    return this.#settings?.expireAfter ?? 0;
  }

  /** Whether what waits survives the process. */
  get isDurable(): boolean {
    return this.#store.isDurable;
  }

  /** Kind and address of the other end, or undefined while no configuration is in force. */
  get label(): string | undefined {
    return this.#settings?.label;
  }

  /**
   * Takes a configuration into force and goes on; the same one again changes nothing that is on its way.
   * @returns Whether it differs from the one before.
   */
  attach(settings: Settings): boolean {
    const isSame = isDeepStrictEqual(this.#settings?.driverSettings, settings.driverSettings);
    const haveLimitsChanged = !isDeepStrictEqual(this.#settings?.limits, settings.limits);
    if (isSame && this.slot.driver !== undefined) {
      void settings.driver.close();
    } else {
      this.slot.replace(settings.driver);
      this.lane.forgive();
    }
    this.#settings = settings;
    this.#reference = settings.reference;
    this.#store.isDurable = settings.durable;
    this.lane.width = settings.concurrency ?? 1;
    if (!isSame || haveLimitsChanged) this.outbox.configure({ ...settings, transmit: this.#transmit });
    this.outbox.resume();
    return !isSame;
  }

  /** The configuration cannot be used: what waits ends with that error. */
  reject(error: CellularError): void {
    this.#settings = undefined;
    this.slot.replace(undefined);
    void this.outbox.failAll(error);
    this.outbox.goOnFollowing();
  }

  /** Asks for something with the driver in force, when its turn has come. */
  ask<T>(request: (driver: Driver) => Promise<T>, rank: Rank = "ask"): Promise<T> {
    return this.lane.run(rank, () => this.slot.use(request));
  }

  /** The config node has stopped: nothing new begins until it is back. What is on its way goes on. */
  detach(): void {
    this.outbox.pause();
  }

  /**
   * The config node is deleted: what is on its way is cut off, what waits ends. When all of it has been reported, what
   * was kept of it is forgotten.
   */
  async end(): Promise<void> {
    await this.outbox.end();
    this.slot.replace(undefined);
    await this.outbox.emptied();
    await this.#store.discard();
  }

  /** Calls `watcher` when an entry moves, or, without one, when the health of the other end changes. */
  watch(watcher: (entry: Entry<Job, Origin, Receipt> | undefined) => void): () => void {
    this.#watchers.add(watcher);
    return () => {
      this.#watchers.delete(watcher);
    };
  }

  /** Opens the journal beside the outbox. @throws CellularError `STORAGE_FAILED`; may be called again. */
  protected readonly openJournal = (): ReturnType<RuntimeStore<Job, Origin, Receipt>["journal"]> =>
    this.#store.journal(this.#journal);

  #tell(entry: Entry<Job, Origin, Receipt> | undefined): void {
    for (const watcher of [...this.#watchers]) watcher(entry);
  }
}
