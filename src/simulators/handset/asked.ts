/** A request of the page that asks for nothing that can be done. */
export class Unusable extends Error {
  override readonly name = "Unusable";
}

/** The fields of a JSON object; none where the text is something else. */
export function fieldsOf(body: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === "object" && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}

export function isText(value: unknown): value is string {
  return typeof value === "string" && value !== "";
}
