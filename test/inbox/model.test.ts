import assert from "node:assert/strict";
import fc from "fast-check";
import type { StoredSms } from "../../src/gateways/gateway";
import { ALICE, BOB, InboxUnderTest, TestReceiver, TestSim, trouble } from "./inbox-under-test";

/** An SMS in the store of a SIM, and what the account says of it. */
interface Account {
  readonly text: string;
  readonly entry: StoredSms;
  /** Whether it has to have been handed on by now: it was in a list after the first of its SIM. */
  isDue: boolean;
  /** Whether it was in a list since it was last left out of one. */
  wasListed: boolean;
}

type Start = "new" | "all";

/** An inbox with one receiver beside a simple account of what has to be handed on. */
class InboxModel {
  readonly #test = new InboxUnderTest();
  readonly #sims = [this.#test.sim, new TestSim({ connId: 1, iccid: "8945" })] as const;
  readonly #accounts = new Map<TestSim, Account[]>();
  readonly #seenSims = new Set<TestSim>();
  readonly #start: Start;
  readonly #expected: string[] = [];
  readonly #receivers: TestReceiver[] = [];
  #inbox = this.#test.inbox;
  #active: TestSim = this.#sims[0];
  #count = 0;

  constructor(start: Start) {
    this.#start = start;
    // Polls come when a step asks for one.
    this.redeploy();
  }

  arrive(from: string): void {
    this.#count += 1;
    const text = `sms ${String(this.#count)}`;
    this.#active.receive(text, { from, timestamp: this.#count });
    this.#stored().push({ text, entry: this.#active.entries.at(-1)!, isDue: false, wasListed: false });
  }

  /** Frees a slot, which the next SMS will take. */
  delete(which: number): void {
    const [gone] = this.#stored().splice(which % Math.max(1, this.#stored().length), 1);
    if (gone !== undefined) this.#active.remove(gone.text);
  }

  swapSim(): void {
    this.#active = this.#sims[this.#active === this.#sims[0] ? 1 : 0];
    this.#test.router.sims.set(1, this.#active);
  }

  redeploy(): void {
    const receiver = new TestReceiver({ start: this.#start, interval: 0 });
    this.#receivers.push(receiver);
    this.#inbox.subscribe(receiver);
  }

  restart(): void {
    this.#inbox.pause();
    this.#inbox = this.#test.start();
    this.redeploy();
  }

  async pollInVain(): Promise<void> {
    this.#test.router.failures.set(1, trouble.unreachable());
    await this.#inbox.pollNow();
    this.#test.router.failures.clear();
  }

  /** Polls a list that lacks those left out: an SMS is never left out twice in a row. */
  async poll(isLeftOut: (index: number) => boolean): Promise<void> {
    const stored = this.#stored();
    const listed = stored.filter(({ wasListed }, index) => !(wasListed && isLeftOut(index)));
    await this.#pollFor(listed);
    if (listed.length > 0) for (const account of stored) account.wasListed = listed.includes(account);
  }

  /** Polls while the modem shows nothing at all. */
  async pollEmpty(): Promise<void> {
    await this.#pollFor([]);
  }

  check(): void {
    const got = this.#receivers.flatMap(({ texts }) => texts);
    assert.deepEqual(got, this.#expected);
  }

  async #pollFor(listed: readonly Account[]): Promise<void> {
    const all = this.#active.entries;
    const isFirst = !this.#seenSims.has(this.#active);
    this.#seenSims.add(this.#active);
    this.#active.entries = listed.map(({ entry }) => entry).sort((left, right) => Number(left.id) - Number(right.id));
    assert.equal(await this.#inbox.pollNow(), null);
    this.#active.entries = all;
    for (const account of listed) {
      if (!account.isDue && !(isFirst && this.#start === "new")) this.#expected.push(account.text);
      account.isDue = true;
    }
  }

  #stored(): Account[] {
    const stored = this.#accounts.get(this.#active) ?? [];
    this.#accounts.set(this.#active, stored);
    return stored;
  }
}

type Step = (model: InboxModel) => Promise<void> | void;

/** A named step, so that a counterexample can be read. */
function step(name: string, run: Step): Step {
  return Object.assign(run, { [fc.toStringMethod]: () => name });
}

function always(weight: number, name: string, run: Step): { weight: number; arbitrary: fc.Arbitrary<Step> } {
  return { weight, arbitrary: fc.constant(step(name, run)) };
}

const steps = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.constantFrom(ALICE, BOB).map((from) =>
      step("arrive", (model) => {
        model.arrive(from);
      }),
    ),
  },
  {
    weight: 4,
    arbitrary: fc.nat(9).map((which) =>
      step(`delete ${String(which)}`, (model) => {
        model.delete(which);
      }),
    ),
  },
  always(6, "poll", (model) => model.poll(() => false)),
  {
    weight: 2,
    arbitrary: fc
      .nat(9)
      .map((which) => step(`poll without ${String(which)}`, (model) => model.poll((index) => index === which))),
  },
  always(2, "poll an empty list", (model) => model.pollEmpty()),
  always(2, "poll in vain", (model) => model.pollInVain()),
  always(1, "swap the SIM", (model) => {
    model.swapSim();
  }),
  always(1, "redeploy", (model) => {
    model.redeploy();
  }),
  always(1, "restart", (model) => {
    model.restart();
  }),
);

describe("Whatever happens to a store of SMS", () => {
  it("each one in a readable list after the first is handed on once while it stays, oldest first", async function () {
    this.timeout(60_000);
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom<Start>("new", "all"),
        fc.array(steps, { maxLength: 60, size: "max" }),
        async (start, script) => {
          const model = new InboxModel(start);
          for (const next of script) {
            await next(model);
            model.check();
          }
        },
      ),
      { numRuns: 1500 },
    );
  });
});
