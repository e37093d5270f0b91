import type { Node, NodeAPI, NodeMessage } from "node-red";
import { CellularError } from "../errors/cellular-error";
import { environmentOf } from "./properties";

/** A field with a type switch, as it is saved. */
export interface TypedInput {
  /** The property's name, for errors. */
  readonly name: string;
  readonly value: string;
  /** msg, flow, global, str, num, bool, json, env, jsonata … */
  readonly type: string;
}

/** Those that Node-RED evaluates. It takes the text of a field of any other one as it stands. */
const TYPES: ReadonlySet<string> = new Set("msg flow global str num bool json bin date re jsonata env".split(" "));

/**
 * Reads a typed field of a saved node. What the node lacks has its default, and so has a property of the message without
 * a name; an empty text stays empty.
 */
export function typedInput(config: object, name: string, fallback: Omit<TypedInput, "name">): TypedInput {
  const saved: Readonly<Record<string, unknown>> = { ...config };
  const savedType = saved[`${name}Type`];
  const type = typeof savedType === "string" && savedType !== "" ? savedType : fallback.type;
  const value = saved[name];
  const text = typeof value === "string" || typeof value === "number" ? String(value) : fallback.value;
  const isNameless = type === "msg" && fallback.type === "msg" && text.trim() === "";
  return { name, value: isNameless ? fallback.value : text, type };
}

/**
 * The value of a typed field for one message; undefined where the message has no such property.
 * @throws CellularError `CONFIG_MISSING` for a variable that is not set or a type that is none, `OPTION_INVALID` if it
 *   cannot be evaluated.
 */
export async function evaluate(RED: NodeAPI, node: Node, input: TypedInput, msg: NodeMessage): Promise<unknown> {
  const { name, value, type } = input;
  if (!TYPES.has(type)) {
    throw new CellularError(
      "CONFIG_MISSING",
      `The field "${name}" is of a type that is none: ${type}. Correct it in the node's settings.`,
    );
  }
  const environment = environmentOf(RED, node);
  if (type === "env") {
    return value.includes("${") ? withVariables(value, environment) : environment(value);
  }
  if (type === "str") return withVariables(value, environment);
  try {
    return await new Promise<unknown>((resolve, reject) => {
      RED.util.evaluateNodeProperty(value, type, node, msg, (error: unknown, result: unknown) => {
        // A context store says undefined where an expression says null.
        if (error === null || error === undefined) resolve(result);
        else reject(asError(error));
      });
    });
  } catch (error) {
    // A path through something that is not there is the same as a property that is not there.
    if (type === "msg" && error instanceof TypeError) return undefined;
    throw new CellularError(
      "OPTION_INVALID",
      `The field "${name}" cannot be evaluated. Correct it in the node's settings.`,
      { cause: error },
    );
  }
}

/** An expression that fails gives an object that is no Error. */
function asError(error: unknown): Error {
  if (error instanceof Error) return error;
  const message: unknown =
    typeof error === "object" && error !== null && "message" in error ? error.message : undefined;
  return new Error(typeof message === "string" ? message : "no reason given");
}

function withVariables(text: string, environment: (name: string) => string): string {
  return text.replaceAll(/\$\{([^{}\s]+)\}/g, (_reference, variable: string) => environment(variable));
}
