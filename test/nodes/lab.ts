import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { PeplinkSimulator, type PeplinkSimulatorOptions } from "../../src/simulators/index.js";
import { NodeRedProcess, type DeployType, type FlowItem, type Probe } from "../support/node-red-process.js";

export const PASSWORD = "simulated-password";
/** All texts that tests send or receive hold this word, so that it can be looked for where it must not stand. */
export const WORD = "Sesame";
/** A recipient that the simulated router takes. */
export const RECIPIENT = "+447700900100";

export type Message = Readonly<Record<string, unknown>>;
export type Changes = Readonly<Record<string, unknown>>;

/** A node without some of its properties, as an older version may have saved it. */
export function without(item: FlowItem, ...names: readonly string[]): FlowItem {
  const rest = Object.entries(item).filter(([name]) => !names.includes(name));
  return { ...Object.fromEntries(rest), id: item.id, type: item.type };
}

/** A real Node-RED and a simulated router, shared by the tests of a file. */
export class Lab {
  readonly red: NodeRedProcess;
  readonly device: PeplinkSimulator;
  static #lastTag = 0;

  private constructor(red: NodeRedProcess, device: PeplinkSimulator) {
    this.red = red;
    this.device = device;
  }

  static async start(
    options: PeplinkSimulatorOptions = {},
    env: Readonly<Record<string, string>> = {},
    settings: Readonly<Record<string, unknown>> = {},
  ): Promise<Lab> {
    const device = await new PeplinkSimulator(options).start();
    try {
      return new Lab(await NodeRedProcess.start({ env, settings }), device);
    } catch (error) {
      await device.stop();
      throw error;
    }
  }

  /** Ends both. Rejects if a secret, a number or a text stands in a log line or a status. */
  async stop(): Promise<void> {
    const { logs, statuses } = this.red;
    await Promise.all([this.red.stop(), this.device.stop()]);
    for (const entry of [...logs, ...statuses]) {
      assert.doesNotMatch(JSON.stringify(entry), /7700900|Sesame|simulated-password|auth=|accessToken/);
    }
    for (const { node, status } of statuses) {
      assert.doesNotMatch(status.text ?? "none", /status\.|__|^$/, `the badge of ${node} shows a key`);
    }
  }

  gateway(changes: Changes = {}): FlowItem {
    return {
      id: "gw",
      type: "cellular-gateway",
      name: "Cabinet",
      kind: "peplink",
      url: this.device.url,
      credentials: { username: "admin", password: PASSWORD },
      ...changes,
    };
  }

  /**
   * source → sms send → `out`, with the second output to `failed`; a Catch node to `caught`, a Complete node to `done`,
   * a Status node to `status`.
   */
  sending(changes: { readonly gateway?: Changes; readonly send?: Changes } = {}): readonly FlowItem[] {
    return [
      { id: "tab", type: "tab", label: "flow" },
      this.gateway(changes.gateway),
      { id: "source", type: "test-source", z: "tab", wires: [["send"]] },
      { id: "send", type: "cellular-sms-send", z: "tab", gateway: "gw", wires: [["out"], ["failed"]], ...changes.send },
      ...listeners(["send"]),
    ];
  }

  /** sms receive → `out`, with the same listeners; `poll` is a source at its input. */
  receiving(changes: { readonly gateway?: Changes; readonly receive?: Changes } = {}): readonly FlowItem[] {
    return [
      { id: "tab", type: "tab", label: "flow" },
      this.gateway(changes.gateway),
      { id: "poll", type: "test-source", z: "tab", wires: [["receive"]] },
      {
        id: "receive",
        type: "cellular-sms-receive",
        z: "tab",
        gateway: "gw",
        interval: 0,
        wires: [["out"]],
        ...changes.receive,
      },
      ...listeners(["receive"]),
    ];
  }

  /** Lets the source send a message; returns the tag that it carries and by which its outcomes are found. */
  async send(msg: Message = {}, source = "source"): Promise<string> {
    const tag = this.tag();
    await this.red.send(source, { payload: `${WORD} ${tag}`, to: RECIPIENT, ...msg, tag });
    return tag;
  }

  tag(): string {
    Lab.#lastTag += 1;
    return `tag ${String(Lab.#lastTag)}`;
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
    const status = this.red.statuses.filter((one) => one.node === node).at(-1)?.status;
    return status === undefined ? "" : `${String(status.fill)} ${String(status.shape)} ${String(status.text)}`;
  }

  async untilBadge(node: string, look: RegExp): Promise<void> {
    await this.red.until(() => look.test(this.badge(node)), `the badge ${String(look)} (it is ${this.badge(node)})`);
  }

  /** What the outbox of a gateway has on disk, as text. */
  journal(gateway: string): string {
    const path = join(this.red.userDir, "cellular", gateway, "outbox.journal");
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

  /** A message that must go shows that everything is well, and that nothing that came before is still on its way. */
  async sendsStill(): Promise<void> {
    const sent = this.device.sent.length;
    const tag = await this.send();
    await this.arrival("done", tag);
    assert.equal(this.device.sent.length, sent + 1);
    assert.deepEqual([...this.arrived(tag)].sort(), ["done", "out"]);
  }
}

function listeners(scope: readonly string[]): readonly FlowItem[] {
  return [
    { id: "catch", type: "catch", z: "tab", scope: null, uncaught: false, wires: [["caught"]] },
    { id: "complete", type: "complete", z: "tab", scope, uncaught: false, wires: [["done"]] },
    { id: "out", type: "test-probe", z: "tab", wires: [] },
    { id: "failed", type: "test-probe", z: "tab", wires: [] },
    { id: "caught", type: "test-probe", z: "tab", wires: [] },
    { id: "done", type: "test-probe", z: "tab", wires: [] },
  ];
}

/** `msg.sms` of a message that came out of a send node. */
export function recordOf(msg: Message): Message {
  assert.equal(typeof msg.sms, "object", "the message carries no record");
  return msg.sms as Message;
}

/** Code and outcome, as a Catch node and the record say them; both must agree. */
export function verdictOf(msg: Message): string {
  const { code, outcome, reason } = recordOf(msg);
  const error = msg.error as Message;
  assert.equal(error.code, code);
  assert.equal(error.message, reason);
  return `${String(outcome)} ${String(code)}`;
}
