/** What the test asks of the process that runs Node-RED. */
export type Request =
  | {
      readonly kind: "start";
      readonly nodeRedMain: string;
      readonly port: number;
      readonly settings: Readonly<Record<string, unknown>>;
    }
  | { readonly kind: "call"; readonly id: number; readonly call: Call }
  | { readonly kind: "stop" };

export type Call =
  /** The messages arrive at the node's input, as if by a wire. */
  | { readonly name: "inject"; readonly node: string; readonly messages: readonly object[] }
  /** A `test-source` sends the messages down its wires. */
  | { readonly name: "send"; readonly node: string; readonly messages: readonly object[] }
  | { readonly name: "resources" };

/** What the process that runs Node-RED tells the test. */
export type Report =
  | { readonly kind: "listening"; readonly port: number; readonly version: string }
  | { readonly kind: "answer"; readonly id: number; readonly value?: unknown; readonly error?: string }
  | { readonly kind: "flows"; readonly start: FlowsStart }
  | { readonly kind: "probe"; readonly probe: Probe }
  | { readonly kind: "status"; readonly status: NodeStatus }
  | { readonly kind: "log"; readonly entry: LogEntry }
  | { readonly kind: "crash"; readonly crash: Crash };

/** Flows that have started, or the reason why they have not. */
export interface FlowsStart {
  readonly rev: string | undefined;
  readonly problem?: string;
}

/** A message that reached a `test-probe`, as plain JSON. */
export interface Probe {
  readonly node: string;
  readonly msg: Readonly<Record<string, unknown>>;
}

export interface NodeStatus {
  readonly node: string;
  /** Empty when the node cleared its badge. */
  readonly status: { readonly fill?: string; readonly shape?: string; readonly text?: string };
}

export interface LogEntry {
  readonly level: "fatal" | "error" | "warn" | "info" | "debug" | "trace";
  readonly msg: string;
  /** Id and type of the node that wrote it; absent for Node-RED's own lines. */
  readonly id?: string;
  readonly type?: string;
}

/** The end of a Node-RED that nobody asked to end. */
export interface Crash {
  readonly origin: "uncaughtException" | "unhandledRejection" | "exit";
  readonly message: string;
  readonly code?: string;
  readonly stack?: string;
}

/** What the process holds; two of these, taken before and after, show a leak. */
export interface Resources {
  /** Timers, sockets and the like that keep the event loop alive, counted by type. */
  readonly active: Readonly<Record<string, number>>;
  /** Open file descriptors; null where the system does not list them. */
  readonly fds: number | null;
  /** Listeners on `RED.events` by event, and on the process as `process:<event>`. */
  readonly listeners: Readonly<Record<string, number>>;
  /** Bytes, measured after a garbage collection. */
  readonly memory: NodeJS.MemoryUsage;
}
