/** What it costs a Node-RED to have this package: two started in turn, with it and without, several times. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { NodeRedProcess } from "../support/node-red-process";
import { packageRoot } from "../support/package-root";
import { median } from "./median";

const ROUNDS = 7;

interface Cost {
  readonly milliseconds: number;
  /** Resident memory in MiB, after a garbage collection. */
  readonly memory: number;
}

async function start(packageDir: string): Promise<Cost> {
  const begin = performance.now();
  const red = await NodeRedProcess.start({ packageDir });
  const milliseconds = performance.now() - begin;
  const { memory } = await red.resources();
  await red.stop();
  return { milliseconds, memory: memory.rss / 2 ** 20 };
}

async function main(): Promise<void> {
  const empty = await mkdtemp(join(tmpdir(), "empty-package-"));
  await writeFile(
    join(empty, "package.json"),
    JSON.stringify({ name: "@cellgate/node-red-cellular", version: "0.0.0" }),
  );
  const costs: Record<"with" | "without", Cost[]> = { with: [], without: [] };
  // A Node-RED under test keeps no process alive by itself.
  const alive = setInterval(() => undefined, 1000);
  try {
    await start(empty);
    for (let round = 0; round < ROUNDS; round += 1) {
      costs.without.push(await start(empty));
      costs.with.push(await start(packageRoot));
    }
  } finally {
    clearInterval(alive);
    await rm(empty, { recursive: true, force: true });
  }
  for (const [name, unit] of [
    ["milliseconds", "ms"],
    ["memory", "MiB"],
  ] as const) {
    const without = median(costs.without.map((cost) => cost[name]));
    const withIt = median(costs.with.map((cost) => cost[name]));
    console.log(
      `${name.padEnd(12)}  without ${without.toFixed(0)} ${unit}  with ${withIt.toFixed(0)} ${unit}  ` +
        `ratio ${(withIt / without).toFixed(3)}  (medians of ${ROUNDS} starts each)`,
    );
  }
}

void main();
