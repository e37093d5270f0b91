import { CellularError } from "../errors/cellular-error";
import { kindOfValue } from "./kind-of-value";

/** One recipient in the form that the gateway takes, or as it was given and what is wrong with it. */
export type Recipient =
  | { readonly ok: true; readonly to: string; /** As it was written. */ readonly given: string }
  | { readonly ok: false; readonly to: string; readonly error: CellularError };

export interface RecipientOptions {
  /** Commas and semicolons separate recipients: right for phone numbers, wrong for names. */
  readonly lists: boolean;
  /** Gives a recipient the form that the gateway takes; throws `CellularError` if it has none. */
  readonly normalize: (text: string) => string;
}

/**
 * Reads one recipient, an array of them, or, where `lists` is set, lists separated by commas or semicolons, in an
 * array too. Blanks are dropped, and so is what comes twice once normalized. A recipient that is wrong does not harm
 * the others: it comes back with its error, which never quotes it.
 *
 * @returns at least one recipient, in the order given
 * @throws CellularError `ADDRESS_INVALID` if there is none at all, right or wrong
 */
export function readRecipients(value: unknown, options: RecipientOptions): Recipient[] {
  const recipients = new Map<string, Recipient>();
  for (const item of itemsOf(value)) {
    for (const recipient of readItem(item, options)) {
      recipients.set(`${String(recipient.ok)} ${recipient.to}`, recipient);
    }
  }
  if (recipients.size === 0) throw new CellularError("ADDRESS_INVALID", "There is no recipient.");
  return [...recipients.values()];
}

function itemsOf(value: unknown): readonly unknown[] {
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? value : [value];
}

function readItem(item: unknown, options: RecipientOptions): Recipient[] {
  // Contacts and groups have numbers as ids; of a phone number something would be lost.
  if (!options.lists && Number.isSafeInteger(item)) return [normalized(String(item), options)];
  if (typeof item !== "string") return [wrongKind(item, options)];
  const texts = options.lists ? item.split(/[,;]/) : [item];
  return texts
    .map((text) => text.trim())
    .filter((text) => text !== "")
    .map((text) => normalized(text, options));
}

function normalized(text: string, { normalize }: RecipientOptions): Recipient {
  try {
    return { ok: true, to: normalize(text), given: text };
  } catch (error) {
    if (error instanceof CellularError) return { ok: false, to: text, error };
    throw error;
  }
}

function wrongKind(item: unknown, { lists }: RecipientOptions): Recipient {
  const isNumber = typeof item === "number" || typeof item === "bigint";
  const form = lists ? "write it as text with + and the country code" : "write it as text";
  const error = new CellularError("ADDRESS_INVALID", `The recipient is ${kindOfValue(item)}: ${form}.`);
  return { ok: false, to: isNumber ? String(item) : kindOfValue(item), error };
}
