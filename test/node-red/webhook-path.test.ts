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

  it("may not lead below the editor's own root either, nor be that", () => {
    for (const [path, root, adminRoot] of [
      ["admin/flows", "", "/admin"],
      ["Admin/flows", "", "/admin/"],
      ["admin", "", "/admin"],
      ["admin/flows", "/x", "/x/admin"],
      ["settings", "/admin", "/admin"],
    ] as const) {
      assert.throws(() => {
        checkEditorsOwn(path, root, adminRoot);
      }, /belongs to the editor/);
    }
    checkEditorsOwn("admin/flows", "/x", "/admin");
    checkEditorsOwn("admin/supersim", "", "/admin");
    checkEditorsOwn("flows", "", "/admin");
  });

  it("may be any other, and any at all below a root of its own or without an editor", () => {
    checkEditorsOwn("supersim", "", "/");
    checkEditorsOwn("callbacks/flows", "", "/");
    checkEditorsOwn("flows", "/api", "/");
    checkEditorsOwn("flows", "", false);
  });
});
