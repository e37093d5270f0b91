import { X509Certificate } from "node:crypto";
import type { ClientRequest } from "node:http";
import { Socket } from "node:net";
import { createSecureContext, TLSSocket, type SecureVersion } from "node:tls";
import { buildConnector, errors } from "undici";
import { CellularError } from "../errors/cellular-error";
import { Deadline } from "./deadline";
import { bypasses } from "./no-proxy";
import { ProxyTunnel, type ProxySettings } from "./proxy-tunnel";
import { connectError } from "./transport-error";

/** Whom to trust at the other end of a TLS connection. */
export interface TrustSettings {
  /** SHA-256 of the one certificate to trust, as hex, colons optional; it replaces every other check. */
  readonly fingerprint?: string | undefined;
  readonly tls?: TlsSettings | undefined;
}

/** What a Node-RED `tls-config` node holds, and what a driver adds for old devices, in the names of `node:tls`. */
export interface TlsSettings {
  readonly ca?: string | Buffer;
  readonly cert?: string | Buffer;
  readonly key?: string | Buffer;
  /** PKCS#12, in place of `cert` and `key`. */
  readonly pfx?: Buffer;
  readonly passphrase?: string;
  readonly servername?: string;
  readonly rejectUnauthorized?: boolean;
  readonly minVersion?: SecureVersion;
  readonly ciphers?: string;
  readonly secureOptions?: number;
}

interface ConnectorOptions extends TrustSettings {
  readonly proxy?: ProxySettings | undefined;
  readonly label: string;
  /** Milliseconds until a connection counts as failed. */
  readonly timeout: number;
}

export interface Connector {
  readonly connect: buildConnector.connector;
  /** Ends the attempts that are still being made. */
  giveUp(): void;
}

/**
 * Makes connections for undici, through a proxy if there is one, and turns every failure into a `CellularError`, so that a
 * failure to connect (nothing left) can never be taken for a connection that broke later.
 * @throws CellularError `CONFIG_MISSING` if the fingerprint is no SHA-256, a certificate or key cannot be read, or the
 *   proxy's URL is none.
 */
export function createConnector(options: ConnectorOptions): Connector {
  const { label, timeout, proxy, tls } = options;
  const pin = options.fingerprint ? normalizeFingerprint(options.fingerprint, label) : undefined;
  checkTlsSettings(tls, label);
  const tunnel = proxy === undefined ? undefined : new ProxyTunnel(proxy, { label, timeout, ca: tls?.ca });
  // It returns the socket, which its type keeps to itself.
  const open: (...parameters: Parameters<buildConnector.connector>) => unknown = buildConnector({
    ...tls,
    ...(pin === undefined ? {} : { rejectUnauthorized: false }),
    timeout,
    // A resumed session shows an empty certificate, which no fingerprint could be compared with.
    maxCachedSessions: 0,
  });
  const attempts = new Set<Socket | ClientRequest>();

  /** Connects and looks whom it met; to the host itself, or over a tunnel that leads there. */
  function meet(target: buildConnector.Options, callback: buildConnector.Callback): unknown {
    const attempt = open(target, (error: Error | null, socket: Socket | TLSSocket | null) => {
      if (attempt instanceof Socket) attempts.delete(attempt);
      if (error !== null || socket === null) {
        callback(connectError(error, label, timeout), null);
        return;
      }
      const mismatch = pin === undefined ? undefined : pinMismatch(socket, pin, label);
      if (mismatch === undefined) {
        callback(null, socket);
        return;
      }
      socket.destroy();
      callback(mismatch, null);
    });
    if (attempt instanceof Socket) attempts.add(attempt);
    return attempt;
  }

  function meetThrough(by: ProxyTunnel, target: buildConnector.Options, callback: buildConnector.Callback): void {
    const isSecure = target.protocol === "https:";
    const deadline = new Deadline(timeout);
    const asked = by.open(target.hostname, portOf(target), (error, httpSocket) => {
      attempts.delete(asked);
      if (error !== null) callback(error, null);
      else if (isSecure) secure(httpSocket, deadline);
      else callback(null, httpSocket);
    });
    attempts.add(asked);

    function secure(httpSocket: Socket, { remaining }: Deadline): void {
      // The time for connecting is one, and undici would begin to count anew.
      const late = setTimeout(() => {
        if (attempt instanceof Socket) attempt.destroy(new errors.ConnectTimeoutError());
      }, remaining);
      const attempt = meet({ ...target, httpSocket }, (...result) => {
        clearTimeout(late);
        if (result[1] === null) httpSocket.destroy();
        callback(...result);
      });
    }
  }

  return {
    connect(target, callback) {
      if (pin !== undefined && target.protocol !== "https:") callback(withoutCertificate(label), null);
      else if (tunnel === undefined || bypasses(proxy?.except ?? [], target.hostname, portOf(target))) {
        meet(target, callback);
      } else meetThrough(tunnel, target, callback);
    },
    giveUp() {
      for (const attempt of attempts) attempt.destroy(new Error("the connection is no longer needed"));
    },
  };
}

/** Found out now: at each connection it would look like a device that cannot be reached. */
function checkTlsSettings(settings: TlsSettings | undefined, label: string): void {
  try {
    if (settings === undefined) return;
    createSecureContext(settings);
    // That passes over a CA which is none: then nobody would be trusted, and nobody would know why.
    const { ca = "" } = settings;
    if (ca.length === 0) return;
    new X509Certificate(ca);
    if (!ca.includes("-----BEGIN")) throw new Error("the CA is no PEM file");
  } catch (error) {
    throw new CellularError(
      "CONFIG_MISSING",
      `${label}: a certificate, key or passphrase of the TLS configuration cannot be read. Correct it.`,
      { cause: error },
    );
  }
}

function normalizeFingerprint(text: string, label: string): string {
  const hex = text.replaceAll(/[:\s]/g, "").toUpperCase();
  if (/^[0-9A-F]{64}$/.test(hex)) return hex;
  throw new CellularError(
    "CONFIG_MISSING",
    `${label}: the fingerprint is no SHA-256 fingerprint. Enter its 64 hexadecimal digits, colons optional.`,
  );
}

/** Runs before undici gets the socket: not a byte of a request leaves to a device that is not the trusted one. */
function pinMismatch(socket: Socket | TLSSocket, pin: string, label: string): CellularError | undefined {
  if (!(socket instanceof TLSSocket)) return withoutCertificate(label);
  const shown = socket.getPeerX509Certificate()?.fingerprint256.replaceAll(":", "");
  if (shown === pin) return undefined;
  return new CellularError(
    "TLS_UNTRUSTED",
    `${label}: the certificate is not the one whose fingerprint is set. If the device's certificate was renewed, ` +
      `compare it at the device and enter the new fingerprint (shown: ${shown ?? "none"}).`,
  );
}

function portOf({ port, protocol }: buildConnector.Options): number {
  return Number(port) || (protocol === "https:" ? 443 : 80);
}

function withoutCertificate(label: string): CellularError {
  return new CellularError(
    "TLS_UNTRUSTED",
    `${label}: a fingerprint is set, but the URL is http:// and shows no certificate. Use https:// or remove it.`,
  );
}
