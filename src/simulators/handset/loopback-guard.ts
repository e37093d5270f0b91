import type { IncomingMessage } from "node:http";

const LOOPBACK = /^(?:127\.0\.0\.1|localhost|\[::1\])(?::\d{1,5})?$/i;

/**
 * Why a request to a page on the loopback address is refused; undefined where it is good.
 *
 * A foreign web page can reach the loopback address through the visitor's browser: by a name that resolves to it
 * (seen by the Host header), or by posting from its own origin (seen by the Origin header).
 */
export function foreign(message: IncomingMessage): string | undefined {
  const { host = "", origin } = message.headers;
  if (!LOOPBACK.test(host)) return "Host is not a loopback address";
  if (origin !== undefined && origin !== `http://${host}`) return "Origin is another site";
  return undefined;
}
