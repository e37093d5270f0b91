import type { Node, NodeAPI } from "node-red";
import { CellularError } from "../errors/cellular-error";
import type { Reference } from "./config-runtime";
import { ConfigUsers } from "./config-users";
import { whenDeleted } from "./deletion";
import { onClose } from "./wrappers";

/** What was read of a saved config node. */
export type ConfigReading<Ref extends Reference, Settings> =
  | { readonly reference: Ref; readonly settings: Settings }
  | { readonly reference: Ref; readonly problem: CellularError };

/** As much of a runtime as its config node uses. */
interface AttachableRuntime<Driver, Settings> {
  readonly driver: Driver | undefined;
  attach(settings: Settings): boolean;
  detach(): void;
  reject(error: CellularError): void;
}

/** Where the runtimes of one type of config node are, which outlive the nodes. */
interface Registry<Runtime, Settings> {
  get(id: string): Runtime | undefined;
  obtain(settings: Settings): Runtime;
  end(id: string): void;
}

/** A config node: connects what its settings say, and the nodes that use it, with the runtime behind it. */
export class ConfigNode<Driver, Settings, Ref extends Reference, Runtime extends AttachableRuntime<Driver, Settings>> {
  /** How it is called in records. */
  readonly reference: Ref;
  /** What is wrong with the settings, or undefined. */
  readonly problem: CellularError | undefined;
  /** Whether its settings differ from those that were in force before. */
  protected readonly isNew: boolean;
  readonly #users: ConfigUsers;
  readonly #runtime: Runtime | undefined;
  #isGone = false;

  protected constructor(
    RED: NodeAPI,
    node: Node,
    reading: ConfigReading<Ref, Settings>,
    registry: Registry<Runtime, Settings>,
  ) {
    this.#users = new ConfigUsers(node);
    this.reference = reading.reference;
    if ("problem" in reading) {
      this.problem = reading.problem;
      this.#runtime = undefined;
      this.isNew = false;
      node.warn(reading.problem.message);
      registry.get(node.id)?.reject(reading.problem);
    } else {
      this.#runtime = registry.obtain(reading.settings);
      this.isNew = this.#runtime.attach(reading.settings);
    }
    onClose(node, (removed) => {
      const isDeleted = whenDeleted(RED, node.id, removed, () => {
        registry.end(node.id);
      });
      this.#isGone = removed || isDeleted;
      if (!this.#isGone) this.#runtime?.detach();
      else if (!isDeleted) registry.get(node.id)?.reject(disabledProblem(reading.reference));
    });
  }

  /** Whether it was deleted or disabled; one that a deploy starts anew is not gone. */
  get isGone(): boolean {
    return this.#isGone;
  }

  /**
   * What stands behind it.
   * @throws CellularError `CONFIG_MISSING` if its settings cannot be used.
   */
  get runtime(): Runtime {
    if (this.#runtime !== undefined) return this.#runtime;
    throw this.problem ?? new CellularError("CONFIG_MISSING", "There is no usable configuration.");
  }

  /**
   * The driver in force, for checks that need no request.
   * @throws CellularError `CONFIG_MISSING` if the settings cannot be used.
   */
  get driver(): Driver {
    const { driver } = this.runtime;
    if (driver === undefined) throw new CellularError("CONFIG_MISSING", "There is no usable configuration.");
    return driver;
  }

  /** Counts a node as user of this one; returns what ends that. */
  addUser(user: Node): () => void {
    return this.#users.add(user);
  }
}

function disabledProblem({ name, id }: Reference): CellularError {
  return new CellularError("CONFIG_MISSING", `"${name === "" ? id : name}" is disabled. Enable it.`);
}

/**
 * What is wrong with the settings of a config node, as all that use it say it: with its name, since it is not them that
 * are to be corrected.
 */
export function configProblem(kind: "gateway" | "account", { name, id }: Reference, error: unknown): CellularError {
  const head = `The ${kind} "${name === "" ? id : name}" cannot be used.`;
  if (error instanceof CellularError) {
    const { code, message, cause } = error;
    return new CellularError(code, `${head} ${message}`, { cause });
  }
  return new CellularError("CONFIG_MISSING", `${head} Look at its settings.`, { cause: error });
}
