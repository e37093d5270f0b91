import { BrevisOneGateway } from "./brevis-one";
import type { SmsGateway } from "./gateway";
import { PeplinkRouter } from "./peplink";
import { CgiRouter } from "./router-cgi";
import type { TrustSettings } from "../http";

/** The settings of a gateway as a configuration gives them; each kind takes what it knows. */
export interface GatewaySettings extends TrustSettings {
  readonly url: string;
  readonly auth: string;
  readonly username: string;
  readonly password: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly connId: number | undefined;
  /** How requests are made, where a kind leaves the choice; absent: `POST`. */
  readonly method?: "GET" | "POST" | undefined;
  /** Milliseconds. */
  readonly timeout: number;
  readonly maxSegments: number;
  /** How a line ends in a text, where a kind leaves the choice; absent: `lf`. */
  readonly lineBreak?: "lf" | "percent-n" | undefined;
  /** What becomes of a leading `+`; absent: `as-is`. */
  readonly numberFormat?: "as-is" | "00" | undefined;
}

/** A kind of gateway: how its driver is made, and what differs in the defaults. */
export interface GatewayKind {
  readonly create: (settings: GatewaySettings) => SmsGateway;
  /** Seconds for one request. */
  readonly defaultTimeout: number;
  /** Values of `auth`, the first one is the default. */
  readonly auth: readonly string[];
}

/** All kinds that a `cellular-gateway` can be. A new device is one more entry. */
export const GATEWAY_KINDS: Readonly<Record<string, GatewayKind>> = {
  peplink: {
    create: (settings) => new PeplinkRouter({ ...settings, auth: settings.auth === "client" ? "client" : "password" }),
    defaultTimeout: 30,
    auth: ["password", "client"],
  },
  "brevis-one": {
    create: (settings) => new BrevisOneGateway(settings),
    defaultTimeout: 30,
    auth: ["password"],
  },
  "router-cgi": {
    create: (settings) => new CgiRouter(settings),
    defaultTimeout: 150,
    auth: ["password"],
  },
};
