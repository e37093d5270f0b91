import type { HttpAnswer } from "../../http";

/** Bytes of the answer that are kept. */
const KEPT_BYTES = 4096;
/** A shorter beginning of a secret gives nothing away. */
const SHORTEST_PIECE = 3;

/**
 * The cause of a `BAD_RESPONSE`: the beginning of an answer that could not be read. It may hold texts and numbers of
 * other people, so that it shows in no message and no log of the error; ask for `raw` to see it.
 */
export class UnreadAnswer extends Error {
  override readonly name = "UnreadAnswer";
  readonly #raw: string;

  /** @param secrets What the device may have repeated and must not be kept. */
  constructor({ body }: HttpAnswer, secrets: readonly string[]) {
    super("The beginning of the answer is in the property raw.");
    this.#raw = withoutSecrets(body.toString("utf8", 0, KEPT_BYTES), secrets);
  }

  /** At most 4 KiB of the answer, without the login's secrets. */
  get raw(): string {
    return this.#raw;
  }
}

function withoutSecrets(text: string, secrets: readonly string[]): string {
  const forms = secrets
    .filter((secret) => secret !== "")
    .flatMap((secret) => [
      secret,
      encodeURIComponent(secret),
      new URLSearchParams({ "": secret }).toString().slice(1),
      secret.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;"),
    ]);
  let shown = text;
  for (const form of forms) shown = shown.replaceAll(form, "…");
  return withoutCutSecret(shown, forms);
}

/** Where the answer was shortened in the middle of a secret, its beginning stands at the end. */
function withoutCutSecret(text: string, forms: readonly string[]): string {
  const longest = Math.max(0, ...forms.map((form) => cutLength(text, form)));
  return longest === 0 ? text : `${text.slice(0, -longest)}…`;
}

function cutLength(text: string, form: string): number {
  for (let length = form.length - 1; length >= SHORTEST_PIECE; length -= 1) {
    if (text.endsWith(form.slice(0, length))) return length;
  }
  return 0;
}
