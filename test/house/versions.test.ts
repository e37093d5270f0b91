import assert from "node:assert/strict";
import { realpathSync } from "node:fs";
import { loadFlow, unload } from "../support/helper.js";
import { nodeRedMain, nodeRedVersion } from "../support/node-red-location.js";
import { NodeRedProcess } from "../support/node-red-process.js";

/** `.ci/run` sets both; `20` stands for every 20.x and `4.1` for every 4.1.x. */
const { EXPECT_NODE, EXPECT_NODE_RED } = process.env;

function isOf(version: string, line: string): boolean {
  return version === line || version.startsWith(`${line}.`);
}

describe("the versions under test", () => {
  it(`are Node.js ${process.versions.node} and Node-RED ${nodeRedVersion()}`, () => {
    if (EXPECT_NODE !== undefined) assert.ok(isOf(process.versions.node, EXPECT_NODE), `expected ${EXPECT_NODE}`);
    if (EXPECT_NODE_RED !== undefined)
      assert.ok(isOf(nodeRedVersion(), EXPECT_NODE_RED), `expected ${EXPECT_NODE_RED}`);
  });

  it("are the ones of a Node-RED process, too", async () => {
    const red = await NodeRedProcess.start({
      flows: [
        { id: "tab", type: "tab" },
        {
          id: "report",
          type: "function",
          z: "tab",
          func: "return { payload: process.versions.node };",
          libs: [{ var: "process", module: "process" }],
          wires: [["probe"]],
        },
        { id: "probe", type: "test-probe", z: "tab", wires: [] },
      ],
    });
    try {
      await red.inject("report", {});
      const { msg } = await red.nextProbe();
      assert.equal(msg.payload, process.versions.node);
      assert.equal(withoutSuffix(red.version), nodeRedVersion());
    } finally {
      await red.stop();
    }
  });

  it("are the only ones that a flow in this process loads", async () => {
    await loadFlow([], [{ id: "tab", type: "tab" }]);
    await unload();
    const loaded = Object.keys(require.cache).filter((file) => /[\\/]node-red[\\/]lib[\\/]red\.js$/.test(file));
    assert.deepEqual(loaded, [realpathSync(nodeRedMain)]);
  });
});

/** Node-RED adds `-git` to its version where a folder above it is a git repository. */
function withoutSuffix(version: string): string {
  return version.replace(/-git$/, "");
}
