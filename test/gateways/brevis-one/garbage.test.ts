import assert from "node:assert/strict";
import fc from "fast-check";
import { CellularError } from "../../../src/errors/cellular-error";
import { answer, bytesAndEnd } from "../../support/raw-replies";
import type { Reply } from "../../support/raw-server";
import { gatewayWith, sms } from "./scripted-gateway";

const known = fc.constantFrom(
  "OK",
  "",
  "Error. See Gateway logs for more information.",
  "Error: Parameter miss",
  "401 Unauthorized - Username or Password wrong",
  "403 Forbidden - Your User has no right to send SMS over API",
  "FAILED - Timeout or see Gateway logs for more information.",
  "que: 0\nfailed: 0\nsignal: -83db\nstate: ready\n",
  "<!doctype html><html><body>Login</body></html>",
);
const odd = fc.oneof(
  fc.string({ unit: "binary", maxLength: 20 }),
  fc.constantFrom("\u0000", "\r\n\r\n", ":".repeat(3000), "signal: ", "que: -", "<br>".repeat(500), "\ufeff", "…"),
);
const body = fc.oneof(
  known,
  fc.tuple(known, fc.nat(80), fc.nat(20), odd).map(([text, at, removed, put]) => {
    return text.slice(0, at) + put + text.slice(at + removed);
  }),
  fc.string({ unit: "binary" }),
);
const status = fc.constantFrom(
  200,
  200,
  200,
  201,
  204,
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
  /** Whether a whole answer of HTTP 200 comes. */
  readonly isOk: boolean;
}

const wholeAnswer = fc.tuple(status, body).map(([code, text]): Answer => {
  return { what: `${code} ${text}`, reply: answer(code, text), isOk: code === 200 };
});
const cutAnswer = fc.tuple(body, fc.nat(120)).map(([text, length]): Answer => {
  const whole = Buffer.from(`HTTP/1.1 200 OK\r\nContent-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`);
  const sent = whole.subarray(0, length);
  return { what: sent.toString(), reply: bytesAndEnd(sent), isOk: sent.length === whole.length };
});
const changedHead = fc.tuple(fc.nat(45), fc.nat(6), odd).map(([at, removed, put]): Answer => {
  const head = "HTTP/1.1 599 Bad\r\nContent-Length: 2\r\n\r\nOK";
  const text = head.slice(0, at) + put + head.slice(at + removed);
  return { what: text, reply: bytesAndEnd(text), isOk: false };
});
const noAnswer = fc.uint8Array({ maxLength: 200 }).map((array): Answer => {
  return { what: String(array), reply: bytesAndEnd(Buffer.from(array)), isOk: false };
});
const anyAnswer = fc.oneof(
  { weight: 8, arbitrary: wholeAnswer },
  { weight: 1, arbitrary: cutAnswer },
  { weight: 1, arbitrary: changedHead },
  { weight: 1, arbitrary: noAnswer },
);

async function errorOf(call: Promise<unknown>): Promise<CellularError | undefined> {
  try {
    await call;
    return undefined;
  } catch (error) {
    assert.ok(error instanceof CellularError, String(error));
    return error;
  }
}

describe("Whatever a brevis.one gateway answers", () => {
  it("a call ends in time, and fails with a CellularError alone; only HTTP 200 is accepted", async function () {
    this.timeout(180_000);
    let current: Reply = answer(200);
    const { gateway } = await gatewayWith((wire, request) => {
      current(wire, request);
    });
    await fc.assert(
      fc.asyncProperty(anyAnswer, async ({ reply, isOk }) => {
        current = reply;
        const error = await errorOf(gateway.sendSms(sms));
        assert.equal(error === undefined, isOk, error?.message);
        if (error?.outcome === "unknown") assert.equal(error.retryable, false);
        const failure = await errorOf(gateway.probe());
        if (failure !== undefined) assert.equal(failure.outcome, "not-sent");
        for (const one of [error, failure]) {
          if (one?.code === "TIMEOUT") assert.equal(one.status, 408, "the call hung");
        }
      }),
      { numRuns: 3000 },
    );
  });
});
