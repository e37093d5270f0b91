import assert from "node:assert/strict";
import { PeplinkRouter } from "../../src/gateways/peplink";
import type { IncomingSms } from "../../src/simulators/peplink/simulator";
import { Lab, PASSWORD, type Changes, type Message } from "../nodes/lab";

const ALICE = "+447700900101";
const BOB = "+447700900102";
const CONNECTION = 2;
/** 21 November 2026, 10:00 UTC. */
const TEN = 1_795_255_200;
/** 25 October 2026, 00:30 UTC: half past one in London, half an hour before the clocks go back. */
const BEFORE_CHANGE = 1_792_888_200;
/** As long as a segment that another one follows. */
const FULL = "meter ".repeat(26).slice(0, 153);

interface Row {
  readonly scenario: string;
  readonly arrived: readonly string[];
  readonly emitted: readonly string[];
}

/** One scenario: what it does to the router is noted as what arrived. */
class Scenario {
  readonly arrived: string[] = [];
  readonly #lab: Lab;
  readonly #router: PeplinkRouter;
  readonly #from: number;

  constructor(lab: Lab, router: PeplinkRouter) {
    this.#lab = lab;
    this.#router = router;
    this.#from = lab.red.probes.length;
  }

  sms(text: string, more: Partial<IncomingSms> = {}): void {
    this.#lab.device.receive({ from: ALICE, text, connId: CONNECTION, timestamp: TEN, ...more });
    this.arrived.push(more.sim === undefined ? short(text) : `${short(text)} on SIM ${more.sim}`);
  }

  /** Frees the slots of the active SIM that hold that text. */
  async remove(text: string): Promise<void> {
    const ids = this.#lab.device
      .store(CONNECTION)
      .filter((entry) => entry.text === text)
      .map(({ id }) => id);
    await this.#router.deleteSms({ connId: CONNECTION, ids });
    this.arrived.push(`${short(text)} deleted`);
  }

  /** The router's clock was changed: the same SMS in the same slot, with its date printed in another way. */
  async reprint(text: string, more: Partial<IncomingSms>): Promise<void> {
    await this.remove(text);
    this.sms(text, more);
    this.arrived.splice(-2, 2, `${short(text)} with another date`);
  }

  swap(sim: number): void {
    this.#lab.device.swapSim(CONNECTION, sim);
    this.arrived.push(`SIM ${sim}`);
  }

  async poll(): Promise<void> {
    const tag = this.#lab.tag();
    await this.#lab.red.send("poll", { tag });
    await this.#lab.arrival("done", tag);
    this.arrived.push("poll");
  }

  /** A poll that gets an empty list, as of a modem that restarts; all is back after it. */
  async pollEmpty(): Promise<void> {
    const stored = this.#lab.device.store(CONNECTION);
    this.#lab.device.clear();
    await this.poll();
    for (const { from, text, timestamp, date } of stored) {
      this.#lab.device.receive({ from, text, timestamp, date, connId: CONNECTION });
    }
    this.arrived.splice(-1, 1, "empty list");
  }

  async pollInVain(): Promise<void> {
    this.#lab.device.fail("html", { on: "list", times: 1 });
    const tag = this.#lab.tag();
    await this.#lab.red.send("poll", { tag });
    await this.#lab.arrival("caught", tag);
    this.arrived.push("failed list");
  }

  messages(): readonly Message[] {
    return this.#lab.at("out", this.#from).map(({ msg }) => msg);
  }

  emitted(): readonly string[] {
    return this.messages().map(({ payload }) => short(String(payload)));
  }
}

/** A text as it stands in the table. */
function short(text: string): string {
  return text.startsWith(FULL) ? `${FULL.slice(0, 5)}…${text.slice(FULL.length)}` : text;
}

describe("What sms receive emits", () => {
  let lab: Lab;
  let router: PeplinkRouter;
  const rows: Row[] = [];
  const received = new Map<string, readonly Message[]>();

  before(async () => {
    // A zone with daylight saving: where dates were read in local time, an hour would come twice.
    lab = await Lab.start({}, { TZ: "Europe/London" });
    router = new PeplinkRouter({ url: lab.device.url, username: "admin", password: PASSWORD });
  });

  after(async () => {
    await router.close();
    await lab.stop();
    if (process.env.PRINT_TABLE === "1") console.log(table(rows));
  });

  function scenario(
    name: string,
    emitted: readonly string[],
    play: (test: Scenario) => Promise<void> | void,
    receive: Changes = {},
  ): void {
    it(`of ${name} is ${emitted.map((text) => `"${text}"`).join(", ")}`, async () => {
      await lab.deploy([]);
      lab.device.heal();
      lab.device.swapSim(CONNECTION, 1);
      lab.device.clear();
      await lab.deploy(lab.receiving({ receive: { start: "all", connId: String(CONNECTION), ...receive } }));
      const playing = new Scenario(lab, router);
      await playing.poll();
      await play(playing);
      await playing.poll();
      rows.push({ scenario: name, arrived: playing.arrived.slice(1), emitted: playing.emitted() });
      assert.deepEqual(playing.emitted(), emitted);
      const records = playing.messages().map((msg) => msg.received as Message);
      received.set(name, records);
      assert.equal(new Set(records.map(({ id }) => id)).size, emitted.length, "each has an id of its own");
    });
  }

  scenario("two senders in one second", ["open", "close"], (test) => {
    test.sms("open");
    test.sms("close", { from: BOB });
  });

  // The router numbers no parts: nobody can tell these from the parts of one SMS.
  scenario("one sender, two SMS in one second", ["open, close"], (test) => {
    test.sms("open");
    test.sms(", close");
  });

  scenario(
    "one sender, two SMS in one second, not joined",
    ["open", "close"],
    (test) => {
      test.sms("open");
      test.sms("close");
    },
    { join: false },
  );

  scenario("one sender, one second, a poll in between", ["open", "close"], async (test) => {
    test.sms("open");
    await test.poll();
    test.sms("close");
  });

  scenario("parts that arrive over two polls", ["meter… 42"], async (test) => {
    test.sms(FULL);
    await test.poll();
    test.sms(" 42");
  });

  scenario("parts over two polls, another SMS between them", ["close", "meter… 42"], async (test) => {
    test.sms(FULL);
    test.sms("close", { from: BOB, timestamp: TEN + 5 });
    await test.poll();
    test.sms(" 42");
  });

  scenario("a last part that comes two polls late", ["meter…", " 42"], async (test) => {
    test.sms(FULL);
    await test.poll();
    await test.poll();
    test.sms(" 42");
  });

  scenario("a slot used again", ["open", "close"], async (test) => {
    test.sms("open");
    await test.poll();
    await test.remove("open");
    test.sms("close", { timestamp: TEN + 60 });
  });

  scenario("a slot used again for the same words", ["open", "open"], async (test) => {
    test.sms("open");
    await test.poll();
    await test.remove("open");
    test.sms("open", { timestamp: TEN + 60 });
  });

  scenario("a slot used again before a poll saw the first", ["close"], async (test) => {
    test.sms("open");
    await test.remove("open");
    test.sms("close", { timestamp: TEN + 60 });
  });

  scenario("a SIM swap and back", ["open", "close", "again"], async (test) => {
    test.sms("open");
    await test.poll();
    test.swap(2);
    test.sms("close", { timestamp: TEN + 60 });
    await test.poll();
    test.swap(1);
    await test.poll();
    test.sms("again", { timestamp: TEN + 120 });
  });

  scenario("the same SMS on both SIMs, a swap and back", ["open", "open"], async (test) => {
    test.sms("open");
    test.sms("open", { sim: 2 });
    await test.poll();
    test.swap(2);
    await test.poll();
    test.swap(1);
  });

  scenario("an inactive SIM", ["open"], async (test) => {
    test.sms("open");
    test.sms("close", { sim: 2 });
    await test.poll();
  });

  scenario("an inactive SIM that becomes active", ["open", "close"], async (test) => {
    test.sms("open");
    test.sms("close", { sim: 2 });
    await test.poll();
    test.swap(2);
  });

  scenario("an hour that the clock shows twice", ["open", "open"], (test) => {
    for (const timestamp of [BEFORE_CHANGE, BEFORE_CHANGE + 3600])
      test.sms("open", { timestamp, date: "Oct 25 01:30" });
  });

  scenario("dates printed an hour off after the change", ["open"], async (test) => {
    test.sms("open", { timestamp: BEFORE_CHANGE, date: "Oct 25 01:30" });
    await test.poll();
    await test.reprint("open", { timestamp: BEFORE_CHANGE, date: "Oct 25 00:30" });
  });

  scenario("an empty list in between", ["open", "close"], async (test) => {
    test.sms("open");
    await test.poll();
    await test.pollEmpty();
    test.sms("close", { timestamp: TEN + 60 });
  });

  scenario("three empty lists in between", ["open"], async (test) => {
    test.sms("open");
    await test.poll();
    for (let index = 0; index < 3; index += 1) await test.pollEmpty();
  });

  scenario("failed lists in between", ["open", "close"], async (test) => {
    test.sms("open");
    await test.poll();
    await test.pollInVain();
    await test.pollInVain();
    test.sms("close", { timestamp: TEN + 60 });
  });

  it("has the time of the service centre in UTC, on either side of the change", () => {
    const repeated = received.get("an hour that the clock shows twice") ?? [];
    assert.deepEqual(
      repeated.map(({ receivedAt }) => receivedAt),
      ["2026-10-25T00:30:00.000Z", "2026-10-25T01:30:00.000Z"],
    );
  });
});

function table(rows: readonly Row[]): string {
  const lines = [
    ["scenario", "what arrived", "what was emitted"],
    ["---", "---", "---"],
    ...rows.map(({ scenario, arrived, emitted }) => [scenario, arrived.join(" · "), emitted.join(" · ")]),
  ];
  const widths = [0, 1, 2].map((column) => Math.max(...lines.map((cells) => cells[column]?.length ?? 0)));
  return lines
    .map((cells) => `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(" | ")} |`)
    .join("\n");
}
