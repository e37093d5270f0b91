import { request as httpRequest, type ClientRequest, type RequestOptions } from "node:http";
import { request as httpsRequest } from "node:https";
import { isIP, isIPv6, type Socket } from "node:net";
import { rootCertificates } from "node:tls";
import { CellularError } from "../errors/cellular-error";
import { codeOf, describeDuration, isDistrust, withoutCertificate } from "./transport-error";

/** As undici does for connections of its own. */
const KEEP_ALIVE_MS = 60_000;
const CHECK = "Check its address and port, and that it is an HTTP proxy.";

/** An HTTP proxy through which all connections are made. */
export interface ProxySettings {
  /** `http://` or `https://`, host and port. A login in it counts where `username` and `password` give none. */
  readonly url: string;
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  /** Hosts that are reached without it, as `bypasses` reads them. */
  readonly except?: readonly string[] | undefined;
}

interface TunnelOptions {
  /** Device and origin, the head of error messages. */
  readonly label: string;
  /** Trusted beside the usual authorities where the proxy itself is reached by https://. */
  readonly ca?: string | Buffer | undefined;
  /** Milliseconds until a tunnel counts as failed. */
  readonly timeout: number;
}

type Opened = (...result: [error: CellularError, socket: null] | [error: null, socket: Socket]) => void;

/**
 * Asks a proxy for connections to other hosts by CONNECT (RFC 9110 section 9.3.6), with the Basic login that it has. The
 * proxy sees name and port of the host, and no more of what goes through where that is TLS.
 */
export class ProxyTunnel {
  readonly #url: URL;
  readonly #login: string | undefined;
  readonly #options: TunnelOptions;

  /** @throws CellularError `CONFIG_MISSING` if the proxy's URL is none. */
  constructor(settings: ProxySettings, options: TunnelOptions) {
    this.#url = parseProxyUrl(settings.url, options.label);
    this.#login = loginOf(settings, this.#url, options.label);
    this.#options = options;
  }

  /**
   * Opens a tunnel. Whatever fails, nothing has left for the host: `UNREACHABLE`, `AUTH_FAILED` for the proxy's login, or
   * `TLS_UNTRUSTED` for its own certificate.
   * @returns what can be destroyed to give up
   */
  open(hostname: string, port: number, opened: Opened): ClientRequest {
    const host = `${isIPv6(hostname) ? `[${hostname}]` : hostname}:${String(port)}`;
    const request = this.#ask(host);
    let isSettled = false;
    const settle: Opened = (...result) => {
      if (isSettled) return;
      isSettled = true;
      clearTimeout(limit);
      opened(...result);
    };
    const limit = setTimeout(() => {
      settle(this.#failure(`opens no connection within ${describeDuration(this.#options.timeout)}. ${CHECK}`), null);
      request.destroy();
    }, this.#options.timeout);
    request.once("connect", ({ statusCode = 0 }, socket: Socket, head: Buffer) => {
      // What breaks the tunnel shows in what goes through it.
      socket.on("error", () => undefined);
      const problem = this.#problem(statusCode, host, head);
      if (problem === undefined) {
        settle(null, socket.setKeepAlive(true, KEEP_ALIVE_MS));
        return;
      }
      socket.destroy();
      settle(this.#failure(problem, { code: statusCode === 407 ? "AUTH_FAILED" : "UNREACHABLE" }), null);
    });
    // Never once: a request that was given up may have more to say.
    request.on("error", (error) => {
      settle(this.#unreachable(error), null);
    });
    request.end();
    return request;
  }

  #ask(host: string): ClientRequest {
    const { protocol, hostname, port } = this.#url;
    const proxyHost = hostname.replace(/^\[(.*)\]$/, "$1");
    const options: RequestOptions = {
      method: "CONNECT",
      host: proxyHost,
      ...(port === "" ? {} : { port }),
      path: host,
      headers: { host, ...(this.#login === undefined ? {} : { "proxy-authorization": this.#login }) },
      agent: false,
    };
    if (protocol === "http:") return httpRequest(options);
    const { ca } = this.#options;
    // Else it would be taken from the header `host`, which names the host behind the proxy.
    const servername = isIP(proxyHost) === 0 ? proxyHost : "";
    return httpsRequest({ ...options, servername, ...(ca === undefined ? {} : { ca: [...rootCertificates, ca] }) });
  }

  /** What is wrong with the proxy's answer, or undefined for a tunnel. */
  #problem(status: number, host: string, head: Buffer): string | undefined {
    const shown = `(HTTP ${String(status)})`;
    if (status === 407) {
      return this.#login === undefined
        ? `asks for a login ${shown}. Enter its user name and password.`
        : `refuses the login ${shown}. Check its user name and password.`;
    }
    if (status >= 500) return `cannot connect to ${host} ${shown}. Check that host, and the proxy's own network.`;
    if (status < 200 || status >= 300) return `refuses connections to ${host} ${shown}. Allow them at the proxy.`;
    // The host speaks second, by TLS and by HTTP alike.
    return head.length > 0 ? `sends what nobody asked for. ${CHECK}` : undefined;
  }

  #unreachable(error: Error): CellularError {
    const code = codeOf(error);
    if (isDistrust(code)) {
      return this.#failure(`has a certificate that is not trusted (${code}). Add its CA to the TLS configuration.`, {
        code: "TLS_UNTRUSTED",
        cause: withoutCertificate(error),
      });
    }
    // The parser's error holds a piece of the answer, and a proxy may repeat there what it was told.
    if (code.startsWith("HPE_")) return this.#failure(`does not answer by HTTP. ${CHECK}`);
    const reason = code === "" ? "no reason given" : code;
    return this.#failure(`cannot be reached (${reason}). ${CHECK}`, { cause: error });
  }

  #failure(
    text: string,
    { code = "UNREACHABLE", cause }: { code?: "UNREACHABLE" | "AUTH_FAILED" | "TLS_UNTRUSTED"; cause?: unknown } = {},
  ): CellularError {
    const { protocol, hostname, port } = this.#url;
    const shown = `${hostname}:${port === "" ? (protocol === "https:" ? "443" : "80") : port}`;
    return new CellularError(code, `${this.#options.label}: the proxy ${shown} ${text}`, { cause });
  }
}

function parseProxyUrl(text: string, label: string): URL {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || (url.protocol !== "http:" && url.protocol !== "https:") || url.hostname === "") {
    throw new CellularError(
      "CONFIG_MISSING",
      `${label}: the proxy's URL is no http:// or https:// address. Correct it in the proxy's settings.`,
    );
  }
  if (url.pathname !== "/" || url.search !== "" || url.hash !== "") {
    throw new CellularError(
      "CONFIG_MISSING",
      `${label}: the proxy's URL holds more than a host and a port. Enter these alone in the proxy's settings.`,
    );
  }
  return url;
}

/** The header of the login (RFC 7617), or undefined where there is none. */
function loginOf({ username = "", password = "" }: ProxySettings, url: URL, label: string): string | undefined {
  const isGiven = username !== "" || password !== "";
  const login = isGiven
    ? `${username}:${password}`
    : `${unescaped(url.username, label)}:${unescaped(url.password, label)}`;
  return login === ":" ? undefined : `Basic ${Buffer.from(login).toString("base64")}`;
}

function unescaped(text: string, label: string): string {
  try {
    return decodeURIComponent(text);
  } catch (error) {
    if (!(error instanceof URIError)) throw error;
    throw new CellularError(
      "CONFIG_MISSING",
      `${label}: the login in the proxy's URL is not well escaped. Put it into its own fields.`,
    );
  }
}
