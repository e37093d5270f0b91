import { EventEmitter, once } from "node:events";
import { createServer, type Server } from "node:http";
import RED, { type NodeMessage } from "node-red";
import { HandsetPage } from "../simulators";
import { newsOfCommand } from "./command-lines";
import { Lines } from "./lines";
import type { DemoSettings } from "./settings";
import { SimulatedDevices } from "./simulated-devices";
import { newsOfSms } from "./sms-lines";
import { prepareUserFolder } from "./user-folder";

const HOST = "127.0.0.1";
const ANSWER_DELAY_MS = 1500;

/** All that `npm start` runs, in one process. */
export class Demo {
  readonly #settings: DemoSettings;
  readonly #print: (line: string) => void;
  readonly #devices: SimulatedDevices;
  readonly #handset: HandsetPage;
  readonly #server: Server = createServer();
  #isRunning = false;

  constructor(settings: DemoSettings, print: (line: string) => void) {
    this.#settings = settings;
    this.#print = print;
    this.#devices = new SimulatedDevices(`http://${HOST}:${String(settings.port)}`);
    const { lines, fleet } = this.#devices;
    this.#handset = new HandsetPage({ port: settings.handsetPort, lines, fleet });
    for (const word of ["OFF", "ON"]) {
      this.#handset.reply(`reply ${word} `, word, { delay: ANSWER_DELAY_MS });
    }
  }

  async start(): Promise<void> {
    await this.#devices.start();
    await this.#handset.start();
    this.#server.listen(this.#settings.port, HOST);
    await once(this.#server, "listening");
    Object.assign(process.env, this.#devices.environment);
    await this.#startNodeRed(await prepareUserFolder(this.#settings.userDir, this.#devices.credentials));
    this.#print(`Node-RED      http://${HOST}:${String(this.#settings.port)}`);
    this.#print(`Handset page  http://${HOST}:${String(this.#settings.handsetPort)}`);
    this.#print("Ctrl-C stops both.");
  }

  /** Only what nodes say, and errors: the rest of Node-RED's notes would bury the lines of SMS and commands. */
  readonly #log = (entry: { readonly level: number; readonly type?: string; readonly msg: unknown }): void => {
    const isFromNode = entry.type !== undefined && entry.level <= RED.log.WARN;
    if (isFromNode || entry.level <= RED.log.ERROR) this.#print(String(entry.msg));
  };

  /** Ends everything that was started, and frees the ports. */
  async stop(): Promise<void> {
    if (this.#isRunning) await RED.stop();
    await this.#handset.stop();
    await this.#devices.stop();
    this.#server.closeAllConnections();
    this.#server.close();
  }

  async #startNodeRed(userDir: string): Promise<void> {
    const settings = {
      userDir,
      flowFile: "flows.json",
      credentialSecret: "simulated",
      uiHost: HOST,
      uiPort: this.#settings.port,
      httpAdminRoot: "/",
      httpNodeRoot: "/",
      logging: { console: { level: "off", metrics: false, audit: false } },
      editorTheme: { tours: false, page: { title: "node-red-cellular demo" }, projects: { enabled: false } },
      telemetry: { enabled: false, updateNotification: false },
    } as const;
    RED.init(this.#server, settings);
    RED.log.addHandler(new EventEmitter().on("log", this.#log));
    this.#server.on("request", RED.httpAdmin.use(RED.httpNode));
    const lines = new Lines(newsOfSms, newsOfCommand);
    RED.hooks.add("onSend.demo", (events: readonly { readonly msg: NodeMessage }[]) => {
      for (const { msg } of events) {
        for (const line of lines.linesFor(msg, new Date())) this.#print(line);
      }
    });
    const settled = flowsSettled();
    await RED.start();
    this.#isRunning = true;
    await settled;
  }
}

/** Resolves when the flows run, or when Node-RED has said why they do not. Until then the editor would be empty. */
function flowsSettled(): Promise<void> {
  return new Promise((resolve) => {
    RED.events.once("flows:started", () => {
      resolve();
    });
    RED.events.on(
      "runtime-event",
      ({ id, payload }: { readonly id: string; readonly payload?: { readonly error?: unknown } }) => {
        if (id === "runtime-state" && payload?.error !== undefined) resolve();
      },
    );
  });
}
