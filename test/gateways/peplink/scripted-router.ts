import { PeplinkRouter, type PeplinkRouterOptions } from "../../../src/gateways/peplink";
import { json } from "../../support/raw-replies";
import { RawServer, type Reply } from "../../support/raw-server";

export const LOGIN = "/api/login";
export const GRANT = "/api/auth.token.grant";
export const LOGOUT = "/api/logout";
export const SEND = "/api/cmd.sms.sendMessage";
export const LIST = "/api/cmd.sms.get";
export const STATUS = "/api/status.wan.connection";
export const FIRMWARE = "/api/info.firmware";
export const DELETE = "/api/cmd.sms.delete";
export const USSD = "/api/cmd.sim.ussd.send";
export const OLD_USSD = "/api/cmd.sendUssd";

export const PASSWORD = 'p"ass\\wörd-99';
export const COOKIE = "c00kie-4711-value";
export const CLIENT_SECRET = "client+secret/0815==";
export const TOKEN = "access+token/0816==";
export const TO = "+447700900101";
export const TEXT = 'Door "north" is öpen:\n1234';
export const sms = { to: TO, text: TEXT };

export const byPassword = { username: "api", password: PASSWORD };
export const byClient = { clientId: "client-1", clientSecret: CLIENT_SECRET };

export const ok = json({ stat: "ok" });
export const loginOk = json(
  { stat: "ok", response: { permission: { GET: 1, POST: 1 } } },
  { "Set-Cookie": `bauth=${COOKIE}; Path=/; HttpOnly` },
);
export const grantOk = json({ stat: "ok", response: { accessToken: TOKEN, expiresIn: 172800 } });

export function fail(code?: number | string, message?: string): Reply {
  return json({ stat: "fail", code, message });
}

/** Both disguises of a login that has ended, and a variation of the second. */
export const expired: readonly (readonly [disguise: string, Reply])[] = [
  ["HTTP 401", json({ stat: "fail", code: 401, message: "Unauthorized" }, {}, 401)],
  ["HTTP 200 with code 401", fail(401, "Unauthorized")],
  ['HTTP 200 with code "401"', fail("401")],
];

const usual: Readonly<Record<string, Reply>> = {
  [LOGIN]: loginOk,
  [GRANT]: grantOk,
  [LOGOUT]: ok,
  [SEND]: ok,
  [LIST]: json({ stat: "ok", response: { connId: 2, simId: 1, sms: [] } }),
  [STATUS]: json({ stat: "ok", response: { order: [] } }),
};

const running: { readonly server: RawServer; readonly router: PeplinkRouter }[] = [];

/** A driver and the router that it speaks to, which answers as usual where `replies` names nothing else. */
export async function routerWith(
  replies: Readonly<Record<string, Reply>> = {},
  options: Omit<PeplinkRouterOptions, "url"> = byPassword,
): Promise<{ readonly server: RawServer; readonly router: PeplinkRouter }> {
  const script = { ...usual, ...replies };
  const server = await RawServer.start(({ path }) => script[path] ?? fail(404, "no script for this"));
  const router = new PeplinkRouter({ url: server.url, timeout: 5000, ...options });
  running.push({ server, router });
  return { server, router };
}

afterEach(async () => {
  for (const { server, router } of running.splice(0)) {
    await server.stop();
    await router.close();
  }
});
