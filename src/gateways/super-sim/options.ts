import { CellularError } from "../../errors/cellular-error";
import type { ProxySettings, TrustSettings } from "../../http";

export type SuperSimProvider = "twilio" | "kore";

export interface SuperSimOptions extends TrustSettings {
  /** Who runs the account. Both speak the same API; host and login differ. */
  readonly provider: SuperSimProvider;
  /** Twilio alone; default `apikey` where a part of an API key is given, else `token`. */
  readonly auth?: "token" | "apikey" | undefined;
  /** Twilio: `AC…`; with `token` the user name of the login. */
  readonly accountSid?: string | undefined;
  readonly authToken?: string | undefined;
  /** Twilio: `SK…`. */
  readonly apiKeySid?: string | undefined;
  readonly apiKeySecret?: string | undefined;
  /** KORE: OAuth2 client credentials. */
  readonly clientId?: string | undefined;
  readonly clientSecret?: string | undefined;
  /** Another base URL than the provider's. */
  readonly url?: string | undefined;
  /** KORE: another address for tokens than the provider's. */
  readonly tokenUrl?: string | undefined;
  /** HTTP proxy through which the service, and the address for tokens, are reached; its login is Basic. Default: none. */
  readonly proxy?: ProxySettings | undefined;
  /** Time for one call in milliseconds, default 30000. */
  readonly timeout?: number | undefined;
}

/** Addresses of the providers (vendors' API pages). */
const PROVIDERS = {
  twilio: { name: "Twilio", url: "https://supersim.twilio.com", tokenUrl: "" },
  kore: {
    name: "KORE",
    url: "https://supersim.api.korewireless.com",
    tokenUrl: "https://api.korewireless.com/api-services/v1/auth/token",
  },
} as const;

/** How requests to the account are signed. */
export type SuperSimCredentials =
  | { readonly login: "token" | "apikey"; readonly username: string; readonly password: string }
  | { readonly login: "oauth"; readonly clientId: string; readonly clientSecret: string };

export interface Addresses {
  /** Service and provider, as error messages name them. */
  readonly device: string;
  readonly url: string;
  readonly tokenUrl: string;
}

/**
 * Where the account is reached: what is given, else the provider's own.
 * @throws CellularError `CONFIG_MISSING` if there is no such provider.
 */
export function addressesOf(options: SuperSimOptions): Addresses {
  const { provider, url = "", tokenUrl = "" } = options;
  // Code without types may give anything, also "constructor".
  if (!Object.hasOwn(PROVIDERS, provider)) {
    throw new CellularError(
      "CONFIG_MISSING",
      "Super SIM: the provider is neither twilio nor kore. Choose one of them.",
    );
  }
  const own = PROVIDERS[provider];
  return {
    device: `Super SIM at ${own.name}`,
    url: url === "" ? own.url : url,
    tokenUrl: tokenUrl === "" ? own.tokenUrl : tokenUrl,
  };
}

/**
 * The credentials that the settings give; a part that lacks is empty.
 * @param label Names the account at the head of the message.
 * @throws CellularError `CONFIG_MISSING` if the kind of login is none.
 */
export function credentialsOf(options: SuperSimOptions, label: string): SuperSimCredentials {
  const { accountSid = "", authToken = "", apiKeySid = "", apiKeySecret = "" } = options;
  const { clientId = "", clientSecret = "" } = options;
  if (options.provider === "kore") return { login: "oauth", clientId, clientSecret };
  const auth: string = options.auth ?? (apiKeySid === "" && apiKeySecret === "" ? "token" : "apikey");
  if (auth === "token") return { login: "token", username: accountSid, password: authToken };
  if (auth === "apikey") return { login: "apikey", username: apiKeySid, password: apiKeySecret };
  throw new CellularError(
    "CONFIG_MISSING",
    `${label}: the login is neither by token nor by apikey. Choose one of them.`,
  );
}

/** How the two halves of each login are called, and what a SID begins with. */
const PARTS = {
  token: { name: "account SID", secret: "auth token", prefix: "AC" },
  apikey: { name: "API key SID", secret: "API key secret", prefix: "SK" },
  oauth: { name: "client id", secret: "client secret", prefix: null },
} as const;

/**
 * Looks whether the credentials are whole and have the form that the provider gives them.
 * @throws CellularError `CONFIG_MISSING` that names what lacks.
 */
export function checkCredentials(credentials: SuperSimCredentials, label: string): void {
  const parts = PARTS[credentials.login];
  const [name, secret] =
    credentials.login === "oauth"
      ? [credentials.clientId, credentials.clientSecret]
      : [credentials.username, credentials.password];
  const refuse = (what: string): CellularError => new CellularError("CONFIG_MISSING", `${label}: the ${what}`);
  if (name === "")
    throw refuse(`${parts.name} is missing. Enter it, and the ${parts.secret}, in the account's settings.`);
  if (secret === "") throw refuse(`${parts.name} is set without its ${parts.secret}. Enter that too.`);
  // Half of a surrogate pair has no bytes: another secret would reach the service.
  if (/\p{Surrogate}/u.test(name + secret)) {
    throw refuse(`${parts.name} or the ${parts.secret} holds half of a character. Enter it again.`);
  }
  if (parts.prefix !== null && !new RegExp(`^${parts.prefix}[0-9a-fA-F]{32}$`).test(name)) {
    throw refuse(`${parts.name} is none: it is ${parts.prefix} and 32 hexadecimal digits. Correct it.`);
  }
}
