import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import type { Order } from "./keeper.js";

/** Starts a process that holds a folder; fails with what it says if it cannot. */
export async function runKeeper(path: string): Promise<KeeperProcess> {
  const keeper = new KeeperProcess(path);
  await keeper.answer();
  return keeper;
}

export class KeeperProcess {
  readonly #process: ChildProcess;
  readonly #ended: Promise<unknown>;

  constructor(path: string) {
    this.#process = fork(join(__dirname, "keeper.js"), [path], { stdio: "inherit" });
    this.#ended = once(this.#process, "exit");
  }

  get pid(): number {
    return this.#process.pid ?? 0;
  }

  /** Fails with the message of the error that the process reports. */
  async answer(): Promise<void> {
    const [{ error }] = (await once(this.#process, "message")) as [{ error?: string }];
    if (error !== undefined) throw new Error(error);
  }

  async append(key: string): Promise<void> {
    const answer = this.answer();
    this.#order({ key });
    await answer;
  }

  /** Makes its clock go on by so many milliseconds, before it does what it is told next. */
  passTime(passed: number): void {
    this.#order({ passed });
  }

  signal(signal: NodeJS.Signals): void {
    this.#process.kill(signal);
  }

  async kill(signal: NodeJS.Signals): Promise<void> {
    this.signal(signal);
    await this.#ended;
  }

  /** Leaves the process with nothing to do but to hold its folder, and waits for its end. */
  async letGo(): Promise<void> {
    this.#process.disconnect();
    await this.#ended;
  }

  #order(order: Order): void {
    this.#process.send(order);
  }
}
