import { createHash, createHmac, randomUUID } from "node:crypto";
import { request as httpRequest } from "node:http";
import { request as httpsRequest } from "node:https";
import type { SimulatedCommand, SimulatedStatus } from "./fleet.js";

/** Both services give up on a receiver after about that many milliseconds. */
const PATIENCE_MS = 15_000;

export interface CallbackSettings {
  readonly signature: "twilio" | "kore";
  /** The auth token of Twilio, the webhook secret of KORE. */
  readonly secret: string;
  readonly body: "form" | "json";
}

/** What became of one attempt to call back. */
export interface CallbackResult {
  readonly sid: string;
  /** The state of the command that it told. */
  readonly state: SimulatedStatus;
  /** HTTP status of the receiver; null where none came. */
  readonly status: number | null;
  /** 1 or 2. */
  readonly attempt: number;
}

export interface Callback {
  readonly method: "GET" | "POST";
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** The fields of a callback body that was seen in the wild. */
export function callbackFields(
  command: SimulatedCommand,
  accountSid: string,
  uniqueName: string,
): Readonly<Record<string, string>> {
  return {
    Status: command.status,
    ApiVersion: "v1",
    Command: command.payload,
    SimUniqueName: uniqueName,
    Payload: command.payload,
    SimSid: command.simSid,
    Direction: command.direction,
    CommandSid: command.sid,
    AccountSid: accountSid,
    PayloadType: "text",
  };
}

/** KORE cuts the URL at its second query parameter. */
export function cutByKore(address: string): string {
  return address.replace(/(\?[^&#]*)&[^#]*/, "$1");
}

/** Writes a callback down and signs it. */
export function signedCallback(
  address: string,
  method: "GET" | "POST",
  fields: Readonly<Record<string, string>>,
  token: string,
  settings: CallbackSettings,
): Callback {
  const url = new URL(address);
  const isJson = method === "POST" && settings.body === "json";
  const body = method === "GET" ? "" : isJson ? JSON.stringify(fields) : new URLSearchParams(fields).toString();
  if (method === "GET") for (const [name, value] of Object.entries(fields)) url.searchParams.set(name, value);
  if (isJson && settings.signature === "twilio") {
    url.searchParams.set("bodySHA256", createHash("sha256").update(body).digest("hex"));
  }
  const signed = method === "GET" || isJson ? {} : fields;
  const signature =
    settings.signature === "twilio"
      ? { "x-twilio-signature": twilioSignature(settings.secret, url.href, signed) }
      : { "kore-signature": koreSignature(settings.secret, method, url, body), "kore-idempotency-token": token };
  const type = isJson ? "application/json" : "application/x-www-form-urlencoded";
  return { method, url: url.href, headers: { ...signature, ...(body === "" ? {} : { "content-type": type }) }, body };
}

/** Base64 HMAC-SHA1 of the URL and all form fields, sorted by name, each name followed by its value. */
function twilioSignature(secret: string, url: string, fields: Readonly<Record<string, string>>): string {
  const names = Object.keys(fields).sort();
  const text = url + names.map((name) => `${name}${fields[name] ?? ""}`).join("");
  return createHmac("sha1", secret).update(text, "utf8").digest("base64");
}

/** Hex SHA-256 of secret, method, URL without query and fragment, and body. */
function koreSignature(secret: string, method: string, url: URL, body: string): string {
  return createHash("sha256").update(`${secret}${method}${url.origin}${url.pathname}${body}`).digest("hex");
}

export const newToken = (): string => randomUUID();

/** Calls once. The receiver's certificate is not looked at: in tests it signed itself. @returns its status, or null */
export function call({ method, url, headers, body }: Callback, signal: AbortSignal): Promise<number | null> {
  return new Promise((resolve) => {
    const send = url.startsWith("https:") ? httpsRequest : httpRequest;
    const length = { "content-length": Buffer.byteLength(body) };
    const options = { method, headers: { ...headers, ...length }, agent: false, rejectUnauthorized: false, signal };
    const request = send(url, { ...options, timeout: PATIENCE_MS }, (response) => {
      response.resume();
      response.once("error", () => {
        resolve(null);
      });
      response.once("close", () => {
        resolve(response.statusCode ?? null);
      });
    });
    request.once("timeout", () => request.destroy());
    request.once("error", () => {
      resolve(null);
    });
    request.end(body);
  });
}
