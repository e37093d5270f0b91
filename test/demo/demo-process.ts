import { spawn, type ChildProcessByStdio } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { EventLog } from "../support/event-log";
import { lastingPort } from "../support/lasting-port";
import { packageRoot } from "../support/package-root";
import { Waits } from "../support/waits";

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** Milliseconds from the first signal that the test sent, or from the start, to the end. */
  readonly after: number;
}

/** The demo as `npm start` runs it once it is built. */
export class DemoProcess {
  static readonly #running = new Set<DemoProcess>();
  readonly #process: ChildProcessByStdio<null, Readable, Readable>;
  readonly #waits = new Waits();
  readonly #out = new EventLog<string>("line of output", this.#waits);
  readonly #errors: string[] = [];
  readonly #ended: Promise<Exit>;
  #since = performance.now();

  /** @param env on top of the test's own environment; undefined takes a variable away */
  constructor(env: Readonly<Record<string, string | undefined>>) {
    this.#process = spawn(process.execPath, [join("dist", "src", "demo", "start.js")], {
      cwd: packageRoot,
      env: {
        ...process.env,
        NODE_RED_DISABLE_TELEMETRY: "1",
        NODE_DISABLE_COMPILE_CACHE: "1",
        PORT: undefined,
        HANDSET_PORT: undefined,
        ...env,
      },
      stdio: ["ignore", "pipe", "pipe"],
    });
    DemoProcess.#running.add(this);
    createInterface(this.#process.stdout).on("line", (line) => {
      this.#out.add(line);
      this.#waits.check();
    });
    createInterface(this.#process.stderr).on("line", (line) => this.#errors.push(line));
    this.#ended = this.#waitForEnd();
  }

  /** Ends what a failed test has left running. */
  static async endAll(): Promise<void> {
    for (const demo of [...DemoProcess.#running]) {
      demo.#process.kill("SIGKILL");
      await demo.#ended;
    }
  }

  /** The lines of standard output so far. */
  get lines(): readonly string[] {
    return this.#out.all;
  }

  /** The lines of standard error so far. */
  get errors(): readonly string[] {
    return this.#errors;
  }

  get ended(): Promise<Exit> {
    return this.#ended;
  }

  /** The first line that matches and that was not returned before; waits for it if need be. */
  nextLine(pattern: RegExp): Promise<string> {
    return this.#out.next((line) => pattern.test(line), { timeout: 20_000 });
  }

  /** What Ctrl-C does. */
  interrupt(): Promise<Exit> {
    this.#since = performance.now();
    this.#process.kill("SIGINT");
    return this.#ended;
  }

  async #waitForEnd(): Promise<Exit> {
    const [code, signal] = (await once(this.#process, "close")) as [number | null, NodeJS.Signals | null];
    DemoProcess.#running.delete(this);
    this.#waits.fail(new Error(`The demo has ended: ${this.#errors.join("\n")}`));
    return { code, signal, after: performance.now() - this.#since };
  }
}

/** Two ports that are free. */
export async function freePorts(): Promise<readonly [number, number]> {
  const first = await lastingPort();
  let second = first;
  while (second === first) second = await lastingPort();
  return [first, second];
}

/** Takes a port of this machine until it is closed; fails where somebody has it. */
export async function occupy(port: number): Promise<{ readonly free: () => Promise<void> }> {
  const server = createServer();
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  return {
    free: async () => {
      server.close();
      await once(server, "close");
    },
  };
}
