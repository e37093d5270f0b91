import type { NodeAPI } from "node-red";
import { CellularError } from "../errors/cellular-error";
import type { TlsSettings } from "../http";

interface TlsConfigNode {
  readonly valid: boolean;
  addTLSOptions(options: object): TlsSettings;
}

/**
 * What a core `tls-config` node holds; undefined where none is chosen.
 * @throws CellularError `CONFIG_MISSING` if it is not there or not complete.
 */
export function readTls(RED: NodeAPI, id: string | undefined): TlsSettings | undefined {
  if (id === undefined || id === "") return undefined;
  const node: unknown = RED.nodes.getNode(id);
  if (!isTlsConfigNode(node) || !node.valid) {
    throw new CellularError(
      "CONFIG_MISSING",
      "The TLS configuration does not exist or is not complete. Correct it, or choose another.",
    );
  }
  const { ca, cert, key, pfx, passphrase, servername, rejectUnauthorized } = node.addTLSOptions({});
  return {
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
    ...(pfx === undefined ? {} : { pfx }),
    ...(passphrase === undefined ? {} : { passphrase }),
    ...(servername === undefined || servername === "" ? {} : { servername }),
    ...(rejectUnauthorized === undefined ? {} : { rejectUnauthorized }),
  };
}

function isTlsConfigNode(node: unknown): node is TlsConfigNode {
  return typeof node === "object" && node !== null && "addTLSOptions" in node && "valid" in node;
}
