import type { Outcome } from "../../src/errors/cellular-error";
import type { Probe } from "../support/node-red-process";

/** What a flow was told of one message. */
interface Told {
  /** By which it is the same each time: that of an SMS, or the SID of a command that has one. */
  readonly id: string;
  readonly outcome: Outcome;
  readonly code: string | undefined;
  /** Which time of asking it answers. */
  readonly ask: number;
}

/** What must never be, by number of the message. */
export interface Wrongs {
  /** Without an outcome. */
  readonly lost: readonly number[];
  /** Taken more than once by the devices. */
  readonly doubled: readonly number[];
  /** Told in two ways, or under two ids. */
  readonly contradicted: readonly number[];
  /** `accepted` and not at a device, or `not-sent` and there. */
  readonly untrue: readonly number[];
  /** Taken by a device after one with a higher number. */
  readonly outOfOrder: readonly number[];
}

export const NOTHING_WRONG: Wrongs = { lost: [], doubled: [], contradicted: [], untrue: [], outOfOrder: [] };

export interface Figures {
  readonly messages: number;
  readonly accepted: number;
  readonly unknown: number;
  readonly notSent: number;
  /** At the devices. */
  readonly sent: number;
  /** Outcomes that were told once more. */
  readonly toldAgain: number;
}

/** The text by which a message is known again at a device. */
export function textOf(number: number): string {
  return `alarm ${number}`;
}

/** Counts what a flow heard against what devices took. */
export class Tally {
  readonly #told = new Map<number, Told[]>();
  readonly #asked = new Set<number>();
  readonly #record: "sms" | "command";

  /** @param record Property with the record of what became of a message. */
  constructor(record: "sms" | "command" = "sms") {
    this.#record = record;
  }

  ask(number: number): void {
    this.#asked.add(number);
  }

  /** Takes down an outcome of one of these messages. */
  hear({ msg }: Probe): void {
    const { number, ask } = msg as { readonly number: number; readonly ask: number };
    if (!this.#asked.has(number)) return;
    const { id, sid, outcome, code } = msg[this.#record] as Told & { readonly sid?: string };
    this.#told.set(number, [...(this.#told.get(number) ?? []), { id: sid ?? id, outcome, code, ask }]);
  }

  /** Those of which no outcome was heard, in their order. */
  get unheard(): readonly number[] {
    return [...this.#asked].filter((number) => !this.#told.has(number));
  }

  /** Those whose key still stands for them. */
  get settled(): readonly number[] {
    return [...this.#told].filter(([, [first]]) => first?.outcome !== "not-sent").map(([number]) => number);
  }

  /** How many outcomes were heard, repetitions included. */
  get heard(): number {
    return [...this.#told.values()].reduce((sum, { length }) => sum + length, 0);
  }

  /** Of how many messages an outcome was told as the answer to that time of asking. */
  answersTo(ask: number): number {
    return [...this.#told.values()].filter((all) => all.some((told) => told.ask === ask)).length;
  }

  /** What was told of a message first: `accepted`, or another outcome with its code. */
  outcomeOf(number: number): string | undefined {
    const [first] = this.#told.get(number) ?? [];
    return first === undefined ? undefined : [first.outcome, first.code].filter((word) => word !== undefined).join(" ");
  }

  /** All that was told of some messages, for whoever looks for the reason. */
  explain(numbers: readonly number[]): string {
    return numbers.map((number) => `${number}: ${JSON.stringify(this.#told.get(number))}`).join("\n");
  }

  /** @param sent The texts that each device took, in its order. */
  wrongs(...sent: readonly (readonly string[])[]): Wrongs {
    const numbers = sent.map((texts) => this.#numbersOf(texts));
    const all = numbers.flat();
    const times = (number: number): number => all.filter((one) => one === number).length;
    const told = [...this.#told];
    return {
      lost: this.unheard,
      doubled: [...new Set(all)].filter((number) => times(number) > 1),
      contradicted: told
        .filter(([, all]) => new Set(all.map(({ id, outcome, code }) => `${id} ${outcome} ${code ?? ""}`)).size > 1)
        .map(([number]) => number),
      untrue: told
        .filter(([number, all]) =>
          all.some(
            ({ outcome }) =>
              (outcome === "accepted" && times(number) === 0) || (outcome === "not-sent" && times(number) > 0),
          ),
        )
        .map(([number]) => number),
      outOfOrder: numbers.flatMap((ofDevice) =>
        ofDevice.filter((number, index) => index > 0 && number < Math.max(...ofDevice.slice(0, index))),
      ),
    };
  }

  figures(...sent: readonly (readonly string[])[]): Figures {
    const of = (outcome: Outcome): number =>
      [...this.#told.values()].filter(([first]) => first?.outcome === outcome).length;
    return {
      messages: this.#asked.size,
      accepted: of("accepted"),
      unknown: of("unknown"),
      notSent: of("not-sent"),
      sent: this.#numbersOf(sent.flat()).length,
      toldAgain: this.heard - this.#told.size,
    };
  }

  #numbersOf(texts: readonly string[]): readonly number[] {
    return texts.map((text) => Number(text.replace(textOf(0).slice(0, -1), ""))).filter((one) => this.#asked.has(one));
  }
}
