import { HttpClient, type HttpRequest, type ProxySettings, type TrustSettings } from "../../src/http";
import { json } from "../support/raw-replies";
import { RawServer, type RawServerOptions, type Reply } from "../support/raw-server";

/** A request that does something, with secrets in its query and its body. */
export const post: HttpRequest = {
  method: "POST",
  path: "/api/do?accessToken=token-4711",
  headers: { "content-type": "text/plain" },
  body: "secret body",
  timeout: 5000,
  effect: true,
};
export const SECRETS = ["token-4711", "secret body"];
export const ok = json({ stat: "ok" });

const servers: RawServer[] = [];
const clients: HttpClient[] = [];

/** A server that gives each request the same reply; it ends with the test. */
export async function serve(reply: Reply, options?: RawServerOptions): Promise<RawServer> {
  const server = await RawServer.start(() => reply, options);
  servers.push(server);
  return server;
}

/** A client that is closed with the test. */
export function clientOf(url: string, trust: TrustSettings = {}, proxy?: ProxySettings): HttpClient {
  const client = new HttpClient({ url, device: "Test device", trust, proxy });
  clients.push(client);
  return client;
}

/** How many rests of a second, after which no connection is used again, a busy machine may have put into some work. */
export async function restsDuring(work: () => Promise<void>): Promise<number> {
  const start = performance.now();
  await work();
  return Math.floor((performance.now() - start) / 1000);
}

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.stop()));
  await Promise.all(clients.splice(0).map((client) => client.close()));
});
