/** A process of its own for `super-sim.ts`: the simulated service, or one of the two clients that is loaded or put to work. */
import { createRequire } from "node:module";
import { performance } from "node:perf_hooks";
import type vendor from "twilio";
import type * as own from "../../src";
import type * as simulators from "../../src/simulators";
import type * as redirected from "../gateways/super-sim/vendor-client";
import { packageRoot } from "../support/package-root";

/** `ours` is this package, `theirs` the vendor's. */
export type Client = "ours" | "theirs";

export type Job =
  | { readonly job: "service" }
  | { readonly job: "load"; readonly client: Client }
  | { readonly job: "work"; readonly client: Client; readonly url: string; readonly count: number };

/** Until a client could ask. */
export interface Load {
  readonly milliseconds: number;
  /** Resident memory in MiB, after a garbage collection on either side. */
  readonly memory: number;
}

export interface Work {
  readonly concurrency: number;
  readonly perSecond: number;
  /** Processor time of the client in µs for each command. */
  readonly cpu: number;
}

export const CONCURRENCIES = [1, 8, 32] as const;

const WARMING = 500;
const ACCOUNT = "AC00112233445566778899aabbccddeeff";
const TOKEN = "simulated-token";
const COMMAND = { sim: "tracker-1", payload: "Pump 3: report pressure and temperature" };

/** Nothing is loaded before its time is taken. */
const load = createRequire(__filename);

async function serve(): Promise<string> {
  const { SuperSimSimulator } = load("../../src/simulators") as typeof simulators;
  const device = await new SuperSimSimulator({ latency: 0 }).start();
  return device.url;
}

function measureLoad(client: Client): Load {
  globalThis.gc?.();
  const before = process.memoryUsage.rss();
  const begin = performance.now();
  const kept = client === "ours" ? ownAccount("http://127.0.0.1") : vendors();
  const milliseconds = performance.now() - begin;
  globalThis.gc?.();
  const memory = (process.memoryUsage.rss() - before) / 2 ** 20;
  return kept === undefined ? { milliseconds: Number.NaN, memory } : { milliseconds, memory };
}

function ownAccount(url: string): own.SuperSim {
  const { SuperSim } = load(packageRoot) as typeof own;
  return new SuperSim({ provider: "twilio", accountSid: ACCOUNT, authToken: TOKEN, url });
}

function vendors(): unknown {
  const twilio = load("twilio") as typeof vendor;
  return twilio(ACCOUNT, TOKEN).supersim.v1.smsCommands;
}

async function work(client: Client, url: string, count: number): Promise<Work[]> {
  const send = client === "ours" ? ownSending(url) : vendorsSending(url);
  const figures: Work[] = [];
  for (const concurrency of CONCURRENCIES) {
    await sendAll(send, WARMING, concurrency);
    const used = process.cpuUsage();
    const begin = performance.now();
    await sendAll(send, count, concurrency);
    const seconds = (performance.now() - begin) / 1000;
    const { user, system } = process.cpuUsage(used);
    figures.push({ concurrency, perSecond: count / seconds, cpu: (user + system) / count });
  }
  return figures;
}

function ownSending(url: string): () => Promise<unknown> {
  const account = ownAccount(url);
  return () => account.createSmsCommand(COMMAND);
}

function vendorsSending(url: string): () => Promise<unknown> {
  const file = "../gateways/super-sim/vendor-client";
  const { vendorClient } = load(file) as typeof redirected;
  const { smsCommands } = vendorClient(url, ACCOUNT, TOKEN);
  return () => smsCommands.create(COMMAND);
}

async function sendAll(send: () => Promise<unknown>, count: number, concurrency: number): Promise<void> {
  let left = count;
  const sendSome = async (): Promise<void> => {
    for (left -= 1; left >= 0; left -= 1) await send();
  };
  await Promise.all(Array.from({ length: concurrency }, sendSome));
}

async function done(job: Job): Promise<unknown> {
  if (job.job === "service") return serve();
  return job.job === "load" ? measureLoad(job.client) : work(job.client, job.url, job.count);
}

process.once("message", (job: Job) => {
  void done(job).then((result) => process.send?.(result));
});
