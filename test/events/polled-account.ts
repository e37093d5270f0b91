import { asCellularError, type CellularError } from "../../src/errors/cellular-error";
import { EventBook, PollSource, type WantedDirection } from "../../src/events";
import type { CommandFilter, SmsCommand } from "../../src/gateways/super-sim";
import { FakeClock } from "../support/fake-clock";
import { commandOf, NODE, START, TestJournal } from "./events-under-test";

export type ListOrder = "by-update" | "by-creation" | "oldest-first" | "shuffled";

/** An account with its commands, and one node that polls it. The account's clock is not that of the node. */
export class PolledAccount {
  readonly clock = new FakeClock();
  commands: SmsCommand[] = [];
  order: ListOrder = "by-update";
  /** The list breaks off after so many entries. */
  failsAfter = Infinity;
  failure: CellularError | undefined;
  readonly filters: CommandFilter[] = [];
  /** How many entries of the list were read. */
  read = 0;
  readonly heard: string[] = [];
  readonly polled: (string | null)[] = [];
  /** Lists wait for it. */
  hold: Promise<void> | undefined;
  /** The account's own time. */
  now = START;
  journal = new TestJournal();
  book = new EventBook({ open: () => Promise.resolve(this.journal) });
  source: PollSource;
  #count = 0;

  constructor(direction: WantedDirection = "any", interval = 60_000) {
    this.source = this.poller(direction, interval);
  }

  /** A node instance that polls, begun or not. */
  poller(direction: WantedDirection = "any", interval = 60_000): PollSource {
    return new PollSource({
      node: NODE,
      book: this.book,
      direction,
      interval,
      clock: this.clock,
      list: (filter, signal) => this.#list(filter, signal),
      heard: ({ sid, status }) => void this.heard.push(`${sid} ${String(status)}`),
      polled: (failure) => void this.polled.push(failure?.code ?? null),
      asFailure: (error) => asCellularError(error, "Super SIM"),
    });
  }

  /** The process ends at once; a new one finds what is on the disk. */
  restart(direction?: WantedDirection, interval?: number): void {
    this.source.end();
    this.journal = this.journal.copy();
    this.book = new EventBook({ open: () => Promise.resolve(this.journal) });
    this.source = this.poller(direction, interval);
    this.source.resume();
  }

  add(changes: Partial<SmsCommand> = {}): SmsCommand {
    this.#count += 1;
    const date = new Date(this.now).toISOString();
    const command = commandOf(this.#count, { dateCreated: date, dateUpdated: date, ...changes });
    this.commands.push(command);
    return command;
  }

  /** A command to a SIM, as it is when it was just made. */
  create(): SmsCommand {
    return this.add({ direction: "to_sim", status: "queued" });
  }

  advance({ sid }: SmsCommand, status: string): void {
    const dateUpdated = new Date(this.now).toISOString();
    this.commands = this.commands.map((one) => (one.sid === sid ? { ...one, status, dateUpdated } : one));
  }

  /** What is due at the node, as number and state. */
  async due(): Promise<readonly string[]> {
    return (await this.book.due(NODE)).map(({ event }) => stateOf(event.command));
  }

  async *#list({ direction }: CommandFilter, signal: AbortSignal): AsyncGenerator<SmsCommand, void, undefined> {
    this.filters.push({ direction });
    let count = 0;
    for (const command of this.#ordered().filter((one) => direction === undefined || one.direction === direction)) {
      await this.hold;
      signal.throwIfAborted();
      if (this.failure !== undefined && count >= this.failsAfter) throw this.failure;
      count += 1;
      this.read += 1;
      yield command;
    }
    if (this.failure !== undefined) throw this.failure;
  }

  #ordered(): readonly SmsCommand[] {
    const by = (name: "dateUpdated" | "dateCreated") => (one: SmsCommand, other: SmsCommand) =>
      (other[name] ?? "").localeCompare(one[name] ?? "");
    const newestFirst = this.commands.toReversed();
    switch (this.order) {
      case "by-update":
        return newestFirst.sort(by("dateUpdated"));
      case "by-creation":
        return newestFirst.sort(by("dateCreated"));
      case "oldest-first":
        return newestFirst.sort(by("dateUpdated")).toReversed();
      case "shuffled":
        return newestFirst
          .map((command, at) => [(at * 7919) % 101, command] as const)
          .sort(([one], [other]) => one - other)
          .map(([, command]) => command);
    }
  }
}

export function stateOf({ sid, status }: Pick<SmsCommand, "sid" | "status">): string {
  return `${String(parseInt(sid.slice(2), 16))} ${String(status)}`;
}
