import assert from "node:assert/strict";
import { PeplinkSimulator, type LoggedRequest, type PeplinkSimulatorOptions } from "../../src/simulators/index.js";
import { HeldLine } from "../support/held-line.js";
import { lastingPort } from "../support/lasting-port.js";
import { NodeRedProcess, type FlowItem } from "../support/node-red-process.js";
import { listeners, NodeLab, verdictBy, WORD, type Changes, type Message } from "./node-lab.js";

export { without, WORD, type Changes, type Message } from "./node-lab.js";

export const PASSWORD = "simulated-password";
/** A recipient that the simulated router takes. */
export const RECIPIENT = "+447700900100";

/** A real Node-RED and a simulated router, shared by the tests of a file. */
export class Lab extends NodeLab<PeplinkSimulator> {
  protected readonly secrets = /7700900|Sesame|simulated-password|auth=|accessToken/;
  /** Another address of the router, for a gateway whose answers are to take as long as a test says. */
  readonly line: HeldLine;

  private constructor(red: NodeRedProcess, device: PeplinkSimulator, line: HeldLine) {
    super(red, device);
    this.line = line;
  }

  static async start(
    options: PeplinkSimulatorOptions = {},
    env: Readonly<Record<string, string>> = {},
    settings: Readonly<Record<string, unknown>> = {},
  ): Promise<Lab> {
    const device = await new PeplinkSimulator({ port: await lastingPort(), ...options }).start();
    const line = await HeldLine.start(device.url);
    try {
      return new Lab(await NodeRedProcess.start({ env, settings }), device, line);
    } catch (error) {
      await Promise.all([line.stop(), device.stop()]);
      throw error;
    }
  }

  override async stop(): Promise<void> {
    await Promise.all([super.stop(), this.line.stop()]);
  }

  /**
   * Keeps back what the router answers on the line from now on, once it has done this so many times; resolves then. A
   * word with a slash is how the path of a request ends, which has come and is not done yet.
   */
  heldAt(moment: "sent" | "deleted" | "ussd" | `/${string}`, times = 1): Promise<void> {
    const { device, line } = this;
    const event = moment === "sent" || moment === "deleted" || moment === "ussd" ? moment : "request";
    return new Promise((resolve) => {
      let left = times;
      const seen = (what: object): void => {
        if (event === "request" && !(what as LoggedRequest).path.endsWith(moment)) return;
        left -= 1;
        if (left > 0) return;
        device.off(event, seen);
        line.hold();
        resolve();
      };
      device.on(event, seen);
    });
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

  /** A message that must go shows that everything is well, and that nothing that came before is still on its way. */
  async sendsStill(): Promise<void> {
    const sent = this.device.sent.length;
    const tag = await this.send();
    await this.arrival("done", tag);
    assert.equal(this.device.sent.length, sent + 1);
    assert.deepEqual([...this.arrived(tag)].sort(), ["done", "out"]);
  }
}

/** `msg.sms` of a message that came out of a send node. */
export function recordOf(msg: Message): Message {
  assert.equal(typeof msg.sms, "object", "the message carries no record");
  return msg.sms as Message;
}

/** Code and outcome, as a Catch node and the record say them; both must agree. */
export function verdictOf(msg: Message): string {
  return verdictBy(recordOf(msg), msg);
}
