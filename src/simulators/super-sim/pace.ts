import type { Fleet, SimulatedCommand, SimulatedStatus } from "./fleet.js";

/**
 * Lets commands go on by themselves: queued, sent, delivered. What is for a device that sleeps is sent and stays so: the
 * network keeps it until the device wakes.
 */
export class Pace {
  readonly #every: number | undefined;
  readonly #fleet: Fleet;
  readonly #advance: (sid: string, status: SimulatedStatus) => void;
  /** SIDs of the SIMs whose devices sleep. */
  readonly #asleep = new Set<string>();
  /** Which commands are about to take their next step. */
  readonly #steps = new Map<string, NodeJS.Timeout>();
  #isRunning = false;

  /** @param every milliseconds between two states; undefined: nothing goes on by itself */
  constructor(every: number | undefined, fleet: Fleet, advance: (sid: string, status: SimulatedStatus) => void) {
    this.#every = every;
    this.#fleet = fleet;
    this.#advance = advance;
  }

  isAsleep(simSid: string): boolean {
    return this.#asleep.has(simSid);
  }

  /** @returns whether it was awake */
  sleep(simSid: string): boolean {
    const wasAwake = !this.#asleep.has(simSid);
    this.#asleep.add(simSid);
    return wasAwake;
  }

  /** Brings what waits for the device on its way, in order. @returns whether it was asleep */
  wake(simSid: string): boolean {
    const wasAsleep = this.#asleep.delete(simSid);
    for (const command of this.#fleet.commands) if (command.simSid === simSid) this.follow(command);
    return wasAsleep;
  }

  /** Takes a command to its next state, and so on; while it is stopped, once it is started again. */
  follow({ sid, status }: SimulatedCommand): void {
    if (this.#every === undefined || !this.#isRunning) return;
    if (this.#steps.has(sid) || (status !== "queued" && status !== "sent")) return;
    const step = setTimeout(() => {
      this.#steps.delete(sid);
      this.#step(sid);
    }, this.#every);
    this.#steps.set(sid, step);
  }

  /** Lets all commands go on from where they are. */
  start(): void {
    this.#isRunning = true;
    for (const command of this.#fleet.commands) this.follow(command);
  }

  /** What has not taken its step stays as it is until `start()`. */
  stop(): void {
    this.#isRunning = false;
    for (const step of this.#steps.values()) clearTimeout(step);
    this.#steps.clear();
  }

  #step(sid: string): void {
    const command = this.#fleet.command(sid);
    if (command?.status === "queued") this.#advance(sid, "sent");
    else if (command?.status === "sent" && !this.isAsleep(command.simSid)) this.#advance(sid, "delivered");
    else return;
    const now = this.#fleet.command(sid);
    if (now !== undefined) this.follow(now);
  }
}
