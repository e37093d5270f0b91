import assert from "node:assert/strict";
import { setTimeout as pause } from "node:timers/promises";
import type { PeplinkSimulator } from "../../src/simulators";
import { Seeded } from "../support/seeded";
import type { FlowItem } from "../support/node-red-process";
import { Pair, sendingFlow } from "./flow";
import { Killing } from "./killing";
import { NOTHING_WRONG } from "./tally";
import { routerTarget } from "./targets";

/** How often Node-RED is killed; 200 by hand. */
const KILLS = Number(process.env.KILLS ?? 20);
const KILLS_PER_FAULT = Math.ceil(KILLS / 10);

interface Fault {
  readonly name: string;
  /** Shows it once. @returns whether one SMS may be unknown by it. */
  readonly show: (device: PeplinkSimulator, random: Seeded) => Promise<boolean> | boolean;
}

const FAULTS: readonly Fault[] = [
  {
    name: "refused connections",
    show: async (device, random) => {
      await device.stop();
      await pause(random.below(200));
      await device.start();
      // What was in work when the plug was pulled.
      return true;
    },
  },
  once("a reset before the SMS is taken", (device) => {
    device.fail("reset-before", { on: "send", times: 1 });
    return true;
  }),
  once("a reset after the SMS is taken", (device) => {
    device.fail("reset-after", { on: "send", times: 1 });
    return true;
  }),
  once("silence", (device, random) => {
    device.fail("silence", { on: "send", times: 1, done: random.pick([true, false]) });
    return true;
  }),
  once("503 without a word", (device) => {
    device.fail("status", { on: "send", times: 1, status: 503 });
    return true;
  }),
  once("503 that says when to come again", (device) => {
    device.fail("status", { on: "send", times: 1, status: 503, retryAfter: 1 });
    return false;
  }),
  once("a session that expires", (device) => {
    device.expireSessions();
    return false;
  }),
];

function once(name: string, show: (device: PeplinkSimulator, random: Seeded) => boolean): Fault {
  return {
    name,
    show: async (device, random) => {
      await pause(random.below(60));
      return show(device, random);
    },
  };
}

/** Only what sends; a gateway that gives up on a request soon, but on none that a busy machine keeps waiting. */
function flow(device: PeplinkSimulator): FlowItem[] {
  return sendingFlow(device)
    .filter(({ id }) => id !== "receive" && id !== "received")
    .map((item) => (item.id === "gateway" ? { ...item, timeout: "4" } : item));
}

describe("A Node-RED that is killed while it sends", function () {
  this.timeout(20_000 + KILLS * 5000);
  const random = new Seeded();
  const rows: object[] = [];
  let pair: Pair | undefined;
  let next = 1;

  before(async () => {
    pair = await Pair.start({ latency: 3 }, flow);
  });

  after(async () => {
    await pair?.stop();
    if (process.env.PRINT_TABLE === "1") {
      console.log(`seed ${random.seed}`);
      console.table(rows);
    }
  });

  function started(): Pair {
    assert.ok(pair);
    return pair;
  }

  async function proven(
    name: string,
    kills: number,
    disturb: () => Promise<void> | void,
    mayBeUnknown: () => number,
  ): Promise<void> {
    const { red, device } = started();
    const killing = new Killing({ red, targets: [routerTarget(device)], random, first: next });
    try {
      await killing.rounds(kills, disturb);
      device.heal();
      await killing.end();

      const { tally, sent } = killing;
      await killing.askAgain();
      const figures = tally.figures(...sent);
      rows.push({ faults: name, kills: killing.kills, ...figures, ...lengths(tally.wrongs(...sent)) });
      assert.deepEqual(tally.wrongs(...killing.sent), NOTHING_WRONG, `seed ${random.seed}`);
      assert.equal(figures.notSent, 0, `seed ${random.seed}`);
      const most = killing.kills + mayBeUnknown();
      assert.ok(figures.unknown <= most, `${figures.unknown} unknown, ${most} can be; seed ${random.seed}`);
    } finally {
      killing.stop();
      next = killing.next;
    }
  }

  it(`loses nothing, sends nothing twice, and doubts one SMS per kill at most, in ${KILLS} kills`, () =>
    proven(
      "none",
      KILLS,
      () => undefined,
      () => 0,
    ));

  for (const { name, show } of FAULTS) {
    it(`keeps that with ${name}`, async () => {
      let shown = 0;
      await proven(
        name,
        KILLS_PER_FAULT,
        async () => {
          if (await show(started().device, random)) shown += 1;
        },
        () => shown,
      );
    });
  }
});

function lengths(lists: object): object {
  return Object.fromEntries(Object.entries(lists).map(([name, list]) => [name, (list as readonly unknown[]).length]));
}
