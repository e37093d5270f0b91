import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { SuperSimSimulator, type SuperSimSimulatorOptions } from "../../src/simulators/index.js";
import { HeldLine } from "../support/held-line.js";
import { lastingPort } from "../support/lasting-port.js";
import { NodeRedProcess, type FlowItem } from "../support/node-red-process.js";
import { listeners, NodeLab, verdictBy, WORD, type Changes, type Message } from "./node-lab.js";

export { without, WORD, type Changes, type Message } from "./node-lab.js";

export const ACCOUNT_SID = "AC00112233445566778899aabbccddeeff";
export const SIM_SID = `HS${"1".padStart(32, "0")}`;
/** The unique name of that SIM. */
export const SIM = "tracker-1";
export const TOKEN = "simulated-token";
export const SMS_COMMANDS = "/v1/SmsCommands";

/** Node-RED keeps a credential that a deploy does not name. */
export const NO_CREDENTIALS = {
  accountSid: "",
  authToken: "",
  apiKeySid: "",
  apiKeySecret: "",
  clientId: "",
  clientSecret: "",
};

/** All secrets of the simulated service begin like that. */
const SECRETS = /simulated-(token|secret|webhook)|[Bb]asic [\w+/=]{8}|[Bb]earer \S{8}/;

export interface FlowChanges {
  readonly account?: Changes;
  readonly command?: Changes;
}

/** A real Node-RED and a simulated Super SIM account, shared by the tests of a file. */
export class SupersimLab extends NodeLab<SuperSimSimulator> {
  protected readonly secrets = new RegExp(`Sesame|${SECRETS.source}`);
  /** Another address of the service, for an account whose answers are to take as long as a test says. */
  readonly line: HeldLine;

  private constructor(red: NodeRedProcess, device: SuperSimSimulator, line: HeldLine) {
    super(red, device);
    this.line = line;
  }

  static async start(
    options: SuperSimSimulatorOptions = {},
    env: Readonly<Record<string, string>> = {},
    settings: Readonly<Record<string, unknown>> = {},
  ): Promise<SupersimLab> {
    const device = await new SuperSimSimulator({ port: await lastingPort(), ...options }).start();
    const line = await HeldLine.start(device.url);
    try {
      return new SupersimLab(await NodeRedProcess.start({ env, settings }), device, line);
    } catch (error) {
      await Promise.all([line.stop(), device.stop()]);
      throw error;
    }
  }

  /** Rejects also if a secret stands in a message, or in a file that the package wrote. */
  override async stop(): Promise<void> {
    const folder = join(this.red.userDir, "cellular");
    const names = existsSync(folder) ? readdirSync(folder, { recursive: true, withFileTypes: true }) : [];
    const files = names.filter((file) => file.isFile()).map(({ parentPath, name }) => join(parentPath, name));
    const contents = files.map((path) => readFileSync(path, "utf8"));
    const { probes } = this.red;
    await Promise.all([super.stop(), this.line.stop()]);
    for (const content of contents) assert.doesNotMatch(content, SECRETS);
    for (const probe of probes) assert.doesNotMatch(JSON.stringify(probe), SECRETS);
  }

  account(changes: Changes = {}): FlowItem {
    return {
      id: "account",
      type: "supersim-account",
      name: "Fleet",
      url: this.device.url,
      credentials: { ...NO_CREDENTIALS, accountSid: ACCOUNT_SID, authToken: TOKEN },
      ...changes,
    };
  }

  /**
   * source → super sim command → `out`, with the second output to `failed`; a Catch node to `caught`, a Complete node to
   * `done`.
   */
  commanding({ account, command }: FlowChanges = {}): readonly FlowItem[] {
    return [
      { id: "tab", type: "tab", label: "flow" },
      this.account(account),
      { id: "source", type: "test-source", z: "tab", wires: [["command"]] },
      {
        ...{ id: "command", type: "supersim-command", z: "tab", account: "account", wires: [["out"], ["failed"]] },
        ...command,
      },
      ...listeners(["command"]),
    ];
  }

  async send(msg: Message = {}, source = "source"): Promise<string> {
    const tag = this.tag();
    await this.red.send(source, { payload: `${WORD} ${tag}`, sim: SIM, ...msg, tag });
    return tag;
  }

  /** How often the service took the command with that tag. */
  taken(tag: string): number {
    return this.device.sent.filter(({ payload }) => payload === `${WORD} ${tag}`).length;
  }

  /** The SID of the command with that tag, once the service has it. */
  async sidOf(tag: string): Promise<string> {
    const find = (): string | undefined => this.device.sent.find(({ payload }) => payload === `${WORD} ${tag}`)?.sid;
    await this.inTime(() => find() !== undefined, `the command ${tag} at the service`);
    return find() ?? "";
  }

  /** How often the service was asked for a command. */
  asked(sid: string): number {
    return this.device.requests.filter(({ method, path }) => method === "GET" && path.endsWith(`/${sid}`)).length;
  }

  /** A command that must go shows that everything is well, and that nothing that came before is still on its way. */
  async sendsStill(): Promise<void> {
    const tag = await this.send({ commandOptions: { wait: "none" } });
    await this.arrival("done", tag);
    assert.equal(this.taken(tag), 1);
    assert.deepEqual([...this.arrived(tag)].sort(), ["done", "out"]);
  }
}

/** `msg.command` of a message that came out of a command node. */
export function recordOf(msg: Message): Message {
  assert.equal(typeof msg.command, "object", "the message carries no record");
  return msg.command as Message;
}

/** Code and outcome, as a Catch node and the record say them; both must agree. */
export function verdictOf(msg: Message): string {
  return verdictBy(recordOf(msg), msg);
}
