import { randomUUID } from "node:crypto";
import type { Node, NodeAPI, NodeMessage } from "node-red";
import { asCellularError, CellularError } from "../errors/cellular-error";
import type { CheckedSms } from "../gateways/gateway";
import { namesPhoneNumber, RECIPIENT_MODES, type SmsOptions as GatewayOptions } from "../gateways/sms-options";
import type { OnUnknown } from "../outbox";
import { readRecipients, readText, transliterate, type Recipient } from "../sms";
import { gatewayChoice, type ConfigChoice } from "./config-choice";
import { readFailureOutput } from "./failure-output";
import type { GatewayNode } from "./gateway-node";
import type { OutcomeDesk, Reporter } from "./outcome-desk";
import { environmentOf, Properties } from "./properties";
import { SendBadge } from "./send-badge";
import { readSmsOptions, type SmsOptions } from "./sms-options";
import { Batch, type SmsOrigin } from "./sms-origin";
import { smsDesks, smsRecord, type SmsResult } from "./sms-record";
import { submitSms, type SmsRequest } from "./sms-submission";
import { evaluate, typedInput, type TypedInput } from "./typed-input";
import { onClose, onInput, type Input } from "./wrappers";

interface SendSettings {
  readonly to: TypedInput;
  readonly text: TypedInput;
  /** What a gateway is asked for. */
  readonly sms: GatewayOptions;
  readonly transliterate: boolean;
  /** Seconds. */
  readonly fallbackAfter: number;
  readonly onUnknown: OnUnknown;
  readonly allowOverrides: boolean;
}

/** What an input asks for, once it is read. */
interface SendRequest {
  readonly gateway: GatewayNode;
  readonly recipients: readonly Recipient[];
  /** What goes to each of them, or what is wrong with it: each has an outcome of its own. */
  readonly text: string | CellularError;
  readonly options: SmsOptions | CellularError;
}

/** `cellular-sms-send`: one input, one SMS to each recipient, one outcome each. */
export class SmsSendNode implements Reporter<SmsResult> {
  readonly node: Node;
  readonly #RED: NodeAPI;
  readonly #gateway: ConfigChoice<GatewayNode>;
  readonly #fallback: ConfigChoice<GatewayNode>;
  readonly #desk: OutcomeDesk<SmsResult>;
  readonly #badge: SendBadge;
  readonly #settings: SendSettings | CellularError;
  readonly #hasFailureOutput: boolean;

  constructor(RED: NodeAPI, node: Node, config: object) {
    this.node = node;
    this.#RED = RED;
    this.#gateway = gatewayChoice(RED, config);
    this.#fallback = gatewayChoice(RED, config, "fallback");
    this.#desk = smsDesks.of(RED);
    const properties = new Properties(config, environmentOf(RED, node));
    const failureOutput = readFailureOutput(properties, config);
    this.#hasFailureOutput = failureOutput === true;
    this.#settings = failureOutput instanceof CellularError ? failureOutput : readSendSettings(properties, config);

    if (this.#fallback.isMade && this.#fallback.now === undefined)
      node.warn(RED._("cellular-sms-send.log.no-fallback"));
    const gateway = this.#gateway.now;
    const problem = this.#settings instanceof CellularError ? this.#settings : gateway?.problem;
    this.#badge = new SendBadge(RED, node, gateway, problem);
    const unregister = this.#desk.register(this);
    const leave = [gateway, this.#fallback.now].map((used) => used?.addUser(node));
    onInput(node, (input) => this.#take(input));
    onClose(node, () => {
      unregister();
      for (const end of leave) end?.();
      this.#badge.close();
    });
  }

  outputFor({ ending }: SmsResult): number | undefined {
    if (ending.outcome === "accepted") return 0;
    return this.#hasFailureOutput ? 1 : undefined;
  }

  report(result: SmsResult, { msg, send, done }: Input): void {
    const { ending, origin } = result;
    const own = origin.msg;
    own.sms = smsRecord(result);
    if (origin.part !== undefined) own.parts = origin.part;
    this.#badge.ended(result);
    const { isLast, noneAccepted } = origin.batch.close(result.id, ending.outcome === "accepted");
    if (ending.outcome === "accepted") {
      send(own);
    } else if (this.#hasFailureOutput) {
      own.error = { message: ending.error.message, code: ending.error.code };
      send([null, own]);
    } else if (isLast && noneAccepted) {
      // The input's own message carries the error to Catch nodes.
      if (msg !== own) Object.assign(msg, { sms: own.sms, parts: own.parts });
      done(ending.error);
      return;
    } else {
      this.node.error(ending.error, own);
    }
    if (isLast) done();
  }

  async #take(input: Input): Promise<void> {
    if (this.#desk.answers(input, this)) return;
    let request: SendRequest;
    try {
      request = await this.#read(input.msg);
    } catch (error) {
      const origin = { nodeId: this.node.id, msg: input.msg, batch: new Batch(1), asked: { input, instance: this } };
      this.#fail(origin, {}, error, this.#gateway.now);
      return;
    }
    const count = request.recipients.length;
    const batch = new Batch(count);
    // Not the message's id: two inputs can have the same, and a join node would mix them.
    const id = this.#RED.util.generateId();
    const outer = input.msg.parts === undefined ? {} : { parts: input.msg.parts };
    await Promise.all(
      request.recipients.map((recipient, index) => {
        const isOne = count === 1;
        const msg: NodeMessage = isOne ? input.msg : this.#RED.util.cloneMessage(input.msg);
        const part = isOne ? {} : { part: { id, index, count, ...outer } };
        const origin: SmsOrigin = { nodeId: this.node.id, msg, ...part, batch, asked: { input, instance: this } };
        return this.#queue(request, recipient, origin);
      }),
    );
  }

  async #read(msg: NodeMessage): Promise<SendRequest> {
    const settings = this.#settings;
    if (settings instanceof CellularError) throw settings;
    const gateway = this.#gateway.usable ?? this.#fallback.usable ?? this.#gateway.now;
    if (gateway === undefined) {
      throw new CellularError("CONFIG_MISSING", "No gateway is chosen, or it is disabled. Choose one in the node.");
    }
    const { driver } = gateway;
    const options = await orProblem(() => this.#readOptions(settings, msg));
    const wishes = options instanceof CellularError ? {} : options;
    const mode = wishes.mode ?? settings.sms.mode;
    const recipients = readRecipients(await evaluate(this.#RED, this.node, settings.to, msg), {
      lists: namesPhoneNumber(mode),
      normalize: (address) => driver.checkAddress(address, mode),
    });
    const isPlain = wishes.transliterate ?? settings.transliterate;
    const text = await orProblem(async () => {
      const written = readText(await evaluate(this.#RED, this.node, settings.text, msg));
      return isPlain ? transliterate(written) : written;
    });
    return { gateway, recipients, text, options };
  }

  #readOptions({ allowOverrides, onUnknown }: SendSettings, { smsOptions }: NodeMessage): SmsOptions {
    const options = allowOverrides ? readSmsOptions(smsOptions) : {};
    if ((options.onUnknown ?? onUnknown) === "fallback" && !this.#fallback.isMade) {
      throw new CellularError(
        "OPTION_INVALID",
        "onUnknown is fallback, but the node has no fallback gateway. Choose one.",
      );
    }
    return options;
  }

  async #queue({ gateway, text, options }: SendRequest, recipient: Recipient, origin: SmsOrigin): Promise<void> {
    const { to } = recipient;
    let sms: Partial<CheckedSms> = text instanceof CellularError ? { to } : { to, text };
    try {
      if (options instanceof CellularError) throw options;
      if (!recipient.ok) throw recipient.error;
      if (text instanceof CellularError) throw text;
      const settings = this.#settings;
      if (settings instanceof CellularError) throw settings;
      const request: SmsRequest = {
        to: recipient.given,
        text,
        settings: settings.sms,
        origin,
        options,
        onUnknown: options.onUnknown ?? settings.onUnknown,
        gateway,
        fallback: this.#fallback.usable,
        fallbackAfter: (options.fallbackAfter ?? settings.fallbackAfter) * 1000,
      };
      await submitSms(request, (checked) => {
        sms = checked;
      });
    } catch (error) {
      this.#fail(origin, sms, error, gateway);
    }
  }

  /** Ends an SMS that never reached the outbox. */
  #fail(origin: SmsOrigin, sms: Partial<CheckedSms>, error: unknown, gateway?: GatewayNode): void {
    const failure = asCellularError(error, gateway?.reference.name ?? "sms send");
    const result: SmsResult = {
      id: randomUUID(),
      origin,
      sms,
      gateway: gateway?.reference ?? null,
      attempts: 0,
      queuedAt: null,
      finishedAt: new Date(),
      ending: { outcome: "not-sent", error: failure },
    };
    // Reading may have taken so long that this instance is gone by now.
    this.#desk.deliver({
      result,
      delivered: () => undefined,
      orphaned: () => {
        this.node.warn(failure.message);
      },
    });
  }
}

/** What is read, or why it cannot be. */
async function orProblem<T>(read: () => T | Promise<T>): Promise<T | CellularError> {
  try {
    return await read();
  } catch (error) {
    return asCellularError(error, "sms send");
  }
}

function readSendSettings(properties: Properties, config: object): SendSettings | CellularError {
  try {
    return {
      to: typedInput(config, "to", { value: "to", type: "msg" }),
      text: typedInput(config, "text", { value: "payload", type: "msg" }),
      sms: readGatewayOptions(properties),
      transliterate: properties.boolean("transliterate", false),
      fallbackAfter: properties.number("fallbackAfter", 60),
      onUnknown: properties.choice("onUnknown", ["report", "fallback", "resend"], "report"),
      allowOverrides: properties.boolean("allowOverrides", true),
    };
  } catch (error) {
    return asCellularError(error, "sms send");
  }
}

function readGatewayOptions(properties: Properties): GatewayOptions {
  const connId = properties.optionalNumber("connId");
  return {
    ...(connId === undefined ? {} : { connId }),
    mode: properties.choice("mode", RECIPIENT_MODES, "number"),
    telauto: properties.boolean("telauto", true),
    list: properties.choice("list", ["", "white", "black"], ""),
    regex: properties.text("regex"),
    encoding: properties.choice("encoding", ["text", "hex"], "text"),
    hexCharset: properties.choice("hexCharset", ["utf-8", "latin1"], "utf-8"),
    flash: properties.boolean("flash", false),
    ring: properties.boolean("ring", false),
  };
}
