import { constants } from "node:crypto";
import type { TrustSettings } from "../../http";

/**
 * Lets old gateways in that speak only what Node.js refuses by now: TLS 1.0 and 1.1, short keys, SHA-1, no secure
 * renegotiation. Whom to trust stays as it is.
 */
export function withWeakTls({ fingerprint, tls }: TrustSettings): TrustSettings {
  return {
    fingerprint,
    tls: {
      ...tls,
      minVersion: "TLSv1",
      ciphers: "DEFAULT:@SECLEVEL=0",
      secureOptions: constants.SSL_OP_LEGACY_SERVER_CONNECT,
    },
  };
}
