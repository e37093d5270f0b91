import type { DeviceFunction } from "../faults.js";
import { webPage, type DeviceAnswer, type DeviceRequest } from "../http-message.js";
import { SimulatedDevice, type LoggedRequest } from "../simulated-device.js";
import { smsParts } from "../sms-parts.js";
import { NOT_LOGGED_IN, call, functionOf } from "./api.js";
import { Connections, type CellularWan, type Sim } from "./connections.js";
import { Refusal, failAnswer, okAnswer, unauthorized } from "./envelope.js";
import { DEFAULT_CONNECTIONS, type ExpiryDisguise, type PeplinkSimulatorOptions } from "./options.js";
import type { DeletedSms, LoginAttempt, Router, SentSms, SentUssd } from "./router.js";
import { Sessions } from "./sessions.js";
import { printedDate, type StoredEntry } from "./sms-store.js";

export interface PeplinkEvents {
  /** Each request as it arrives. */
  request: [LoggedRequest];
  /** Each login by password and each token asked for, also refused ones. */
  login: [LoginAttempt];
  sent: [SentSms];
  ussd: [SentUssd];
  deleted: [DeletedSms];
}

/** An SMS on its way to one of the router's SIMs. */
export interface IncomingSms {
  readonly from: string;
  readonly text: string;
  /** Default: the first cellular connection with an active SIM. */
  readonly connId?: number;
  /** Slot of the SIM. Default: the active one. */
  readonly sim?: number;
  /** When the service centre took it, UTC seconds. Default now. */
  readonly timestamp?: number;
  /** The date as the router prints it. Default: the timestamp in UTC, e.g. `Feb 05 01:55`. */
  readonly date?: string;
}

/** One entry of a SIM's store, and which SIM's. */
export interface StoredPart extends StoredEntry {
  readonly connId: number;
  readonly simId: number;
  readonly iccid: string;
}

const TWO_DAYS = 172_800;

/**
 * A Peplink router as its API shows it: logins, two cellular connections with two SIMs each, SMS and USSD.
 *
 * It says yes to what the documents allow and no to everything else. `sent` is what left; faults come by `fail()`.
 * The codes and words of some refusals are not documented; devices.md lists those that are.
 */
export class PeplinkSimulator extends SimulatedDevice<PeplinkEvents> {
  protected readonly functions = ["send", "list", "delete", "ussd", "login", "status"] as const;
  readonly #router: Router;
  readonly #disguise: ExpiryDisguise;
  readonly #sent: SentSms[] = [];
  readonly #ussdSent: SentUssd[] = [];
  #refusals = 0;
  #logins = 0;
  #dropped = 0;

  constructor(options: PeplinkSimulatorOptions = {}) {
    super(options);
    const { expiresIn = TWO_DAYS, dialect = {} } = options;
    this.#disguise = options.expiryDisguise ?? "http-401";
    this.#router = {
      firmware: options.firmware ?? "8.5.2",
      dialect: { textKey: "message", length: "string", connectionPrefix: "", ...dialect },
      cookieName: this.fingerprint === undefined ? "pauth" : "bauth",
      expiresIn,
      connections: new Connections(options.connections ?? DEFAULT_CONNECTIONS, options.storeCapacity ?? 20),
      sessions: new Sessions({
        username: options.username ?? "admin",
        password: options.password ?? "simulated-password",
        clients: options.clients ?? [],
        permission: options.permission ?? { GET: 1, POST: 1 },
        life: options.sessionLife ?? Infinity,
        tokenLife: Number(expiresIn),
      }),
      sent: (sms) => {
        this.#sent.push(sms);
        this.emit("sent", sms);
      },
      ussdSent: (ussd) => {
        this.#ussdSent.push(ussd);
        this.emit("ussd", ussd);
      },
      deleted: (sms) => this.emit("deleted", sms),
      loggedIn: (attempt) => {
        if (attempt.accepted) this.#logins += 1;
        this.emit("login", attempt);
      },
    };
  }

  /** The SMS it took, in order. */
  get sent(): readonly SentSms[] {
    return this.#sent;
  }

  /** The USSD codes it took, in order. */
  get ussdSent(): readonly SentUssd[] {
    return this.#ussdSent;
  }

  /** Logins by password and tokens granted, so far. */
  get logins(): number {
    return this.#logins;
  }

  /** Logins and tokens that are good now. */
  get sessions(): number {
    return this.#router.sessions.open;
  }

  /** Parts that were lost because the SIM's store was full. */
  get dropped(): number {
    return this.#dropped;
  }

  /**
   * Puts an SMS into the store of a SIM, a long one as several parts.
   *
   * @returns the parts that found room; the others are lost and counted in `dropped`.
   * @throws Error where there is no such connection, slot or SIM.
   */
  receive(sms: IncomingSms): readonly StoredPart[] {
    const wan = this.#wan(sms.connId);
    const sim = sms.sim === undefined ? wan.activeSim : wan.sim(sms.sim);
    if (sim?.inserted !== true) throw new Error(`connection ${wan.id} has no SIM to receive with`);
    const timestamp = sms.timestamp ?? Math.floor(Date.now() / 1000);
    const date = sms.date ?? printedDate(timestamp);
    const texts = smsParts(sms.text);
    const stored = texts
      .map((text) => sim.store.add({ from: sms.from, text, timestamp, date }))
      .filter((entry) => entry !== undefined);
    this.#dropped += texts.length - stored.length;
    return stored.map((entry) => storedPart(entry, wan, sim));
  }

  /** What a SIM stores, by slot number. Default: the active SIM's; empty where there is none. */
  store(connId: number, sim?: number): readonly StoredPart[] {
    const wan = this.#wan(connId);
    const found = sim === undefined ? wan.activeSim : wan.sim(sim);
    return found === undefined ? [] : found.store.entries.map((entry) => storedPart(entry, wan, found));
  }

  /** Makes the SIM of another slot the active one, put back in where it had been pulled. */
  swapSim(connId: number, sim: number): void {
    this.#wan(connId).swap(sim);
  }

  /** Takes the active SIM out. Its store goes with it and comes back with `swapSim`. */
  pullSim(connId: number): void {
    this.#wan(connId).pull();
  }

  /** Ends all sessions and tokens, as an idle time-out does. */
  expireSessions(): void {
    this.#router.sessions.endAll();
  }

  /** Empties all stores and forgets what was sent and asked. Sessions and faults stay. */
  clear(): void {
    for (const { sims } of this.#router.connections.cellular) for (const { store } of sims) store.clear();
    this.#sent.length = 0;
    this.#ussdSent.length = 0;
    this.#logins = 0;
    this.#dropped = 0;
    this.clearLog();
  }

  protected functionOf(path: string): DeviceFunction {
    return functionOf(path);
  }

  protected perform(request: DeviceRequest): DeviceAnswer {
    if (!request.path.startsWith("/api/")) return webPage(404, "Not Found");
    try {
      const answer = call(this.#router, request);
      return answer === NOT_LOGGED_IN ? this.#notLoggedIn() : answer;
    } catch (error) {
      if (error instanceof Refusal) return failAnswer(error);
      throw error;
    }
  }

  protected refusal(): DeviceAnswer {
    return failAnswer(new Refusal(1, "Operation failed"));
  }

  protected oversizedAnswer(_asked: DeviceFunction, bytes: number): DeviceAnswer {
    return okAnswer({ message: "x".repeat(bytes) });
  }

  protected noticed(request: LoggedRequest): void {
    this.emit("request", request);
  }

  #wan(connId: number | undefined): CellularWan {
    const { connections } = this.#router;
    const wan = connId === undefined ? connections.first() : connections.byId(connId);
    if (wan === undefined) throw new Error("no cellular connection has an active SIM");
    return wan;
  }

  #notLoggedIn(): DeviceAnswer {
    this.#refusals += 1;
    const plain = this.#disguise === "http-401" || (this.#disguise === "alternate" && this.#refusals % 2 === 1);
    return plain ? webPage(401, "Unauthorized") : failAnswer(unauthorized());
  }
}

function storedPart(entry: StoredEntry, wan: CellularWan, sim: Sim): StoredPart {
  return { ...entry, connId: wan.id, simId: sim.slot, iccid: sim.iccid };
}
