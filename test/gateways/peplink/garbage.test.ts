import assert from "node:assert/strict";
import fc from "fast-check";
import { CellularError } from "../../../src/errors/cellular-error";
import { answer, bytesAndEnd } from "../../support/raw-replies";
import type { Reply } from "../../support/raw-server";
import { LIST, routerWith, SEND, sms, STATUS } from "./scripted-router";

const goodList = {
  stat: "ok",
  response: {
    connId: 6,
    simId: 1,
    imsi: "001010123456789",
    sms: [
      { sender: "988", message: [{ id: 1, date: "Feb 17 13:55", timestamp: 1581774925, length: "2", message: "hi" }] },
      { sender: "+447700900102", message: [{ id: 2, timestamp: 1580867113, length: 4, content: "part" }] },
    ],
  },
};
const goodStatus = {
  stat: "ok",
  response: {
    "2": { type: "cellular", cellular: { signalLevel: 3, carrier: { name: "X" }, sim: { "1": { active: true } } } },
    order: [2],
  },
};

/** The same document with one place, found by the choices, put to another value. */
function withAt(document: unknown, choices: readonly number[], value: unknown): unknown {
  const [choice, ...rest] = choices;
  if (choice === undefined || typeof document !== "object" || document === null) return value;
  const entries = Object.entries(document);
  const [key] = entries[choice % Math.max(1, entries.length)] ?? [];
  if (key === undefined) return value;
  const changed = entries.map(([name, old]): [string, unknown] => [
    name,
    name === key ? withAt(old, rest, value) : old,
  ]);
  return Array.isArray(document) ? changed.map(([, one]) => one) : Object.fromEntries(changed);
}

const good = fc.constantFrom<unknown>(goodList, goodStatus, { stat: "ok" }, { stat: "fail", code: 401, message: "no" });
const oddValue = fc.oneof(
  fc.jsonValue(),
  fc.constantFrom<unknown>(null, "", "0", 0, -1, 1e308, [], {}, { __proto__: null }, true, "ok", "fail", 401),
);
const changedDocument = fc
  .tuple(good, fc.array(fc.nat(9), { maxLength: 7 }), oddValue)
  .map(([document, choices, value]) => JSON.stringify(withAt(document, choices, value)));
const changedText = fc
  .tuple(
    good,
    fc.nat(300),
    fc.nat(20),
    fc.oneof(fc.string({ maxLength: 8 }), fc.constantFrom('"__proto__":{},', "[".repeat(5000))),
  )
  .map(([document, at, removed, put]) => {
    const text = JSON.stringify(document);
    return text.slice(0, at) + put + text.slice(at + removed);
  });
const body = fc.oneof(changedDocument, changedDocument, changedText, fc.string(), fc.json());
const status = fc.constantFrom(
  200,
  200,
  200,
  200,
  201,
  206,
  300,
  302,
  400,
  401,
  403,
  404,
  408,
  418,
  429,
  500,
  503,
  599,
);
interface Answer {
  readonly what: string;
  readonly reply: Reply;
  /** Whether the answer says that the router took an SMS. */
  readonly isOk: boolean;
}

const wholeAnswer = fc.tuple(status, body).map(([code, text]): Answer => {
  return { what: `${code} ${text}`, reply: answer(code, text), isOk: code < 300 && saysOk(text) };
});
const cutAnswer = fc.tuple(body, fc.nat(200)).map(([text, length]): Answer => {
  const whole = Buffer.from(`HTTP/1.1 200 OK\r\nContent-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`);
  const sent = whole.subarray(0, length);
  return { what: sent.toString(), reply: bytesAndEnd(sent), isOk: sent.length === whole.length && saysOk(text) };
});
const noAnswer = fc.uint8Array({ maxLength: 200 }).map((array): Answer => {
  return { what: String(array), reply: bytesAndEnd(Buffer.from(array)), isOk: false };
});
const anyAnswer = fc.oneof(
  { weight: 18, arbitrary: wholeAnswer },
  { weight: 1, arbitrary: cutAnswer },
  { weight: 1, arbitrary: noAnswer },
);

function saysOk(text: string): boolean {
  try {
    const read = JSON.parse(text) as { stat?: unknown } | null;
    return read !== null && !Array.isArray(read) && read.stat === "ok";
  } catch {
    return false;
  }
}

async function errorOf(call: Promise<unknown>): Promise<CellularError | undefined> {
  try {
    await call;
    return undefined;
  } catch (error) {
    assert.ok(error instanceof CellularError, String(error));
    return error;
  }
}

describe("Whatever a router answers", () => {
  it("a call ends in time, and fails with a CellularError alone; only a clear ok is accepted", async function () {
    this.timeout(180_000);
    let current: Reply = answer(200);
    const reply: Reply = (wire, request) => {
      current(wire, request);
    };
    const { router } = await routerWith({ [SEND]: reply, [LIST]: reply, [STATUS]: reply });
    await fc.assert(
      fc.asyncProperty(anyAnswer, async ({ reply: next, isOk }) => {
        current = next;
        const error = await errorOf(router.sendSms(sms));
        assert.equal(error === undefined, isOk, error?.message);
        if (error?.outcome === "unknown") assert.equal(error.retryable, false);
        if (error?.code === "TIMEOUT") assert.equal(error.status, 408, "the call hung");
        for (const read of [() => router.readMailbox({ connId: 6 }), () => router.connections()]) {
          const failure = await errorOf(read());
          if (failure !== undefined) assert.equal(failure.outcome, "not-sent");
        }
      }),
      { numRuns: 3000 },
    );
  });
});
