/** The child process of `NodeRedProcess`: embeds Node-RED, does what the test asks, reports what happens. */
import { once } from "node:events";
import { readdirSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import type { AddressInfo, Socket } from "node:net";
import { types } from "node:util";
import type { LocalSettings } from "@node-red/runtime";
import type { Express } from "express";
import type { Node, NodeMessage, NodeRedApp } from "node-red";
import type { Call, Crash, LogEntry, Report, Request, Resources } from "./node-red-protocol.js";

type StartRequest = Extract<Request, { kind: "start" }>;

let nodeRed: NodeRedApp | undefined;
/** Connections to Node-RED's own server. */
const connections = new Set<Socket>();

process.on("message", (request: Request) => {
  if (request.kind === "start") void start(request);
  else if (request.kind === "call") void answer(request.id, request.call);
  else void stop();
});
process.on("SIGTERM", () => void stop());
process.on("SIGINT", () => void stop());
process.on("disconnect", () => process.exit(1));
process.on("uncaughtException", (error) => {
  crash("uncaughtException", error);
});
process.on("unhandledRejection", (reason) => {
  crash("unhandledRejection", reason);
});

function report(message: Report, sent?: () => void): void {
  if (process.connected) process.send?.(message, undefined, undefined, sent);
  else sent?.();
}

async function start({ nodeRedMain, port, settings }: StartRequest): Promise<void> {
  const requireInNodeRed = createRequire(nodeRedMain);
  const express = requireInNodeRed("express") as () => Express;
  const RED = requireInNodeRed(nodeRedMain) as NodeRedApp;
  const app = express();
  const server = createServer((request, response) => {
    app(request, response);
  });
  server.on("connection", (socket) => {
    connections.add(socket);
    socket.on("close", () => connections.delete(socket));
  });
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  const listening = server.address() as AddressInfo;

  const allSettings: object = {
    ...settings,
    uiHost: "127.0.0.1",
    uiPort: listening.port,
    logging: { console: { level: "off" }, report: { level: "trace", handler: () => reportLogLine } },
  };
  RED.init(server, allSettings as LocalSettings);
  app.use("/", RED.httpAdmin);
  app.use("/", RED.httpNode);
  reportEvents(RED);
  nodeRed = RED;
  report({ kind: "listening", port: listening.port, version: (RED.version as unknown as () => string)() });
  await RED.start();
}

function reportEvents(RED: NodeRedApp): void {
  RED.events.on("flows:started", ({ config }: { config?: { rev?: string } }) => {
    report({ kind: "flows", start: { rev: config?.rev } });
  });
  RED.events.on("runtime-event", ({ id, payload }: { id: string; payload?: { error?: unknown } }) => {
    if (id !== "runtime-state" || payload?.error === undefined) return;
    report({ kind: "flows", start: { rev: undefined, problem: JSON.stringify(payload) } });
  });
  RED.events.on("node-status", ({ id, status }: { id: string; status?: object }) => {
    report({ kind: "status", status: { node: id, status: status ?? {} } });
  });
}

const levels: Readonly<Record<number, LogEntry["level"]>> = {
  10: "fatal",
  20: "error",
  30: "warn",
  40: "info",
  50: "debug",
  60: "trace",
};

function reportLogLine(line: { level: number; msg: unknown; id?: string; type?: string }): void {
  const { level, msg, id, type } = line;
  const text = types.isNativeError(msg)
    ? (msg.stack ?? msg.message)
    : typeof msg === "string"
      ? msg
      : JSON.stringify(msg);
  const writer = { ...(id === undefined ? {} : { id }), ...(type === undefined ? {} : { type }) };
  report({ kind: "log", entry: { level: levels[level] ?? "trace", msg: text, ...writer } });
}

async function answer(id: number, call: Call): Promise<void> {
  try {
    if (call.name === "resources") {
      await callersGone();
      report({ kind: "answer", id, value: resources() });
    } else {
      deliver(call);
      report({ kind: "answer", id });
    }
  } catch (error) {
    report({ kind: "answer", id, error: String(error) });
  }
}

function deliver({ name, node: id, messages }: Extract<Call, { messages: unknown }>): void {
  const nodes = nodeRed?.nodes as { getNode: (id: string) => Node | null } | undefined;
  const node = nodes?.getNode(id);
  if (!node) throw new Error(`No running node has the id ${id}.`);
  if (name === "send" && node.type !== "test-source") throw new Error(`Node ${id} is a ${node.type}, no test-source.`);
  for (const message of messages) {
    if (name === "send") node.send(message as NodeMessage);
    else node.receive(message as NodeMessage);
  }
}

/** The connection of a call that the test has made is closed a little later than it is answered. */
async function callersGone(): Promise<void> {
  for (const socket of connections) await new Promise((resolve) => socket.once("close", resolve));
}

function resources(): Resources {
  global.gc?.();
  const active: Record<string, number> = {};
  for (const type of process.getActiveResourcesInfo()) active[type] = (active[type] ?? 0) + 1;
  const listeners: Record<string, number> = {};
  const events = nodeRed?.events;
  for (const event of events?.eventNames() ?? []) listeners[String(event)] = events!.listenerCount(event);
  for (const event of process.eventNames()) listeners[`process:${String(event)}`] = process.listenerCount(event);
  return { active, fds: openFiles(), listeners, memory: process.memoryUsage() };
}

function openFiles(): number | null {
  if (process.platform !== "linux") return null;
  const ofTheListing = 1;
  return readdirSync("/proc/self/fd").length - ofTheListing;
}

function crash(origin: Crash["origin"], reason: unknown): void {
  const error = types.isNativeError(reason) ? reason : new Error(String(reason));
  const code = "code" in error && typeof error.code === "string" ? { code: error.code } : {};
  const stack = error.stack === undefined ? {} : { stack: error.stack };
  report({ kind: "crash", crash: { origin, message: error.message, ...code, ...stack } }, () => {
    process.exit(1);
  });
}

let stopping = false;

async function stop(): Promise<void> {
  if (stopping) return;
  stopping = true;
  await nodeRed?.stop();
  // Reports leave in order: when this last one has left, so have all others.
  report({ kind: "answer", id: 0 }, () => process.exit(0));
}
