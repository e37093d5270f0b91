import type { Node, NodeAPI } from "node-red";
import { CellularError } from "../errors/cellular-error";

const WHOLE_REFERENCE = /^\$\{([^{}\s]+)\}$/;
const REFERENCE = /\$\{([^{}\s]+)\}/g;

/** What a value that stands for another one is looked up in. */
export type EnvironmentLookup = (name: string) => string;

/**
 * Looks up environment variables as Node-RED sees them from a node: those of its group, subflow and flow, then of the
 * process.
 * @throws CellularError `CONFIG_MISSING` that names a variable that is not set.
 */
export function environmentOf(RED: NodeAPI, node: Node): EnvironmentLookup {
  return (name) => {
    const value: unknown = RED.util.getSetting(node, name);
    if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") return String(value);
    throw new CellularError(
      "CONFIG_MISSING",
      `The environment variable ${name} is not set. Set it, or enter the value itself.`,
    );
  };
}

interface NumberRange {
  readonly integer?: boolean;
  readonly above?: number;
  readonly atMost?: number;
}

/**
 * Reads the properties of a saved node. What is absent or empty has its default; numbers and booleans are also read from
 * text, strictly; `${NAME}` stands for an environment variable.
 *
 * All methods throw CellularError `CONFIG_MISSING`, which names the property.
 */
export class Properties {
  readonly #config: Readonly<Record<string, unknown>>;
  readonly #environment: EnvironmentLookup;

  constructor(config: object, environment: EnvironmentLookup) {
    this.#config = { ...config };
    this.#environment = environment;
  }

  text(name: string, fallback = ""): string {
    const value = this.#read(name);
    if (value === undefined) return fallback;
    if (typeof value === "string" || typeof value === "number") return String(value);
    throw wrong(name, "a text");
  }

  /** A secret: only a value that is a reference as a whole stands for a variable, for `${` may be part of a password. */
  secret(name: string): string {
    const value = this.#config[name];
    if (typeof value !== "string") return "";
    const reference = WHOLE_REFERENCE.exec(value)?.[1];
    return reference === undefined ? value : this.#environment(reference);
  }

  /** A number of 0 or more; with `above`, one that is greater than that; with `atMost`, one that is not. */
  number(name: string, fallback: number, range: NumberRange = {}): number {
    const { integer = false, above = -Number.MIN_VALUE, atMost = Infinity } = range;
    const value = this.#read(name);
    if (value === undefined) return fallback;
    const number = readNumber(value);
    const isWrong = number === undefined || number <= above || number > atMost;
    if (isWrong || (integer && !Number.isSafeInteger(number))) {
      const least = above < 0 ? "of 0 or more" : `above ${String(above)}`;
      const most = atMost === Infinity ? "" : ` and at most ${String(atMost)}`;
      throw wrong(name, `a ${integer ? "whole " : ""}number ${least}${most}`);
    }
    return number;
  }

  /** A number that may be left out. */
  optionalNumber(name: string): number | undefined {
    return this.#read(name) === undefined ? undefined : this.number(name, 0, { integer: true });
  }

  boolean(name: string, fallback: boolean): boolean {
    const value = this.#read(name);
    if (value === undefined) return fallback;
    const boolean = readBoolean(value);
    if (boolean === undefined) throw wrong(name, "true or false");
    return boolean;
  }

  choice<const T extends string>(name: string, choices: readonly T[], fallback: T): T {
    const value = this.#read(name);
    if (value === undefined) return fallback;
    const choice = choices.find((one) => one === value);
    if (choice === undefined) throw wrong(name, `one of ${choices.join(", ")}`);
    return choice;
  }

  #read(name: string): unknown {
    const value = this.#config[name];
    if (typeof value !== "string") return value ?? undefined;
    const text = value.replaceAll(REFERENCE, (_reference, variable: string) => this.#environment(variable));
    return text.trim() === "" ? undefined : text;
  }
}

/** A number, or a text that is nothing but a decimal number. */
export function readNumber(value: unknown): number | undefined {
  if (typeof value === "number") return Number.isFinite(value) ? value : undefined;
  if (typeof value !== "string" || !/^\s*-?\d+(\.\d+)?\s*$/.test(value)) return undefined;
  return Number(value);
}

/** A boolean, or the text `true` or `false`. */
export function readBoolean(value: unknown): boolean | undefined {
  if (typeof value === "boolean") return value;
  return value === "true" ? true : value === "false" ? false : undefined;
}

function wrong(name: string, what: string): CellularError {
  return new CellularError(
    "CONFIG_MISSING",
    `The setting "${name}" is not ${what}. Correct it in the node's settings.`,
  );
}
