import type { Socket } from "node:net";
import type { HttpClient, ProxySettings, TrustSettings } from "../../src/http";
import { createConnector } from "../../src/http/connector";
import { ConnectProxy, type ConnectProxyOptions } from "../support/connect-proxy";
import { clientOf, SECRETS } from "./bench";

export const LOGIN = { username: "proxy-user", password: "pass: wörd%" } as const;
export const login = `${LOGIN.username}:${LOGIN.password}`;
/** What no error may show. */
export const KEPT = [
  ...SECRETS,
  LOGIN.password,
  Buffer.from(login).toString("base64"),
  encodeURIComponent(LOGIN.password),
];

const proxies: ConnectProxy[] = [];

/** A proxy that ends with the test. */
export async function proxyWith(options?: ConnectProxyOptions): Promise<ConnectProxy> {
  const proxy = await ConnectProxy.start(options);
  proxies.push(proxy);
  return proxy;
}

afterEach(async () => {
  await Promise.all(proxies.splice(0).map((proxy) => proxy.stop()));
});

/** A client that makes its connections through a proxy. */
export function through(
  proxy: ConnectProxy,
  url: string,
  trust?: TrustSettings,
  settings?: Partial<ProxySettings>,
): HttpClient {
  return clientOf(url, trust, { url: proxy.url, ...settings });
}

/** The failure of one attempt to connect that has so many milliseconds. */
export function failureToConnect(proxy: ConnectProxy, url: string, timeout: number, tls = {}): Promise<unknown> {
  const { protocol, hostname, host, port } = new URL(url);
  const { connect } = createConnector({ label: "Test device", timeout, proxy: { url: proxy.url }, tls });
  return new Promise((resolve) => {
    connect({ protocol, host, hostname, port }, (...[error]) => {
      resolve(error);
    });
  });
}

/** A device that hears what comes and says nothing. */
export function listen(socket: Socket): void {
  socket.on("end", () => socket.end()).resume();
}
