import type { SimulatedDeviceOptions } from "../simulated-device.js";

/** A SIM of the account. */
export interface SimulatedSim {
  /** `HS` and 32 hexadecimal digits. */
  readonly sid: string;
  /** Default: it has none. */
  readonly uniqueName?: string;
  readonly iccid: string;
  /** Default `active`. */
  readonly status?: "new" | "ready" | "active" | "inactive" | "scheduled";
  /** `HF` and 32 hexadecimal digits. Default: no fleet. */
  readonly fleetSid?: string;
  /** The unique name of the fleet, for the filter of the list alone. Default: it has none. */
  readonly fleetName?: string;
}

export interface SuperSimSimulatorOptions extends SimulatedDeviceOptions {
  /** Whose login is asked for. Default `twilio`. */
  readonly provider?: "twilio" | "kore";
  /** Default: see `DEFAULT_LOGIN`. */
  readonly accountSid?: string;
  /** For the login with the account SID, and for `X-Twilio-Signature`. Default `simulated-token`. */
  readonly authToken?: string;
  /** Default: see `DEFAULT_LOGIN`. */
  readonly apiKeySid?: string;
  /** Default `simulated-secret`. */
  readonly apiKeySecret?: string;
  /** Default `simulated-client`. */
  readonly clientId?: string;
  /** Default `simulated-secret`. */
  readonly clientSecret?: string;
  /** Seconds that a token of KORE is good for. Default 3600. */
  readonly tokenLife?: number;
  /** How a token that has ended shows: both are seen. Default 401. */
  readonly endedToken?: 401 | 403;
  /** Default: three SIMs, `tracker-1` to `tracker-3`. */
  readonly sims?: readonly SimulatedSim[];
  /** Every so many requests to a resource one is too many: 429. Default: none. */
  readonly limitEvery?: number;
  /** Seconds in the `Retry-After` of such an answer; null: no such header. Default 1. */
  readonly retryAfter?: number | null;
  /** Milliseconds after which a command goes on by itself: queued, sent, delivered. Default: by `advance()` alone. */
  readonly pace?: number;
  /**
   * Where commands from SIMs are reported. KORE cuts it, like each callback URL, at its second query parameter. Default:
   * nowhere.
   */
  readonly smsCommandsUrl?: string;
  readonly smsCommandsMethod?: "GET" | "POST";
  /** How callbacks are signed; default: as the provider does. */
  readonly signature?: "twilio" | "kore";
  /** The key of `kore-signature`. Default `simulated-webhook-secret`. */
  readonly webhookSecret?: string;
  /** How a callback by POST is written. Default `form`. */
  readonly callbackBody?: "form" | "json";
}

export const DEFAULT_LOGIN = {
  accountSid: "AC00112233445566778899aabbccddeeff",
  authToken: "simulated-token",
  apiKeySid: "SKffeeddccbbaa99887766554433221100",
  apiKeySecret: "simulated-secret",
  clientId: "simulated-client",
  clientSecret: "simulated-secret",
} as const;

export const DEFAULT_SIMS: readonly SimulatedSim[] = [1, 2, 3].map((number) => ({
  sid: `HS${String(number).padStart(32, "0")}`,
  uniqueName: `tracker-${number}`,
  iccid: `8988307000000000000${number}`,
}));
