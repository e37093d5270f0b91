import { fieldsOf, isText, Unusable } from "./asked.js";
import type { SimulatedCommand } from "../super-sim/fleet.js";
import type { SimulatedSim } from "../super-sim/options.js";
import type { SuperSimSimulator } from "../super-sim/simulator.js";

/** The trackers shown beside the phone: the devices with the SIMs of an account. */
export interface HandsetFleet {
  /** Default `Simulated fleet`. */
  readonly label?: string;
  readonly account: SuperSimSimulator;
  /** Reports offered for one tap. */
  readonly suggestions?: readonly string[];
}

/** A command to or from a tracker, as the page shows it. */
export interface TrackerCommand {
  readonly sid: string;
  /** The SID of the tracker's SIM. */
  readonly sim: string;
  readonly text: string;
  readonly direction: SimulatedCommand["direction"];
  readonly status: SimulatedCommand["status"];
  /** When it was created, ISO 8601. */
  readonly at: string;
}

export interface Tracker {
  /** The SID of its SIM. */
  readonly sim: string;
  readonly name: string;
  readonly iccid: string;
  readonly asleep: boolean;
}

export interface TrackerEvents {
  /** A command that is new or in a new state. */
  readonly command: TrackerCommand;
  /** A tracker that fell asleep or woke. */
  readonly tracker: Tracker;
}

/** The most that a SIM can send at once. */
const LONGEST_TEXT = 160;
/** How many commands a page that opens is told of. */
const HISTORY = 500;

/** What the page knows of the trackers, and lets them do. */
export class Trackers {
  readonly #fleet: HandsetFleet;
  readonly #changed: <Name extends keyof TrackerEvents>(name: Name, value: TrackerEvents[Name]) => void;
  readonly #onCommand = (command: SimulatedCommand): void => {
    this.#changed("command", shown(command));
  };
  readonly #onTracker = (sim: SimulatedSim): void => {
    this.#changed("tracker", this.#tracker(sim));
  };

  constructor(
    fleet: HandsetFleet,
    changed: <Name extends keyof TrackerEvents>(name: Name, value: TrackerEvents[Name]) => void,
  ) {
    this.#fleet = fleet;
    this.#changed = changed;
  }

  /** All there is to show; of the commands the last 500, oldest first. */
  get state(): object {
    const { label = "Simulated fleet", account, suggestions = [] } = this.#fleet;
    const trackers = account.sims.map((sim) => this.#tracker(sim));
    return { label, suggestions, trackers, commands: account.commands.slice(-HISTORY).map(shown) };
  }

  /** Begins to hear what becomes of commands. */
  attach(): void {
    this.detach();
    this.#fleet.account.on("command", this.#onCommand).on("sleep", this.#onTracker).on("wake", this.#onTracker);
  }

  detach(): void {
    this.#fleet.account.off("command", this.#onCommand).off("sleep", this.#onTracker).off("wake", this.#onTracker);
  }

  /** Lets a tracker report a text. @throws Unusable */
  report(body: string): TrackerCommand {
    const { sim, text } = fieldsOf(body);
    if (!this.#isKnown(sim) || !isText(text) || Buffer.byteLength(text) > LONGEST_TEXT) {
      throw new Unusable(`Give "sim", a known one, and "text", 1 to ${LONGEST_TEXT} single-byte characters`);
    }
    return shown(this.#fleet.account.report(sim, text));
  }

  /** Puts a tracker to sleep, or wakes it. @throws Unusable */
  setAsleep(body: string): { readonly sim: string; readonly asleep: boolean } {
    const { sim, asleep } = fieldsOf(body);
    if (!this.#isKnown(sim) || typeof asleep !== "boolean") {
      throw new Unusable('Give "sim", a known one, and "asleep", true or false');
    }
    if (asleep) this.#fleet.account.sleep(sim);
    else this.#fleet.account.wake(sim);
    return { sim, asleep };
  }

  #isKnown(sim: unknown): sim is string {
    return this.#fleet.account.sims.some(({ sid }) => sid === sim);
  }

  #tracker({ sid, uniqueName, iccid }: SimulatedSim): Tracker {
    return {
      sim: sid,
      name: uniqueName ?? iccid,
      iccid,
      asleep: this.#fleet.account.asleep.some((sim) => sim.sid === sid),
    };
  }
}

function shown({ sid, simSid, payload, direction, status, createdAt }: SimulatedCommand): TrackerCommand {
  return { sid, sim: simSid, text: payload, direction, status, at: createdAt.toISOString() };
}
