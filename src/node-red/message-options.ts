import { CellularError } from "../errors/cellular-error";
import { readBoolean, readNumber } from "./properties";

/** Reads one option. @throws CellularError `OPTION_INVALID` that names it by its path. */
export type OptionReader<T> = (value: unknown, path: string) => T;

/** A reader for each option of a message. */
export type OptionReaders<T> = { readonly [K in keyof Required<T>]: OptionReader<T[K]> };

const LONGEST_KEY = 1000;

/**
 * Reads the options of one message; one that is null is none.
 * @param name Where they stand, e.g. `msg.smsOptions`.
 * @throws CellularError `OPTION_INVALID` for anything that is no object, for a name that is not known, and for a value
 *   that the option cannot have: a misspelt option must not pass in silence.
 */
export function readMessageOptions<T extends object>(
  readers: OptionReaders<T>,
  value: unknown,
  name: string,
): Partial<T> {
  const options: Partial<T> = {};
  if (value === undefined || value === null) return options;
  if (typeof value !== "object" || Array.isArray(value)) {
    throw new CellularError("OPTION_INVALID", `${name} is no object. Set its properties, or remove it.`);
  }
  for (const [option, given] of Object.entries(value)) {
    if (!isNameOf(readers, option)) {
      const known = Object.keys(readers).join(", ");
      throw new CellularError(
        "OPTION_INVALID",
        `${name} knows no option "${option.slice(0, 40)}". Known are: ${known}.`,
      );
    }
    if (given !== undefined && given !== null) options[option] = readers[option](given, `${name}.${option}`);
  }
  return options;
}

export function oneOf<const T extends string>(choices: readonly T[]): OptionReader<T> {
  return (value, path) => {
    const choice = choices.find((one) => one === value);
    if (choice === undefined) throw invalidOption(path, `one of ${choices.map((one) => one || '""').join(", ")}`);
    return choice;
  };
}

export function yesOrNo(value: unknown, path: string): boolean {
  const boolean = readBoolean(value);
  if (boolean === undefined) throw invalidOption(path, "true or false");
  return boolean;
}

/** @param unit How it is called in the refusal. */
export function duration(unit: string): OptionReader<number> {
  return (value, path) => {
    const number = readNumber(value);
    if (number === undefined || number < 0) throw invalidOption(path, `a number of ${unit}`);
    return number;
  };
}

/** As `duration`, above 0. */
export function positiveDuration(unit: string): OptionReader<number> {
  const read = duration(unit);
  return (value, path) => {
    const number = read(value, path);
    if (number === 0) throw invalidOption(path, `a number of ${unit} above 0`);
    return number;
  };
}

export function text(value: unknown, path: string): string {
  if (typeof value !== "string") throw invalidOption(path, "a text");
  return value;
}

export function messageKey(value: unknown, path: string): string {
  const key = typeof value === "number" ? String(value) : value;
  if (typeof key !== "string" || key === "" || key.length > LONGEST_KEY) {
    throw invalidOption(path, `a text of 1 to ${String(LONGEST_KEY)} characters`);
  }
  return key;
}

export function invalidOption(path: string, what: string): CellularError {
  return new CellularError("OPTION_INVALID", `${path} is not ${what}.`);
}

function isNameOf<T extends object>(readers: OptionReaders<T>, name: string): name is keyof T & string {
  return Object.hasOwn(readers, name);
}
