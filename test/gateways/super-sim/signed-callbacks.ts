import { createHash, createHmac } from "node:crypto";
import type { Callback, CallbackSecrets } from "../../../src/gateways/super-sim";
import type { Seeded } from "../../support/seeded";

export const secrets: CallbackSecrets = { authToken: "an auth token", webhookSecret: "a webhook secret" };
export const FORM = "application/x-www-form-urlencoded";
export const JSON_TYPE = "application/json";
export const COMMAND_SID = `HC${"0a".repeat(16)}`;
export const ADDRESS = "https://gateway.test/hooks/super-sim";

/** The fields of a callback, in the order in which they come. */
export const fields = {
  Status: "delivered",
  ApiVersion: "v1",
  Command: "valve 3: 50% & open; it's done",
  SimUniqueName: "tracker-1",
  Payload: "valve 3: 50% & open; it's done",
  SimSid: `HS${"1b".repeat(16)}`,
  Direction: "to_sim",
  CommandSid: COMMAND_SID,
  AccountSid: `AC${"2c".repeat(16)}`,
  PayloadType: "text",
} as const;

export function callbackOf(parts: Partial<Callback>): Callback {
  return { method: "POST", urls: [ADDRESS], headers: {}, body: Buffer.alloc(0), ...parts };
}

export function hmac(text: string, key = secrets.authToken): string {
  return createHmac("sha1", key).update(text).digest("base64");
}

export function sha256(text: string | Buffer): string {
  return createHash("sha256").update(text).digest("hex");
}

/** A form as Twilio signs it: names sorted, each followed by its value. */
export function twilioForm(form: Readonly<Record<string, string>> = fields, url = ADDRESS): Callback {
  const names = Object.keys(form).sort();
  const signature = hmac(url + names.map((name) => name + (form[name] ?? "")).join(""));
  const body = Buffer.from(new URLSearchParams(form).toString());
  return callbackOf({ urls: [url], headers: { "content-type": FORM, "x-twilio-signature": signature }, body });
}

/** JSON as Twilio signs it: the address names the body. */
export function twilioJson(text = JSON.stringify(fields), url = ADDRESS): Callback {
  const address = `${url}${url.includes("?") ? "&" : "?"}bodySHA256=${sha256(text)}`;
  return callbackOf({
    urls: [address],
    headers: { "content-type": JSON_TYPE, "x-twilio-signature": hmac(address) },
    body: Buffer.from(text),
  });
}

export function twilioGet(form: Readonly<Record<string, string>> = fields, url = ADDRESS): Callback {
  const address = `${url}?${new URLSearchParams(form).toString()}`;
  return callbackOf({ method: "GET", urls: [address], headers: { "x-twilio-signature": hmac(address) } });
}

/**
 * Anything as KORE signs it.
 * @param signed What is signed as the body; default: the body.
 */
export function koreSigned(callback: Callback, signed: string | Buffer = callback.body): Callback {
  const [address = ""] = (callback.urls[0] ?? "").split(/[?#]/);
  const text = Buffer.concat([
    Buffer.from(`${secrets.webhookSecret}${callback.method}${address}`),
    Buffer.from(signed.toString("latin1"), typeof signed === "string" ? "utf8" : "latin1"),
  ]);
  return { ...callback, headers: { ...callback.headers, "kore-signature": sha256(text) } };
}

export function koreForm(url = ADDRESS): Callback {
  const body = Buffer.from(new URLSearchParams(fields).toString());
  return koreSigned(callbackOf({ urls: [url], headers: { "content-type": FORM }, body }));
}

/** JSON with white space, signed without it. */
export function koreJson(url = ADDRESS): Callback {
  const body = Buffer.from(JSON.stringify(fields, null, 2));
  const callback = callbackOf({ urls: [url], headers: { "content-type": JSON_TYPE }, body });
  return koreSigned(callback, JSON.stringify(fields));
}

const LETTERS = [
  "a",
  "Z",
  "0",
  "9",
  "_",
  "-",
  ".",
  "~",
  "'",
  '"',
  "*",
  "(",
  ")",
  "!",
  " ",
  "+",
  "%",
  "&",
  "=",
  "?",
] as const;
const OTHERS = [
  "/",
  "#",
  ":",
  ";",
  ",",
  "\\",
  "|",
  "<",
  "^",
  "\n",
  "\t",
  "\0",
  "é",
  "ß",
  "€",
  "漢",
  "\uff5e",
  "😀",
  "\u{10400}",
] as const;

/** Text of letters, of characters that forms escape, and of some beyond the first plane. */
export function oddText(random: Seeded, longest: number): string {
  const length = random.whole(0, longest);
  return Array.from({ length }, () => (random.below(1) < 0.6 ? random.pick(LETTERS) : random.pick(OTHERS))).join("");
}
