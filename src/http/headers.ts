import type { HttpAnswer } from "./client";

/** The value of a header, the first one if it came several times. */
export function singleHeader(answer: Pick<HttpAnswer, "headers">, name: string): string | undefined {
  return allHeaders(answer, name)[0];
}

/** All values of a header, in the order they came. */
export function allHeaders(answer: Pick<HttpAnswer, "headers">, name: string): readonly string[] {
  const value = answer.headers[name];
  if (value === undefined) return [];
  return typeof value === "string" ? [value] : value;
}
