import { setTimeout as pause } from "node:timers/promises";
import type { NodeRedProcess } from "../support/node-red-process";
import type { Seeded } from "../support/seeded";
import { PHONE } from "./flow";
import { moment, nothing } from "./moment";
import { Tally, textOf } from "./tally";
import type { Target } from "./targets";

/** Milliseconds after which a kill comes whatever happens, unless the test says otherwise. */
const LONGEST_LIFE = 250;
const SHARE_OF_KILLED_STARTS = 0.25;
/** So many lives in a row may end before anything was told: some things take longer than a life. */
const MOST_IDLE_LIVES = 3;
/** Milliseconds that Node-RED takes to start at most, more or less. */
const START = 1500;
/** Messages that are added in each life of the process. */
const MOST_MESSAGES = 14;

export interface KillingOptions {
  readonly red: NodeRedProcess;
  readonly targets: readonly Target[];
  readonly random: Seeded;
  /** What the source sends. Default: an SMS. */
  readonly message?: (text: string, key: string) => Readonly<Record<string, unknown>>;
  /** Property with the record of what became of it. Default `sms`. */
  readonly record?: "sms" | "command";
  /** Milliseconds after which a kill comes whatever happens. */
  readonly longestLife?: number;
  /** How much may be seen in a life, of what its kill waits for. Default: as many as there are messages. */
  readonly mostSeen?: number;
  /** The number of the first message; numbers grow over all runs on one Node-RED. */
  readonly first?: number;
}

/**
 * A source that repeats each message with its key until it hears an outcome, through a Node-RED that is killed again and
 * again.
 */
export class Killing {
  readonly tally: Tally;
  readonly #options: Required<Omit<KillingOptions, "first">>;
  readonly #hear = ({
    node,
    msg,
  }: {
    readonly node: string;
    readonly msg: Readonly<Record<string, unknown>>;
  }): void => {
    if (node === "outcomes") this.tally.hear({ node, msg });
  };
  #next: number;
  #kills = 0;
  /** How often the source has sent something. */
  #asks = 0;

  constructor({ first = 1, ...options }: KillingOptions) {
    this.#options = { message: sms, record: "sms", longestLife: LONGEST_LIFE, mostSeen: MOST_MESSAGES, ...options };
    this.tally = new Tally(this.#options.record);
    this.#next = first;
    options.red.on("probe", this.#hear);
  }

  get kills(): number {
    return this.#kills;
  }

  /** The number that the next message will have. */
  get next(): number {
    return this.#next;
  }

  /** What each target took, in its order. */
  get sent(): readonly (readonly string[])[] {
    return this.#options.targets.map(({ texts }) => texts());
  }

  /**
   * New messages, a kill at some moment while they are on their way, a restart; until there were so many kills more.
   * Some come while Node-RED starts.
   * @param disturb Called in each life, once the messages are under way.
   */
  async rounds(kills: number, disturb: () => Promise<void> | void = () => undefined): Promise<void> {
    const { red, random } = this.#options;
    const enough = this.#kills + kills;
    let idleLives = 0;
    while (this.#kills < enough) {
      const { heard } = this.tally;
      this.#ask(random.whole(1, MOST_MESSAGES));
      const moment = idleLives < MOST_IDLE_LIVES ? this.#someMoment() : this.#work();
      await Promise.all([disturb(), moment]);
      await this.#kill();
      idleLives = this.tally.heard > heard ? 0 : idleLives + 1;
      if (this.#kills < enough && random.below(1) < SHARE_OF_KILLED_STARTS) await this.#killStart();
      await red.restart();
    }
  }

  /** Repeats what has no outcome until all have one. */
  async end(): Promise<void> {
    const { red } = this.#options;
    await this.#repeat(this.tally.unheard);
    await red.until(() => this.tally.unheard.length === 0, "an outcome for each message", { timeout: 60_000 });
  }

  /** Asks for everything once more that the keys stand for; resolves when all of it was told again. */
  async askAgain(): Promise<void> {
    const { red } = this.#options;
    const { settled } = this.tally;
    await this.#repeat(settled);
    const answered = (): number => this.tally.answersTo(this.#asks);
    await red.until(() => answered() === settled.length, "each outcome once more", { timeout: 60_000 });
  }

  stop(): void {
    this.#options.red.off("probe", this.#hear);
  }

  async #kill(): Promise<void> {
    await this.#options.red.kill();
    this.#kills += 1;
  }

  /** Until something is told. */
  async #work(): Promise<void> {
    const { heard } = this.tally;
    await this.#options.red.until(() => this.tally.heard > heard, "an outcome");
  }

  async #killStart(): Promise<void> {
    const { red, random } = this.#options;
    const starting = red.restart();
    await Promise.race([starting, pause(random.whole(0, START))]);
    await this.#kill();
    // Its wait for the flows ends with the next start.
    void starting.catch(() => undefined);
  }

  #ask(count: number): void {
    const again = this.tally.unheard;
    const numbers = Array.from({ length: count }, (_, index) => this.#next + index);
    this.#next += count;
    for (const number of numbers) this.tally.ask(number);
    // The kill may come before Node-RED says that it has sent them.
    void this.#repeat([...again, ...numbers]).catch(() => undefined);
  }

  #repeat(numbers: readonly number[]): Promise<void> {
    this.#asks += 1;
    const messages = numbers.map((number) => ({
      ...this.#options.message(textOf(number), `key ${number}`),
      number,
      ask: this.#asks,
    }));
    return this.#options.red.sendMany("source", messages);
  }

  /** While a message waits, arrives at a target, was taken by it, or was reported; or at any time. */
  #someMoment(): Promise<void> {
    const { red, targets, random, longestLife, mostSeen } = this.#options;
    const target = targets[random.whole(0, targets.length - 1)];
    const count = random.whole(1, mostSeen);
    switch (random.pick(["time", "request", "sent", "told"])) {
      case "request":
        return moment(count, longestLife, target?.whenAsked ?? nothing);
      case "sent":
        return moment(count, longestLife, target?.whenTaken ?? nothing);
      case "told":
        return moment(count, longestLife, (seen) => {
          red.on("probe", seen);
          return () => red.off("probe", seen);
        });
      case "time":
        return moment(1, random.whole(0, longestLife), nothing);
    }
  }
}

function sms(payload: string, key: string): Readonly<Record<string, unknown>> {
  return { to: PHONE, payload, smsOptions: { key } };
}
