/**
 * What it costs to keep messages on disk: an outbox whose transmit resolves at once, durable and in memory, with a burst
 * and with one message after the other, and beside it a bare loop that makes as many writes and syncs on the same disk.
 * `BENCH_DIR` names a folder on the disk in question; default: the system's folder for temporary files.
 */
import { mkdtemp, open, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { Lane } from "../../src/lane";
import { DiskOutboxStore, MemoryOutboxStore, Outbox, type Codec, type OutboxStore } from "../../src/outbox";
import { StoreFolder, type StoreFile, type StoreFiles } from "../../src/store";
import { nodeFiles } from "../../src/store/node-files";
import { median } from "./median";

const COUNT = 1000;
const ROUNDS = 5;
const WAYS = ["burst", "one by one"] as const;
/** About as long as what a flow sends. */
const TEXT = "Pump 3 stopped at 10:00, pressure 2.4 bar, next reading at 10:15.";

type Way = (typeof WAYS)[number];
type Store = OutboxStore<string, string, string>;

/** Messages that went through, and what that took. */
interface Run {
  readonly milliseconds: number;
  readonly writes: number;
  readonly bytes: number;
  readonly syncs: number;
}

/** The real files, and how often they were written to and synced. */
class CountedFiles {
  writes = 0;
  bytes = 0;
  syncs = 0;
  readonly files: StoreFiles = {
    ...nodeFiles,
    open: async (path) => this.#counted(await nodeFiles.open(path)),
    create: async (path) => this.#counted(await nodeFiles.create(path)),
  };

  reset(): void {
    [this.writes, this.bytes, this.syncs] = [0, 0, 0];
  }

  #counted(file: StoreFile): StoreFile {
    return {
      readAll: () => file.readAll(),
      write: (bytes, position) => {
        this.writes += 1;
        this.bytes += bytes.length;
        return file.write(bytes, position);
      },
      datasync: () => {
        this.syncs += 1;
        return file.datasync();
      },
      truncate: (length) => file.truncate(length),
      facts: () => file.facts(),
      close: () => file.close(),
    };
  }
}

async function run(store: Store, way: Way, counted: CountedFiles): Promise<Run> {
  const ended = new Map<string, () => void>();
  const outbox = new Outbox<string, string, string>({
    id: "bench",
    label: "bench",
    lane: new Lane(),
    store,
    limits: { minInterval: 0, maxPerHour: 0, queueLimit: COUNT },
    transmit: (job) => Promise.resolve(job),
    observer: {
      moved: () => undefined,
      repeated: () => undefined,
      // As in Node-RED, which tells a flow one turn of the event loop later.
      finished: ({ id, origin }) => {
        setImmediate(() => void outbox.remove(id).then(() => ended.get(origin)?.()));
      },
    },
  });
  outbox.resume();
  await outbox.open();
  const send = async (number: number): Promise<void> => {
    const origin = `node ${number}`;
    const end = new Promise<void>((resolve) => ended.set(origin, resolve));
    await outbox.submit({ job: TEXT, origin, priority: "normal", onUnknown: "report", expireAfter: 3_600_000 });
    await end;
  };
  counted.reset();
  const begin = performance.now();
  const numbers = Array.from({ length: COUNT }, (_, index) => index);
  if (way === "burst") await Promise.all(numbers.map(send));
  else for (const number of numbers) await send(number);
  const milliseconds = performance.now() - begin;
  const { writes, bytes, syncs } = counted;
  await outbox.end();
  return { milliseconds, writes, bytes, syncs };
}

async function durable(parent: string, way: Way): Promise<Run> {
  const counted = new CountedFiles();
  const folder = new StoreFolder({ path: join(parent, "cellular", "bench"), label: "bench", files: counted.files });
  const text: Codec<string> = { encode: (value) => value, decode: String };
  const codec = { job: text, origin: text, receipt: text };
  try {
    return await run(new DiskOutboxStore({ open: () => folder.journal("outbox"), codec }), way, counted);
  } finally {
    await folder.remove();
  }
}

/** As many writes of the same size and syncs, one after the other, into space that is there already. */
async function bare(parent: string, { syncs, bytes }: Run): Promise<number> {
  const path = join(parent, "bare");
  const file = await open(path, "w");
  try {
    const line = Buffer.alloc(Math.ceil(bytes / syncs), "x");
    await file.write(Buffer.alloc(line.length * syncs), 0);
    await file.datasync();
    const begin = performance.now();
    for (let index = 0; index < syncs; index += 1) {
      await file.write(line, 0, line.length, index * line.length);
      await file.datasync();
    }
    return performance.now() - begin;
  } finally {
    await file.close();
    await rm(path);
  }
}

async function main(): Promise<void> {
  const parent = await mkdtemp(join(process.env.BENCH_DIR ?? tmpdir(), "throughput-"));
  try {
    for (const way of WAYS) {
      const runs: { readonly disk: Run; readonly memory: Run; readonly bare: number }[] = [];
      for (let round = 0; round <= ROUNDS; round += 1) {
        const disk = await durable(parent, way);
        const memory = await run(new MemoryOutboxStore(), way, new CountedFiles());
        const figures = { disk, memory, bare: await bare(parent, disk) };
        // The first round is for the compiler.
        if (round > 0) runs.push(figures);
      }
      print(way, runs);
    }
  } finally {
    await rm(parent, { recursive: true, force: true });
  }
}

function print(way: Way, runs: readonly { readonly disk: Run; readonly memory: Run; readonly bare: number }[]): void {
  const [disk, memory, loop] = [
    median(runs.map((one) => one.disk.milliseconds)),
    median(runs.map((one) => one.memory.milliseconds)),
    median(runs.map((one) => one.bare)),
  ];
  const syncs = median(runs.map((one) => one.disk.syncs));
  const each = (milliseconds: number): string => `${(milliseconds / COUNT).toFixed(3)} ms`;
  console.log(
    `${way.padEnd(10)}  durable ${each(disk)}  memory ${each(memory)}  bare loop ${each(loop)} each, ` +
      `${(syncs / COUNT).toFixed(2)} syncs each  durable to memory ${(disk / memory).toFixed(1)}  ` +
      `durable to bare loop ${(disk / loop).toFixed(2)}  (medians of ${ROUNDS} runs of ${COUNT})`,
  );
}

void main();
