import assert from "node:assert/strict";
import { LastingTime } from "../../src/outbox/lasting-time";
import { FakeClock } from "../support/fake-clock";

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const NOON = Date.UTC(2026, 10, 22, 12);

/** A machine whose clocks a test sets; `restart` begins another process on it, `reboot` another boot. */
class Machine {
  boot = "one";
  up = 5 * MINUTE;
  now = NOON;
  clock = new FakeClock();
  time = this.#process();
  #offset: Parameters<LastingTime["recall"]>[0];

  sinceBoot(): number {
    return this.up;
  }

  wall(): number {
    return this.now;
  }

  /** Time passes, for the wall clock too. */
  async pass(milliseconds: number): Promise<void> {
    this.up += milliseconds;
    this.now += milliseconds;
    await this.clock.advance(milliseconds);
    this.note();
  }

  /** Somebody sets the wall clock. */
  set(wall: number): void {
    this.now = wall;
    this.note();
  }

  /** What a store does with each of its steps. */
  note(): void {
    this.#offset = this.time.news() ?? this.#offset;
  }

  restart(): void {
    this.clock = new FakeClock();
    this.time = this.#process();
    this.time.recall(this.#offset);
  }

  /** @param off Milliseconds without power. */
  reboot(off: number): void {
    this.boot = "two";
    this.up = MINUTE;
    this.now += off;
    this.restart();
  }

  #process(): LastingTime {
    return new LastingTime(this.clock, this);
  }
}

/** Milliseconds until a deadline that was 60 min ahead when it was written down, once `happens` has. */
async function restAfter(happens: (machine: Machine) => Promise<void> | void, start = NOON): Promise<number> {
  const machine = new Machine();
  machine.set(start);
  const stored = machine.time.store(machine.clock.now() + 60 * MINUTE);
  await happens(machine);
  return (machine.time.restore(stored, 60 * MINUTE) - machine.clock.now()) / MINUTE;
}

describe("A deadline that outlives its process", () => {
  it("is as far ahead after a restart as it was before", async () => {
    const rest = await restAfter(async (machine) => {
      await machine.pass(10 * MINUTE);
      machine.restart();
    });
    assert.equal(rest, 50);
  });

  for (const [what, shift] of [
    ["forward", 300 * DAY],
    ["back", -300 * DAY],
  ] as const) {
    it(`does not move when the wall clock is set ${what}, before a restart or after`, async () => {
      const rest = await restAfter(async (machine) => {
        await machine.pass(10 * MINUTE);
        machine.set(NOON + shift);
        machine.restart();
        machine.set(NOON);
      });
      assert.equal(rest, 50);
    });
  }

  it("comes nearer while the machine is off", async () => {
    const rest = await restAfter(async (machine) => {
      await machine.pass(10 * MINUTE);
      machine.reboot(20 * MINUTE);
    });
    assert.equal(rest, 30);
  });

  it("has passed after a machine was off for a day", async () => {
    assert.ok(
      (await restAfter((machine) => {
        machine.reboot(DAY);
      })) < 0,
    );
  });

  it("is not moved by a clock that was put right before the machine went off", async () => {
    const rest = await restAfter(async (machine) => {
      await machine.pass(10 * MINUTE);
      machine.set(NOON + 30 * DAY);
      await machine.pass(5 * MINUTE);
      machine.reboot(5 * MINUTE);
    });
    assert.equal(rest, 40);
  });

  it("is never further ahead than it ever was, whatever a clock without battery says after a boot", async () => {
    const rest = await restAfter((machine) => {
      machine.reboot(-10 * DAY);
    });
    assert.equal(rest, 60);
  });

  it("does not pass because a clock that stood in another century is right after a boot", async () => {
    const rest = await restAfter(
      async (machine) => {
        await machine.pass(10 * MINUTE);
        machine.reboot(56 * 365 * DAY);
      },
      Date.UTC(1970, 0, 1),
    );
    assert.equal(rest, 60);
  });

  it("that never comes never comes", () => {
    const machine = new Machine();
    const stored = machine.time.store(Infinity);
    assert.equal(stored, null);
    assert.equal(machine.time.restore(stored, 0), Infinity);
  });

  it("says once how the wall clock stands, and again when it was set", () => {
    const machine = new Machine();
    assert.ok(machine.time.news());
    assert.equal(machine.time.news(), undefined);
    machine.now += 1000;
    assert.equal(machine.time.news(), undefined, "a second is drift");
    machine.now += 10_000;
    assert.ok(machine.time.news());
  });
});
