import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import type { Socket } from "node:net";
import { join } from "node:path";
import type { Call, Crash, Report, Request } from "./node-red-protocol.js";

interface PendingCall {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** One run of the runner's process, from its start to its end. */
export class NodeRedChild {
  readonly #process: ChildProcess;
  readonly #onReport: (report: Report) => void;
  readonly #pending = new Map<number, PendingCall>();
  readonly #ended: Promise<void>;
  #lastCall = 0;
  #endAskedFor = false;
  #crash: Crash | undefined;
  #output = "";

  /**
   * @param env environment variables on top of this process's own
   * @param onReport is called with each report but answers
   */
  constructor(cwd: string, env: Readonly<Record<string, string>>, onReport: (report: Report) => void) {
    this.#onReport = onReport;
    this.#process = fork(join(__dirname, "node-red-runner.js"), [], {
      cwd,
      env: { ...process.env, NODE_RED_DISABLE_TELEMETRY: "1", ...env },
      execArgv: ["--expose-gc"],
      serialization: "advanced",
      silent: true,
    });
    for (const stream of [this.#process.stdout, this.#process.stderr]) {
      (stream as Socket | null)?.unref();
      stream?.setEncoding("utf8").on("data", (chunk: string) => {
        this.#output += chunk;
      });
    }
    this.#process.unref();
    this.#process.on("message", (report: Report) => {
      this.#take(report);
    });
    this.#process.channel?.unref();
    this.#ended = this.#waitForEnd();
  }

  get pid(): number | undefined {
    return this.#process.pid;
  }

  /** Standard output and error so far. */
  get output(): string {
    return this.#output;
  }

  /** Set when the process failed or ended without being asked to. */
  get crash(): Crash | undefined {
    return this.#crash;
  }

  /** Resolves when the process has ended, for whatever reason. */
  get ended(): Promise<void> {
    return this.#ended;
  }

  start(request: Extract<Request, { kind: "start" }>): void {
    this.#tell(request);
  }

  /** Resolves with the runner's answer; rejects with its refusal or when the process ends before. */
  call(call: Call): Promise<unknown> {
    const id = ++this.#lastCall;
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { resolve, reject });
      this.#tell({ kind: "call", id, call }, (error) => {
        this.#settle({ kind: "answer", id, error: `Node-RED could not be told: ${error.message}` });
      });
    });
  }

  /** Lets Node-RED end as at SIGTERM. */
  async stop(): Promise<void> {
    this.#endAskedFor = true;
    this.#tell({ kind: "stop" });
    await this.#ended;
  }

  /** Ends the process with SIGKILL. */
  async kill(): Promise<void> {
    this.killNow();
    await this.#ended;
  }

  /** Ends the process without waiting for it. */
  killNow(): void {
    this.#endAskedFor = true;
    this.#process.kill("SIGKILL");
  }

  #tell(request: Request, failed: (error: Error) => void = () => undefined): void {
    this.#process.send(request, (error) => {
      if (error) failed(error);
    });
  }

  #take(report: Report): void {
    if (report.kind === "answer") this.#settle(report);
    else if (report.kind === "crash") this.#crash ??= report.crash;
    else this.#onReport(report);
  }

  #settle({ id, value, error }: Extract<Report, { kind: "answer" }>): void {
    const pending = this.#pending.get(id);
    this.#pending.delete(id);
    if (error === undefined) pending?.resolve(value);
    else pending?.reject(new Error(error));
  }

  async #waitForEnd(): Promise<void> {
    const [code, signal] = (await once(this.#process, "close")) as [number | null, NodeJS.Signals | null];
    if (!this.#endAskedFor) {
      const how = signal === null ? `exit code ${String(code)}` : `signal ${signal}`;
      this.#crash ??= { origin: "exit", message: `The process ended by itself with ${how}.` };
    }
    const error = `Node-RED ended before it answered${this.#crash ? `: ${this.#crash.message}` : "."}`;
    for (const id of [...this.#pending.keys()]) this.#settle({ kind: "answer", id, error });
  }
}
