import { asCellularError, type CellularError } from "../errors/cellular-error";
import type { Properties } from "./properties";

/**
 * Whether failures leave by the second output: the node is set to it, and has one. In a flow that was written by hand it
 * may lack, and a failure that left there would reach nobody: then they go to Catch nodes.
 */
export function readFailureOutput(properties: Properties, config: object): boolean | CellularError {
  const wired = "wires" in config && Array.isArray(config.wires) ? config.wires.length : 0;
  try {
    return properties.boolean("failureOutput", false) && Math.max(properties.number("outputs", 1), wired) > 1;
  } catch (error) {
    return asCellularError(error, "failure output");
  }
}
