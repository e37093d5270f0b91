import type { CellularError } from "../errors/cellular-error";
import type { Mailbox, MailboxContents, SmsReader } from "../gateways/gateway";
import { systemClock, type Clock, type Lane } from "../lane";
import { simKey } from "./identity";
import { deleteEntries, entriesToDelete, type Store } from "./deletion";
import { withoutAwaited, type Ledger, type LedgerEntry, type LedgerStore } from "./ledger";
import type { ReceivedSms } from "./received-sms";
import { isSenderWanted, sortMailbox, type ReceiverWishes } from "./sorting";

/** Somebody who wants the SMS of a gateway. */
export interface Receiver extends ReceiverWishes {
  /** Names its ledger; the same over redeploys. */
  readonly id: string;
  /** One connection, or undefined for all that the gateway has. */
  readonly connId: number | undefined;
  /** Milliseconds between two polls, 0 = only when asked. */
  readonly interval: number;
  /** Takes one SMS. Must not throw. */
  handOn(sms: ReceivedSms): void;
  /** Says whether what was handed on just now has arrived; if not, it is handed on again after the next list. */
  hasArrived?(): Promise<boolean>;
  /**
   * A poll has ended.
   * @param failure The last one that concerned this receiver.
   * @param untaken How many SMS lie in the mailboxes it reads whose sender no receiver wants; they fill the store.
   */
  polled(failure: CellularError | null, untaken: number): void;
}

export interface InboxOptions {
  readonly lane: Lane;
  readonly ledgers: LedgerStore;
  /** The driver in force. */
  readonly reader: () => SmsReader;
  /** What deletes, for `after: delete`. @throws CellularError `UNSUPPORTED` where the gateway cannot. */
  readonly store?: () => Store;
  /** Resolves when SMS can be handed on: at once, or after a deploy in progress. */
  readonly ready: () => Promise<void>;
  /** Turns what a poll threw into the failure that receivers are told. */
  readonly asFailure: (error: unknown) => CellularError;
  /** Told how many SMS nobody wants when there are some where there were none. */
  readonly untaken?: (count: number) => void;
  readonly clock?: Clock;
}

/** What went wrong in one poll: for everybody, or for those who read one mailbox. */
class Failures {
  #general: CellularError | null = null;
  readonly #byMailbox = new Map<number | undefined, CellularError>();

  add(failure: CellularError, mailbox?: Mailbox): void {
    if (mailbox === undefined) this.#general = failure;
    else this.#byMailbox.set(mailbox.connId, failure);
  }

  /** @param connId The connection that is of interest, or undefined for all. */
  concerning(connId: number | undefined): CellularError | null {
    const ofMailbox = connId === undefined ? [...this.#byMailbox.values()].at(-1) : this.#byMailbox.get(connId);
    return ofMailbox ?? this.#general;
  }
}

/** What is known of a receiver and a SIM beside the ledger that was saved. */
interface Progress {
  /** Last parts that wait for their rest. */
  readonly waiting: ReadonlySet<string>;
  /** A ledger that could not be saved; what was handed on stays known. */
  readonly unsaved?: Ledger;
}

/** One poll loop per gateway: reads the stores, and hands each receiver what it has not had yet. */
export class Inbox {
  readonly #options: InboxOptions;
  readonly #clock: Clock;
  readonly #receivers = new Map<string, Receiver>();
  /** Per receiver and SIM. */
  readonly #progress = new Map<string, Map<string, Progress>>();
  #running = false;
  #polling = false;
  /** Those who asked for the next poll. */
  #asked: ((failures: Failures) => void)[] = [];
  #cancelNext: (() => void) | undefined;
  #lastPoll = -Infinity;
  /** SMS that nobody wants, by connection. */
  readonly #untaken = new Map<number | undefined, number>();

  constructor(options: InboxOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
  }

  /** Adds a receiver, or replaces the one with its id; returns what takes it away again. */
  subscribe(receiver: Receiver): () => void {
    this.#receivers.set(receiver.id, receiver);
    this.#plan();
    return () => {
      if (this.#receivers.get(receiver.id) !== receiver) return;
      this.#receivers.delete(receiver.id);
      this.#plan();
    };
  }

  /** Forgets what a receiver has seen: it is gone for good. */
  async forget(receiverId: string): Promise<void> {
    this.#progress.delete(receiverId);
    await this.#options.ledgers.forget(receiverId);
  }

  /** Begins, or goes on, to poll. */
  resume(): void {
    this.#running = true;
    this.#plan();
  }

  /** Starts no further poll until `resume`. */
  pause(): void {
    this.#running = false;
    this.#cancelNext?.();
  }

  /** The end of this inbox: whoever still waits for a poll is told why there will be none. */
  end(failure: CellularError): void {
    this.pause();
    this.#receivers.clear();
    const failures = new Failures();
    failures.add(failure);
    for (const answer of this.#asked.splice(0)) answer(failures);
  }

  /**
   * Polls at once, or once more right after the poll in progress.
   * @param connId The connection that is of interest, or undefined for all.
   * @returns What went wrong in that poll, or null.
   */
  pollNow(connId?: number): Promise<CellularError | null> {
    return new Promise((resolve) => {
      this.#asked.push((failures) => {
        resolve(failures.concerning(connId));
      });
      if (this.#running && !this.#polling) void this.#poll();
    });
  }

  #plan(): void {
    this.#cancelNext?.();
    const isAsked = this.#asked.length > 0;
    const intervals = [...this.#receivers.values()].map(({ interval }) => interval).filter((interval) => interval > 0);
    if (!this.#running || this.#polling || (intervals.length === 0 && !isAsked)) return;
    const due = isAsked ? 0 : this.#lastPoll + Math.min(...intervals) - this.#clock.now();
    this.#cancelNext = this.#clock.after(Math.max(0, due), () => {
      if (!this.#polling) void this.#poll();
    });
  }

  async #poll(): Promise<void> {
    this.#polling = true;
    this.#cancelNext?.();
    const asked = this.#asked;
    this.#asked = [];
    const failures = new Failures();
    try {
      for (const mailbox of await this.#mailboxes()) await this.#readOne(mailbox, failures);
    } catch (error) {
      failures.add(this.#options.asFailure(error));
    }
    this.#polling = false;
    this.#lastPoll = this.#clock.now();
    for (const receiver of this.#receivers.values()) {
      receiver.polled(failures.concerning(receiver.connId), this.#untakenOf(receiver.connId));
    }
    for (const answer of asked) answer(failures);
    this.#plan();
  }

  /** Those that somebody named, and all of the gateway's if somebody wants all. */
  async #mailboxes(): Promise<readonly Mailbox[]> {
    const receivers = [...this.#receivers.values()];
    const named = receivers.flatMap(({ connId }) => (connId === undefined ? [] : [connId]));
    const wantsAll = receivers.some(({ connId }) => connId === undefined);
    if (!wantsAll) return [...new Set(named)].map((connId) => ({ connId }));
    const found = await this.#options.lane.run("poll", () => this.#options.reader().mailboxes());
    const known = new Set(found.map(({ connId }) => connId));
    return [...found, ...[...new Set(named)].filter((connId) => !known.has(connId)).map((connId) => ({ connId }))];
  }

  async #readOne(mailbox: Mailbox, failures: Failures): Promise<void> {
    let contents: MailboxContents;
    try {
      contents = await this.#options.lane.run("poll", () => this.#options.reader().readMailbox(mailbox));
    } catch (error) {
      failures.add(this.#options.asFailure(error), mailbox);
      return;
    }
    await this.#options.ready();
    this.#countUntaken(mailbox, contents);
    for (const receiver of this.#concerned(mailbox)) {
      try {
        await this.#serve(receiver.id, mailbox, contents);
      } catch (error) {
        failures.add(this.#options.asFailure(error), mailbox);
      }
    }
    try {
      await this.#tidy(mailbox, contents);
    } catch (error) {
      failures.add(this.#options.asFailure(error), mailbox);
    }
  }

  #countUntaken(mailbox: Mailbox, { entries }: MailboxContents): void {
    const receivers = this.#concerned(mailbox);
    const count = entries.filter(({ from }) => !receivers.some((receiver) => isSenderWanted(from, receiver))).length;
    const before = this.#untakenOf(undefined);
    this.#untaken.set(mailbox.connId, count);
    if (before === 0 && count > 0) this.#options.untaken?.(count);
  }

  #untakenOf(connId: number | undefined): number {
    if (connId !== undefined) return this.#untaken.get(connId) ?? 0;
    return [...this.#untaken.values()].reduce((sum, count) => sum + count, 0);
  }

  /** Deletes what everybody has had, if somebody asks for it. */
  async #tidy(mailbox: Mailbox, contents: MailboxContents): Promise<void> {
    const { store, lane } = this.#options;
    const receivers = this.#concerned(mailbox);
    if (store === undefined || !receivers.some(({ after }) => after === "delete")) return;
    const sim = simKey(contents.sim);
    const holders = await Promise.all(
      receivers.map(async ({ id, from, after = "keep" }) => {
        const ledger = this.#progress.get(id)?.get(sim)?.unsaved ?? (await this.#options.ledgers.load(id, sim));
        return { from, after, ledger: ledger ?? new Map<string, LedgerEntry>() };
      }),
    );
    const entries = entriesToDelete(contents, holders);
    if (entries.length > 0) await lane.run("poll", () => deleteEntries(store(), mailbox, contents, entries));
  }

  async #serve(id: string, mailbox: Mailbox, contents: MailboxContents): Promise<void> {
    const { ledgers, ready } = this.#options;
    const sim = simKey(contents.sim);
    const progress = this.#progress.get(id) ?? new Map<string, Progress>();
    const known = progress.get(sim);
    const { waiting, unsaved } = known ?? { waiting: new Set() };
    const kept = unsaved ?? (await ledgers.load(id, sim));
    await ready();
    // Whoever receives after a deploy gets it, not who received when the list or the ledger was asked for.
    const receiver = this.#concerned(mailbox).find((candidate) => candidate.id === id);
    if (receiver === undefined) return;
    const isRestart = known === undefined && kept !== undefined && receiver.after === "flow";
    const ledger = isRestart ? withoutAwaited(kept) : kept;
    const sorted = sortMailbox(contents, receiver, ledger, waiting);
    for (const sms of sorted.fresh) receiver.handOn(sms);
    if (sorted.fresh.length > 0 && (await receiver.hasArrived?.()) === false) {
      // Not seen, then: the list right after this one brings it to whoever receives now.
      void this.pollNow();
      return;
    }
    this.#progress.set(id, progress.set(sim, { waiting: sorted.waiting, unsaved: sorted.ledger }));
    await ledgers.save(id, sim, sorted.ledger);
    progress.set(sim, { waiting: sorted.waiting });
  }

  #concerned({ connId }: Mailbox): readonly Receiver[] {
    return [...this.#receivers.values()].filter(
      (receiver) => receiver.connId === undefined || receiver.connId === connId,
    );
  }
}
