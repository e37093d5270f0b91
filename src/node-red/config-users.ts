import type { Node } from "node-red";

/** The nodes that use a config node: their Catch and Status nodes hear of it, for Node-RED looks at its `users`. */
export class ConfigUsers {
  readonly #users = new Map<string, Node>();

  constructor(configNode: Node) {
    Object.defineProperty(configNode, "users", { get: () => Object.fromEntries(this.#users), enumerable: true });
  }

  /** Counts a node as user; returns what ends that. */
  add(user: Node): () => void {
    this.#users.set(user.id, user);
    return () => {
      if (this.#users.get(user.id) === user) this.#users.delete(user.id);
    };
  }
}
