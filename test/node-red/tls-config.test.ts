import assert from "node:assert/strict";
import type { NodeAPI } from "node-red";
import { readTls } from "../../src/node-red/tls-config";
import { assertFailure, failureIn } from "../support/failure";

/** A Node-RED with one node, `tls`. */
function among(node: unknown): NodeAPI {
  return { nodes: { getNode: (id: string) => (id === "tls" ? node : null) } } as unknown as NodeAPI;
}

describe("What a TLS configuration node holds", () => {
  const trust = { servername: "router", rejectUnauthorized: false };
  for (const [what, held] of [
    ["certificate, key and CA", { cert: Buffer.from("c"), key: Buffer.from("k"), ca: Buffer.from("a") }],
    ["a PKCS#12 file and its passphrase", { pfx: Buffer.from("p"), passphrase: "simulated-passphrase" }],
    ["nothing", {}],
  ] as const) {
    it(`is taken over: ${what}`, () => {
      const node = { valid: true, addTLSOptions: (options: object) => ({ ...options, ...held, ...trust }) };
      assert.deepEqual(readTls(among(node), "tls"), { ...held, ...trust });
    });
  }

  it("is nothing where none is chosen, and refused where it is not there, not complete, or something else", () => {
    assert.equal(readTls(among(null), ""), undefined);
    for (const node of [null, {}, { valid: false, addTLSOptions: () => ({}) }]) {
      assertFailure(
        failureIn(() => readTls(among(node), "tls")),
        "CONFIG_MISSING",
        "not-sent",
      );
    }
  });
});
