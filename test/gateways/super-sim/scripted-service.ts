import { SuperSim, type SuperSimOptions } from "../../../src/gateways/super-sim";
import { json } from "../../support/raw-replies";
import { RawServer, type RawRequest, type Reply } from "../../support/raw-server";

export const ACCOUNT = `AC${"0123456789abcdef".repeat(2)}`;
export const API_KEY = `SK${"fedcba9876543210".repeat(2)}`;
export const SECRET = 'p"&=%+ wörd-99';
export const SIM = `HS${"0a".repeat(16)}`;
export const COMMAND_SID = `HC${"1b".repeat(16)}`;
export const PAYLOAD = 'Valve "north" öpen: 1234';
export const TOKEN_PATH = "/api-services/v1/auth/token";
export const request = { sim: SIM, payload: PAYLOAD };

/** A command as the vendor's OpenAPI file describes it. */
export const resource = {
  sid: COMMAND_SID,
  account_sid: ACCOUNT,
  sim_sid: SIM,
  payload: PAYLOAD,
  status: "queued",
  direction: "to_sim",
  date_created: "2026-11-21T10:00:00Z",
  date_updated: "2026-11-21T10:00:01Z",
  url: `https://supersim.twilio.com/v1/SmsCommands/${COMMAND_SID}`,
};

export const record = {
  sid: COMMAND_SID,
  accountSid: ACCOUNT,
  simSid: SIM,
  payload: PAYLOAD,
  status: "queued",
  direction: "to_sim",
  dateCreated: "2026-11-21T10:00:00Z",
  dateUpdated: "2026-11-21T10:00:01Z",
  url: resource.url,
};

export const created = json(resource, {}, 201);

export type Settings = Partial<SuperSimOptions>;

interface Pair {
  readonly server: RawServer;
  readonly account: SuperSim;
}

const running: Pair[] = [];

/** A driver with an account at Twilio, and the service that it speaks to, which answers everything with `reply`. */
export function twilioWith(reply: Reply, settings: Settings = {}): Promise<Pair> {
  const login = { provider: "twilio", accountSid: ACCOUNT, authToken: SECRET } as const;
  return accountWith(() => reply, { ...login, ...settings });
}

/** As `twilioWith`, at KORE: `token` answers requests for a token, `reply` all others. */
export function koreWith(token: Reply, reply: Reply, settings: Settings = {}): Promise<Pair> {
  const login = { provider: "kore", clientId: "flows", clientSecret: SECRET } as const;
  return accountWith(({ path }) => (path === TOKEN_PATH ? token : reply), { ...login, ...settings });
}

export function tokenOf(token: string, life: unknown = 3600): Reply {
  return json({ access_token: token, expires_in: life, token_type: "Bearer" });
}

async function accountWith(script: (asked: RawRequest) => Reply, settings: SuperSimOptions): Promise<Pair> {
  const server = await RawServer.start(script);
  const account = new SuperSim({
    url: server.url,
    tokenUrl: `${server.url}${TOKEN_PATH}`,
    timeout: 5000,
    ...settings,
  });
  running.push({ server, account });
  return { server, account };
}

/** What a list brings, as an array. */
export async function all<T>(list: AsyncIterable<T>): Promise<T[]> {
  const entries: T[] = [];
  for await (const entry of list) entries.push(entry);
  return entries;
}

afterEach(async () => {
  for (const { server, account } of running.splice(0)) {
    await server.stop();
    await account.close();
  }
});
