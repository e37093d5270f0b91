/**
 * This package beside the vendor's own, each asked to send commands to simulated Super SIM: what is installed, what it costs
 * to load, and what a command costs. Both speak plain HTTP to one simulated service in a process of its own, in turn.
 */
import { execFileSync, fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { availableParallelism, loadavg } from "node:os";
import { join } from "node:path";
import { packageRoot } from "../support/package-root";
import { dependenciesOf, sizeOf } from "./installed";
import { median } from "./median";
import { CONCURRENCIES, type Client, type Job, type Load, type Work } from "./super-sim-process";

const LOADS = 15;
const ROUNDS = 5;
const COMMANDS = 2000;
const CLIENTS = ["ours", "theirs"] as const;

interface Row {
  readonly what: string;
  readonly unit: string;
  readonly ours: number;
  readonly theirs: number;
}

async function main(): Promise<void> {
  const before = loadavg()[0] ?? Number.NaN;
  const loads: Record<Client, Load[]> = { ours: [], theirs: [] };
  for (let round = 0; round <= LOADS; round += 1) {
    for (const client of CLIENTS) {
      const load = await inProcess<Load>({ job: "load", client });
      // The first round is for the disk's cache.
      if (round > 0) loads[client].push(load);
    }
  }
  const works: Record<Client, Work[]> = { ours: [], theirs: [] };
  const { child: service, result: url } = await started({ job: "service" });
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const client of CLIENTS) {
      works[client].push(...(await inProcess<Work[]>({ job: "work", client, url: String(url), count: COMMANDS })));
    }
  }
  await ended(service);
  print([...installedRows(), ...loadRows(loads), ...workRows(works)], before);
}

function installedRows(): Row[] {
  const vendors = join(packageRoot, "node_modules", "twilio");
  const [own, theirs] = [dependenciesOf(packageRoot), dependenciesOf(vendors)];
  const sizes = (folders: ReadonlySet<string>): number => [...folders].reduce((sum, folder) => sum + sizeOf(folder), 0);
  return [
    { what: "packages that come along", unit: "", ours: own.size, theirs: theirs.size },
    { what: "size of the package", unit: "KiB", ours: packedSize(), theirs: sizeOf(vendors) },
    {
      what: "size with what comes along",
      unit: "KiB",
      ours: packedSize() + sizes(own),
      theirs: sizeOf(vendors) + sizes(theirs),
    },
  ];
}

/** KiB that this package has once it is installed. */
function packedSize(): number {
  const listed = execFileSync("npm", ["pack", "--dry-run", "--json", "--ignore-scripts"], {
    cwd: packageRoot,
    encoding: "utf8",
  });
  const [{ unpackedSize } = { unpackedSize: Number.NaN }] = JSON.parse(listed) as { readonly unpackedSize: number }[];
  return unpackedSize / 1024;
}

function loadRows({ ours, theirs }: Record<Client, readonly Load[]>): Row[] {
  const row = (what: string, unit: string, part: (load: Load) => number): Row => {
    return { what, unit, ours: median(ours.map(part)), theirs: median(theirs.map(part)) };
  };
  return [
    row("time to load", "ms", ({ milliseconds }) => milliseconds),
    row("memory to load", "MiB", ({ memory }) => memory),
  ];
}

function workRows({ ours, theirs }: Record<Client, readonly Work[]>): Row[] {
  const rows = (what: string, unit: string, part: (work: Work) => number): Row[] =>
    CONCURRENCIES.map((concurrency) => {
      const figure = (works: readonly Work[]): number =>
        median(works.filter((work) => work.concurrency === concurrency).map(part));
      return { what: `${what}, ${concurrency} at once`, unit, ours: figure(ours), theirs: figure(theirs) };
    });
  return [
    ...rows("CPU per command", "µs", ({ cpu }) => cpu),
    ...rows("commands per second", "", ({ perSecond }) => perSecond),
  ];
}

function print(rows: readonly Row[], before: number): void {
  const shown = (value: number, unit: string): string =>
    `${value.toFixed(value < 100 && !Number.isInteger(value) ? 1 : 0)} ${unit}`.padStart(14);
  console.log(`${"".padEnd(34)}${"this package".padStart(13)} ${"twilio".padStart(13)}  twilio : this package`);
  for (const { what, unit, ours, theirs } of rows) {
    const ratio = (theirs / ours).toFixed(2).padStart(10);
    console.log(`${what.padEnd(34)}${shown(ours, unit.padEnd(3))}${shown(theirs, unit.padEnd(3))}${ratio}`);
  }
  const after = loadavg()[0] ?? Number.NaN;
  console.log(
    `Medians of ${LOADS} loads and ${ROUNDS} runs of ${COMMANDS} commands each, in turn, on ${availableParallelism()} processors; ` +
      `others' work in the minute before: ${before.toFixed(1)}, load at the end ${after.toFixed(1)}`,
  );
}

async function inProcess<T>(job: Job): Promise<T> {
  const { child, result } = await started(job);
  await ended(child);
  return result as T;
}

async function started(job: Job): Promise<{ readonly child: ChildProcess; readonly result: unknown }> {
  const child = fork(join(__dirname, "super-sim-process.js"), { execArgv: ["--expose-gc"] });
  child.send(job);
  const [result] = (await once(child, "message")) as [unknown];
  return { child, result };
}

async function ended(child: ChildProcess): Promise<void> {
  const exit = once(child, "exit");
  child.kill();
  await exit;
}

void main();
