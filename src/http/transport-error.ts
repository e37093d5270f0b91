import { errors } from "undici";
import { CellularError, type CellularErrorCode } from "../errors/cellular-error";

/** How far an exchange had come when it broke off. */
export type Stage = "connecting" | "sent" | "answering";

const TLS_TRUST_CODES: ReadonlySet<string> = new Set([
  "CERT_CHAIN_TOO_LONG",
  "CERT_HAS_EXPIRED",
  "CERT_NOT_YET_VALID",
  "CERT_REJECTED",
  "CERT_REVOKED",
  "CERT_SIGNATURE_FAILURE",
  "CERT_UNTRUSTED",
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "ERR_TLS_CERT_ALTNAME_INVALID",
  "INVALID_CA",
  "INVALID_PURPOSE",
  "PATH_LENGTH_EXCEEDED",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "UNABLE_TO_DECRYPT_CERT_SIGNATURE",
  "UNABLE_TO_GET_ISSUER_CERT",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
]);

/** Whether the code of a failure says that a certificate is not trusted. */
export function isDistrust(code: string): boolean {
  return TLS_TRUST_CODES.has(code);
}

/** What a failure to connect means: nothing left, whatever the reason. */
export function connectError(error: Error | null, label: string, timeoutMs: number): CellularError {
  if (error instanceof CellularError) return error;
  const code = codeOf(error);
  if (isDistrust(code)) {
    return new CellularError("TLS_UNTRUSTED", `${label}: ${trustProblem(code)}`, { cause: withoutCertificate(error) });
  }
  return new CellularError("UNREACHABLE", `${label}: ${connectProblem(code, timeoutMs)}`, { cause: error });
}

function trustProblem(code: string): string {
  if (code === "ERR_TLS_CERT_ALTNAME_INVALID") {
    return (
      "the certificate was made out to another name than this address. Enter its SHA-256 fingerprint, or in the TLS " +
      "configuration the name that it has."
    );
  }
  return (
    `the certificate is not trusted (${code}). Enter its SHA-256 fingerprint, or a TLS configuration that holds ` +
    "its CA."
  );
}

/** Node.js keeps a certificate that names another host in the error, in a circle: no flow could make JSON of it. */
export function withoutCertificate(error: Error | null): Error | null {
  if (error !== null) Reflect.deleteProperty(error, "cert");
  return error;
}

function connectProblem(code: string, timeoutMs: number): string {
  switch (code) {
    case "ECONNREFUSED":
      return "the connection was refused. Check the port, and that the device's web access is on.";
    case "ENOTFOUND":
    case "EAI_AGAIN":
      return "the host name cannot be resolved. Check the URL and the name server.";
    case "UND_ERR_CONNECT_TIMEOUT":
    case "ETIMEDOUT":
      return `no connection within ${describeDuration(timeoutMs)}. Check the address, the network and the device's power.`;
    case "EPROTO":
    case "ERR_SSL_WRONG_VERSION_NUMBER":
    case "ERR_SSL_PACKET_LENGTH_TOO_LONG":
      return "the TLS handshake failed. Check whether the device speaks https:// at this port.";
    default:
      return `the connection failed (${code === "" ? "no reason given" : code}). Check the address and the network.`;
  }
}

/** The one place that says what an exchange that undici ended means. `outcome` is for what may have left. */
export function transportError(
  error: unknown,
  label: string,
  stage: Stage,
  outcome: "not-sent" | "unknown",
): CellularError {
  const [meaning, text] = brokenExchange(error, stage);
  return new CellularError(meaning, `${label}: ${text}`, { outcome, cause: withoutAnswer(error) });
}

function brokenExchange(error: unknown, stage: Stage): readonly [CellularErrorCode, string] {
  const code = codeOf(error);
  if (stage === "connecting") return ["UNREACHABLE", `the request could not be made (${code}). Check the URL.`];
  if (code === "UND_ERR_HEADERS_OVERFLOW") return ["RESPONSE_TOO_LARGE", "the headers of the answer are too large."];
  // By its class: undici does not always give a code to what its parser refuses.
  if (error instanceof errors.HTTPParserError) {
    return ["BAD_RESPONSE", "the answer is no valid HTTP. Check that the URL belongs to the device."];
  }
  return stage === "answering"
    ? ["CONNECTION_LOST", "the connection broke in the middle of the answer."]
    : ["CONNECTION_LOST", "the connection broke before an answer came."];
}

/** undici keeps a piece of the answer in a parser's error, and a device may repeat there what it was asked. */
function withoutAnswer(error: unknown): unknown {
  if (error instanceof errors.HTTPParserError) Reflect.deleteProperty(error, "data");
  return error;
}

/** The code that Node.js or undici gave a failure; empty where there is none. */
export function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "";
}

/** A duration in words for people: `30 s`, `0.5 s`. */
export function describeDuration(milliseconds: number): string {
  return `${String(Math.round(milliseconds / 100) / 10)} s`;
}
