import { CellularError } from "../../errors/cellular-error";
import { RECIPIENT_MODES, type SmsOptionName, type SmsOptions } from "../sms-options";

/** The options that this kind of gateway knows: all but the connection, since it has one modem. */
export const KNOWN_OPTIONS: ReadonlySet<SmsOptionName> = new Set<SmsOptionName>([
  "mode",
  "telauto",
  "list",
  "regex",
  "encoding",
  "hexCharset",
  "flash",
  "ring",
]);

/**
 * Checks values that code without types may give too. The pattern is not looked into: the gateway evaluates it.
 * @throws CellularError `OPTION_INVALID` that names the option and what it may be, never its value.
 */
export function checkOptions(options: SmsOptions): void {
  // The vendor's page says in one place that the gateway takes a wrong mode for `number`, and refuses it in another.
  checkChoice("mode", options.mode, RECIPIENT_MODES);
  checkChoice("list", options.list, ["", "white", "black"]);
  checkChoice("encoding", options.encoding, ["text", "hex"]);
  checkChoice("hexCharset", options.hexCharset, ["utf-8", "latin1"]);
  for (const name of ["telauto", "flash", "ring"] as const) checkFlag(name, options[name]);
  checkPattern(options.regex);
  const { list = "", regex = "" } = options;
  if (list !== "" && regex === "") throw invalid("list", "is set without regex. Give both, or none.");
  if (list === "" && regex !== "") throw invalid("regex", "is set without list. Say whether it is white or black.");
}

function checkChoice(name: SmsOptionName, value: unknown, choices: readonly string[]): void {
  if (value === undefined || choices.some((choice) => choice === value)) return;
  throw invalid(name, `is not one of: ${choices.map((choice) => (choice === "" ? "empty" : choice)).join(", ")}.`);
}

function checkFlag(name: SmsOptionName, value: unknown): void {
  if (value !== undefined && typeof value !== "boolean") throw invalid(name, "is neither true nor false.");
}

function checkPattern(value: unknown): void {
  if (value === undefined) return;
  if (typeof value !== "string") throw invalid("regex", "is no text.");
  // It has no bytes: another pattern would reach the gateway.
  if (/\p{Surrogate}/u.test(value)) throw invalid("regex", "holds half of a character.");
}

function invalid(name: SmsOptionName, what: string): CellularError {
  return new CellularError("OPTION_INVALID", `The option "${name}" ${what}`);
}
