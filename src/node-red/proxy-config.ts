import type { NodeAPI } from "node-red";
import { CellularError } from "../errors/cellular-error";
import type { ProxySettings } from "../http";

interface ProxyConfigNode {
  readonly url?: unknown;
  readonly noproxy?: unknown;
  readonly credentials?: unknown;
}

/**
 * What a core `http proxy` node holds; undefined where none is chosen.
 * @throws CellularError `CONFIG_MISSING` if it is not there.
 */
export function readProxy(RED: NodeAPI, id: string | undefined): ProxySettings | undefined {
  if (id === undefined || id === "") return undefined;
  const node: unknown = RED.nodes.getNode(id);
  if (!isProxyConfigNode(node)) {
    throw new CellularError(
      "CONFIG_MISSING",
      "The proxy configuration does not exist. Choose another one, or none, in the account.",
    );
  }
  const credentials: Readonly<Record<string, unknown>> = { ...asObject(node.credentials) };
  const { noproxy } = node;
  return {
    url: textOf(node.url),
    username: textOf(credentials.username),
    password: textOf(credentials.password),
    except: Array.isArray(noproxy) ? noproxy.filter((entry) => typeof entry === "string") : [],
  };
}

function isProxyConfigNode(node: unknown): node is ProxyConfigNode {
  return typeof node === "object" && node !== null && "url" in node && "type" in node && node.type === "http proxy";
}

function asObject(value: unknown): object {
  return typeof value === "object" && value !== null ? value : {};
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}
