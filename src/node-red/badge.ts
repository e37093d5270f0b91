import type { Node, NodeAPI } from "node-red";
import type { CellularErrorCode } from "../errors/cellular-error";

export interface BadgeLook {
  readonly fill: "grey" | "blue" | "yellow" | "green" | "red";
  readonly shape: "ring" | "dot";
  /** Key below `status` in the node's catalog. */
  readonly key: string;
  readonly values?: Readonly<Record<string, string>>;
}

/** A node's status badge. It is set only when it changes; its texts come from the locale files. */
export class Badge {
  readonly #RED: NodeAPI;
  readonly #node: Node;
  #shown = "";

  constructor(RED: NodeAPI, node: Node) {
    this.#RED = RED;
    this.#node = node;
  }

  show({ fill, shape, key, values }: BadgeLook): void {
    const text = this.#RED._(`${this.#node.type}.status.${key}`, { ...values });
    const shown = `${fill} ${shape} ${text}`;
    if (shown === this.#shown) return;
    this.#shown = shown;
    this.#node.status({ fill, shape, text });
  }
}

/** The key of the text for a gateway in trouble. */
export function troubleKey(code: CellularErrorCode): string {
  switch (code) {
    case "UNREACHABLE":
      return "unreachable";
    case "AUTH_FAILED":
      return "login-refused";
    case "TLS_UNTRUSTED":
      return "untrusted";
    case "FORBIDDEN":
      return "forbidden";
    case "GATEWAY_DISABLED":
      return "disabled";
    case "STORAGE_FAILED":
      return "storage";
    default:
      return "failed";
  }
}

/** Hours and minutes for a badge, in the local time of Node-RED. */
export function clockTime(date: Date): string {
  const two = (value: number): string => String(value).padStart(2, "0");
  return `${two(date.getHours())}:${two(date.getMinutes())}`;
}
