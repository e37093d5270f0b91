import { EventEmitter, once } from "node:events";
import { rmSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { request, type IncomingMessage } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { EventLog } from "./event-log.js";
import { placed, type FlowItem } from "./flow.js";
import { NodeRedChild } from "./node-red-child.js";
import { nodeRedMain } from "./node-red-location.js";
import type { Call, Crash, FlowsStart, LogEntry, NodeStatus, Probe, Report, Resources } from "./node-red-protocol.js";
import { linkPackage, quietSettings } from "./node-red-user-dir.js";
import { packageRoot } from "./package-root.js";
import { lastingPort } from "./lasting-port.js";
import { Waits, type WaitOptions } from "./waits.js";

export type { FlowItem } from "./flow.js";
export type { Crash, LogEntry, NodeStatus, Probe, Resources } from "./node-red-protocol.js";

export type DeployType = "full" | "flows" | "nodes";

export interface StartOptions {
  /** Deployed once Node-RED runs; without them the user folder's own flows run. */
  readonly flows?: readonly FlowItem[];
  /** Credentials by node id; they go into the node's `credentials`. */
  readonly credentials?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** Environment variables of the process, on top of the test's own. */
  readonly env?: Readonly<Record<string, string>>;
  /** Settings of Node-RED (JSON values only), in place of the quiet ones of the same name. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Default: a fresh temporary folder, which `stop` removes. A folder given here is kept. */
  readonly userDir?: string;
  /** The package that the user folder links to, by default this one. A user folder that has the package keeps its own. */
  readonly packageDir?: string;
}

interface Events {
  probe: [Probe];
  status: [NodeStatus];
  log: [LogEntry];
  crash: [Crash];
}

/**
 * A real Node-RED in a process of its own, with this package in its user folder.
 * A flow reads `test-source` → node under test → `test-probe`.
 * One that a failed test has left running does not keep the tests from ending, and ends with them.
 * When it ends without being asked to, every wait fails, and so does `stop`, unless `expectCrash` was called.
 */
export class NodeRedProcess extends EventEmitter<Events> {
  readonly userDir: string;
  readonly #options: StartOptions;
  readonly #waits = new Waits();
  readonly #probes = new EventLog<Probe>("probe", this.#waits);
  readonly #statuses = new EventLog<NodeStatus>("status", this.#waits);
  readonly #logs = new EventLog<LogEntry>("log line", this.#waits);
  readonly #starts: FlowsStart[] = [];
  readonly #whenTestEnds = (): void => {
    this.#child?.killNow();
    if (this.#options.userDir === undefined) rmSync(this.userDir, { recursive: true, force: true });
  };
  #child: NodeRedChild | undefined;
  #running = false;
  #port = 0;
  #version = "";
  #crashExpected = false;

  private constructor(userDir: string, options: StartOptions) {
    super();
    this.userDir = userDir;
    this.#options = options;
    process.once("exit", this.#whenTestEnds);
  }

  /** Resolves when Node-RED listens and its flows have started. */
  static async start(options: StartOptions = {}): Promise<NodeRedProcess> {
    const userDir = options.userDir ?? (await mkdtemp(join(tmpdir(), "node-red-")));
    const red = new NodeRedProcess(userDir, options);
    try {
      await linkPackage(userDir, options.packageDir ?? packageRoot);
      await red.#launch();
      if (options.flows) await red.deploy(withCredentials(options.flows, options.credentials ?? {}));
      return red;
    } catch (error) {
      await red.kill();
      await red.#removeUserDir();
      throw error;
    }
  }

  /** Root of the editor, the admin API and the HTTP nodes, without a slash at its end; the same after a restart. */
  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** The version that the running Node-RED gives itself. */
  get version(): string {
    return this.#version;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  get probes(): readonly Probe[] {
    return this.#probes.all;
  }

  get statuses(): readonly NodeStatus[] {
    return this.#statuses.all;
  }

  /** All levels down to trace. */
  get logs(): readonly LogEntry[] {
    return this.#logs.all;
  }

  /** What the process of the last start wrote to its standard output and error. */
  get output(): string {
    return this.#child?.output ?? "";
  }

  /** Set once Node-RED has failed or ended without being asked to; cleared by a restart. */
  get crashed(): Crash | undefined {
    return this.#child?.crash;
  }

  /** Deploys a whole set of flows, `placed`; resolves when Node-RED has started them, rejects when it does not. */
  async deploy(flows: readonly FlowItem[], type: DeployType = "full"): Promise<void> {
    const seen = this.#starts.length;
    const headers = { "Node-RED-API-Version": "v2", "Node-RED-Deployment-Type": type };
    const { status, body } = await this.admin("POST", "/flows", { flows: placed(flows) }, headers);
    if (status !== 200) throw new Error(`The deploy was refused with status ${status}: ${body}`);
    const { rev } = JSON.parse(body) as { readonly rev: string };
    await this.#flowsStarted(seen, rev);
  }

  /** One call to Node-RED's HTTP server, over a connection of its own. */
  async admin(
    method: string,
    path: string,
    body?: unknown,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<{ readonly status: number; readonly body: string }> {
    const outgoing = request(this.url + path, {
      method,
      agent: false,
      headers: { ...(body === undefined ? {} : { "Content-Type": "application/json" }), ...headers },
    });
    outgoing.end(body === undefined ? undefined : JSON.stringify(body));
    const [response] = (await once(outgoing, "response")) as [IncomingMessage];
    return { status: response.statusCode ?? 0, body: await text(response) };
  }

  /** Puts a message at a node's input; resolves when the node has been called. */
  async inject(node: string, msg: object): Promise<void> {
    await this.injectMany(node, [msg]);
  }

  async injectMany(node: string, messages: readonly object[]): Promise<void> {
    await this.#call({ name: "inject", node, messages });
  }

  /** Lets a `test-source` send a message; resolves when it has. */
  async send(source: string, msg: object): Promise<void> {
    await this.sendMany(source, [msg]);
  }

  async sendMany(source: string, messages: readonly object[]): Promise<void> {
    await this.#call({ name: "send", node: source, messages });
  }

  async resources(): Promise<Resources> {
    return (await this.#call({ name: "resources" })) as Resources;
  }

  /** The first probe that matches and that was not returned before; waits for it if need be, a restart included. */
  nextProbe(matches?: (probe: Probe) => boolean, options?: WaitOptions): Promise<Probe> {
    return this.#probes.next(matches, options);
  }

  /** As `nextProbe`. */
  nextStatus(matches?: (status: NodeStatus) => boolean, options?: WaitOptions): Promise<NodeStatus> {
    return this.#statuses.next(matches, options);
  }

  /** As `nextProbe`. */
  nextLog(matches?: (entry: LogEntry) => boolean, options?: WaitOptions): Promise<LogEntry> {
    return this.#logs.next(matches, options);
  }

  /** Waits until a condition on `probes`, `statuses` or `logs` holds; it is looked at after each report of Node-RED. */
  async until(condition: () => boolean, what = "a condition", options: WaitOptions = {}): Promise<void> {
    const recent = (): string =>
      this.logs
        .slice(-5)
        .map(({ level, msg }) => `\n  ${level}: ${msg}`)
        .join("");
    await this.#waits.until(
      () => (condition() ? {} : undefined),
      () => `${what}; the last log lines:${recent()}`,
      options,
    );
  }

  /** Waits for a crash that the test means to cause and for the end of the process. */
  async expectCrash(): Promise<Crash> {
    this.#crashExpected = true;
    if (this.#running) await once(this, "crash");
    if (!this.crashed) throw new Error("Node-RED ended, but only because it was asked to.");
    return this.crashed;
  }

  /** Ends Node-RED the way SIGTERM does and removes a temporary user folder. Rejects if Node-RED had crashed. */
  async stop(): Promise<void> {
    if (this.#running) await this.#child?.stop();
    this.#waits.fail(new Error("Node-RED was stopped."));
    await this.#removeUserDir();
    if (this.crashed && !this.#crashExpected) throw crashError(this.crashed);
  }

  /** Ends the process with SIGKILL, as a power cut would. Waits stay open for a restart. */
  async kill(): Promise<void> {
    if (this.#running) await this.#child?.kill();
  }

  /** Starts Node-RED again with the same user folder and port, after a graceful stop if it still runs. */
  async restart(): Promise<void> {
    if (this.#running) await this.#child?.stop();
    if (this.crashed && !this.#crashExpected) throw crashError(this.crashed);
    await this.#launch();
  }

  async #launch(): Promise<void> {
    const seen = this.#starts.length;
    const port = this.#port === 0 ? await lastingPort() : this.#port;
    this.#crashExpected = false;
    this.#waits.resume();
    const child = new NodeRedChild(this.userDir, this.#options.env ?? {}, (report) => {
      this.#take(report);
    });
    this.#child = child;
    this.#running = true;
    void child.ended.then(() => {
      this.#ended(child.crash);
    });
    const settings = { ...quietSettings(this.userDir), ...this.#options.settings };
    child.start({ kind: "start", nodeRedMain, port, settings });
    await this.#flowsStarted(seen);
  }

  /** @param rev the revision that must have started; absent: any */
  async #flowsStarted(seen: number, rev?: string): Promise<void> {
    const find = (): FlowsStart | undefined =>
      this.#starts.slice(seen).find((start) => start.problem !== undefined || rev === undefined || start.rev === rev);
    await this.until(() => find() !== undefined, "the start of the flows");
    const problem = find()?.problem;
    if (problem !== undefined) throw new Error(`Node-RED did not start the flows: ${problem}`);
  }

  #take(report: Report): void {
    if (report.kind === "listening") {
      this.#port = report.port;
      this.#version = report.version;
    } else if (report.kind === "flows") {
      this.#starts.push(report.start);
    } else if (report.kind === "probe") {
      this.#probes.add(report.probe);
      this.emit("probe", report.probe);
    } else if (report.kind === "status") {
      this.#statuses.add(report.status);
      this.emit("status", report.status);
    } else if (report.kind === "log") {
      this.#logs.add(report.entry);
      this.emit("log", report.entry);
    }
    this.#waits.check();
  }

  #ended(crash: Crash | undefined): void {
    this.#running = false;
    if (!crash) return;
    this.#waits.fail(crashError(crash, this.output));
    this.emit("crash", crash);
  }

  async #call(call: Call): Promise<unknown> {
    if (!this.#running || !this.#child) throw new Error("Node-RED is not running.");
    return this.#child.call(call);
  }

  async #removeUserDir(): Promise<void> {
    process.off("exit", this.#whenTestEnds);
    if (this.#options.userDir === undefined) await rm(this.userDir, { recursive: true, force: true });
  }
}

function withCredentials(
  flows: readonly FlowItem[],
  credentials: NonNullable<StartOptions["credentials"]>,
): readonly FlowItem[] {
  return flows.map((item) => (credentials[item.id] ? { ...item, credentials: credentials[item.id] } : item));
}

function crashError(crash: Crash, output = ""): Error {
  return new Error([`Node-RED crashed (${crash.origin}): ${crash.stack ?? crash.message}`, output].join("\n"));
}
