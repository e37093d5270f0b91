import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { request } from "node:http";
import { SuperSim } from "../../src/gateways/super-sim/index.js";
import { SuperSimSimulator, type SuperSimSimulatorOptions } from "../../src/simulators/index.js";
import { lastingPort } from "../support/lasting-port.js";
import { NodeRedProcess, type DeployType, type FlowItem, type StartOptions } from "../support/node-red-process.js";
import type { Changes, Message } from "./lab.js";

/** All texts of commands hold this word, so that it can be looked for where it must not stand. */
export const WORD = "Sesame";
export const AUTH_TOKEN = "simulated-token";
export const WEBHOOK_SECRET = "simulated-webhook-secret";
const ACCOUNT_SID = "AC00112233445566778899aabbccddeeff";

export interface Answer {
  /** 0 where the connection ended without one. */
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
}

export interface Outgoing {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}

/** A real Node-RED and a simulated account that calls it back. */
export class EventsLab {
  readonly red: NodeRedProcess;
  readonly service: SuperSimSimulator;
  readonly client: SuperSim;
  seen = 0;
  #sid = 0;

  private constructor(red: NodeRedProcess, service: SuperSimSimulator) {
    this.red = red;
    this.service = service;
    this.client = new SuperSim({
      provider: "twilio",
      accountSid: ACCOUNT_SID,
      authToken: AUTH_TOKEN,
      url: service.url,
    });
  }

  /** @param callsBack Whether the account calls what SIMs send back to `/supersim`. */
  static async start(
    start: StartOptions = {},
    options: SuperSimSimulatorOptions = {},
    callsBack = true,
  ): Promise<EventsLab> {
    const red = await NodeRedProcess.start(start);
    const service = new SuperSimSimulator({
      port: await lastingPort(),
      ...(callsBack ? { smsCommandsUrl: `${red.url}/supersim` } : {}),
      ...options,
    });
    try {
      await service.start();
      return new EventsLab(red, service);
    } catch (error) {
      await red.stop();
      throw error;
    }
  }

  /** Ends both. Rejects if a secret or a text stands in a log line or a status. */
  async stop(): Promise<void> {
    const { logs, statuses } = this.red;
    await Promise.all([this.red.stop(), this.service.stop(), this.client.close()]);
    for (const entry of [...logs, ...statuses]) assert.doesNotMatch(JSON.stringify(entry), /Sesame|simulated-/);
    for (const { node, status } of statuses) {
      assert.doesNotMatch(status.text ?? "none", /status\.|__|^$/, `the badge of ${node} shows a key`);
    }
  }

  /** The flow: events → `out`, with a Status node's worth of badges. */
  flow(events: Changes = {}, account: Changes = {}): readonly FlowItem[] {
    return [
      { id: "tab", type: "tab", label: "flow" },
      {
        id: "account",
        type: "supersim-account",
        name: "Fleet",
        provider: "twilio",
        url: this.service.url,
        credentials: { accountSid: ACCOUNT_SID, authToken: AUTH_TOKEN, webhookSecret: WEBHOOK_SECRET },
        ...account,
      },
      this.events("events", events),
      { id: "out", type: "test-probe", z: "tab", wires: [] },
    ];
  }

  events(id: string, changes: Changes = {}): FlowItem {
    const rest = { z: "tab", account: "account", path: "supersim", wires: [["out"]] };
    return { id, type: "supersim-events", ...rest, ...changes };
  }

  async deploy(events: Changes = {}, account: Changes = {}, type?: DeployType): Promise<void> {
    await this.red.deploy(this.flow(events, account), type);
  }

  /** What came out since the test began. */
  got(): readonly Message[] {
    return this.red.probes.slice(this.seen).flatMap(({ node, msg }) => (node === "out" ? [msg] : []));
  }

  texts(): readonly unknown[] {
    return this.got().map(({ payload }) => payload);
  }

  /** Resolves when so many messages came out. */
  async untilGot(count: number): Promise<void> {
    await this.red.until(() => this.got().length >= count, `${String(count)} messages`);
  }

  badge(node = "events"): string {
    const status = this.red.statuses.filter((one) => one.node === node).at(-1)?.status;
    return status === undefined ? "" : `${String(status.fill)} ${String(status.shape)} ${String(status.text)}`;
  }

  async untilBadge(look: RegExp, node = "events"): Promise<void> {
    await this.red.until(() => look.test(this.badge(node)), `the badge ${String(look)} (it is ${this.badge(node)})`);
  }

  /** A SID that no command has had. */
  sid(): string {
    this.#sid += 1;
    return `HC${this.#sid.toString(16).padStart(32, "f")}`;
  }

  fields(text: string, more: Readonly<Record<string, string>> = {}): Readonly<Record<string, string>> {
    const sim = { SimSid: `HS${"1".padStart(32, "0")}`, SimUniqueName: "tracker-1" };
    return { CommandSid: this.sid(), Status: "received", Payload: `${WORD} ${text}`, ...sim, ...more };
  }

  /** A form with Twilio's signature of it. */
  signed(fields: Readonly<Record<string, string>>, url = `${this.red.url}/supersim`, secret = AUTH_TOKEN): Outgoing {
    const names = Object.keys(fields).sort();
    const text = url + names.map((name) => name + (fields[name] ?? "")).join("");
    return {
      headers: {
        "content-type": "application/x-www-form-urlencoded",
        "x-twilio-signature": createHmac("sha1", secret).update(text).digest("base64"),
      },
      body: new URLSearchParams(fields).toString(),
    };
  }

  /** One request, over a connection of its own. */
  call(path: string, { method = "POST", headers = {}, body = "" }: Outgoing = {}): Promise<Answer> {
    return new Promise((resolve) => {
      const isChunked = "transfer-encoding" in headers;
      const length = isChunked ? {} : { "content-length": String(Buffer.byteLength(body)) };
      const outgoing = request(this.red.url + path, { method, agent: false, headers: { ...length, ...headers } });
      outgoing.on("error", () => {
        resolve({ status: 0, headers: {} });
      });
      outgoing.on("response", (response) => {
        resolve({ status: response.statusCode ?? 0, headers: response.headers });
        response.on("error", () => undefined).resume();
      });
      outgoing.end(body);
    });
  }

  async status(path: string, outgoing?: Outgoing): Promise<number> {
    return (await this.call(path, outgoing)).status;
  }
}
