import type { CheckedSms, SendReceipt } from "../gateways/gateway";
import { DiskLedgerStore, MemoryLedgerStore, type LedgerStore } from "../inbox";
import { DiskOutboxStore, MemoryOutboxStore, type OutboxStore } from "../outbox";
import { StoreFolder, type StoreNotice } from "../store";
import { smsCodec } from "./sms-codec";
import type { SmsOrigin } from "./sms-origin";

type SmsStore = OutboxStore<CheckedSms, SmsOrigin, SendReceipt>;

/** What a person should know of the files of a gateway. */
export type GatewayStoreNotice =
  | StoreNotice
  /** Whole records of no known form, those of a later version perhaps. */
  | { readonly kind: "unreadable"; readonly records: number }
  /** The folder cannot be used. Told once, and again after it could. */
  | { readonly kind: "refused"; readonly reason: string };

export interface GatewayStoreOptions {
  /** Kind and address of the gateway, for messages. */
  readonly label: string;
  /** The gateway's folder; undefined where Node-RED has no user folder: all is kept in memory then. */
  readonly path: string | undefined;
  readonly notice: (notice: GatewayStoreNotice) => void;
  /** Ends when a former store of the same folder has let go of it. */
  readonly free: Promise<void>;
}

/** One way to keep what a gateway has to remember. */
interface Keeping {
  readonly outbox: SmsStore;
  readonly ledgers: LedgerStore;
  /** Forgets all of it: it has been carried elsewhere, or is not needed any more. */
  discard(): Promise<void>;
}

/**
 * What a gateway has to remember, on disk or in memory. A change of `durable` carries it from one to the other before
 * the next step is written.
 */
export class GatewayStore {
  readonly outbox: SmsStore;
  readonly ledgers: LedgerStore;
  readonly #options: GatewayStoreOptions;
  #isDurable: boolean;
  #keeping: Keeping;
  /** Steps that are being written. */
  #inUse = 0;
  #carrying: Promise<void> | undefined;
  #whenIdle: (() => void) | undefined;

  constructor(options: GatewayStoreOptions, isDurable: boolean) {
    this.#options = options;
    this.#isDurable = isDurable && options.path !== undefined;
    this.#keeping = this.#makeKeeping();
    const isOnDisk = (): boolean => this.#isDurable;
    this.outbox = {
      get isDurable() {
        return isOnDisk();
      },
      load: () => this.#use(({ outbox }) => outbox.load()),
      write: (entry) => this.#use(({ outbox }) => outbox.write(entry)),
      remove: (id, changes) => this.#use(({ outbox }) => outbox.remove(id, changes)),
    };
    this.ledgers = {
      all: () => this.#use(({ ledgers }) => ledgers.all()),
      load: (receiver, sim) => this.#use(({ ledgers }) => ledgers.load(receiver, sim)),
      save: (receiver, sim, ledger) => this.#use(({ ledgers }) => ledgers.save(receiver, sim, ledger)),
      forget: (receiver) => this.#use(({ ledgers }) => ledgers.forget(receiver)),
    };
  }

  /** Whether all is kept on disk. */
  get isDurable(): boolean {
    return this.#isDurable;
  }

  set isDurable(isDurable: boolean) {
    this.#isDurable = isDurable && this.#options.path !== undefined;
    // What is in memory alone is carried to the disk now, not with the next message.
    this.#use(() => Promise.resolve()).catch(() => undefined);
  }

  /** The gateway is deleted, and nothing waits any more. */
  async discard(): Promise<void> {
    await this.#keeping.discard();
  }

  async #use<T>(task: (keeping: Keeping) => Promise<T>): Promise<T> {
    while (this.#keeping.outbox.isDurable !== this.#isDurable) {
      this.#carrying ??= this.#carry().finally(() => (this.#carrying = undefined));
      await this.#carrying;
    }
    this.#inUse += 1;
    try {
      return await task(this.#keeping);
    } finally {
      this.#inUse -= 1;
      if (this.#inUse === 0) this.#whenIdle?.();
    }
  }

  /** Nothing is written meanwhile. What the new place has not taken stays in the old one. */
  async #carry(): Promise<void> {
    if (this.#inUse > 0) await new Promise<void>((resolve) => (this.#whenIdle = resolve));
    const from = this.#keeping;
    const to = this.#makeKeeping();
    try {
      const { entries, claims } = await from.outbox.load();
      const ledgers = await from.ledgers.all();
      await to.outbox.load();
      for (const entry of entries) await to.outbox.write(entry);
      for (const keep of claims) await to.outbox.remove(keep.conclusion.id, { keep, free: [] });
      for (const { receiver, sim, ledger } of ledgers) await to.ledgers.save(receiver, sim, ledger);
    } catch (error) {
      await to.discard().catch(() => undefined);
      throw error;
    }
    await from.discard();
    this.#keeping = to;
  }

  #makeKeeping(): Keeping {
    const { path, label, notice, free } = this.#options;
    if (path === undefined || !this.#isDurable) {
      return {
        outbox: new MemoryOutboxStore(),
        ledgers: new MemoryLedgerStore(),
        discard: () => Promise.resolve(),
      };
    }
    const folder = new StoreFolder({ path, label, notice });
    let isRefused = false;
    const open = (name: string) => async () => {
      await free;
      try {
        const journal = await folder.journal(name);
        isRefused = false;
        return journal;
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        if (!isRefused) notice({ kind: "refused", reason });
        isRefused = true;
        throw error;
      }
    };
    return {
      outbox: new DiskOutboxStore({
        open: open("outbox"),
        codec: smsCodec(),
        unreadable: (records) => {
          notice({ kind: "unreadable", records });
        },
      }),
      ledgers: new DiskLedgerStore(open("inbox")),
      discard: () => folder.remove(),
    };
  }
}
