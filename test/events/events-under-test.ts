import { CellularError } from "../../src/errors/cellular-error";
import type { News } from "../../src/events";
import type { CommandEvent, SmsCommand } from "../../src/gateways/super-sim";
import { MemoryJournal, type Journal, type JournalStep, type JsonObject } from "../../src/store";
import { settled } from "../support/fake-clock";

export const NODE = "events";
/** Texts of all commands hold it, so that it can be looked for where it must not stand. */
export const WORD = "Sesame";
export const HOUR = 60 * 60_000;
/** The wall clock of the fake clock at its start. */
export const START = Date.UTC(2026, 10, 21, 10);

/** A SID with a number that tells it from others. */
export function sidOf(number: number): string {
  return `HC${number.toString(16).padStart(32, "0")}`;
}

export function commandOf(number: number, changes: Partial<SmsCommand> = {}): SmsCommand {
  const date = new Date(START + number * 1000).toISOString();
  return {
    sid: sidOf(number),
    accountSid: `AC${"1".repeat(32)}`,
    simSid: `HS${"2".repeat(32)}`,
    payload: `${WORD} ${String(number)}`,
    status: "received",
    direction: "from_sim",
    dateCreated: date,
    dateUpdated: date,
    url: null,
    ...changes,
  };
}

export function eventOf(number: number, changes: Partial<CommandEvent> = {}): CommandEvent {
  return { command: commandOf(number), token: null, raw: { Payload: `${WORD} ${String(number)}` }, ...changes };
}

/** News of one event, under a name of its own. */
export function newsOf(number: number, ...more: readonly string[]): News {
  return { identities: [`event ${String(number)}`, ...more], event: eventOf(number) };
}

/** Resolves when all that waits for no time has run, the disk's answers included. */
export async function quiet(): Promise<void> {
  for (let round = 0; round < 12; round += 1) await settled();
}

/** The disk of a test: what is acknowledged is there, and a test can let the next appends fail or wait. */
export class TestJournal implements Journal {
  readonly damage = undefined;
  readonly #inner = new MemoryJournal();
  /** How many appends from now on are refused. */
  refusals = 0;
  appends: (readonly JournalStep[])[] = [];
  /** Appends wait for it. */
  hold: Promise<void> | undefined;

  get records(): ReadonlyMap<string, JsonObject> {
    return this.#inner.records;
  }

  async append(steps: readonly JournalStep[]): Promise<void> {
    const copy = JSON.parse(JSON.stringify(steps)) as readonly JournalStep[];
    await this.hold;
    // The answer comes later than the call, as a disk's does.
    await new Promise((resolve) => setImmediate(resolve));
    if (this.refusals > 0) {
      this.refusals -= 1;
      throw new CellularError("STORAGE_FAILED", "Cabinet: the disk refuses.");
    }
    this.appends.push(copy);
    await this.#inner.append(copy);
  }

  /** What another process would find now. */
  copy(): TestJournal {
    const copy = new TestJournal();
    void copy.#inner.append([...this.records].map(([set, to]) => ({ set, to })));
    return copy;
  }
}
