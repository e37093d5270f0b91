import assert from "node:assert/strict";
import { once } from "node:events";
import { setTimeout as pause } from "node:timers/promises";
import { SuperSimSimulator } from "../../src/simulators";
import { NodeRedProcess, type FlowItem } from "../support/node-red-process";
import { Seeded } from "../support/seeded";
import { atRest, commandingFlow, commandStates, failSome, stateFigures, untrue } from "./commands";
import { Happenings, Hearing, type HearingFigures } from "./hearing";
import { Killing } from "./killing";
import { moment } from "./moment";
import { NOTHING_WRONG } from "./tally";
import { callbackTarget, serviceTarget } from "./targets";

/** How often Node-RED is killed; 20 by hand. */
const KILLS = Number(process.env.KILLS ?? 4);
/** How often it is stopped and started in good order after that. */
const STOPS = 2;
/** Requests that an account has out at most. */
const CONCURRENCY = 8;
/** How many events one kill can repeat at one node. */
const MOST_REPEATED = 16;
/** Milliseconds that a command stays in a state. */
const PACE = 400;
/** Milliseconds after which a kill comes whatever happens: so long that commands are asked for. */
const LONGEST_LIFE = 2500;
/** So much is seen in a life of requests, callbacks or events: enough for commands to be awaited. */
const MOST_SEEN = 30;
/** Milliseconds from a callback on its way to its being written down, and more. */
const LONGEST_LAG = 20;
/** Milliseconds between two reports. */
const LONGEST_SILENCE = 300;
const NODES = ["poll", "signed", "fetched"] as const;

/** Two nodes that are called back, by address, and one that polls; what each hears is written to the disk. */
function eventsNodes(): FlowItem[] {
  const node = { type: "supersim-events", z: "tab", account: "account" };
  return [
    { id: "poll", ...node, source: "poll", interval: "0.2", wires: [["poll-sink"]] },
    { id: "signed", ...node, source: "webhook", path: "signed", wires: [["signed-sink"]] },
    { id: "fetched", ...node, source: "webhook", path: "fetched", verify: "fetch", wires: [["fetched-sink"]] },
    ...NODES.map((id) => ({
      ...{ id: `${id}-sink`, type: "test-sink", z: "tab", property: "command", wires: [["heard"]] },
    })),
    { id: "heard", type: "test-probe", z: "tab", wires: [] },
  ];
}

describe("Super SIM events", function () {
  this.timeout(60_000 + KILLS * 8000);
  const random = new Seeded();
  const seed = `seed ${random.seed}`;
  let red: NodeRedProcess | undefined;
  let service: SuperSimSimulator | undefined;

  afterEach(async () => {
    try {
      await red?.stop();
    } finally {
      await service?.stop();
    }
  });

  it(`over ${KILLS} kills, while commands wait and texts come in: none is lost, none is made up, and after ${STOPS} stops none comes twice`, async () => {
    const lab = await start();
    ({ red, service } = lab);
    const { killing, hearings } = lab;
    const devices = new Devices(service, random);
    try {
      devices.begin();
      await killing.rounds(KILLS);
      await killing.end();
      await killing.askAgain();
      await devices.end();
      await allHeard(lab);
      const killed = hearings.map(({ figures }) => figures);

      devices.begin();
      for (let stop = 0; stop < STOPS; stop += 1) await stopInGoodOrder(lab, stop);
      await devices.end();
      await allHeard(lab);
      report(lab, killed);

      for (const hearing of hearings) assert.deepEqual([hearing.lost, hearing.untrue], [[], []], seed);
      for (const { node, again } of killed) {
        assert.ok(again <= killing.kills * MOST_REPEATED, `${node} heard ${again} again; ${seed}`);
      }
      assert.deepEqual(
        hearings.map(({ figures }) => figures.again),
        killed.map(({ again }) => again),
        `nothing is repeated by a stop; ${seed}`,
      );
      const { tally, sent } = killing;
      // Eight at once keep no order.
      assert.deepEqual({ ...tally.wrongs(...sent), outOfOrder: [] }, NOTHING_WRONG, seed);
      await atRest(service);
      assert.deepEqual(untrue(commandStates(killing, service)), [], seed);
      const { unknown } = tally.figures(...sent);
      assert.ok(unknown <= killing.kills * CONCURRENCY, `${unknown} unknown; ${seed}`);
    } finally {
      await devices.end();
      killing.stop();
    }
  });

  interface Lab {
    readonly red: NodeRedProcess;
    readonly service: SuperSimSimulator;
    readonly killing: Killing;
    readonly hearings: readonly Hearing[];
  }

  async function start(): Promise<Lab> {
    red = await NodeRedProcess.start();
    const [signed, fetched] = [`${red.url}/signed`, `${red.url}/fetched`];
    service = await new SuperSimSimulator({ pace: PACE, latency: 10, smsCommandsUrl: signed }).start();
    const happenings = new Happenings(service);
    failSome(service, random, PACE);
    await red.deploy(commandingFlow(service, { command: { wait: "delivered" }, more: eventsNodes() }));
    // The second list is asked for when the first one, which only sets the starting point, is written down.
    for (let list = 0; list < 2; list += 1) await once(service, "request");
    const killing = new Killing({
      ...{ red, random, record: "command", longestLife: LONGEST_LIFE, mostSeen: MOST_SEEN },
      targets: [serviceTarget(service), callbackTarget(service, () => random.below(LONGEST_LAG))],
      message: (payload, key) => ({
        ...{ sim: "tracker-1", payload },
        commandOptions: { key, callbackUrl: /[02468]$/.test(key) ? signed : fetched },
      }),
    });
    const hearings = [
      new Hearing("poll", red, happenings, happenings.lasting),
      new Hearing("signed", red, happenings, happenings.answeredAt(signed)),
      new Hearing("fetched", red, happenings, happenings.askedAfter(fetched)),
    ];
    return { red, service, killing, hearings };
  }

  /** Resolves when nothing changes any more at the service and all of it is heard, or when that lasts too long. */
  async function allHeard({ red, service, hearings }: Lab): Promise<void> {
    while (service.sent.some(({ status }) => status === "queued" || status === "sent")) await once(service, "command");
    const isAllHeard = (): boolean => hearings.every(({ lost }) => lost.length === 0);
    // What is missing is for the table and for whoever reads it.
    await red.until(isAllHeard, "each event", { timeout: 20_000 }).catch(() => undefined);
  }

  /** With commands on their way, some of which are not accepted yet. */
  async function stopInGoodOrder({ red, service }: Lab, stop: number): Promise<void> {
    const callbackUrl = `${red.url}/${random.pick(["signed", "fetched"])}`;
    const texts = Array.from({ length: random.whole(1, 20) }, (_, index) => `stop ${stop} ${index}`);
    await red.sendMany(
      "source",
      texts.map((payload) => ({ sim: "tracker-2", payload, commandOptions: { callbackUrl } })),
    );
    await moment(random.whole(1, 40), LONGEST_LIFE, (seen) => {
      service.on("command", seen);
      return () => service.off("command", seen);
    });
    await red.restart();
  }

  function report({ killing, service, hearings }: Lab, killed: readonly HearingFigures[]): void {
    if (process.env.PRINT_TABLE !== "1") return;
    const states = commandStates(killing, service);
    console.log(seed);
    console.table([{ kills: killing.kills, ...killing.tally.figures(...killing.sent), ...stateFigures(states) }]);
    console.table(
      hearings.map(({ figures }, index) => {
        const byKills = killed[index]?.again ?? 0;
        const { again, ...rest } = figures;
        return { ...rest, againByKills: byKills, againByStops: again - byKills };
      }),
    );
  }
});

/** Devices that report something all the time, in numbered texts. */
class Devices {
  readonly #service: SuperSimSimulator;
  readonly #random: Seeded;
  #number = 0;
  #ending = new AbortController();
  #reporting: Promise<void> = Promise.resolve();

  constructor(service: SuperSimSimulator, random: Seeded) {
    this.#service = service;
    this.#random = random;
  }

  begin(): void {
    this.#ending = new AbortController();
    this.#reporting = this.#reportUntil(this.#ending.signal);
  }

  async end(): Promise<void> {
    this.#ending.abort();
    await this.#reporting;
  }

  async #reportUntil(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      for (let count = this.#random.whole(1, 3); count > 0; count -= 1) {
        this.#number += 1;
        this.#service.report(`tracker-${this.#random.whole(1, 3)}`, `report ${this.#number}`);
      }
      await pause(this.#random.below(LONGEST_SILENCE), undefined, { signal }).catch(() => undefined);
    }
  }
}
