import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import { soleHeader, type Callback, type CallbackSecrets } from "./callback";
import { bodyTypeOf, formPairs, minifiedJson, queryOf, valuesByName } from "./callback-body";
import { waysToWrite } from "./callback-url";

/** What a signature proves: all that the callback says, only who sends callbacks to that address, or nothing. */
export type CallbackProof = "content" | "sender" | "nothing";

/**
 * What is proven by somebody who knows one of the secrets. The header counts whose secret is configured, whatever the
 * provider: since November 2024 KORE calls back for accounts of both. A header that is empty or came several times
 * signs nothing.
 *
 * Neither signature covers the other headers. That of Twilio joins names and values without a mark between them, so that
 * whoever knows one signed form can cut it elsewhere. That of KORE leaves the query out, so that all GETs to one address
 * have the same: of a GET it proves the sender alone.
 */
export function proofOf(callback: Callback, { authToken, webhookSecret }: CallbackSecrets): CallbackProof {
  const twilio = soleHeader(callback, "x-twilio-signature");
  if (authToken !== "" && twilio !== undefined && isSignedByTwilio(callback, authToken, twilio)) return "content";
  const kore = soleHeader(callback, "kore-signature");
  const isFromKore = webhookSecret !== "" && kore !== undefined && isSignedByKore(callback, webhookSecret, kore);
  if (!isFromKore) return "nothing";
  return callback.method === "GET" ? "sender" : "content";
}

/** Whether the callback is signed by somebody who knows one of the secrets. */
export function isSigned(callback: Callback, secrets: CallbackSecrets): boolean {
  return proofOf(callback, secrets) !== "nothing";
}

/** Base64 HMAC-SHA1 of the URL; for a form of its fields too, for JSON the URL holds the SHA-256 of the body. */
function isSignedByTwilio(callback: Callback, authToken: string, signature: string): boolean {
  const type = callback.method === "GET" ? "query" : bodyTypeOf(callback);
  if (type === undefined) return false;
  const fields = type === "form" ? signedFields(callback.body) : "";
  return callback.urls.some((url) => {
    if (type === "json" && !namesBody(url, callback.body)) return false;
    return [...waysToWrite(url)].some((way) => {
      const expected = createHmac("sha1", authToken).update(`${way}${fields}`, "utf8").digest("base64");
      return areEqual(signature, expected);
    });
  });
}

/** Each name followed by its value, by name in the order of UTF-16 code units; of several values each after the name. */
function signedFields(body: Buffer): string {
  const fields = valuesByName(formPairs(body.toString("utf8")));
  const names = [...fields.keys()].sort();
  return names.flatMap((name) => (fields.get(name) ?? []).map((value) => `${name}${value}`)).join("");
}

/** Whether the URL, which is signed, holds the SHA-256 of the body. */
function namesBody(url: string, body: Buffer): boolean {
  const named = formPairs(queryOf(url)).find(([name]) => name === "bodySHA256")?.[1];
  return named !== undefined && areEqual(named, createHash("sha256").update(body).digest("hex"));
}

/** Hex SHA-256 of secret, method, URL without query and fragment, and body; of JSON without its white space. */
function isSignedByKore(callback: Callback, secret: string, signature: string): boolean {
  const { method, urls, body } = callback;
  const bodies = bodyTypeOf(callback) === "json" ? [body, minifiedJson(body)] : [body];
  const addresses = urls.flatMap((url) => [...waysToWrite(url.replace(/[?#].*$/s, ""))]);
  return [...new Set(addresses)].some((address) =>
    bodies.some((text) => {
      const expected = createHash("sha256").update(`${secret}${method}${address}`, "utf8").update(text).digest("hex");
      return areEqual(signature.toLowerCase(), expected);
    }),
  );
}

/** In a time that says nothing about where they differ. */
function areEqual(one: string, other: string): boolean {
  return timingSafeEqual(digestOf(one), digestOf(other));
}

function digestOf(text: string): Buffer {
  return createHash("sha256").update(text, "utf8").digest();
}
