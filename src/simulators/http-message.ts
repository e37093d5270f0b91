import type { IncomingHttpHeaders, IncomingMessage } from "node:http";

/** A request that a device has read to its end. */
export interface DeviceRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface DeviceAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** How the body is written. Default UTF-8. */
  readonly encoding?: "utf8" | "latin1";
}

export function bytesOf({ body, encoding = "utf8" }: DeviceAnswer): Buffer {
  return Buffer.from(body, encoding);
}

/** Reads a body of up to `limit` bytes; undefined where it is larger. The rest of a larger one is not read. */
export async function readBody(message: IncomingMessage, limit: number): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  const stream: AsyncIterable<Buffer> = message.iterator({ destroyOnReturn: false });
  for await (const chunk of stream) {
    size += chunk.length;
    if (size > limit) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

export function jsonAnswer(value: unknown, status = 200, headers: Readonly<Record<string, string>> = {}): DeviceAnswer {
  return { status, headers: { "content-type": "application/json", ...headers }, body: JSON.stringify(value) };
}

/** A page such as a device's web server shows instead of an answer. */
export function webPage(status: number, title: string): DeviceAnswer {
  const body = `<!doctype html>\n<html lang="en"><head><title>${title}</title></head><body><h1>${title}</h1></body></html>\n`;
  return { status, headers: { "content-type": "text/html; charset=utf-8" }, body };
}

/** Reads the cookies of a request (RFC 6265). */
export function cookiesOf(headers: IncomingHttpHeaders): ReadonlyMap<string, string> {
  const pairs = (headers.cookie ?? "").split(";").map((pair) => pair.trim());
  return new Map(
    pairs.flatMap((pair): [string, string][] => {
      const equals = pair.indexOf("=");
      return equals > 0 ? [[pair.slice(0, equals), pair.slice(equals + 1)]] : [];
    }),
  );
}
