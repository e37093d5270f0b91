/**
 * Ways to write the address of a callback, any of which the service may have signed: as it is given, as a URL parser
 * writes it, and with its query escaped anew; each as it is, without its port, and with the standard port of its scheme.
 * All of them mean the same request. (What the vendor's own validator tries, and the port for a URL that has another.)
 */
export function waysToWrite(url: string): ReadonlySet<string> {
  const parsed = parsedForm(url);
  const escaped = parsed === undefined ? undefined : escapedForm(parsed);
  const forms = [url, parsed, escaped].filter((form) => form !== undefined);
  return new Set(forms.flatMap(withPorts));
}

function withPorts(url: string): readonly string[] {
  const parts = /^(https?:\/\/)([^/?#]*?)(:\d*)?([/?#].*)?$/is.exec(url);
  if (parts === null) return [url];
  const [, scheme = "", host = "", , rest = ""] = parts;
  const standard = scheme.toLowerCase() === "https://" ? ":443" : ":80";
  return [url, `${scheme}${host}${rest}`, `${scheme}${host}${standard}${rest}`];
}

function parsedForm(url: string): string | undefined {
  // The parser takes white space out by itself, and no request line holds any.
  return /[\s\p{Cc}]/u.test(url) || !URL.canParse(url) ? undefined : new URL(url).href;
}

/** With those characters of the query escaped that `encodeURIComponent` escapes, and no others: an apostrophe stays. */
function escapedForm(url: string): string | undefined {
  const at = url.indexOf("?");
  if (at === -1 || url.includes("#")) return undefined;
  const pairs = url
    .slice(at + 1)
    .split("&")
    .filter((pair) => pair !== "");
  try {
    return `${url.slice(0, at)}?${pairs.map(escapedPair).join("&")}`;
  } catch (error) {
    if (error instanceof URIError) return undefined;
    throw error;
  }
}

function escapedPair(pair: string): string {
  const [name = "", ...value] = pair.split("=");
  return `${escapedAnew(name)}=${escapedAnew(value.join("="))}`;
}

/** @throws URIError where the text holds a percent sign that escapes nothing. */
function escapedAnew(text: string): string {
  return encodeURIComponent(decodeURIComponent(text.replaceAll("+", " ")));
}
