import assert from "node:assert/strict";
import { checkEditorsOwn } from "../../src/node-red/webhook-path";

describe("The path of a webhook", () => {
  it("may not be one that the editor needs where both have the same root: nobody could deploy any more", () => {
    for (const path of ["flows", "FLOWS", "auth/token", "nodes/x", "supersim-account/a/sims"]) {
      assert.throws(() => {
        checkEditorsOwn(path, "", undefined);
      }, /belongs to the editor/);
      assert.throws(() => {
        checkEditorsOwn(path, "/api", "/api/");
      }, /belongs to the editor/);
    }
  });

  it("may be any other, and any at all below a root of its own or without an editor", () => {
    checkEditorsOwn("supersim", "", "/");
    checkEditorsOwn("callbacks/flows", "", "/");
    checkEditorsOwn("flows", "/api", "/");
    checkEditorsOwn("flows", "", false);
  });
});
