/** How the router's documents have a line break written: as itself, or as the two characters `%n`. */
export type LineBreak = "lf" | "percent-n";

/** One line break, whichever system the text comes from. */
const LINE_END = /\r\n?|\n/g;

/** The fields of one request, in the order in which they are written. */
export type FormFields = Readonly<Record<string, string>>;

/**
 * Writes fields as the query of a GET. With `percent-n` a line break reaches the wire as the two characters `%n`, which
 * is no valid escape, so that the router finds them again where it has decoded the rest (`seeds/004`: "Use %n to insert
 * a line break").
 */
export function writeQuery(fields: FormFields, lineBreak: LineBreak): string {
  return write(fields, (value) =>
    lineBreak === "percent-n" ? value.split(LINE_END).map(escaped).join("%n") : escaped(value),
  );
}

/** Writes fields as a form: with `percent-n` the two characters are escaped as every other value is. */
export function writeForm(fields: FormFields, lineBreak: LineBreak): string {
  return write(fields, (value) => escaped(lineBreak === "percent-n" ? withPercentN(value) : value));
}

/** A text with its line breaks as the two characters `%n`. */
export function withPercentN(text: string): string {
  return text.replaceAll(LINE_END, "%n");
}

function write(fields: FormFields, writeValue: (value: string) => string): string {
  return Object.entries(fields)
    .map(([name, value]) => `${name}=${writeValue(value)}`)
    .join("&");
}

/** The vendor's page wants a space as %20; every decoder of forms knows that one, but not each knows `+`. */
function escaped(value: string): string {
  return new URLSearchParams({ "": value }).toString().slice(1).replaceAll("+", "%20");
}
