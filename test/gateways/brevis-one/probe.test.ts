import assert from "node:assert/strict";
import type { CellularErrorCode } from "../../../src/errors/cellular-error";
import { assertFailure, failureOf } from "../../support/failure";
import { answer, reset, silence, truncated, webPage } from "../../support/raw-replies";
import type { Reply } from "../../support/raw-server";
import { gatewayWith } from "./scripted-gateway";

describe("/check.php of a brevis.one gateway", () => {
  const pages: readonly (readonly [what: string, page: string, seen: readonly (number | string | null)[]])[] = [
    ["all values", "que: 0\nfailed: 3\nsignal: -83db\nstate: ready\n", [0, 3, -83, "ready"]],
    ["no number for the signal", "que: 2\nfailed: 0\nsignal: db\nstate: idle", [2, 0, null, "idle"]],
    ["no values", "que:\nfailed:\nsignal:\nstate:\n", [null, null, null, null]],
    ["fewer lines", "que: 7\n", [7, null, null, null]],
    ["more lines", "version 5\n\nque: 1\nfailed: 0\nsignal: -60db\nstate: ok: all\nother: 9\n", [1, 0, -60, "ok: all"]],
    ["other line ends and case", "Que : 1\r\nFAILED:2\rsignal: -83 dB\r\nState:  on \r\n", [1, 2, -83, "on"]],
    ["lines of a web page", "que: 1<br>failed: 2<br/>signal: -7db<BR />state: ok", [1, 2, -7, "ok"]],
    ["a label twice", "que: 1\nque: 2\n", [1, null, null, null]],
    ["words for numbers", "que: none\nfailed: many\nsignal: weak\nstate: 5\n", [null, null, null, "5"]],
    ["more digits than a count has", "que: 99999999999999999999\n", [null, null, null, null]],
  ];
  for (const [what, page, seen] of pages) {
    it(`with ${what} is read`, async () => {
      const { gateway } = await gatewayWith(answer(200, page));
      const { version, queue, failed, signal, state, raw } = await gateway.probe();
      assert.deepEqual([queue, failed, signal, state], seen);
      assert.deepEqual([version, raw], [null, page]);
    });
  }

  const failures: readonly (readonly [what: string, Reply, CellularErrorCode])[] = [
    ["an empty page", answer(200), "BAD_RESPONSE"],
    ["another page", webPage, "BAD_RESPONSE"],
    ["words", answer(200, "OK"), "BAD_RESPONSE"],
    ["HTTP 302", answer(302, "", { Location: "/login" }), "BAD_RESPONSE"],
    ["HTTP 401", answer(401), "AUTH_FAILED"],
    ["HTTP 404", answer(404), "NOT_FOUND"],
    ["HTTP 408", answer(408), "TIMEOUT"],
    ["HTTP 500", answer(500, "que: 0"), "BAD_RESPONSE"],
    ["a page that is cut off", truncated("que: 0"), "CONNECTION_LOST"],
    ["a reset", reset, "CONNECTION_LOST"],
    ["silence", silence, "TIMEOUT"],
    ["a huge page", answer(200, "que: 0\n".repeat(200_000)), "RESPONSE_TOO_LARGE"],
  ];
  for (const [what, reply, code] of failures) {
    it(`is ${code} after ${what}: nothing was sent by it`, async () => {
      const { gateway } = await gatewayWith(reply);
      assertFailure(await failureOf(gateway.probe({ timeout: reply === silence ? 1500 : 5000 })), code, "not-sent");
    });
  }

  it("is asked for without credentials too", async () => {
    const { gateway } = await gatewayWith(answer(200, "que: 0"), { username: "", password: "" });
    assert.equal((await gateway.probe()).queue, 0);
  });
});
