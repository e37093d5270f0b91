import { X509Certificate, generateKeyPairSync, randomBytes, sign } from "node:crypto";
import { isIPv4 } from "node:net";
import {
  bitString,
  explicit,
  implicit,
  objectIdentifier,
  octetString,
  sequence,
  set,
  time,
  trueValue,
  unsignedInteger,
  utf8String,
} from "./der.js";

export interface CertificateOptions {
  /** The subject's common name. Default `simulated-router`: like a real device, it does not match its address. */
  readonly commonName?: string;
  /** DNS names and IPv4 addresses the certificate is good for. Default none. */
  readonly alternativeNames?: readonly string[];
}

export interface SelfSignedCertificate {
  /** The private key, PEM (PKCS #8). */
  readonly key: string;
  /** The certificate, PEM. */
  readonly cert: string;
  /** SHA-256 of the certificate: upper-case hex with colons. */
  readonly fingerprint: string;
}

const DAY = 24 * 60 * 60 * 1000;
const ECDSA_WITH_SHA256 = sequence(objectIdentifier("1.2.840.10045.4.3.2"));

/**
 * Makes a fresh self-signed X.509 v3 certificate with an EC P-256 key, as such devices ship with (RFC 5280).
 *
 * It is good from yesterday on for twenty years.
 */
export function selfSignedCertificate(options: CertificateOptions = {}): SelfSignedCertificate {
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "prime256v1" });
  const name = sequence(
    set(sequence(objectIdentifier("2.5.4.3"), utf8String(options.commonName ?? "simulated-router"))),
  );
  const now = Date.now();
  const toBeSigned = sequence(
    explicit(0, unsignedInteger(Buffer.from([2]))),
    unsignedInteger(randomBytes(16)),
    ECDSA_WITH_SHA256,
    name,
    sequence(time(new Date(now - DAY)), time(new Date(now + 20 * 365 * DAY))),
    name,
    publicKey.export({ type: "spki", format: "der" }),
    explicit(3, sequence(...extensions(options.alternativeNames ?? []))),
  );
  const signature = sign("sha256", toBeSigned, privateKey);
  const certificate = new X509Certificate(sequence(toBeSigned, ECDSA_WITH_SHA256, bitString(signature)));
  return {
    key: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
    cert: certificate.toString(),
    fingerprint: certificate.fingerprint256,
  };
}

function extensions(alternativeNames: readonly string[]): Buffer[] {
  // An authority of its own, so that a client may also name it as the one root it trusts.
  const basicConstraints = sequence(objectIdentifier("2.5.29.19"), trueValue(), octetString(sequence(trueValue())));
  if (alternativeNames.length === 0) return [basicConstraints];
  const names = sequence(...alternativeNames.map(generalName));
  return [basicConstraints, sequence(objectIdentifier("2.5.29.17"), octetString(names))];
}

function generalName(name: string): Buffer {
  return isIPv4(name)
    ? implicit(7, Buffer.from(name.split(".").map(Number)))
    : implicit(2, Buffer.from(name, "latin1"));
}
