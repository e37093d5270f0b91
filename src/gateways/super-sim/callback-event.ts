import { CallbackRefusal, soleHeader, type Callback } from "./callback";
import { bodyTypeOf, formPairs, queryOf, valuesByName } from "./callback-body";
import type { CommandEvent } from "./records";

/** A callback has about ten fields. */
const MOST_FIELDS = 1000;
const LONGEST_TOKEN = 200;
/** No service sends them, and code that takes fields over one by one would reach a prototype by them. */
const FORBIDDEN_NAMES: ReadonlySet<string> = new Set(["__proto__", "constructor", "prototype"]);

const SID_NAMES = ["SmsCommandSid", "CommandSid", "Sid"] as const;
const READ_NAMES: ReadonlySet<string> = new Set([
  ...SID_NAMES,
  "AccountSid",
  "SimSid",
  "Payload",
  "Command",
  "Status",
  "Direction",
]);

/**
 * What a callback says, whether it is signed or not: the fields of its form or JSON object, of a GET those of its query.
 * @throws CallbackRefusal 415 for another kind of body, 413 for more than 1000 fields, 400 for what is malformed,
 *   contradicts itself or names no command.
 */
export function readCallback(callback: Callback): CommandEvent {
  const fields = gathered(pairsOf(callback));
  const sid = SID_NAMES.map((name) => fields.get(name) ?? "").find((value) => /^HC[0-9a-fA-F]{32}$/.test(value));
  if (sid === undefined) throw new CallbackRefusal(400, "The callback holds no SID of a command.");
  const token = soleHeader(callback, "kore-idempotency-token");
  return {
    command: {
      sid,
      accountSid: fields.get("AccountSid") ?? null,
      simSid: fields.get("SimSid") ?? null,
      payload: fields.get("Payload") ?? fields.get("Command") ?? null,
      status: fields.get("Status") ?? null,
      direction: fields.get("Direction") ?? null,
      dateCreated: null,
      dateUpdated: null,
      url: null,
    },
    token: token !== undefined && token.length <= LONGEST_TOKEN ? token : null,
    raw: Object.fromEntries(fields),
  };
}

type Pairs = readonly (readonly [string, string])[];

function pairsOf(callback: Callback): Pairs {
  if (callback.method === "GET") return limited(formPairs(queryOf(callback.urls[0] ?? "")));
  if (callback.method !== "POST") throw new CallbackRefusal(400, "The callback is neither a GET nor a POST.");
  switch (bodyTypeOf(callback)) {
    case "form":
      return limited(formPairs(wholeForm(callback.body)));
    case "json":
      return limited(Object.entries(jsonObjectOf(callback.body))).flatMap(([name, value]) => {
        return isScalar(value) ? [[name, String(value)] as const] : [];
      });
    default:
      throw new CallbackRefusal(415, "The callback is neither a form nor JSON.");
  }
}

/** The signature joins a name and its value: without the sign between them it would still hold, for another field. */
function wholeForm(body: Buffer): string {
  // Whoever writes a form escapes everything else. A `kore-signature` can be carried over to a longer body by somebody who
  // has no secret, since the hash begins with that (length extension); what has to stand in between is no such character.
  if (body.some((byte) => byte < 0x21 || byte > 0x7e)) {
    throw new CallbackRefusal(400, "The callback's form holds characters that are not escaped.");
  }
  const form = body.toString("latin1");
  if (!form.split("&").every((pair) => pair === "" || pair.includes("="))) {
    throw new CallbackRefusal(400, "The callback has a field without a value.");
  }
  return form;
}

function jsonObjectOf(body: Buffer): object {
  const refusal = new CallbackRefusal(400, "The callback holds no JSON object.");
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(body));
  } catch (error) {
    // A TypeError: bytes that are no UTF-8.
    if (error instanceof SyntaxError || error instanceof TypeError) throw refusal;
    throw error;
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw refusal;
  return value;
}

function isScalar(value: unknown): value is string | number | boolean {
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean";
}

function limited<T>(pairs: readonly (readonly [string, T])[]): readonly (readonly [string, T])[] {
  if (pairs.length > MOST_FIELDS) throw new CallbackRefusal(413, "The callback has more than 1000 fields.");
  if (pairs.some(([name]) => FORBIDDEN_NAMES.has(name))) {
    throw new CallbackRefusal(400, "The callback has a field whose name no service sends.");
  }
  return pairs;
}

/**
 * Fields by name. The signature says nothing about which of several values came first: two values of what is read here
 * are refused, and those of other names stand together in an order of their own.
 */
function gathered(pairs: Pairs): ReadonlyMap<string, string> {
  return new Map(
    [...valuesByName(pairs)].map(([name, values]) => {
      if (values.length > 1 && READ_NAMES.has(name)) {
        throw new CallbackRefusal(400, `The callback has several values of ${name}.`);
      }
      return [name, values.join(", ")];
    }),
  );
}
