import type { CallbackSecrets, SmsCommand, SuperSim, SuperSimProvider } from "../gateways/super-sim";
import type { Conclusion, Entry, FinishedEntry } from "../outbox";
import type { Journal } from "../store";
import { commandCodec } from "./command-codec";
import { commandTracking, sendCommand, type CommandJob } from "./command-job";
import { ConfigRuntime, type ConfigHooks, type ConfigSettings, type Reference } from "./config-runtime";
import type { Origin } from "./outcome-desk";

export type CommandEntry = Entry<CommandJob, Origin, SmsCommand>;
export type FinishedCommand = FinishedEntry<CommandJob, Origin, SmsCommand>;
export type CommandConclusion = Conclusion<CommandJob, SmsCommand>;

/** How an account is called in records. */
export interface AccountReference extends Reference {
  readonly provider: SuperSimProvider | "";
}

/** The configuration of an account. */
export interface AccountConfiguration extends ConfigSettings<SuperSim> {
  readonly reference: AccountReference;
  readonly callbackSecrets: CallbackSecrets;
  /** How the outside world reaches this Node-RED, without a slash at its end; empty if nobody says. */
  readonly publicUrl: string;
}

/** What stands behind one `supersim-account`: driver, lane, outbox, and what its events nodes keep. */
export class AccountRuntime extends ConfigRuntime<SuperSim, CommandJob, Origin, SmsCommand, AccountConfiguration> {
  /** Addresses where callbacks are heard, by the node that hears them; the first one offered stands first. */
  readonly #callbackUrls = new Map<string, string>();

  constructor(settings: AccountConfiguration, hooks: ConfigHooks<CommandJob, Origin, SmsCommand>) {
    super(settings, hooks, {
      send: sendCommand,
      codec: commandCodec,
      tracking: (slot) => commandTracking(slot, () => this.label ?? settings.label),
      journal: "events",
    });
  }

  get callbackSecrets(): CallbackSecrets {
    return this.settings?.callbackSecrets ?? { authToken: "", webhookSecret: "" };
  }

  /** How the outside world reaches this Node-RED, without a slash at its end; empty if nobody says. */
  get publicUrl(): string {
    return this.settings?.publicUrl ?? "";
  }

  /** Where callbacks go that no command says otherwise of; undefined if nobody listens. */
  get callbackUrl(): string | undefined {
    const [first] = this.#callbackUrls.values();
    return first;
  }

  /** A node listens to callbacks at that address; also while a deploy starts it anew. */
  offerCallback(node: string, url: string): void {
    this.#callbackUrls.set(node, url);
  }

  /** A node listens to callbacks no more. */
  withdrawCallback(node: string): void {
    this.#callbackUrls.delete(node);
  }

  /** News of a command, for those that wait for its state. */
  heard(command: SmsCommand): void {
    this.outbox.hear(command);
  }

  /** Opens the journal of the account's events. @throws CellularError `STORAGE_FAILED`; may be called again. */
  openEvents(): Promise<Journal> {
    return this.openJournal();
  }
}
