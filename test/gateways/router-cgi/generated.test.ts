import assert from "node:assert/strict";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import fc from "fast-check";
import { CellularError } from "../../../src/errors/cellular-error";
import { readSmsList } from "../../../src/gateways/router-cgi/sms-list";
import { bytesAndEnd } from "../../support/raw-replies";
import type { Reply } from "../../support/raw-server";
import { generatedStore } from "./generated-stores";
import { body, DELETE, LIST, routerWith, SEND, sms } from "./scripted-router";

/** `MUTATED_ANSWERS=100000` is the full number, which takes ten minutes. */
const MUTATED_ANSWERS = Number(process.env.MUTATED_ANSWERS ?? 1000);
const MiB = 1024 * 1024;

describe("Every store of a CGI router", () => {
  it("is read as it was written: 10,000 stores, in all forms of the text list", function () {
    this.timeout(120_000);
    const context = { label: "router", asked: "list", segments: 0, secrets: [] } as const;
    fc.assert(
      fc.property(generatedStore, ({ entries, answer }) => {
        const read = readSmsList({ status: 200, headers: {}, body: answer }, context);
        assert.deepEqual(
          read.map(({ id, date, from, text, raw }) => ({
            index: id,
            date: date ?? "",
            sender: from,
            text,
            status: raw.status,
          })),
          entries,
        );
      }),
      { numRuns: 10_000 },
    );
  });
});

const word = fc.constantFrom(
  "OK\n",
  "ERROR\n",
  "TIMEOUT",
  "WRONG_NUMBER",
  "NO MESSAGES\n",
  "Disabled",
  "Bad username or password",
  "<!doctype html><p>",
  "<pre>",
  "",
);
const good = fc.oneof(
  { weight: 4, arbitrary: generatedStore.map(({ answer }) => answer) },
  { weight: 1, arbitrary: word.map((text) => Buffer.from(text)) },
);
const put = fc.oneof(
  fc.uint8Array({ maxLength: 12 }).map((array) => Buffer.from(array)),
  word.map((text) => Buffer.from(text)),
  fc
    .tuple(
      fc.constantFrom(
        "\n",
        "-",
        " ",
        "\nStatus:\n-----\n",
        "Index: 1\n",
        "<pre>",
        "</pre> ",
        "\r\n",
        "\nStatus: x\n------\n\nIndex: 1\nDate: \nSender: \n",
      ),
      fc.integer({ min: 1, max: 3000 }),
    )
    .map(([text, count]) => Buffer.from(text.repeat(count))),
);
const mutated = fc
  .tuple(good, fc.array(fc.tuple(fc.nat(), fc.nat(60), put), { minLength: 1, maxLength: 4 }))
  .map(([answer, changes]) => changes.reduce(withChange, answer));
const status = fc.constantFrom(
  200,
  200,
  200,
  200,
  200,
  200,
  204,
  206,
  302,
  400,
  401,
  403,
  404,
  408,
  413,
  429,
  500,
  503,
);

function withChange(answer: Buffer, [at, removed, added]: readonly [number, number, Buffer]): Buffer {
  const position = at % (answer.length + 1);
  return Buffer.concat([answer.subarray(0, position), added, answer.subarray(position + removed)]);
}

function asReply(code: number, content: Buffer): Reply {
  if (code === 200) return body(content);
  const isBare = code === 204;
  const head = `HTTP/1.1 ${code} Status\r\n${isBare ? "" : `Content-Length: ${content.length}\r\n`}\r\n`;
  return bytesAndEnd(Buffer.concat([Buffer.from(head), isBare ? Buffer.alloc(0) : content]));
}

/** The error of a call that does not wait for more until its time is over, or undefined where it succeeds. */
async function errorOf(call: Promise<unknown>): Promise<CellularError | undefined> {
  try {
    await call;
    return undefined;
  } catch (error) {
    assert.ok(error instanceof CellularError, String(error));
    assert.doesNotMatch(error.message, /no complete answer within/, "the call hung");
    return error;
  }
}

function memoryInUse(): number {
  setFlagsFromString("--expose-gc");
  (runInNewContext("gc") as () => void)();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

describe("Whatever a CGI router answers", () => {
  it(`calls end before their time is over, with a CellularError or well, in ${MUTATED_ANSWERS} mutated answers`, async function () {
    this.timeout(900_000);
    let current: Reply = body(Buffer.alloc(0));
    const reply: Reply = (wire, request) => {
      current(wire, request);
    };
    const { server, router } = await routerWith({ [SEND]: reply, [LIST]: reply, [DELETE]: reply });
    // The tables that fast-check makes once are no memory of the driver.
    fc.sample(mutated, 100);
    const before = memoryInUse();
    await fc.assert(
      fc.asyncProperty(status, mutated, async (code, content) => {
        current = asReply(code, content);
        const sent = await errorOf(router.sendSms(sms));
        const text = content
          .toString("latin1")
          .replace(/^\u00ef\u00bb\u00bf/, "")
          .replace(/^\s*<pre>\s*/i, "");
        const saysOk = (code === 200 || code === 206) && /^\s*OK/.test(text);
        if (sent === undefined) assert.ok(saysOk, "accepted what is no OK");
        if (sent?.outcome === "unknown") assert.equal(sent.retryable, false);
        const read = await errorOf(router.listSms());
        if (read !== undefined) assert.equal(read.outcome, "not-sent");
        await errorOf(router.deleteSms({ ids: 1 }));
        server.requests.length = 0;
      }),
      { numRuns: MUTATED_ANSWERS },
    );
    const grown = memoryInUse() - before;
    assert.ok(grown < 64 * MiB, `${Math.round(grown / MiB)} MiB more memory`);
  });
});
