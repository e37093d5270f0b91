import assert from "node:assert/strict";
import { SuperSimSimulator, type SuperSimSimulatorOptions } from "../../src/simulators";
import { NodeRedProcess } from "../support/node-red-process";
import { Seeded } from "../support/seeded";
import { atRest, commandingFlow, commandStates, failSome, stateFigures, untrue } from "./commands";
import { everyNumber } from "./flow";
import { Killing } from "./killing";
import { NOTHING_WRONG, textOf } from "./tally";
import { serviceTarget } from "./targets";

/** How many commands go through a service that limits them; 500 by hand. */
const COMMANDS = Number(process.env.COMMANDS ?? 100);
/** How often Node-RED is killed; 20 by hand. */
const KILLS = Number(process.env.KILLS ?? 5);
const CONCURRENCY = 8;
/** Seconds. */
const RETRY_AFTER = 2;
/** Milliseconds that a request may be on its way, on a busy machine. */
const UNDERWAY = 1000;
/** Milliseconds that a command stays in a state. */
const PACE = 400;
/** Milliseconds after which a kill comes whatever happens: so long that commands are asked for. */
const LONGEST_LIFE = 2500;
const SMS_COMMANDS = "/v1/SmsCommands";

interface Outcome {
  readonly number: number;
  readonly command: { readonly outcome: string; readonly sid: string | null };
}

describe("Super SIM commands", function () {
  let service: SuperSimSimulator | undefined;
  let red: NodeRedProcess | undefined;

  afterEach(async () => {
    try {
      await red?.stop();
    } finally {
      red = undefined;
      await service?.stop();
    }
  });

  async function start(
    options: SuperSimSimulatorOptions,
    command: Readonly<Record<string, string>> = {},
  ): Promise<{ readonly service: SuperSimSimulator; readonly red: NodeRedProcess }> {
    service = await new SuperSimSimulator({ tls: true, ...options }).start();
    const flows = commandingFlow(service, { command, account: { concurrency: String(CONCURRENCY) } });
    red = await NodeRedProcess.start({ flows });
    return { service, red };
  }

  it(`at a service that limits one request in ten: ${COMMANDS} leave once each, ${CONCURRENCY} at once at most, and none before the service allows it`, async function () {
    this.timeout(40_000 + COMMANDS * 400);
    const { service, red } = await start({ limitEvery: 10, retryAfter: RETRY_AFTER, latency: 5 });
    const watch = new LimitWatch(service);
    const messages = Array.from({ length: COMMANDS }, (_, index) => ({
      ...{ sim: `tracker-${1 + (index % 3)}`, payload: textOf(index + 1), number: index + 1 },
    }));
    const begin = performance.now();
    await red.sendMany("source", messages);
    const told = (): Outcome[] =>
      red.probes.filter(({ node }) => node === "outcomes").map(({ msg }) => msg as unknown as Outcome);
    await red.until(() => told().length >= COMMANDS, "each outcome", { timeout: 30_000 + COMMANDS * 400 });
    const seconds = (performance.now() - begin) / 1000;

    assert.deepEqual(
      told()
        .toSorted((one, other) => one.number - other.number)
        .map(({ number, command }) => `${number} ${command.outcome}`),
      everyNumber(COMMANDS, (number) => `${number} accepted`),
    );
    assert.deepEqual(
      service.sent.map(({ payload }) => payload).toSorted(),
      everyNumber(COMMANDS, textOf).toSorted(),
      "each is at the service once",
    );
    assert.deepEqual(new Set(told().map(({ command }) => command.sid)), new Set(service.sent.map(({ sid }) => sid)));
    const { tooEarly, ...figures } = watch.figures();
    if (process.env.PRINT_TABLE === "1") {
      const { maxConcurrent } = service;
      console.table([{ commands: COMMANDS, ...figures, tooEarly: tooEarly.length, maxConcurrent, seconds }]);
    }
    assert.deepEqual(tooEarly, []);
    assert.ok(service.maxConcurrent <= CONCURRENCY, `${service.maxConcurrent} at once`);
    assert.ok(figures.limited >= Math.floor(COMMANDS / 10), `${figures.limited} refused as too many`);
  });

  it(`that wait when Node-RED is killed, ${KILLS} times: each is told one outcome, which is true, and none goes twice`, async function () {
    this.timeout(30_000 + KILLS * 8000);
    const random = new Seeded();
    const { service, red } = await start({ pace: PACE, latency: 20 }, { wait: "delivered" });
    failSome(service, random, PACE);
    const message = (payload: string, key: string): object => ({ sim: "tracker-1", payload, commandOptions: { key } });
    const killing = new Killing({
      ...{ red, random, targets: [serviceTarget(service)], record: "command", longestLife: LONGEST_LIFE },
      message: (text, key) => ({ ...message(text, key) }),
    });
    try {
      await killing.rounds(KILLS);
      await killing.end();
      await killing.askAgain();
      await atRest(service);
      const { tally, sent } = killing;
      const seed = `seed ${random.seed}`;
      const figures = tally.figures(...sent);
      const states = commandStates(killing, service);
      if (process.env.PRINT_TABLE === "1") {
        console.log(seed);
        console.table([{ kills: killing.kills, ...figures, ...stateFigures(states) }]);
      }
      // Eight at once keep no order.
      assert.deepEqual({ ...tally.wrongs(...sent), outOfOrder: [] }, NOTHING_WRONG, seed);
      assert.deepEqual(untrue(states), [], seed);
      const most = killing.kills * CONCURRENCY;
      assert.ok(figures.unknown <= most, `${figures.unknown} unknown, ${most} can be; ${seed}`);
    } finally {
      killing.stop();
    }
  });
});

interface LimitFigures {
  readonly limited: number;
  readonly arrivals: number;
  readonly underway: number;
  /** Milliseconds after its refusal that the last of these came. */
  readonly latest: number;
  readonly tooEarly: readonly number[];
}

/** Notes when commands arrive at a service, and when it says that they are too many. */
class LimitWatch {
  readonly #arrivals: number[] = [];
  readonly #limits: { readonly at: number; readonly wait: number }[] = [];

  constructor(service: SuperSimSimulator) {
    service.on("request", ({ method, path }) => {
      if (method === "POST" && path === SMS_COMMANDS) this.#arrivals.push(performance.now());
    });
    service.on("limited", ({ retryAfter }) => {
      this.#limits.push({ at: performance.now(), wait: (retryAfter ?? 0) * 1000 });
    });
  }

  /** Commands that arrived after a refusal, before they may: `underway` those that had left when it was answered. */
  figures(): LimitFigures {
    const early = this.#limits.map(({ at, wait }) =>
      this.#arrivals.filter((time) => time > at && time < at + wait).map((time) => time - at),
    );
    const late = early.flat().filter((time) => time > UNDERWAY);
    const crowds = early.filter(({ length }) => length >= CONCURRENCY);
    return {
      limited: this.#limits.length,
      arrivals: this.#arrivals.length,
      underway: early.flat().length - late.length,
      latest: Math.max(0, ...early.flat()),
      tooEarly: [...late, ...crowds.flat()],
    };
  }
}
