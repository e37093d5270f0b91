const LONGEST = 160;
/** Shorter secrets are found as a whole only: shorter pieces would match any words by chance. */
const PIECE = 8;
/** More of an answer is never looked at: what is shown of it comes from its beginning. */
const LONGEST_SEARCHED = 64 * 1024;

/**
 * What a device said, made fit for an error message: on one line, shortened, without the given secrets and without
 * runs of digits that may be phone numbers. A secret is also found where it is escaped or cut off.
 * @param secrets What must not be repeated: passwords, tokens, the recipient, the text.
 */
export function deviceWords(text: string, secrets: readonly string[] = []): string {
  // Control characters would let a device write lines of its own into a log.
  const line = withoutSecrets(text.slice(0, LONGEST_SEARCHED), secrets)
    .replaceAll(/\+?\d{6,}/g, "…")
    .replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\s]+/gu, " ")
    .trim();
  return line.length > LONGEST ? `${line.slice(0, LONGEST)}…` : line;
}

function withoutSecrets(text: string, secrets: readonly string[]): string {
  const hidden = new Uint8Array(text.length);
  for (const form of new Set(secrets.flatMap(writtenForms))) {
    if (form.length < PIECE) hideWhole(text, form, hidden);
    else hidePieces(text, form, hidden);
  }
  let shown = "";
  for (let index = 0; index < text.length; index += 1) {
    if (hidden[index] === 0) shown += text.charAt(index);
    else if (index === 0 || hidden[index - 1] === 0) shown += "…";
  }
  return shown;
}

/** A device may repeat a secret as it stood in the JSON body or in the query, or escaped for a web page. */
function writtenForms(secret: string): readonly string[] {
  if (secret.length <= 2) return [];
  const json = escapedAsJson(secret);
  const html = secret.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
  const inQuery = new URLSearchParams({ "": secret }).toString().slice(1);
  return [
    secret,
    json,
    escapedAsJson(json),
    json.replaceAll("/", "\\/"),
    json.replaceAll(/[^ -~]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`),
    html,
    html.replaceAll('"', "&quot;").replaceAll("'", "&#39;"),
    inQuery,
    inQuery.replaceAll("+", "%20"),
  ];
}

function escapedAsJson(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}

function hideWhole(text: string, secret: string, hidden: Uint8Array): void {
  for (let at = text.indexOf(secret); at !== -1; at = text.indexOf(secret, at + 1)) {
    hidden.fill(1, at, at + secret.length);
  }
}

function hidePieces(text: string, secret: string, hidden: Uint8Array): void {
  const pieces = new Set<string>();
  for (let at = 0; at + PIECE <= secret.length; at += 1) pieces.add(secret.slice(at, at + PIECE));
  for (let at = 0; at + PIECE <= text.length; at += 1) {
    if (pieces.has(text.slice(at, at + PIECE))) hidden.fill(1, at, at + PIECE);
  }
}
