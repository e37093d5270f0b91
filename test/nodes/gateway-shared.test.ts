import assert from "node:assert/strict";
import { NodeRedProcess } from "../support/node-red-process";

const gateway = (
  id: string,
  url: string,
): { readonly id: string; readonly type: string } & Record<string, unknown> => ({
  id,
  type: "cellular-gateway",
  url,
  credentials: { username: "flows", password: "secret" },
});

describe("Two gateways", () => {
  let red: NodeRedProcess;

  before(async () => {
    red = await NodeRedProcess.start();
  });
  after(async () => {
    await red.stop();
  });

  const warnings = (): string[] => red.logs.filter(({ level }) => level === "warn").map(({ msg }) => msg);

  it("with one address are warned of, once", async () => {
    const flow = [
      { id: "tab", type: "tab" },
      gateway("one", "https://127.0.0.1:9"),
      gateway("two", "https://127.0.0.1:9/"),
    ];
    await red.deploy(flow);
    await red.deploy(flow);
    assert.equal(warnings().filter((line) => line.includes("same address")).length, 1);
  });

  it("with different addresses are not", async () => {
    const seen = warnings().length;
    await red.deploy([
      { id: "tab", type: "tab" },
      gateway("three", "https://127.0.0.1:9"),
      gateway("four", "https://127.0.0.1:10"),
    ]);
    assert.deepEqual(warnings().slice(seen), []);
  });
});
