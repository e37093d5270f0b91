import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { SuperSimSimulator } from "../../src/simulators";
import type { NodeRedProcess } from "../support/node-red-process";

/** A command in one of its states, as a service knows it. */
type Happening = SuperSimSimulator["commands"][number];

/** A callback that was answered 2xx. */
interface Answered {
  readonly sid: string;
  readonly state: string;
  readonly url: string;
}

/** What an events node must have handed on, and how that shows in what it did. */
export interface Duty {
  /** What must be heard, each in words. */
  readonly mustHear: () => readonly string[];
  /** Whether one of these is among what was heard. */
  readonly isHeard: (one: string, heard: ReadonlySet<string>) => boolean;
}

export interface HearingFigures {
  readonly node: string;
  readonly mustHear: number;
  /** Different things that were heard. */
  readonly heard: number;
  readonly lost: number;
  readonly untrue: number;
  /** How often something was heard again. */
  readonly again: number;
}

/** What happened at a service, and what it could tell. */
export class Happenings {
  readonly #states = new Map<string, Happening[]>();
  readonly #answered: Answered[] = [];

  constructor(service: SuperSimSimulator) {
    service.on("command", (command) => {
      this.#states.set(command.sid, [...this.#statesOf(command.sid), command]);
    });
    service.on("callback", ({ sid, state, status }) => {
      const url = this.#statesOf(sid)[0]?.callbackUrl ?? "";
      if (status !== null && status >= 200 && status < 300) this.#answered.push({ sid, state, url });
    });
  }

  /** Each text of a SIM, and the last state of each command to one. */
  get lasting(): Duty {
    const mustHear = (): string[] => [...this.#states.values()].flatMap((states) => states.slice(-1).map(inWords));
    return { mustHear, isHeard: (one, heard) => heard.has(one) };
  }

  /** Whatever a receiver at that address answered 2xx for. */
  answeredAt(address: string): Duty {
    const mustHear = (): string[] => this.#answeredAt(address).map((one) => inWords(this.#stateOf(one)));
    return { mustHear, isHeard: (one, heard) => heard.has(one) };
  }

  /** As `answeredAt`, in that state or in one after it, since the account is asked later than it calls. */
  askedAfter(address: string): Duty {
    const since = new Map<string, readonly string[]>();
    const mustHear = (): string[] =>
      this.#answeredAt(address).map((answered) => {
        const states = this.#statesOf(answered.sid);
        const words = inWords(this.#stateOf(answered));
        since.set(words, states.slice(states.findIndex(({ status }) => status === answered.state)).map(inWords));
        return words;
      });
    return { mustHear, isHeard: (one, heard) => since.get(one)?.some((words) => heard.has(words)) === true };
  }

  /** Whether a command was like that once. */
  has(words: string): boolean {
    const [sid = ""] = words.split(" ");
    return this.#statesOf(sid).some((state) => inWords(state) === words);
  }

  #statesOf(sid: string): readonly Happening[] {
    return this.#states.get(sid) ?? [];
  }

  #answeredAt(address: string): readonly Answered[] {
    return this.#answered.filter(({ url }) => url === address);
  }

  #stateOf({ sid, state }: Answered): Happening | undefined {
    return this.#statesOf(sid).find(({ status }) => status === state);
  }
}

/** What one events node told its flow, as a `test-sink` behind it wrote it down. */
export class Hearing {
  readonly #node: string;
  readonly #file: string;
  readonly #happenings: Happenings;
  readonly #duty: Duty;

  /** @param node The id of the sink is that and `-sink`. */
  constructor(node: string, red: NodeRedProcess, happenings: Happenings, duty: Duty) {
    this.#node = node;
    this.#file = join(red.userDir, `${node}-sink.log`);
    this.#happenings = happenings;
    this.#duty = duty;
  }

  get lost(): readonly string[] {
    const heard = new Set(this.#heard());
    return this.#duty.mustHear().filter((one) => !this.#duty.isHeard(one, heard));
  }

  /** What was heard and never was. */
  get untrue(): readonly string[] {
    return this.#heard().filter((words) => !this.#happenings.has(words));
  }

  get figures(): HearingFigures {
    const all = this.#heard();
    const heard = new Set(all).size;
    const { lost, untrue } = this;
    return {
      ...{ node: this.#node, mustHear: new Set(this.#duty.mustHear()).size, heard },
      ...{ lost: lost.length, untrue: untrue.length, again: all.length - heard },
    };
  }

  #heard(): readonly string[] {
    return readFileSync(this.#file, { encoding: "utf8", flag: "a+" })
      .split("\n")
      .slice(0, -1)
      .map((line) => inWords(JSON.parse(line) as Happening));
  }
}

/** All that two sides can know of a command. */
function inWords(command: Pick<Happening, "sid" | "status" | "direction" | "simSid" | "payload"> | undefined): string {
  const { sid, status, direction, simSid, payload } = command ?? {};
  return [sid, status, direction, simSid, payload].join(" ");
}
