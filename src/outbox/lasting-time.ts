import { readFileSync } from "node:fs";
import type { Clock } from "../lane";

/** An instant in a form that outlives the process. */
export interface LastingInstant {
  /** Names the boot of the machine, empty where the system does not tell. */
  readonly boot: string;
  /** Milliseconds since that boot, by the clock that nobody sets. */
  readonly at: number;
  /** Milliseconds since 1970, as the wall clock stood. */
  readonly wall: number;
}

/** How the wall clock stood in one boot: milliseconds since 1970 less milliseconds since the boot. */
export interface WallOffset {
  readonly boot: string;
  readonly offset: number;
}

/** The clocks of a machine. */
export interface MachineTime {
  readonly boot: string;
  /** Milliseconds since the boot; goes on over a restart of the process. */
  sinceBoot(): number;
  wall(): number;
}

/** A wall clock before the first release of this package is certainly wrong. */
const EARLIEST_WALL = Date.UTC(2026, 0, 1);
/** Milliseconds by which the wall clock may run ahead or behind before it counts as set. */
const DRIFT_MS = 2000;

/**
 * Carries deadlines over a restart. Within one boot the monotonic clock goes on, so that a wall clock that is set
 * changes nothing. After another boot only the wall clock can tell how long the machine was off: it is believed as it
 * stood last in the former boot, since a machine without a battery often learns the time only after a while.
 */
export class LastingTime {
  readonly #clock: Clock;
  readonly #machine: MachineTime;
  #known: WallOffset | undefined;

  constructor(clock: Clock, machine: MachineTime = thisMachine) {
    this.#clock = clock;
    this.#machine = machine;
  }

  /** Takes up what was known of the wall clock before a restart. */
  recall(offset: WallOffset | undefined): void {
    this.#known = offset;
  }

  /** How the wall clock stands, if it was set since the last call and that has to be written down. */
  news(): WallOffset | undefined {
    const { boot } = this.#machine;
    const offset = this.#machine.wall() - this.#machine.sinceBoot();
    const known = this.#known;
    if (known?.boot === boot && Math.abs(known.offset - offset) < DRIFT_MS) return undefined;
    this.#known = { boot, offset };
    return this.#known;
  }

  /** @param instant By the monotonic clock of this process. */
  store(instant: number): LastingInstant | null {
    if (instant === Infinity) return null;
    const ahead = instant - this.#clock.now();
    const { boot } = this.#machine;
    return { boot, at: this.#machine.sinceBoot() + ahead, wall: this.#machine.wall() + ahead };
  }

  /**
   * The instant by the monotonic clock of this process.
   * @param span Milliseconds that it can lie ahead at most: what a wall clock says beyond that is wrong.
   */
  restore(instant: LastingInstant | null, span: number): number {
    if (instant === null) return Infinity;
    return this.#clock.now() + Math.min(this.#ahead(instant, span), span);
  }

  #ahead({ boot, at, wall }: LastingInstant, span: number): number {
    if (boot !== "" && boot === this.#machine.boot) return at - this.#machine.sinceBoot();
    const corrected = this.#known?.boot === boot && boot !== "" ? at + this.#known.offset : wall;
    const now = this.#machine.wall();
    const isPlausible = now >= EARLIEST_WALL && corrected - span >= EARLIEST_WALL;
    return isPlausible ? corrected - now : span;
  }
}

const thisMachine: MachineTime = {
  boot: readBoot(),
  sinceBoot: () => Number(process.hrtime.bigint() / 1000n) / 1000,
  wall: () => Date.now(),
};

function readBoot(): string {
  try {
    return readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
  } catch {
    return "";
  }
}
