import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { DeployType, FlowItem, NodeRedProcess, Probe } from "../support/node-red-process.js";

/** All texts that tests send or receive hold this word, so that it can be looked for where it must not stand. */
export const WORD = "Sesame";

export type Message = Readonly<Record<string, unknown>>;
export type Changes = Readonly<Record<string, unknown>>;

/** What a lab asks of the device or service beside its Node-RED. */
export interface LabDevice {
  stop(): Promise<void>;
}

/** A node without some of its properties, as an older version may have saved it. */
export function without(item: FlowItem, ...names: readonly string[]): FlowItem {
  const rest = Object.entries(item).filter(([name]) => !names.includes(name));
  return { ...Object.fromEntries(rest), id: item.id, type: item.type };
}

/** A real Node-RED and a simulated device or service, shared by the tests of a file. */
export abstract class NodeLab<Device extends LabDevice> {
  readonly red: NodeRedProcess;
  readonly device: Device;
  static #lastTag = 0;

  protected constructor(red: NodeRedProcess, device: Device) {
    this.red = red;
    this.device = device;
  }

  /** What must stand in no log line and in no status. */
  protected abstract readonly secrets: RegExp;

  /** Lets the source send a message that can go; returns its tag. */
  abstract send(msg?: Message, source?: string): Promise<string>;

  /** Ends both. Rejects if a secret, a number or a text stands in a log line or a status. */
  async stop(): Promise<void> {
    const { logs, statuses } = this.red;
    await Promise.all([this.red.stop(), this.device.stop()]);
    for (const entry of [...logs, ...statuses]) assert.doesNotMatch(JSON.stringify(entry), this.secrets);
    for (const { node, status } of statuses) {
      assert.doesNotMatch(status.text ?? "none", /status\.|__|^$/, `the badge of ${node} shows a key`);
    }
  }

  /** Each tag once in the process: what carries it is found by it. */
  tag(): string {
    NodeLab.#lastTag += 1;
    return `tag ${String(NodeLab.#lastTag)}`;
  }

  /** The next message with that tag at one of the listeners. */
  async arrival(node: string, tag: unknown): Promise<Message> {
    const { msg } = await this.red.nextProbe((probe) => probe.node === node && probe.msg.tag === tag);
    return msg;
  }

  /** Where messages with that tag have arrived so far. */
  arrived(tag: unknown): readonly string[] {
    return this.red.probes.filter(({ msg }) => msg.tag === tag).map(({ node }) => node);
  }

  /** All messages at one listener so far, beginning with the `from`th probe. */
  at(node: string, from = 0): readonly Probe[] {
    return this.red.probes.slice(from).filter((probe) => probe.node === node);
  }

  async deploy(flow: readonly FlowItem[], type?: DeployType): Promise<void> {
    await this.red.deploy(flow, type);
  }

  /** The badge that a node shows now. */
  badge(node: string): string {
    return this.#badges(node).at(-1) ?? "";
  }

  async untilBadge(node: string, look: RegExp): Promise<void> {
    await this.red.until(() => look.test(this.badge(node)), `the badge ${String(look)} (it is ${this.badge(node)})`);
  }

  /** As `untilBadge`, also if the badge has changed again since: `from` is how many had been reported before. */
  async untilShown(node: string, look: RegExp, from: number): Promise<void> {
    const wasShown = (): boolean => this.#badges(node, from).some((badge) => look.test(badge));
    await this.red.until(wasShown, `a badge ${String(look)} (it is ${this.badge(node)})`);
  }

  #badges(node: string, from = 0): readonly string[] {
    return this.red.statuses
      .slice(from)
      .filter((one) => one.node === node)
      .map(({ status }) => `${String(status.fill)} ${String(status.shape)} ${String(status.text)}`);
  }

  /** What the outbox of a gateway or an account has on disk, as text. */
  journal(config: string): string {
    const path = join(this.red.userDir, "cellular", config, "outbox.journal");
    return existsSync(path) ? readFileSync(path, "utf8") : "";
  }

  /** Waits for what nothing reports, such as a file. */
  async inTime(condition: () => boolean, what: string): Promise<void> {
    const end = performance.now() + 10_000;
    while (!condition()) {
      assert.ok(performance.now() < end, `waited in vain for ${what}`);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }
}

/** A Catch node to `caught`, a Complete node for some nodes to `done`, and the probes of a flow. */
export function listeners(scope: readonly string[]): readonly FlowItem[] {
  return [
    { id: "catch", type: "catch", z: "tab", scope: null, uncaught: false, wires: [["caught"]] },
    { id: "complete", type: "complete", z: "tab", scope, uncaught: false, wires: [["done"]] },
    { id: "out", type: "test-probe", z: "tab", wires: [] },
    { id: "failed", type: "test-probe", z: "tab", wires: [] },
    { id: "caught", type: "test-probe", z: "tab", wires: [] },
    { id: "done", type: "test-probe", z: "tab", wires: [] },
  ];
}

/** Code and outcome of a record, as a Catch node says them too; both must agree. */
export function verdictBy(record: Message, msg: Message): string {
  const { code, outcome, reason } = record;
  const error = msg.error as Message;
  assert.equal(error.code, code);
  assert.equal(error.message, reason);
  return `${String(outcome)} ${String(code)}`;
}
