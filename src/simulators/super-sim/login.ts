import { randomBytes } from "node:crypto";
import { performance } from "node:perf_hooks";
import { jsonAnswer, type DeviceAnswer, type DeviceRequest } from "../http-message.js";
import { Refusal } from "./answers.js";
import { formOf } from "./forms.js";
import { DEFAULT_LOGIN, type SuperSimSimulatorOptions } from "./options.js";

/** Who may ask: Basic at Twilio, tokens at KORE. The scheme's name may be in either case (RFC 9110 §11.1). */
export class ServiceLogin {
  readonly #options: SuperSimSimulatorOptions;
  readonly #login: Readonly<Record<keyof typeof DEFAULT_LOGIN, string>>;
  /** When each token ends, by the monotonic clock. */
  readonly #tokens = new Map<string, number>();

  constructor(options: SuperSimSimulatorOptions) {
    this.#options = options;
    const { accountSid, authToken, apiKeySid, apiKeySecret, clientId, clientSecret } = { ...DEFAULT_LOGIN, ...options };
    this.#login = { accountSid, authToken, apiKeySid, apiKeySecret, clientId, clientSecret };
  }

  get accountSid(): string {
    return this.#login.accountSid;
  }

  get authToken(): string {
    return this.#login.authToken;
  }

  /** Gives a token, or refuses the client. */
  token(request: DeviceRequest): DeviceAnswer {
    const form = formOf(request);
    const isClient =
      form.get("client_id") === this.#login.clientId && form.get("client_secret") === this.#login.clientSecret;
    if (request.method !== "POST") return jsonAnswer({ error: "invalid_request" }, 405);
    if (form.get("grant_type") !== "client_credentials") {
      return jsonAnswer({ error: "unsupported_grant_type", error_description: "Use client_credentials" }, 400);
    }
    if (!isClient) {
      const error_description = "Invalid client or Invalid client credentials";
      return jsonAnswer({ error: "unauthorized_client", error_description }, 401);
    }
    const token = randomBytes(24).toString("base64url");
    const life = this.#options.tokenLife ?? 3600;
    this.#tokens.set(token, performance.now() + life * 1000);
    return jsonAnswer({ access_token: token, expires_in: life, token_type: "Bearer" });
  }

  /** Ends all tokens before their time. */
  endTokens(): void {
    this.#tokens.clear();
  }

  /** @throws Refusal for a request that nobody may make. */
  check({ headers }: DeviceRequest): void {
    const authorization = headers.authorization ?? "";
    if (this.#options.provider === "kore") this.#checkToken(authorization);
    else this.#checkBasic(authorization);
  }

  #checkToken(authorization: string): void {
    const [, token = ""] = /^bearer +(.+)$/i.exec(authorization) ?? [];
    const endsAt = this.#tokens.get(token);
    if (endsAt !== undefined && performance.now() < endsAt) return;
    throw new Refusal(this.#options.endedToken ?? 401, 20003, "Authenticate");
  }

  #checkBasic(authorization: string): void {
    const { accountSid, authToken, apiKeySid, apiKeySecret } = this.#login;
    const [, encoded = ""] = /^basic +(.+)$/i.exec(authorization) ?? [];
    const given = Buffer.from(encoded, "base64").toString("utf8");
    if (given !== `${accountSid}:${authToken}` && given !== `${apiKeySid}:${apiKeySecret}`) {
      throw new Refusal(401, 20003, "Authenticate");
    }
  }
}
