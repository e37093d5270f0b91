import { isUtf8 } from "node:buffer";
import type { DeviceRequest } from "../http-message.js";
import { Refusal } from "./answers.js";

const MODES = ["number", "user", "group", "telnumber", "teluser", "telgroup"] as const;
export type Mode = (typeof MODES)[number];

/** What somebody asks the gateway to send, as it understands it. */
export interface SendRequest {
  readonly to: string;
  readonly text: string;
  readonly mode: Mode;
  readonly hexmode: boolean;
  readonly telauto: boolean;
  readonly list: "white" | "black" | null;
  readonly regex: string | null;
  readonly flash: boolean;
  readonly ring: boolean;
}

/** The parameters of a request: of a GET the query, of a POST the form in its body; the last of a name counts. */
export function parametersOf({ method, query, headers, body }: DeviceRequest): ReadonlyMap<string, string> {
  if (method === "GET") return new Map(query);
  const isForm = /^application\/x-www-form-urlencoded\s*(;|$)/i.test(headers["content-type"] ?? "");
  return new Map(method === "POST" && isForm ? new URLSearchParams(body) : []);
}

/** @throws Refusal where a parameter lacks that must be there. */
export function required(parameters: ReadonlyMap<string, string>, name: string): string {
  const value = parameters.get(name) ?? "";
  if (value === "") throw new Refusal("parameter");
  return value;
}

export interface Reading {
  readonly wrongMode: "refuse" | "number";
  readonly hexCharset: "utf-8" | "latin1";
  readonly flashAndRing: boolean;
}

/** Understands the parameters. @throws Refusal for those that no document allows. */
export function readRequest(parameters: ReadonlyMap<string, string>, reading: Reading): SendRequest {
  const hexmode = parameters.get("hexmode") === "true";
  const text = required(parameters, "text");
  const list = listOf(parameters);
  return {
    to: required(parameters, "to"),
    text: hexmode ? fromHex(text, reading.hexCharset) : text,
    mode: modeOf(parameters.get("mode"), reading),
    hexmode,
    telauto: parameters.get("telauto") !== "false",
    list,
    regex: list === null ? null : required(parameters, "regex"),
    flash: reading.flashAndRing && parameters.get("flash") === "true",
    ring: reading.flashAndRing && parameters.get("ring") === "true",
  };
}

function modeOf(value: string | undefined, { wrongMode }: Reading): Mode {
  if (value === undefined) return "number";
  const mode = MODES.find((known) => known === value);
  if (mode === undefined && wrongMode === "refuse") throw new Refusal("request");
  return mode ?? "number";
}

function listOf(parameters: ReadonlyMap<string, string>): "white" | "black" | null {
  const list = parameters.get("list");
  if (list === undefined) return null;
  if (list !== "white" && list !== "black") throw new Refusal("request");
  return list;
}

function fromHex(digits: string, charset: "utf-8" | "latin1"): string {
  if (!/^([0-9a-f]{2})+$/i.test(digits)) throw new Refusal("request");
  const bytes = Buffer.from(digits, "hex");
  if (charset === "latin1") return bytes.toString("latin1");
  if (!isUtf8(bytes)) throw new Refusal("request");
  return bytes.toString("utf8");
}
