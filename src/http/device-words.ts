const LONGEST = 160;

/**
 * What a device said, made fit for an error message: on one line, shortened, without the given secrets and without
 * runs of digits that may be phone numbers.
 * @param secrets What must not be repeated: passwords, tokens, the recipient, the text.
 */
export function deviceWords(text: string, secrets: readonly string[] = []): string {
  let words = text.slice(0, LONGEST * 8);
  for (const secret of secrets) {
    if (secret.length > 2) words = words.replaceAll(secret, "…");
  }
  // Control characters would let a device write lines of its own into a log.
  const line = words
    .replaceAll(/\+?\d{6,}/g, "…")
    .replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\s]+/gu, " ")
    .trim();
  return line.length > LONGEST ? `${line.slice(0, LONGEST)}…` : line;
}
