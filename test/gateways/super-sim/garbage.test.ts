import assert from "node:assert/strict";
import fc from "fast-check";
import { CellularError } from "../../../src/errors/cellular-error";
import { answer, bytesAndEnd } from "../../support/raw-replies";
import type { Reply } from "../../support/raw-server";
import { all, COMMAND_SID, koreWith, request, resource, tokenOf } from "./scripted-service";

const list = { sms_commands: [resource], meta: { key: "sms_commands", next_page_url: null } };
const known = fc.constantFrom(
  JSON.stringify(resource),
  JSON.stringify(list),
  '{"code":20404,"message":"no","more_info":"https://errors.example/20404","status":404}',
  '{"access_token":"t1","expires_in":3600}',
  "",
  "null",
  "<!doctype html><html></html>",
);
const odd = fc.oneof(
  fc.string({ unit: "binary", maxLength: 20 }),
  fc.constantFrom("\u0000", '"__proto__":{},', "[".repeat(5000), '{"sid":1}', "null", "1e999", "\ufeff", "\\ud83d"),
);
const body = fc.oneof(
  known,
  fc.json(),
  fc.tuple(known, fc.nat(300), fc.nat(20), odd).map(([text, at, removed, put]) => {
    return text.slice(0, at) + put + text.slice(at + removed);
  }),
);
// Those that are repeated have tests of their own: a pause each would take minutes here.
const status = fc.constantFrom(200, 200, 200, 201, 201, 204, 206, 302, 400, 401, 403, 404, 418);
const whole = fc.tuple(status, body).map(([code, text]) => {
  // 204 has no body: what follows would count for the next answer.
  return { code, text, reply: answer(code, code === 204 ? "" : text) };
});
const broken = fc.tuple(fc.nat(45), fc.nat(6), odd).map(([at, removed, put]) => {
  const head = "HTTP/1.1 418 Bad\r\nContent-Length: 2\r\n\r\nOK";
  return { code: 0, text: "", reply: bytesAndEnd(head.slice(0, at) + put + head.slice(at + removed)) };
});
const anyAnswer = fc.oneof({ weight: 8, arbitrary: whole }, { weight: 1, arbitrary: broken });

async function errorOf(call: Promise<unknown>): Promise<CellularError | undefined> {
  try {
    await call;
    return undefined;
  } catch (error) {
    assert.ok(error instanceof CellularError, String(error));
    return error;
  }
}

describe("Whatever Super SIM answers", () => {
  it("a call ends in time and fails with a CellularError alone; only 200 or 201 with a SID is accepted", async function () {
    this.timeout(180_000);
    let current: Reply = answer(200);
    const { account } = await koreWith(tokenOf("t1"), (wire, asked) => {
      current(wire, asked);
    });
    await fc.assert(
      fc.asyncProperty(anyAnswer, async ({ code, text, reply }) => {
        current = reply;
        const error = await errorOf(account.createSmsCommand(request));
        if (error === undefined) {
          assert.ok(code === 200 || code === 201);
          assert.match(text, /"sid"/);
        } else if (code >= 400) assert.equal(error.outcome, "not-sent");
        else if (code > 0) assert.equal(error.outcome, "unknown");
        assert.notEqual(error?.code, "TIMEOUT", "the call hung");
        if (code === 0) return;
        for (const failure of [
          await errorOf(account.fetchSmsCommand(COMMAND_SID)),
          await errorOf(all(account.listSmsCommands())),
        ]) {
          if (failure !== undefined) assert.equal(failure.outcome, "not-sent");
          assert.notEqual(failure?.code, "TIMEOUT", "the call hung");
        }
      }),
      { numRuns: 1000 },
    );
  });
});
