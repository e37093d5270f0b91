import { asCellularError, CellularError } from "../../src/errors/cellular-error";
import type { DeleteRequest, Mailbox, MailboxContents, SimIdentity, StoredSms } from "../../src/gateways/gateway";
import {
  Inbox,
  JournalLedgerStore,
  type Ledger,
  type LedgerStore,
  type ReceivedSms,
  type Receiver,
  type Store,
} from "../../src/inbox";
import { Lane } from "../../src/lane";
import { MemoryJournal } from "../../src/store";
import { FakeClock, settled } from "../support/fake-clock";

export const INTERVAL = 30_000;
export const ALICE = "+447700900101";
export const BOB = "+447700900102";
/** A text as long as a segment that another one follows. */
export const FULL = "a".repeat(153);

/** What lies on one SIM. */
export class TestSim {
  readonly identity: SimIdentity;
  entries: StoredSms[] = [];

  constructor(identity: SimIdentity) {
    this.identity = identity;
  }

  /** Puts an SMS into the slot given, or the first free one. */
  receive(text: string, fields: Partial<StoredSms> = {}): void {
    const taken = new Set(this.entries.map(({ id }) => id));
    let id = 1;
    while (taken.has(id)) id += 1;
    const sms = { id, from: ALICE, text, timestamp: 1_700_000_000, date: null, raw: {}, ...this.identity, ...fields };
    this.entries.push(sms);
  }

  /** Frees the slots of all SMS with that text. */
  remove(text: string): void {
    this.entries = this.entries.filter((entry) => entry.text !== text);
  }
}

/** A router whose lists a test writes; each mailbox can be made to fail. */
class TestRouter implements Store {
  readonly label = "the gateway";
  readonly sims = new Map<number, TestSim>([[1, new TestSim({ connId: 1, iccid: "8944" })]]);
  readonly failures = new Map<number, unknown>();
  /** What listing the mailboxes fails with. */
  trouble: unknown;
  /** What was asked for: `mailboxes`, or a connection id. */
  readonly asked: (number | "mailboxes")[] = [];
  /** What a deletion fails with. */
  deletionTrouble: unknown;
  /** The deletions asked for, done or not. */
  readonly deletions: DeleteRequest[] = [];
  /** The connection that is meant where a call names none. */
  connId: number | undefined;
  /** Runs before an answer is given. */
  before: () => Promise<void> | void = () => undefined;

  async mailboxes(): Promise<readonly Mailbox[]> {
    this.asked.push("mailboxes");
    await this.before();
    await this.#failWith(this.trouble);
    return [...this.sims.keys()].map((connId) => ({ connId }));
  }

  async readMailbox({ connId = 0 }: Mailbox): Promise<MailboxContents> {
    this.asked.push(connId);
    const failure = this.failures.get(connId);
    const sim = this.sims.get(connId);
    const contents = { sim: sim?.identity ?? { connId }, entries: [...(sim?.entries ?? [])] };
    await this.before();
    await this.#failWith(failure);
    return contents;
  }

  async deleteSms(request: DeleteRequest): Promise<void> {
    this.deletions.push(request);
    await this.before();
    await this.#failWith(this.deletionTrouble);
    const { connId = 0, iccid, ids } = request;
    const sim = this.sims.get(connId);
    if (sim === undefined || (iccid !== undefined && iccid !== sim.identity.iccid)) throw trouble.refused();
    const meant = [ids].flat();
    sim.entries = sim.entries.filter(({ id }) => !meant.includes("all") && !meant.includes(id ?? -1));
  }

  #failWith(failure: unknown): Promise<void> {
    // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- drivers may throw anything
    return failure === undefined ? Promise.resolve() : Promise.reject(failure);
  }
}

/** Keeps ledgers in memory; fails or waits as told, and counts. */
class TestLedgers implements LedgerStore {
  readonly journal = new MemoryJournal();
  readonly kept = new JournalLedgerStore(() => Promise.resolve(this.journal));
  before: (step: "load" | "save") => Promise<void> | void = () => undefined;
  saved = 0;

  async load(receiver: string, sim: string): Promise<Ledger | undefined> {
    await this.before("load");
    return this.kept.load(receiver, sim);
  }

  async save(receiver: string, sim: string, ledger: Ledger): Promise<void> {
    await this.before("save");
    this.saved += 1;
    await this.kept.save(receiver, sim, ledger);
  }

  forget(receiver: string): Promise<void> {
    return this.kept.forget(receiver);
  }
}

type Wishes = Partial<Pick<Receiver, "id" | "connId" | "interval" | "start" | "join" | "after">> & {
  readonly from?: string[];
};

/** A receiver that keeps what it gets. */
export class TestReceiver implements Receiver {
  readonly id: string;
  readonly connId: number | undefined;
  readonly interval: number;
  readonly start: "new" | "all";
  readonly from: ReadonlySet<string>;
  readonly join: boolean;
  readonly after: "keep" | "delete" | "flow";
  readonly got: ReceivedSms[] = [];
  /** How polls ended: a code or null. */
  readonly polls: (string | null)[] = [];

  /** SMS in its mailboxes that nobody wants. */
  untaken = 0;

  constructor(wishes: Wishes = {}) {
    const { id = "receiver", connId, interval = INTERVAL, start = "all", join = true, from = [], after } = wishes;
    this.id = id;
    this.connId = connId;
    this.interval = interval;
    this.start = start;
    this.join = join;
    this.from = new Set(from);
    this.after = after ?? "keep";
  }

  handOn(sms: ReceivedSms): void {
    this.got.push(sms);
  }

  polled(failure: CellularError | null, untaken: number): void {
    this.untaken = untaken;
    this.polls.push(failure?.code ?? null);
  }

  get texts(): string[] {
    return this.got.map(({ text }) => text);
  }
}

/** An inbox with a clock, a lane and a router of its own. */
export class InboxUnderTest {
  readonly clock = new FakeClock();
  readonly lane = new Lane(1, this.clock);
  readonly router = new TestRouter();
  readonly ledgers = new TestLedgers();
  /** What was said of SMS that nobody wants. */
  readonly untaken: number[] = [];
  /** Resolves when SMS can be handed on. */
  ready: () => Promise<void> = () => Promise.resolve();
  readonly inbox = this.start();

  /** The SIM of connection 1. */
  get sim(): TestSim {
    return this.router.sims.get(1)!;
  }

  /** Another inbox over the same router and ledgers, as after a restart. */
  start(): Inbox {
    const inbox = new Inbox({
      lane: this.lane,
      ledgers: this.ledgers,
      reader: () => this.router,
      store: () => this.router,
      ready: () => this.ready(),
      asFailure: (error) => asCellularError(error, "the gateway"),
      untaken: (count) => this.untaken.push(count),
      clock: this.clock,
    });
    inbox.resume();
    return inbox;
  }

  /** Adds a receiver, which brings the first poll if there was none. */
  async subscribe(wishes: Wishes = {}): Promise<TestReceiver> {
    const receiver = new TestReceiver(wishes);
    this.inbox.subscribe(receiver);
    await this.clock.advance(0);
    return receiver;
  }

  /** Lets the next poll come. */
  async poll(): Promise<void> {
    await this.clock.advance(INTERVAL);
  }
}

/** A promise that the test resolves, after which all that waited for it runs. */
export function gate(): { readonly passed: Promise<void>; readonly open: () => Promise<void> } {
  let resolve = (): void => undefined;
  const passed = new Promise<void>((settle) => (resolve = settle));
  return {
    passed,
    open: () => {
      resolve();
      return settled();
    },
  };
}

export const trouble = {
  unreachable: (): CellularError => new CellularError("UNREACHABLE", "No connection."),
  refused: (): CellularError => new CellularError("REFUSED", "No."),
  login: (): CellularError => new CellularError("AUTH_FAILED", "Wrong password."),
  storage: (): CellularError => new CellularError("STORAGE_FAILED", "The disk is full."),
};
