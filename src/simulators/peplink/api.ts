import type { DeviceFunction } from "../faults.js";
import { cookiesOf, type DeviceAnswer, type DeviceRequest } from "../http-message.js";
import { Refusal, unknownFunction } from "./envelope.js";
import { atLeast } from "./firmware.js";
import { authClient, authTokenGrant, login, logout } from "./login-functions.js";
import { Parameters } from "./parameters.js";
import type { Router } from "./router.js";
import { deleteSms, getSms, sendMessage } from "./sms-functions.js";
import { infoFirmware, statusWanConnection } from "./status-functions.js";
import { oldSendUssd, simUssdSend } from "./ussd-functions.js";

/** `open`: to everybody. `login`: to any login. `permission`: with the method's permission. `admin`: by password too. */
type Access = "open" | "login" | "permission" | "admin";

interface ApiFunction {
  readonly method: "GET" | "POST";
  readonly asked: DeviceFunction;
  readonly access: Access;
  /** The first firmware that has it. */
  readonly since?: string;
  /** The first firmware that has it no more. */
  readonly until?: string;
  readonly run: (router: Router, parameters: Parameters, credential: string) => DeviceAnswer;
}

const FUNCTIONS: ReadonlyMap<string, ApiFunction> = new Map<string, ApiFunction>([
  ["/api/login", { method: "POST", asked: "login", access: "open", run: login }],
  ["/api/logout", { method: "POST", asked: "other", access: "login", run: logout }],
  ["/api/auth.client", { method: "POST", asked: "other", access: "admin", run: authClient }],
  ["/api/auth.token.grant", { method: "POST", asked: "login", access: "open", run: authTokenGrant }],
  ["/api/info.firmware", { method: "GET", asked: "status", access: "open", run: infoFirmware }],
  ["/api/status.wan.connection", { method: "GET", asked: "status", access: "permission", run: statusWanConnection }],
  [
    "/api/cmd.sms.sendMessage",
    { method: "POST", asked: "send", access: "permission", since: "8.0.0", run: sendMessage },
  ],
  ["/api/cmd.sms.get", { method: "GET", asked: "list", access: "permission", since: "8.1.0", run: getSms }],
  ["/api/cmd.sms.delete", { method: "POST", asked: "delete", access: "permission", since: "8.5.2", run: deleteSms }],
  ["/api/cmd.sim.ussd.send", { method: "POST", asked: "ussd", access: "permission", since: "8.5.2", run: simUssdSend }],
  [
    "/api/cmd.sendUssd",
    { method: "POST", asked: "ussd", access: "permission", since: "8.1.0", until: "8.5.2", run: oldSendUssd },
  ],
]);

export function functionOf(path: string): DeviceFunction {
  return FUNCTIONS.get(path)?.asked ?? "other";
}

/** No login, or one that has ended. */
export const NOT_LOGGED_IN = Symbol("not logged in");

/**
 * Answers one call of the API, in the order the router checks it: function, method, login, permission, parameters.
 *
 * @throws Refusal
 */
export function call(router: Router, request: DeviceRequest): DeviceAnswer | typeof NOT_LOGGED_IN {
  const called = FUNCTIONS.get(request.path);
  if (called === undefined || !exists(called, router.firmware)) throw unknownFunction();
  if (called.method !== request.method) throw new Refusal(405, "Method not allowed");
  const credential = credentialOf(router, request);
  if (called.access !== "open" && !mayCall(router, called, credential)) return NOT_LOGGED_IN;
  const parameters = called.method === "GET" ? Parameters.fromQuery(request) : bodyOf(called, request);
  return called.run(router, parameters, credential);
}

function exists({ since, until }: ApiFunction, firmware: string): boolean {
  if (since !== undefined && !atLeast(firmware, since)) return false;
  return until === undefined || !atLeast(firmware, until);
}

/** Takes one use of the login. @throws Refusal where the login is good but may not do this */
function mayCall(router: Router, called: ApiFunction, credential: string): boolean {
  const session = router.sessions.use(credential);
  if (session === undefined) return false;
  if (called.access === "login") return true;
  if (session.permission[called.method] !== 1) throw new Refusal(403, "Permission denied");
  if (called.access === "admin" && !session.admin) throw new Refusal(403, "Permission denied");
  return true;
}

/** A cookie, or the access token that travels in the query, on POST too. */
function credentialOf(router: Router, request: DeviceRequest): string {
  return cookiesOf(request.headers).get(router.cookieName) ?? request.query.get("accessToken") ?? "";
}

/** A logout has nothing to say, so its body may be empty. */
function bodyOf(called: ApiFunction, request: DeviceRequest): Parameters {
  return called.access === "login" && request.body === "" ? Parameters.none() : Parameters.fromBody(request);
}
