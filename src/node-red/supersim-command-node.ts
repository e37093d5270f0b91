import { randomUUID } from "node:crypto";
import type { Node, NodeAPI, NodeMessage } from "node-red";
import { asCellularError, CellularError } from "../errors/cellular-error";
import type { AccountNode } from "./account-node";
import {
  CALLBACK_METHODS,
  checkCommand,
  COMMAND_APIS,
  COMMAND_WAITS,
  type CallbackMethod,
  type CommandApi,
  type CommandJob,
  type CommandWait,
  type UncheckedCommand,
} from "./command-job";
import { readCommandOptions, type CommandOptions } from "./command-options";
import { commandDesks, commandRecord, failureOf, type CommandResult } from "./command-record";
import { accountChoice, type ConfigChoice } from "./config-choice";
import { readFailureOutput } from "./failure-output";
import { hashedKey } from "./message-key";
import type { Origin, OutcomeDesk, Reporter } from "./outcome-desk";
import { environmentOf, Properties } from "./properties";
import { SendBadge } from "./send-badge";
import { evaluate, typedInput, type TypedInput } from "./typed-input";
import { onClose, onInput, type Input } from "./wrappers";

interface CommandSettings {
  readonly sim: TypedInput;
  readonly text: TypedInput;
  readonly api: CommandApi;
  /** Empty: where the account's callbacks are heard. */
  readonly callbackUrl: string;
  readonly callbackMethod: CallbackMethod;
  readonly wait: CommandWait;
  /** Seconds. */
  readonly waitTimeout: number;
  readonly onUnknown: "report" | "resend";
  readonly allowOverrides: boolean;
}

/** `supersim-command`: one input, one command to one SIM, one outcome. */
export class SupersimCommandNode implements Reporter<CommandResult> {
  readonly node: Node;
  readonly #RED: NodeAPI;
  readonly #account: ConfigChoice<AccountNode>;
  readonly #desk: OutcomeDesk<CommandResult>;
  readonly #badge: SendBadge;
  readonly #settings: CommandSettings | CellularError;
  readonly #hasFailureOutput: boolean;

  constructor(RED: NodeAPI, node: Node, config: object) {
    this.node = node;
    this.#RED = RED;
    this.#account = accountChoice(RED, config);
    this.#desk = commandDesks.of(RED);
    const properties = new Properties(config, environmentOf(RED, node));
    const failureOutput = readFailureOutput(properties, config);
    this.#hasFailureOutput = failureOutput === true;
    this.#settings = failureOutput instanceof CellularError ? failureOutput : readCommandSettings(properties, config);

    const account = this.#account.now;
    const problem = this.#settings instanceof CellularError ? this.#settings : account?.problem;
    this.#badge = new SendBadge(RED, node, account, problem, "no-account");
    const unregister = this.#desk.register(this);
    const leave = account?.addUser(node);
    onInput(node, (input) => this.#take(input));
    onClose(node, () => {
      unregister();
      leave?.();
      this.#badge.close();
    });
  }

  outputFor(result: CommandResult): number | undefined {
    if (failureOf(result) === undefined) return 0;
    return this.#hasFailureOutput ? 1 : undefined;
  }

  report(result: CommandResult, { msg, send, done }: Input): void {
    const { msg: own } = result.origin;
    const failure = failureOf(result);
    const record = commandRecord(result);
    own.command = record;
    this.#badge.ended(result, record.status === "delivered" || record.status === "sent" ? record.status : "accepted");
    if (failure === undefined) {
      send(own);
      done();
    } else if (this.#hasFailureOutput) {
      own.error = { message: failure.message, code: failure.code };
      send([null, own]);
      done();
    } else {
      // The input's own message carries the error to Catch nodes.
      if (msg !== own) Object.assign(msg, { command: record });
      done(failure);
    }
  }

  async #take(input: Input): Promise<void> {
    if (this.#desk.answers(input, this)) return;
    const { msg } = input;
    const origin: Origin = { nodeId: this.node.id, msg, asked: { input, instance: this } };
    let job: Partial<CommandJob> = {};
    try {
      const settings = this.#settings;
      if (settings instanceof CellularError) throw settings;
      const account = this.#account.now;
      if (account === undefined) {
        throw new CellularError("CONFIG_MISSING", "No account is chosen, or it is disabled. Choose one in the node.");
      }
      const { driver } = account;
      const options = settings.allowOverrides ? readCommandOptions(msg.commandOptions) : {};
      const wanted = await this.#read(settings, options, account, msg);
      job = readable(wanted);
      const checked = checkCommand(driver, wanted);
      job = checked;
      await this.#submit(settings, options, account, checked, origin);
    } catch (error) {
      this.#fail(origin, job, error);
    }
  }

  async #read(
    settings: CommandSettings,
    options: CommandOptions,
    account: AccountNode,
    msg: NodeMessage,
  ): Promise<UncheckedCommand> {
    const { api, callbackMethod, wait, waitTimeout } = { ...settings, ...options };
    const asked = options.callbackUrl ?? settings.callbackUrl;
    const callbackUrl = asked === "" ? account.runtime.callbackUrl : asked;
    return {
      ...{ api, wait, waitTimeout },
      sim: await evaluate(this.#RED, this.node, settings.sim, msg),
      text: await evaluate(this.#RED, this.node, settings.text, msg),
      ...(callbackUrl === undefined ? {} : { callbackUrl, callbackMethod }),
    };
  }

  async #submit(
    settings: CommandSettings,
    options: CommandOptions,
    account: AccountNode,
    job: CommandJob,
    origin: Origin,
  ): Promise<void> {
    const { runtime } = account;
    const { key, expireAfter, resend, priority = "normal", onUnknown = settings.onUnknown } = options;
    const submission = {
      ...{ job, origin, priority, onUnknown },
      expireAfter: expireAfter === undefined ? runtime.expireAfter : expireAfter * 60_000,
      ...(job.wait === "none" ? {} : { patience: job.waitTimeout * 1000 }),
      ...(key === undefined ? {} : { key: hashedKey([this.node.id, key, job.sim]) }),
    };
    await runtime.outbox.submit(submission, resend);
  }

  /** Ends a command that never reached the outbox. */
  #fail(origin: Origin, job: Partial<CommandJob>, error: unknown): void {
    const failure = asCellularError(error, this.#account.now?.reference.name ?? "super sim command");
    this.#desk.deliver({
      result: {
        ...{ id: randomUUID(), origin, job, finishedAt: new Date() },
        ending: { outcome: "not-sent", error: failure },
      },
      delivered: () => undefined,
      // Reading may have taken so long that this node is gone by now.
      orphaned: () => {
        this.node.warn(failure.message);
      },
    });
  }
}

/** As much of it as a record can show. */
function readable({ sim, text, ...rest }: UncheckedCommand): Partial<CommandJob> {
  return {
    ...rest,
    ...(typeof sim === "string" ? { sim } : {}),
    ...(typeof text === "string" ? { text } : {}),
  };
}

function readCommandSettings(properties: Properties, config: object): CommandSettings | CellularError {
  try {
    return {
      sim: typedInput(config, "sim", { value: "sim", type: "msg" }),
      text: typedInput(config, "text", { value: "payload", type: "msg" }),
      api: properties.choice("api", COMMAND_APIS, "sms-commands"),
      callbackUrl: properties.text("callbackUrl"),
      callbackMethod: properties.choice("callbackMethod", CALLBACK_METHODS, "POST"),
      wait: properties.choice("wait", COMMAND_WAITS, "none"),
      waitTimeout: properties.number("waitTimeout", 300, { above: 0 }),
      onUnknown: properties.choice("onUnknown", ["report", "resend"], "report"),
      allowOverrides: properties.boolean("allowOverrides", true),
    };
  } catch (error) {
    return asCellularError(error, "super sim command");
  }
}
