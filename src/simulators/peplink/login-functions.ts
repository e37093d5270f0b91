import type { DeviceAnswer } from "../http-message.js";
import { Refusal, okAnswer, unauthorized } from "./envelope.js";
import type { Parameters } from "./parameters.js";
import type { Router } from "./router.js";

/** `POST /api/login` */
export function login(router: Router, parameters: Parameters): DeviceAnswer {
  const credential = router.sessions.login(parameters.text("username"), parameters.text("password"));
  router.loggedIn({ by: "password", accepted: credential !== undefined, at: new Date() });
  if (credential === undefined) throw unauthorized();
  const secure = router.cookieName === "bauth" ? "; Secure" : "";
  return okAnswer(
    { permission: router.sessions.permission },
    { "set-cookie": `${router.cookieName}=${credential}; Path=/; HttpOnly${secure}` },
  );
}

/** `POST /api/logout` */
export function logout(router: Router, _parameters: Parameters, credential: string): DeviceAnswer {
  router.sessions.end(credential);
  return okAnswer(undefined, { "set-cookie": `${router.cookieName}=; Path=/; Max-Age=0` });
}

/** `POST /api/auth.client`: of its actions only `add`, the one that is documented. */
export function authClient(router: Router, parameters: Parameters): DeviceAnswer {
  if (parameters.text("action") !== "add") throw new Refusal(400, "Invalid parameter: action");
  const name = parameters.text("name");
  const scope = parameters.text("scope");
  if (scope !== "api") throw new Refusal(400, "Invalid parameter: scope");
  return okAnswer({ name, scope, ...router.sessions.addClient() });
}

/** `POST /api/auth.token.grant` */
export function authTokenGrant(router: Router, parameters: Parameters): DeviceAnswer {
  const client = { clientId: parameters.text("clientId"), clientSecret: parameters.text("clientSecret") };
  if ((parameters.optionalText("scope") ?? "api") !== "api") throw new Refusal(400, "Invalid parameter: scope");
  const accessToken = router.sessions.grant(client);
  router.loggedIn({ by: "client", accepted: accessToken !== undefined, at: new Date() });
  if (accessToken === undefined) throw unauthorized();
  return okAnswer({ accessToken, expiresIn: router.expiresIn, scope: "api" });
}
