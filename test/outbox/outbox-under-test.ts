import assert from "node:assert/strict";
import { CellularError, type CellularErrorCode } from "../../src/errors/cellular-error";
import { Lane } from "../../src/lane";
import {
  MemoryOutboxStore,
  Outbox,
  type ClaimChanges,
  type Entry,
  type FinishedEntry,
  type OutboxContents,
  type OutboxLimits,
  type OutboxStore,
  type Relay,
  type Submission,
  type Tracking,
  type Transmit,
} from "../../src/outbox";
import { FakeClock, settled } from "../support/fake-clock";

export type TestEntry = Entry<string, string, string>;
export type TestFinished = FinishedEntry<string, string, string>;

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;

/** One call of the transmit function, which ends when the test says so. */
export interface Attempt {
  readonly job: string;
  readonly signal: AbortSignal;
  /** @param receipt Default: `receipt of` the job. */
  accept(receipt?: string): Promise<void>;
  fail(error: unknown): Promise<void>;
}

/** A store that keeps its entries in another one, writes each step into a log, and fails or waits as told. */
class LoggingStore implements OutboxStore<string, string, string> {
  readonly isDurable = true;
  readonly kept: OutboxStore<string, string, string>;
  /** Runs before a step is written; what it throws, the step throws. */
  before: (entry: TestEntry) => Promise<void> | void = () => undefined;
  readonly #log: string[];

  /** Runs before an entry is removed; what it throws, that throws. */
  beforeRemove: () => void = () => undefined;
  /** Runs before the contents are read; what it throws, that throws. */
  beforeLoad: () => Promise<void> | void = () => undefined;
  /** Entries that count as damaged. */
  readonly doubtful = new Set<string>();

  constructor(log: string[], kept: OutboxStore<string, string, string>) {
    this.#log = log;
    this.kept = kept;
  }

  async load(): Promise<OutboxContents<string, string, string>> {
    await this.beforeLoad();
    return { ...(await this.kept.load()), doubtful: this.doubtful };
  }

  async write(entry: TestEntry): Promise<void> {
    await this.before(entry);
    this.#log.push(`${entry.job} written ${entry.state}`);
    await this.kept.write(entry);
  }

  async remove(id: string, changes: ClaimChanges<string, string>): Promise<void> {
    this.beforeRemove();
    const entry = (await this.kept.load()).entries.find((candidate) => candidate.id === id);
    this.#log.push(`${entry?.job ?? "nothing"} removed`);
    await this.kept.remove(id, changes);
  }
}

interface Options {
  readonly width?: number;
  readonly limits?: Partial<OutboxLimits>;
  /** Whether the outbox is left to be started by the test. */
  readonly idle?: boolean;
  /** What another process left behind. */
  readonly kept?: OutboxStore<string, string, string>;
  readonly id?: string;
  readonly relay?: Relay<string, string, string>;
  /** Default: what was accepted is done. */
  readonly tracking?: Tracking<string, string>;
  readonly clock?: FakeClock;
}

const NO_LIMITS: OutboxLimits = { minInterval: 0, maxPerHour: 0, queueLimit: 1000 };

/** An outbox with a clock, a lane and a store of its own, whose attempts the test ends. */
export class OutboxUnderTest {
  /** What happened, in order: `a written sending`, `a transmitted`, `a finished accepted`, `a removed`. */
  readonly log: string[] = [];
  readonly clock: FakeClock;
  readonly lane: Lane;
  readonly store: LoggingStore;
  readonly outbox: Outbox<string, string, string>;
  /** All attempts so far, ended or not. */
  readonly attempts: Attempt[] = [];
  readonly finished: TestFinished[] = [];
  /** What was told to those who came with a key that stood for another message. */
  readonly repeats: { readonly id: string; readonly origin: string; readonly outcome: string }[] = [];
  readonly limits: OutboxLimits;
  /** Whether what is reported is removed at once. */
  removes = true;
  /** How many attempts were out at once, at most. */
  mostAtOnce = 0;
  #out = 0;

  constructor(options: Options = {}) {
    const { width = 1, limits = {}, idle = false, kept = new MemoryOutboxStore(), id = "gateway" } = options;
    const { relay, tracking } = options;
    this.clock = options.clock ?? new FakeClock();
    this.store = new LoggingStore(this.log, kept);
    this.limits = { ...NO_LIMITS, ...limits };
    this.lane = new Lane(width, this.clock);
    this.outbox = new Outbox({
      id,
      label: "the gateway",
      ...(relay === undefined ? {} : { relay }),
      ...(tracking === undefined ? {} : { tracking }),
      lane: this.lane,
      store: this.store,
      limits: this.limits,
      clock: this.clock,
      transmit: this.transmit(this.attempts),
      observer: {
        moved: ({ job, state }) => this.log.push(`${job} moved ${state}`),
        repeated: ({ id, ending }, origin) => {
          this.repeats.push({ id, origin, outcome: outcomeOf({ ending }) });
        },
        finished: (entry) => {
          this.finished.push(entry);
          this.log.push(`${entry.job} finished ${outcomeOf(entry)}`);
          if (this.removes) void this.outbox.remove(entry.id);
        },
      },
    });
    if (!idle) this.outbox.resume();
  }

  /** A transmit function whose calls are kept in `attempts` until the test ends them. */
  transmit(attempts: Attempt[]): Transmit<string, string> {
    return (job, signal) => {
      this.log.push(`${job} transmitted`);
      this.#out += 1;
      this.mostAtOnce = Math.max(this.mostAtOnce, this.#out);
      let isOut = true;
      const end = (settle: () => void): Promise<void> => {
        if (isOut) this.#out -= 1;
        isOut = false;
        settle();
        return settled();
      };
      return new Promise((resolve, reject) => {
        attempts.push({
          job,
          signal,
          accept: (receipt = `receipt of ${job}`) =>
            end(() => {
              resolve(receipt);
            }),
          fail: (error) =>
            end(() => {
              // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- drivers may throw anything
              reject(error);
            }),
        });
      });
    };
  }

  /** Submits a job and lets everything run that this causes. */
  async submit(job: string, wishes: Partial<Submission<string, string>> = {}): Promise<void> {
    await this.outbox.submit(submission(job, wishes));
    await settled();
  }

  /** The attempt that began last. */
  get attempt(): Attempt {
    const last = this.attempts.at(-1);
    assert.ok(last, "nothing has been transmitted");
    return last;
  }

  /** The jobs transmitted so far, in order. */
  get transmitted(): string[] {
    return this.attempts.map(({ job }) => job);
  }

  /** What has been reported so far: `a accepted`, `b not-sent REFUSED`. */
  get outcomes(): string[] {
    return this.finished.map((entry) => `${entry.job} ${outcomeOf(entry)}`);
  }

  /** Accepts what is out and what comes after it until nothing is out any more. */
  async acceptAll(): Promise<void> {
    await settled();
    // The list grows while it is walked.
    for (const attempt of this.attempts) await attempt.accept();
  }

  /** Milliseconds until the next attempt may begin, for the reason given. */
  held(reason: string): number {
    const { hold } = this.outbox;
    assert.equal(hold?.reason, reason);
    return hold.remaining;
  }

  async stored(): Promise<string[]> {
    return (await this.store.load()).entries.map(({ job, state }) => `${job} ${state}`);
  }
}

export function submission(job: string, wishes: Partial<Submission<string, string>> = {}): Submission<string, string> {
  return { job, origin: `node of ${job}`, priority: "normal", onUnknown: "report", expireAfter: HOUR, ...wishes };
}

export function outcomeOf({ ending }: Pick<TestFinished, "ending">): string {
  return ending.error === undefined ? ending.outcome : `${ending.outcome} ${ending.error.code}`;
}

export function errorOf({ ending }: TestFinished): CellularError {
  assert.notEqual(ending.outcome, "accepted");
  return (ending as Extract<typeof ending, { error: CellularError }>).error;
}

/** The failure that `promise` must end with. */
export async function codeOf(promise: Promise<unknown>): Promise<CellularErrorCode> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof CellularError, "it did not fail with a CellularError");
  return error.code;
}

export const failures = {
  /** Certainly not sent, and time may heal it. */
  unreachable: (): CellularError => new CellularError("UNREACHABLE", "No connection."),
  busy: (retryAfter: number): CellularError => new CellularError("GATEWAY_BUSY", "Come again.", { retryAfter }),
  /** Certainly not sent, and time does not heal it. */
  refused: (): CellularError => new CellularError("REFUSED", "No."),
  login: (): CellularError => new CellularError("AUTH_FAILED", "Wrong password."),
  /** May have been sent. */
  timeout: (): CellularError => new CellularError("TIMEOUT", "No answer.", { outcome: "unknown" }),
  storage: (): CellularError => new CellularError("STORAGE_FAILED", "The disk is full."),
};
