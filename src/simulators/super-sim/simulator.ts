import type { DeviceFunction } from "../faults.js";
import { jsonAnswer, webPage, type DeviceAnswer, type DeviceRequest } from "../http-message.js";
import { warnOf } from "../mistake.js";
import { ReplyRules, type Matcher, type Reply } from "../reply-rules.js";
import { SimulatedDevice, type LoggedRequest } from "../simulated-device.js";
import { notFound, Refusal, refused } from "./answers.js";
import type { CallbackResult } from "./callback.js";
import { Caller } from "./caller.js";
import { filtered, filteredSims, Fleet, mustFit, type SimulatedCommand, type SimulatedStatus } from "./fleet.js";
import { formOf } from "./forms.js";
import { ServiceLogin } from "./login.js";
import { DEFAULT_SIMS, type SimulatedSim, type SuperSimSimulatorOptions } from "./options.js";
import { Pace } from "./pace.js";
import { commandResource, pageOf, simResource } from "./resources.js";

const TOKEN_PATH = "/api-services/v1/auth/token";
const SIMS = "/v1/Sims";
const LISTS = { "/v1/SmsCommands": "sms_commands", "/v1/Commands": "commands" } as const;
type CommandPath = keyof typeof LISTS;

export interface SuperSimEvents {
  /** Each request as it arrives. */
  request: [LoggedRequest];
  /** One request too many, as it is refused; `retryAfter` as in `Retry-After`, in seconds. */
  limited: [Omit<LoggedRequest, "at"> & { readonly retryAfter: number | null }];
  /** A command to a SIM that the service took. */
  sent: [SimulatedCommand];
  /** A command that reached the device with the SIM. */
  delivered: [SimulatedCommand];
  /** A text that a SIM sent. */
  report: [SimulatedCommand];
  /** A command that is new or in a new state, to or from a SIM. */
  command: [SimulatedCommand];
  /** A device that fell asleep, and one that woke, by its SIM. */
  sleep: [SimulatedSim];
  wake: [SimulatedSim];
  /** A callback that was made, whatever the receiver said. */
  callback: [CallbackResult];
}

export interface AnswerOptions {
  /** Only the device with this SIM, by SID or unique name. Default: each. */
  readonly sim?: string;
  /** Milliseconds before the device answers. Default 0. */
  readonly delay?: number;
}

/**
 * Super SIM as its API shows it at Twilio or at KORE: SMS Commands, legacy Commands, SIMs, logins and callbacks (vendor's
 * OpenAPI file).
 *
 * It says yes to what the documents allow and no to everything else. `sent` is what it took; faults come by `fail()`.
 * While it is stopped, commands change their state by hand alone, and nothing that happens then is ever called back.
 */
export class SuperSimSimulator extends SimulatedDevice<SuperSimEvents> {
  protected readonly functions: readonly DeviceFunction[];
  readonly #options: SuperSimSimulatorOptions;
  readonly #login: ServiceLogin;
  readonly #fleet: Fleet;
  readonly #since = new Date();
  readonly #rules = new ReplyRules<SimulatedCommand>(({ payload }) => payload);
  readonly #caller: Caller;
  readonly #pace: Pace;
  #asked = 0;

  constructor(options: SuperSimSimulatorOptions = {}) {
    super(options);
    this.#options = options;
    // Twilio's login is in each request.
    this.functions = options.provider === "kore" ? ["send", "list", "login"] : ["send", "list"];
    this.#login = new ServiceLogin(options);
    this.#fleet = new Fleet(options.sims ?? DEFAULT_SIMS, options.provider === "kore");
    this.#caller = new Caller(options, this.#login, this.#fleet, (result) => this.emit("callback", result));
    this.#pace = new Pace(options.pace, this.#fleet, (sid, status) => this.advance(sid, status));
  }

  /** Where KORE gives tokens. */
  get tokenUrl(): string {
    return `${this.url}${TOKEN_PATH}`;
  }

  get sims(): readonly SimulatedSim[] {
    return this.#fleet.sims;
  }

  /** All commands, to and from SIMs, oldest first, each in its present state. */
  get commands(): readonly SimulatedCommand[] {
    return this.#fleet.commands;
  }

  /** The commands to SIMs that it took, in order. */
  get sent(): readonly SimulatedCommand[] {
    return this.#fleet.commands.filter(({ direction }) => direction === "to_sim");
  }

  /** A SIM, by SID or unique name, sends a text. @throws RangeError where there is no such SIM, or the text is too long. */
  report(sim: string, text: string): SimulatedCommand {
    const { smsCommandsUrl = null, smsCommandsMethod = "POST" } = this.#options;
    const command = this.#fleet.report(sim, text, smsCommandsUrl, smsCommandsMethod);
    this.emit("report", command);
    this.emit("command", command);
    this.#callBack(command);
    return command;
  }

  /**
   * Lets devices answer commands by themselves: what is delivered to one, by `pace` or by `advance()`, and matches, is
   * answered as `report()` does. The first rule that matches answers.
   *
   * @returns takes the rule away
   * @throws RangeError where there is no such SIM, or the text is too long.
   */
  answer(
    matcher: Matcher<SimulatedCommand>,
    text: Reply<SimulatedCommand>,
    { sim, delay = 0 }: AnswerOptions = {},
  ): () => void {
    if (typeof text === "string") mustFit(text);
    const only = sim === undefined ? undefined : this.#fleet.known(sim).sid;
    const among = ({ simSid }: SimulatedCommand): boolean => (only ?? simSid) === simSid;
    return this.#rules.add({ matcher, answer: text, among, delay });
  }

  /** The SIMs whose devices sleep. */
  get asleep(): readonly SimulatedSim[] {
    return this.sims.filter(({ sid }) => this.#pace.isAsleep(sid));
  }

  /**
   * Puts the device with a SIM to sleep: with `pace`, its commands stay `sent` until it wakes. `advance()` still moves them.
   * @throws RangeError where there is no such SIM.
   */
  sleep(sim: string): void {
    const known = this.#fleet.known(sim);
    if (this.#pace.sleep(known.sid)) this.emit("sleep", known);
  }

  /** Wakes the device with a SIM: what waited for it goes on. @throws RangeError where there is no such SIM. */
  wake(sim: string): void {
    const known = this.#fleet.known(sim);
    if (this.#pace.wake(known.sid)) this.emit("wake", known);
  }

  /**
   * Moves a command to another state and calls back.
   * @throws RangeError where there is no such command or state; what comes from a SIM is received and stays so.
   */
  advance(sid: string, status: SimulatedStatus): SimulatedCommand {
    const before = this.#fleet.command(sid);
    const command = this.#fleet.setStatus(sid, status);
    this.emit("command", command);
    this.#callBack(command);
    if (status === "delivered" && before?.status !== "delivered") this.#deliver(command);
    return command;
  }

  /**
   * Calls back, for the first time or again, with the state that the command has; once more where no 2xx comes.
   * @returns the last attempt, or null where the command has no callback URL or the service is stopped
   * @throws RangeError where there is no such command.
   */
  async callback(sid: string): Promise<CallbackResult | null> {
    const command = this.#fleet.command(sid);
    if (command === undefined) throw new RangeError(`there is no command ${sid}`);
    return this.#caller.call(command, this.power);
  }

  /** Ends all tokens of KORE before their time. */
  endTokens(): void {
    this.#login.endTokens();
  }

  /** Forgets commands and requests, and drops the answers that are due. Faults and rules stay. */
  clear(): void {
    this.#rules.stop();
    this.#fleet.clear();
    this.#caller.clear();
    this.clearLog();
  }

  protected override poweredUp(): void {
    this.#pace.start();
  }

  protected override async poweredDown(): Promise<void> {
    this.#pace.stop();
    this.#rules.stop();
    await this.#caller.ended();
  }

  protected functionOf(path: string, method: string): DeviceFunction {
    if (path === TOKEN_PATH && this.#options.provider === "kore") return "login";
    if (!path.startsWith("/v1/")) return "other";
    return method === "POST" ? "send" : "list";
  }

  protected perform(request: DeviceRequest): DeviceAnswer {
    if (request.path === TOKEN_PATH && this.#options.provider === "kore") return this.#login.token(request);
    if (!request.path.startsWith("/v1/")) return webPage(404, "Not Found");
    try {
      this.#login.check(request);
      this.#count(request);
      return this.#answer(request);
    } catch (error) {
      if (error instanceof Refusal) return refused(error);
      throw error;
    }
  }

  protected refusal(): DeviceAnswer {
    return refused(new Refusal(400, 20001, "Bad request"));
  }

  protected oversizedAnswer(_asked: DeviceFunction, bytes: number): DeviceAnswer {
    return jsonAnswer({ filling: "x".repeat(bytes) });
  }

  protected noticed(request: LoggedRequest): void {
    this.emit("request", request);
  }

  #count({ method, path }: DeviceRequest): void {
    const { limitEvery, retryAfter = 1 } = this.#options;
    this.#asked += 1;
    if (limitEvery === undefined || this.#asked % limitEvery !== 0) return;
    this.emit("limited", { method, path, retryAfter });
    const headers = retryAfter === null ? {} : { "retry-after": String(retryAfter) };
    throw new Refusal(429, 20429, "Too Many Requests", headers);
  }

  #answer(request: DeviceRequest): DeviceAnswer {
    const { method, path, query } = request;
    const [, list = "", sid] = /^(\/v1\/[A-Za-z]+)(?:\/([^/]+))?$/.exec(path) ?? [];
    if (list === SIMS) return this.#sims(request, sid);
    if (list !== "/v1/SmsCommands" && list !== "/v1/Commands") throw notFound(path);
    if (sid !== undefined) return this.#fetch(method, list, sid);
    if (method === "POST") return this.#create(request, list);
    if (method !== "GET") throw new Refusal(405, 20004, "Method not allowed");
    const commands = filtered(this.#fleet, query).map((command) => this.#resource(command, list));
    return jsonAnswer(pageOf(commands, LISTS[list], query, this.url + list));
  }

  /** @param name Of one SIM, by SID or unique name; else all are listed. */
  #sims({ method, path, query }: DeviceRequest, name: string | undefined): DeviceAnswer {
    if (method !== "GET") throw new Refusal(405, 20004, "Method not allowed");
    const show = (sim: SimulatedSim): Record<string, unknown> =>
      simResource(sim, this.#login.accountSid, this.url, this.#since);
    if (name === undefined) {
      return jsonAnswer(pageOf(filteredSims(this.#fleet, query).map(show), "sims", query, this.url + SIMS));
    }
    const sim = this.sims.find(({ sid, uniqueName = sid }) => [sid, encodeURIComponent(uniqueName)].includes(name));
    if (sim === undefined) throw notFound(path);
    return jsonAnswer(show(sim));
  }

  #create(request: DeviceRequest, list: CommandPath): DeviceAnswer {
    const field = list === "/v1/Commands" ? "Command" : "Payload";
    const command = this.#fleet.create(formOf(request), field, list);
    this.emit("sent", command);
    this.emit("command", command);
    this.#pace.follow(command);
    return jsonAnswer(this.#resource(command, list), 201);
  }

  #fetch(method: string, list: CommandPath, sid: string): DeviceAnswer {
    if (method !== "GET") throw new Refusal(405, 20004, "Method not allowed");
    const command = this.#fleet.command(sid);
    if (command === undefined) throw notFound(`${list}/${sid}`);
    return jsonAnswer(this.#resource(command, list));
  }

  #resource(command: SimulatedCommand, list: CommandPath): Record<string, unknown> {
    return commandResource(command, this.#login.accountSid, this.url, list);
  }

  #deliver(command: SimulatedCommand): void {
    this.emit("delivered", command);
    this.#rules.consider(command, (text) => this.report(command.simSid, text));
  }

  #callBack(command: SimulatedCommand): void {
    this.#caller.call(command, this.power).catch((error: unknown) => {
      warnOf("Simulated Super SIM could not call back", error);
    });
  }
}
