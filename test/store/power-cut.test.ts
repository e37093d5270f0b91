import assert from "node:assert/strict";
import type { JournalStep } from "../../src/store";
import { PowerCuts } from "./power-cut.js";
import type { Hooks } from "./hooked-files.js";

const KEYS = ["a", "b", "c", "delta", "é\n\u0000", "key with spaces"];
const TEXTS = ["", "OFF", "door 4711", '\u{1f511} "quoted" \\ \n', "x".repeat(90), "y".repeat(700)];
/** More than one piece of what is reserved at a time. */
const LARGE = "z".repeat(300_000);
const WORKLOADS = Number(process.env.POWER_CUT_WORKLOADS ?? 24);

describe("a journal whose power is cut", function () {
  this.timeout(60_000 + WORKLOADS * 5000);

  it("holds all that was acknowledged, each append whole or not at all, and nothing else", async () => {
    let states = 0;
    for (let seed = 1; seed <= WORKLOADS; seed += 1) states += await run(seed, 30);
    if (process.env.PRINT_STATES === "1") console.log(`      ${states} states of the disk`);
    assert.ok(states > WORKLOADS * 100, `${states} states only`);
  });

  it("holds it also while it is written anew because it has grown large", async () => {
    const cuts = new PowerCuts(randomFrom(1), { variants: 2 });
    await cuts.start();
    await cuts.append([{ set: "small", to: { state: 1 } }]);
    for (let n = 0; n < 8; n += 1) {
      await cuts.append([
        { set: "large", to: { n, text: "w".repeat(200_000) } },
        { change: "small", to: { n } },
      ]);
    }
    await cuts.close();
    cuts.throwFailure();
    assert.ok(cuts.renames >= 2, "it was not written anew");
  });

  it("is seen to lose what was acknowledged if files are not synced", async () => {
    await assert.rejects(
      run(1, 30, { skipsSync: ({ kind, path }) => kind === "datasync" && path.includes(".journal") }),
      assert.AssertionError,
    );
  });

  it("is seen to lose what was acknowledged if the folder is not synced", async () => {
    await assert.rejects(
      run(1, 30, { skipsSync: ({ kind, path }) => kind === "syncFolder" && path.endsWith("/gateway") }),
      assert.AssertionError,
    );
  });

  it("is seen to lose what was acknowledged if the folders above are not synced", async () => {
    await assert.rejects(
      run(1, 30, { skipsSync: ({ kind, path }) => kind === "syncFolder" && path.endsWith("/cellular") }),
      assert.AssertionError,
    );
  });
});

/** One process after another at random work; returns how many states of the disk were looked at. */
async function run(seed: number, rounds: number, sabotage: Pick<Hooks, "skipsSync"> = {}): Promise<number> {
  const random = randomFrom(seed);
  const pick = <T>(values: readonly T[]): T => values[Math.floor(random() * values.length)]!;
  const step = (): JournalStep => {
    const [key, kind] = [pick(KEYS), random()];
    if (kind < 0.15) return { drop: key };
    if (kind < 0.5) return { change: key, to: { [pick(["text", "state"])]: pick([null, 1, ...TEXTS]) } };
    return { set: key, to: { text: random() < 0.002 ? LARGE : pick(TEXTS), state: Math.floor(random() * 10) } };
  };
  const cuts = new PowerCuts(random, { variants: 4, sabotage });
  try {
    await cuts.start();
    const waiting: Promise<void>[] = [];
    for (let round = 0; round < rounds; round += 1) {
      cuts.throwFailure();
      if (random() < 0.15) cuts.failSoon(Math.floor(random() * 8), random() < 0.5 ? 1 : 2, pick(["EIO", "ENOSPC"]));
      const count = 1 + Math.floor(random() * 4);
      for (let at = 0; at < count; at += 1) {
        waiting.push(cuts.append(Array.from({ length: 1 + Math.floor(random() * 2) }, step)));
      }
      if (random() < 0.8) await Promise.all(waiting.splice(0));
      if (random() < 0.1) await cuts.passTime(2000);
      if (random() < 0.15) {
        await (random() < 0.6 ? cuts.kill() : cuts.close());
        await Promise.all(waiting.splice(0));
        await cuts.start();
      }
    }
    await Promise.all(waiting);
    await cuts.close();
    cuts.throwFailure();
    return cuts.states;
  } finally {
    await cuts.kill();
  }
}

/** Numbers from 0 to 1, always the same ones (mulberry32). */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
