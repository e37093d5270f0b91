import assert from "node:assert/strict";
import type { CellularErrorCode, Outcome } from "../../../src/errors/cellular-error";
import type { DeleteRequest } from "../../../src/gateways/gateway";
import { assertFailure, failureOf } from "../../support/failure";
import { answer, inTurn, reset, silence, webPage } from "../../support/raw-replies";
import type { RawServer } from "../../support/raw-server";
import { DELETE, LIST, ok, printed, routerWith, says } from "./scripted-router";

function deletedIndices(server: RawServer): readonly (string | null)[] {
  const deletions = server.requests.filter(({ path }) => path === DELETE);
  return deletions.map(({ body }) => new URLSearchParams(body).get("number"));
}

describe("A deletion at a CGI router", () => {
  it("of one SMS is one request, of index 0 too", async () => {
    const { server, router } = await routerWith();
    await router.deleteSms({ ids: 0 });
    await router.deleteSms({ ids: 12 });
    assert.deepEqual(deletedIndices(server), ["0", "12"]);
  });

  it("of several is one request each, once for each, from the highest index to the lowest", async () => {
    const { server, router } = await routerWith();
    await router.deleteSms({ ids: [2, 10, 0, 2] });
    assert.deepEqual(deletedIndices(server), ["10", "2", "0"]);
  });

  it("of all is of those that the list shows", async () => {
    const { server, router } = await routerWith({
      [LIST]: answer(200, printed({ index: 0 }) + printed({ index: 3 }) + printed({ index: 1 })),
    });
    await router.deleteSms({ ids: "all" });
    assert.deepEqual(deletedIndices(server), ["3", "1", "0"]);
  });

  it("of none, or of all of an empty store, deletes nothing", async () => {
    const { server, router } = await routerWith();
    await router.deleteSms({ ids: [] });
    await router.deleteSms({ ids: "all" });
    assert.deepEqual(deletedIndices(server), []);
  });

  it("takes no notice of connections and SIMs, which the router does not know", async () => {
    const { server, router } = await routerWith();
    await router.deleteSms({ ids: 1, connId: 7, iccid: "8999901000000000121" });
    assert.deepEqual([...new URLSearchParams(server.requests[0]?.body).keys()], ["username", "password", "number"]);
  });

  for (const ids of [-1, 1.5, NaN, "1", "", null, undefined, {}, [1, "2"]]) {
    it(`of ${JSON.stringify(ids)} is OPTION_INVALID before any request`, async () => {
      const { server, router } = await routerWith();
      assertFailure(await failureOf(router.deleteSms({ ids } as DeleteRequest)), "OPTION_INVALID", "not-sent");
      assert.equal(server.connections, 0);
    });
  }

  const failures: readonly (readonly [what: string, Parameters<typeof routerWith>[0], CellularErrorCode, Outcome])[] = [
    ["NO MESSAGE", { [DELETE]: says("NO MESSAGE") }, "NOT_FOUND", "not-sent"],
    ["ERROR", { [DELETE]: says("ERROR") }, "REFUSED", "not-sent"],
    ["TIMEOUT", { [DELETE]: says("TIMEOUT") }, "TIMEOUT", "unknown"],
    ["Disabled", { [DELETE]: says("Disabled") }, "GATEWAY_DISABLED", "not-sent"],
    ["a web page", { [DELETE]: webPage }, "UNSUPPORTED", "not-sent"],
    ["HTTP 404", { [DELETE]: answer(404) }, "UNSUPPORTED", "not-sent"],
    ["HTTP 401", { [DELETE]: answer(401, "Bad username or password") }, "AUTH_FAILED", "not-sent"],
    ["nothing", { [DELETE]: answer(200) }, "BAD_RESPONSE", "unknown"],
    ["garbage", { [DELETE]: says("deleted") }, "BAD_RESPONSE", "unknown"],
    ["a reset", { [DELETE]: reset }, "CONNECTION_LOST", "unknown"],
    ["silence", { [DELETE]: silence }, "TIMEOUT", "unknown"],
  ];
  for (const [what, replies, code, outcome] of failures) {
    it(`that is answered by ${what} is ${code} and ${outcome}, and is not repeated`, async () => {
      const { server, router } = await routerWith(replies);
      const timeout = replies?.[DELETE] === silence ? 1500 : 5000;
      assertFailure(await failureOf(router.deleteSms({ ids: 1 }, { timeout })), code, outcome);
      assert.equal(server.requests.length, 1);
    });
  }

  it("that fails in the middle stops there", async () => {
    const { server, router } = await routerWith({ [DELETE]: inTurn(ok, says("ERROR"), ok) });
    assertFailure(await failureOf(router.deleteSms({ ids: [1, 2, 3] })), "REFUSED", "not-sent");
    assert.deepEqual(deletedIndices(server), ["3", "2"]);
  });

  it("of all deletes nothing where the list cannot be read", async () => {
    const { server, router } = await routerWith({ [LIST]: answer(200, "Index: 1\nText: x") });
    assertFailure(await failureOf(router.deleteSms({ ids: "all" })), "BAD_RESPONSE", "not-sent");
    assert.deepEqual(deletedIndices(server), []);
  });

  it("has the time of its call for all of its requests together", async () => {
    const { router } = await routerWith({ [DELETE]: inTurn(ok, silence) });
    const failure = await failureOf(router.deleteSms({ ids: [1, 2] }, { timeout: 2000 }));
    assertFailure(failure, "TIMEOUT", "unknown");
  });
});
