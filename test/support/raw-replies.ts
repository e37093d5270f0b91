import type { Reply } from "./raw-server";

type Headers = Readonly<Record<string, string | readonly string[]>>;

/** Exactly these bytes; the connection stays open. */
export function bytes(content: string | Buffer): Reply {
  return ({ stream }) => {
    stream.write(content);
  };
}

/** Exactly these bytes, then the end of the connection. */
export function bytesAndEnd(content: string | Buffer): Reply {
  return ({ stream }) => {
    stream.end(content);
  };
}

/** A whole answer; the connection is kept. */
export function answer(status: number, body = "", headers: Headers = {}): Reply {
  return bytes(answerText(status, body, headers));
}

export function json(content: unknown, headers: Headers = {}, status = 200): Reply {
  return answer(status, JSON.stringify(content), { "content-type": "application/json", ...headers });
}

export const webPage = answer(200, "<!DOCTYPE html><html><title>Web Admin</title></html>", {
  "content-type": "text/html",
});

/** Reads the request and says nothing. */
export const silence: Reply = () => undefined;

/** Reads the request, then breaks the connection with a TCP reset. */
export const reset: Reply = ({ socket }) => {
  socket.resetAndDestroy();
};

/** Reads the request, then closes the connection in good order without an answer. */
export const hangUp: Reply = ({ stream }) => {
  stream.end();
};

/** Promises more bytes than it sends. */
export function truncated(body: string): Reply {
  return bytesAndEnd(`HTTP/1.1 200 OK\r\nContent-Length: ${Buffer.byteLength(body) + 10}\r\n\r\n${body}`);
}

/** Sends the head, then a byte of the body every few milliseconds, without an end. */
export const drip: Reply = ({ stream, socket }) => {
  stream.write("HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n");
  const timer = setInterval(() => stream.write(" "), 5);
  socket.on("close", () => {
    clearInterval(timer);
  });
};

/** Sends the head a byte at a time, without an end. */
export const dripHead: Reply = ({ stream, socket }) => {
  stream.write("HTTP/1.1 200 OK\r\nX-Slow: ");
  const timer = setInterval(() => stream.write("a"), 5);
  socket.on("close", () => {
    clearInterval(timer);
  });
};

/** The replies in order, the last one for all that follow. */
export function inTurn(...replies: readonly Reply[]): Reply {
  let next = 0;
  return (wire, request) => {
    const reply = replies[Math.min(next, replies.length - 1)];
    next += 1;
    reply?.(wire, request);
  };
}

function answerText(status: number, body: string, headers: Headers): string {
  const fields = Object.entries(headers).flatMap(([name, value]) =>
    (typeof value === "string" ? [value] : value).map((one) => `${name}: ${one}\r\n`),
  );
  return `HTTP/1.1 ${status} Status\r\n${fields.join("")}Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
}
