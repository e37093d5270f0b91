import assert from "node:assert/strict";
import { setTimeout as pause } from "node:timers/promises";
import { PeplinkSimulator } from "../../src/simulators";
import { lastingPort } from "../support/lasting-port";
import type { FlowItem } from "../support/node-red-process";
import { Seeded } from "../support/seeded";
import { Pair, sendingFlow } from "./flow";
import { Killing } from "./killing";
import { NOTHING_WRONG } from "./tally";
import { routerTarget } from "./targets";

/** How often Node-RED is killed; 50 by hand. */
const KILLS = Math.ceil(Number(process.env.KILLS ?? 20) / 4);
const FALLBACK_AFTER_MS = 100;
const LANES = 2;

function flow(first: PeplinkSimulator, spare: PeplinkSimulator): FlowItem[] {
  const items = sendingFlow(first).filter(({ id }) => id !== "receive" && id !== "received");
  const gateway = items.find(({ id }) => id === "gateway");
  assert.ok(gateway);
  return [
    ...items.map((item) =>
      item.id === "send" ? { ...item, fallback: "spare", fallbackAfter: String(FALLBACK_AFTER_MS / 1000) } : item,
    ),
    { ...gateway, id: "spare", url: spare.url, fingerprint: spare.fingerprint ?? "" },
  ];
}

describe("A Node-RED that is killed while SMS move to the fallback gateway", function () {
  this.timeout(20_000 + KILLS * 6000);
  const random = new Seeded();
  let spare: PeplinkSimulator | undefined;
  let pair: Pair | undefined;
  /** How often a device was cut off, perhaps in the middle of a request. */
  let cuts = 0;

  before(async () => {
    const port = await lastingPort();
    const other = await new PeplinkSimulator({ port, tls: true, username: "flows", latency: 3 }).start();
    spare = other;
    pair = await Pair.start({ latency: 3 }, (device) => flow(device, other));
  });

  after(async () => {
    await pair?.stop();
    await spare?.stop();
  });

  /** The first gateway is well, refuses what comes, refuses the login, or goes; the second goes now and then, too. */
  async function disturb(first: PeplinkSimulator, second: PeplinkSimulator): Promise<void> {
    await Promise.all([first.start(), second.start()]);
    first.heal();
    const soon = pause(random.whole(0, FALLBACK_AFTER_MS));
    switch (random.pick(["refuses", "refuses logins", "goes", "goes", "goes with its fallback", "is well"])) {
      case "refuses":
        first.fail("refuse", { on: "send", times: random.whole(1, 8) });
        return;
      case "refuses logins":
        first.expireSessions();
        first.fail("status", { on: "login", status: 401 });
        return;
      case "goes":
        await soon;
        await first.stop();
        cuts += 1;
        return;
      case "goes with its fallback":
        await Promise.all([first.stop(), second.stop()]);
        cuts += LANES;
        await soon;
        await second.start();
        return;
      case "is well":
        return;
    }
  }

  it(`loses nothing and sends nothing twice at both together, in ${KILLS} kills`, async () => {
    assert.ok(pair && spare);
    const [first, second] = [pair.device, spare];
    const killing = new Killing({ red: pair.red, targets: [first, second].map(routerTarget), random });
    try {
      await killing.rounds(KILLS, () => disturb(first, second));
      await Promise.all([first.start(), second.start()]);
      first.heal();
      await killing.end();
      await killing.askAgain();
      const { tally, sent } = killing;
      const figures = tally.figures(...sent);
      const { outOfOrder, ...wrongs } = tally.wrongs(...sent);
      if (process.env.PRINT_TABLE === "1") {
        console.log(`seed ${random.seed}`);
        const [atFirst, atSpare] = sent.map(({ length }) => length);
        console.table([{ kills: killing.kills, ...figures, atFirst, atSpare, overtaken: outOfOrder.length }]);
      }
      // What is tried at the first gateway while others move is overtaken by them.
      const told = tally.explain([...wrongs.contradicted, ...wrongs.untrue]);
      assert.deepEqual({ ...wrongs, outOfOrder: [] }, NOTHING_WRONG, `seed ${random.seed}\n${told}`);
      assert.equal(figures.notSent, 0, `seed ${random.seed}`);
      const most = LANES * killing.kills + cuts;
      assert.ok(figures.unknown <= most, `${figures.unknown} unknown, ${most} can be; seed ${random.seed}`);
    } finally {
      killing.stop();
    }
  });
});
