import { CellularError, type CellularErrorCode } from "../errors/cellular-error";
import { systemClock, type Clock } from "./clock";
import { LoginPause } from "./login-pause";

/** Who goes first when the modem is free: what is to be sent, then what somebody waits for, then polls. */
export type Rank = "send" | "ask" | "poll";

const RANKS: readonly Rank[] = ["send", "ask", "poll"];

/** Failures that say something about the gateway itself. */
const TROUBLE: ReadonlySet<CellularErrorCode> = new Set<CellularErrorCode>([
  "AUTH_FAILED",
  "FORBIDDEN",
  "TLS_UNTRUSTED",
  "GATEWAY_DISABLED",
  "UNREACHABLE",
  "TIMEOUT",
  "CONNECTION_LOST",
  "GATEWAY_BUSY",
  "RATE_LIMITED",
  "BAD_RESPONSE",
  "RESPONSE_TOO_LARGE",
]);
/** Failures of one request at a gateway that is well. What is in neither set never reached it. */
const ANSWERS: ReadonlySet<CellularErrorCode> = new Set<CellularErrorCode>(["REFUSED", "NOT_FOUND", "UNSUPPORTED"]);

/** What a task returns that made no request after all: its end says nothing about the gateway. */
export const NO_REQUEST: unique symbol = Symbol("no request");

/** The gateway's state as its last request showed it: undefined before the first, null if all is well. */
export type Health = CellularError | null | undefined;

/**
 * The way to one modem. It lets `width` requests at a time through, sends before polls, keeps away after a refused
 * login, and remembers how the last request ended.
 */
export class Lane {
  readonly #queues: Record<Rank, (() => void)[]> = { send: [], ask: [], poll: [] };
  readonly #pause: LoginPause;
  readonly #watchers = new Set<() => void>();
  #width: number;
  #busy = 0;
  #health: Health;
  /** Counts the changes of the configuration. */
  #era = 0;

  /** @param width Requests at once: 1 for a modem. */
  constructor(width = 1, clock: Clock = systemClock) {
    this.#width = width;
    this.#pause = new LoginPause(clock);
  }

  get width(): number {
    return this.#width;
  }

  set width(width: number) {
    this.#width = width;
    this.#letThrough();
  }

  get health(): Health {
    return this.#health;
  }

  /** Requests that could start now. */
  get free(): number {
    return Math.max(0, this.#width - this.#busy);
  }

  /** The refused login that keeps everybody away, or undefined. */
  get refusal(): CellularError | undefined {
    return this.#pause.inForce;
  }

  /** Calls `watcher` when the health changes; returns what ends that. */
  watch(watcher: () => void): () => void {
    this.#watchers.add(watcher);
    return () => {
      this.#watchers.delete(watcher);
    };
  }

  /**
   * Runs a task when its turn has come. How it ends is how the gateway is, unless it returns `NO_REQUEST`.
   * @throws CellularError `AUTH_FAILED` at once, without running the task, while a refused login is in force; otherwise
   *   what the task throws.
   */
  async run<T>(rank: Rank, task: () => Promise<T>): Promise<T> {
    await this.#turn(rank);
    try {
      const { refusal } = this;
      if (refusal !== undefined) throw refusal;
      return await this.#observed(task);
    } finally {
      this.#busy -= 1;
      this.#letThrough();
    }
  }

  /** The configuration has changed: what was refused before may be good now, also by a request that is still out. */
  forgive(): void {
    this.#era += 1;
    this.#pause.end();
    this.#setHealth(undefined);
  }

  async #observed<T>(task: () => Promise<T>): Promise<T> {
    const era = this.#era;
    try {
      const result = await task();
      if (result !== NO_REQUEST && era === this.#era) this.#reached();
      return result;
    } catch (error) {
      if (error instanceof CellularError && era === this.#era) {
        if (TROUBLE.has(error.code)) this.#inTrouble(error);
        else if (ANSWERS.has(error.code)) this.#reached();
      }
      throw error;
    }
  }

  #reached(): void {
    this.#pause.end();
    this.#setHealth(null);
  }

  #inTrouble(error: CellularError): void {
    if (error.code === "AUTH_FAILED") this.#pause.refused(error);
    this.#setHealth(error);
  }

  #setHealth(health: Health): void {
    const changed = this.#health?.code !== health?.code || (this.#health === undefined) !== (health === undefined);
    this.#health = health;
    if (changed) for (const watcher of [...this.#watchers]) watcher();
  }

  #turn(rank: Rank): Promise<void> {
    return new Promise((resolve) => {
      this.#queues[rank].push(resolve);
      this.#letThrough();
    });
  }

  #letThrough(): void {
    while (this.#busy < this.#width) {
      const next = RANKS.map((rank) => this.#queues[rank])
        .find((queue) => queue.length > 0)
        ?.shift();
      if (next === undefined) return;
      this.#busy += 1;
      next();
    }
  }
}
