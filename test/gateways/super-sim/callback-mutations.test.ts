import assert from "node:assert/strict";
import { parse } from "node:querystring";
import { CallbackRefusal, isSigned, readCallback, type Callback } from "../../../src/gateways/super-sim";
import { Seeded } from "../../support/seeded";
import {
  ADDRESS,
  callbackOf,
  FORM,
  JSON_TYPE,
  koreForm,
  koreJson,
  koreSigned,
  secrets,
  twilioForm,
  twilioGet,
  twilioJson,
} from "./signed-callbacks";

const MUTATIONS = 10_000;
const PORT = ADDRESS.replace(".test", ".test:8443");

/** A callback in pieces that can be spoilt one by one; bytes are characters of Latin-1. */
interface Pieces {
  readonly method: string;
  readonly url: string;
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
}

function piecesOf({ method, urls, headers, body }: Callback): Pieces {
  const url = Buffer.from(urls[0] ?? "").toString("latin1");
  return { method, url, body: body.toString("latin1"), headers: headers as Pieces["headers"] };
}

function assembled({ method, url, headers, body }: Pieces): Callback {
  return { method, urls: [Buffer.from(url, "latin1").toString()], headers, body: Buffer.from(body, "latin1") };
}

/** One byte of a text turned, put in, taken out or written twice. */
function spoilt(text: string, random: Seeded): string {
  const at = random.whole(0, Math.max(text.length - 1, 0));
  const byte =
    random.below(1) < 0.5
      ? random.pick(["&", "=", "?", "#", "%", " ", '"', ":", "/"])
      : String.fromCharCode(random.whole(0, 255));
  const [before, here, after] = [text.slice(0, at), text.slice(at, at + 1), text.slice(at + 1)];
  switch (random.pick(["turn", "insert", "delete", "double"])) {
    case "turn":
      return before + String.fromCharCode((here === "" ? 0 : here.charCodeAt(0)) ^ (1 << random.whole(0, 7))) + after;
    case "insert":
      return before + byte + here + after;
    case "delete":
      return before + after;
    case "double":
      return before + here + here + after;
  }
}

/** Parts of a list in another order, twice, gone, or with two values exchanged. */
function shuffled(text: string, random: Seeded): string {
  const pairs = text.split("&");
  const [one, other] = [random.whole(0, pairs.length - 1), random.whole(0, pairs.length - 1)];
  const [left = "", right = ""] = [pairs[one], pairs[other]];
  switch (random.pick(["order", "values", "twice", "gone"])) {
    case "order":
      [pairs[one], pairs[other]] = [right, left];
      break;
    case "values": {
      const [[leftName = "", ...leftValue], [rightName = "", ...rightValue]] = [left.split("="), right.split("=")];
      pairs[one] = [leftName, ...rightValue].join("=");
      pairs[other] = [rightName, ...leftValue].join("=");
      break;
    }
    case "twice":
      pairs.push(left);
      break;
    case "gone":
      pairs.splice(one, 1);
  }
  return pairs.join("&");
}

/** The same text with one more character of its query or form escaped. */
function escaped(text: string, from: number, random: Seeded): string {
  const at = random.whole(from, Math.max(text.length - 1, from));
  const here = text.charAt(at);
  if (!/[\w.'~-]/.test(here) || text.charAt(at - 1) === "%" || text.charAt(at - 2) === "%") return text;
  return `${text.slice(0, at)}%${here.charCodeAt(0).toString(16).padStart(2, "0")}${text.slice(at + 1)}`;
}

function withPort(url: string, random: Seeded): string {
  return url.replace(/(gateway.test)(:\d*)?/, `$1${random.pick(["", ":443", ":80", ":8443", ":8444", ":"])}`);
}

function mutated(pieces: Pieces, random: Seeded): readonly [string, Pieces] {
  const { url, body, headers } = pieces;
  const names = Object.keys(headers) as [string, ...string[]];
  const how = random.pick([
    ...(["url", "url", "body", "body", "body", "header", "header", "method", "type"] as const),
    ...(["drop", "form", "query", "escape", "space", "port"] as const),
  ]);
  const change = (): Partial<Pieces> => {
    switch (how) {
      case "url":
        return { url: spoilt(url, random) };
      case "body":
        return { body: spoilt(body, random) };
      case "header": {
        const name = random.pick(names);
        return { headers: { ...headers, [name]: spoilt(headers[name] ?? "", random) } };
      }
      case "method":
        return { method: random.pick(["GET", "POST", "PUT", "get", ""]) };
      case "type":
        return {
          headers: {
            ...headers,
            "content-type": random.pick([FORM, JSON_TYPE, "text/plain", `${FORM}; charset=utf-8`, ""]),
          },
        };
      case "drop": {
        const gone = random.pick(names);
        return { headers: Object.fromEntries(Object.entries(headers).filter(([name]) => name !== gone)) };
      }
      case "form":
        return { body: shuffled(body, random) };
      case "query": {
        const [before = "", query = ""] = url.split("?");
        return { url: `${before}?${shuffled(query, random)}` };
      }
      case "escape":
        return random.below(1) < 0.5
          ? { url: escaped(url, url.indexOf("?") + 1, random) }
          : { body: escaped(body, 0, random) };
      case "space": {
        const at = random.whole(0, body.length);
        return { body: `${body.slice(0, at)}${random.pick([" ", "\n", "\t", "\r\n"])}${body.slice(at)}` };
      }
      case "port":
        return { url: withPort(url, random) };
    }
  };
  return [how, { ...pieces, ...change() }];
}

/**
 * What a callback means, read without the code under test: to whom it goes, and which fields it has. Whether the port is
 * signed is left open by both services: it means nothing.
 */
function meaningOf({ method, urls: [url = ""], headers, body }: Callback): string {
  const { protocol, hostname, pathname, search } = new URL(url.replace(/^(\w+:\/\/[^/?#]*?):\d*(?=[/?#]|$)/, "$1"));
  const [type = ""] = String(headers["content-type"]).split(";");
  const text = method === "GET" ? search.slice(1) : body.toString();
  const read: Readonly<Record<string, unknown>> =
    method === "POST" && type.trim().toLowerCase() === JSON_TYPE
      ? (JSON.parse(text) as Record<string, unknown>)
      : parse(text, "&", "=", { maxKeys: 0 });
  const fields = Object.entries(read).map(([name, value]) => [name, [...new Set([value].flat())].sort()]);
  return JSON.stringify([
    method,
    protocol,
    hostname,
    pathname,
    fields.sort(([a], [b]) => (String(a) < String(b) ? -1 : 1)),
  ]);
}

/** Signed and readable: what a webhook would take. */
function isTaken(callback: Callback): boolean {
  if (!isSigned(callback, secrets)) return false;
  try {
    readCallback(callback);
    return true;
  } catch (error) {
    if (error instanceof CallbackRefusal) return false;
    throw error;
  }
}

describe("A signed callback that was changed on its way", () => {
  const kinds = {
    "Twilio, form": [twilioForm(), twilioForm(undefined, `${PORT}?flow=it's%201`)],
    "Twilio, JSON": [twilioJson(), twilioJson(undefined, `${PORT}?flow=it's%201`)],
    "Twilio, GET": [twilioGet(), twilioGet(undefined, PORT)],
    "KORE, form": [koreForm(), koreForm(PORT)],
    "KORE, JSON": [koreJson(), koreJson(PORT)],
  } as const;
  const table: Record<string, Record<string, number>> = {};

  for (const [name, originals] of Object.entries(kinds)) {
    it(`(${name}) is taken only where it means the very same, over ${MUTATIONS} changes`, function () {
      this.timeout(60_000);
      const random = new Seeded();
      let taken = 0;
      const ways: Record<string, number> = {};
      for (let count = 0; count < MUTATIONS;) {
        const original = random.pick(originals);
        const [how, pieces] = mutated(piecesOf(original), random);
        if (JSON.stringify(pieces) === JSON.stringify(piecesOf(original))) continue;
        count += 1;
        const callback = assembled(pieces);
        if (!isTaken(callback)) continue;
        assert.equal(
          meaningOf(callback),
          meaningOf(original),
          `seed ${random.seed}, change ${count}: ${JSON.stringify(pieces)}`,
        );
        assert.deepEqual(readCallback(callback).command, readCallback(original).command, `seed ${random.seed}`);
        taken += 1;
        ways[how] = (ways[how] ?? 0) + 1;
      }
      assert.ok(taken > 0, "no change kept the meaning: nothing was compared");
      table[name] = { refused: MUTATIONS - taken, "taken, same meaning": taken, ...ways };
    });
  }

  it("(KORE, GET) is taken whatever its query says, which that signature leaves out, and in nothing else", () => {
    const random = new Seeded();
    const original = koreSigned(callbackOf({ method: "GET", urls: [String(twilioGet().urls)] }));
    const pieces = piecesOf(original);
    const [before = "", query = ""] = pieces.url.split("?");
    let taken = 0;
    for (let count = 0; count < MUTATIONS; count += 1) {
      const other = random.pick([
        { ...pieces, url: `${spoilt(before, random)}?${query}` },
        { ...pieces, headers: { "kore-signature": spoilt(String(pieces.headers["kore-signature"]), random) } },
        { ...pieces, method: random.pick(["POST", "PUT", ""]) },
        { ...pieces, body: spoilt("", random) },
      ]);
      if (JSON.stringify(other) === JSON.stringify(pieces) || !isTaken(assembled(other))) continue;
      taken += 1;
      assert.equal(meaningOf(assembled(other)), meaningOf(original), JSON.stringify(other));
    }
    table["KORE, GET without its query"] = { refused: MUTATIONS - taken, "taken, same meaning": taken };
  });

  after(() => {
    if (process.env.PRINT_TABLE === "1") console.table(table);
  });
});
