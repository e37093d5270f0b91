import { randomBytes } from "node:crypto";
import { badParameter, notFound, Refusal } from "./answers.js";
import type { SimulatedSim } from "./options.js";

const STATUSES = ["queued", "sent", "delivered", "received", "failed"] as const;
const LONGEST_TEXT = 160;

export type SimulatedStatus = (typeof STATUSES)[number];

/** A command as the service keeps it. */
export interface SimulatedCommand {
  readonly sid: string;
  readonly simSid: string;
  readonly payload: string;
  readonly status: SimulatedStatus;
  readonly direction: "to_sim" | "from_sim";
  readonly createdAt: Date;
  readonly updatedAt: Date;
  readonly callbackUrl: string | null;
  readonly callbackMethod: "GET" | "POST";
}

/** The SIMs of the account and the commands to and from them. */
export class Fleet {
  readonly sims: readonly SimulatedSim[];
  readonly #isKore: boolean;
  readonly #commands = new Map<string, SimulatedCommand>();

  constructor(sims: readonly SimulatedSim[], isKore: boolean) {
    this.sims = sims;
    this.#isKore = isKore;
  }

  /** Oldest first. */
  get commands(): readonly SimulatedCommand[] {
    return [...this.#commands.values()];
  }

  /** By SID or unique name. */
  sim(name: string): SimulatedSim | undefined {
    return this.sims.find(({ sid, uniqueName }) => sid === name || uniqueName === name);
  }

  /** As `sim`. @throws RangeError where there is no such SIM. */
  known(name: string): SimulatedSim {
    const sim = this.sim(name);
    if (sim === undefined) throw new RangeError(`there is no SIM ${name}`);
    return sim;
  }

  command(sid: string): SimulatedCommand | undefined {
    return this.#commands.get(sid);
  }

  /** Takes a command to a SIM. @throws Refusal for what the service does not take. */
  create(form: URLSearchParams, textField: "Payload" | "Command", path: string): SimulatedCommand {
    const name = required(form, "Sim");
    const payload = required(form, textField);
    if (!fits(payload)) throw badParameter(textField);
    const callbackMethod = form.get("CallbackMethod") ?? "POST";
    if (callbackMethod !== "GET" && callbackMethod !== "POST") throw badParameter("CallbackMethod");
    const callbackUrl = form.get("CallbackUrl");
    if (callbackUrl !== null && !this.#mayCall(callbackUrl)) throw badParameter("CallbackUrl");
    const sim = this.sim(name);
    if (sim === undefined) throw notFound(path);
    return this.#add({ simSid: sim.sid, payload, status: "queued", direction: "to_sim", callbackUrl, callbackMethod });
  }

  /** A SIM sends a text. @throws RangeError where there is no such SIM, or the text is too long. */
  report(name: string, payload: string, callbackUrl: string | null, callbackMethod: "GET" | "POST"): SimulatedCommand {
    mustFit(payload);
    const rest = { callbackUrl, callbackMethod };
    return this.#add({ simSid: this.known(name).sid, payload, status: "received", direction: "from_sim", ...rest });
  }

  /** @throws RangeError where there is no such command or state; what comes from a SIM is received and stays so. */
  setStatus(sid: string, status: SimulatedStatus): SimulatedCommand {
    const command = this.#commands.get(sid);
    if (command === undefined) throw new RangeError(`there is no command ${sid}`);
    const states: readonly SimulatedStatus[] = command.direction === "from_sim" ? ["received"] : STATUSES;
    if (!states.includes(status)) {
      throw new RangeError(`a command ${command.direction} is ${states.join(", ")}, never "${status}"`);
    }
    const changed = { ...command, status, updatedAt: new Date() };
    this.#commands.set(sid, changed);
    return changed;
  }

  clear(): void {
    this.#commands.clear();
  }

  #add(command: Omit<SimulatedCommand, "sid" | "createdAt" | "updatedAt">): SimulatedCommand {
    const now = new Date();
    const sid = `HC${randomBytes(16).toString("hex")}`;
    const added = { sid, ...command, createdAt: now, updatedAt: now };
    this.#commands.set(sid, added);
    return added;
  }

  #mayCall(address: string): boolean {
    if (!URL.canParse(address)) return false;
    const { protocol } = new URL(address);
    return protocol === "https:" || (protocol === "http:" && !this.#isKore);
  }
}

/** Whether a text has at most 160 single-byte characters; UTF-8 has more bytes for the others. */
function fits(text: string): boolean {
  return Buffer.byteLength(text) <= LONGEST_TEXT;
}

/** @throws RangeError where a text is longer than a SIM can send. */
export function mustFit(text: string): void {
  if (!fits(text)) throw new RangeError(`a SIM sends at most ${LONGEST_TEXT} single-byte characters`);
}

/** The commands that a list's filters let through, newest first. @throws Refusal for a filter that is none. */
export function filtered(fleet: Fleet, query: URLSearchParams): readonly SimulatedCommand[] {
  const [sim, status, direction] = ["Sim", "Status", "Direction"].map((name) => query.get(name) ?? undefined);
  if (status !== undefined && !STATUSES.some((known) => known === status)) throw badParameter("Status");
  if (direction !== undefined && direction !== "to_sim" && direction !== "from_sim") throw badParameter("Direction");
  const simSid = sim === undefined ? undefined : (fleet.sim(sim)?.sid ?? "none");
  return [...fleet.commands]
    .reverse()
    .filter(
      (command) =>
        (simSid === undefined || command.simSid === simSid) &&
        (status === undefined || command.status === status) &&
        (direction === undefined || command.direction === direction),
    );
}

/** The SIMs that a list's filters let through. @throws Refusal for a filter that is none. */
export function filteredSims(fleet: Fleet, query: URLSearchParams): readonly SimulatedSim[] {
  const [status, fleetName, iccid] = ["Status", "Fleet", "Iccid"].map((name) => query.get(name) ?? undefined);
  if (status !== undefined && !["new", "ready", "active", "inactive", "scheduled"].includes(status)) {
    throw badParameter("Status");
  }
  return fleet.sims.filter(
    (sim) =>
      (status === undefined || (sim.status ?? "active") === status) &&
      (fleetName === undefined || sim.fleetSid === fleetName || sim.fleetName === fleetName) &&
      (iccid === undefined || sim.iccid === iccid),
  );
}

function required(form: URLSearchParams, name: string): string {
  const value = form.get(name) ?? "";
  if (value === "") throw new Refusal(400, 20001, `Missing required parameter ${name} in the post body`);
  return value;
}
