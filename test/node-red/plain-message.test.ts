import assert from "node:assert/strict";
import { runInNewContext } from "node:vm";
import * as fc from "fast-check";
import type { NodeMessage } from "node-red";
import { plainMessage } from "../../src/node-red/plain-message";

describe("What is written down of a message", () => {
  it("is all of it that is plain data", () => {
    const msg = { _msgid: "1", topic: "door", payload: "open", alarm: { id: 7, path: ["a", null, true] } };
    assert.deepEqual(plainMessage(msg), msg);
  });

  it("is nothing that holds a request, a buffer, a function, a date, or itself", () => {
    const circle: Record<string, unknown> = {};
    circle.circle = circle;
    const msg = {
      payload: "open",
      req: new URL("http://127.0.0.1/"),
      bytes: Buffer.from("a"),
      call: () => 1,
      date: new Date(),
      circle,
      nested: { map: new Map() },
      big: 1n,
      nothing: NaN,
      list: [undefined],
    };
    assert.deepEqual(plainMessage(msg), { payload: "open" });
  });

  it("is plain data of a function node too, whose objects come from a world of their own", () => {
    const made: unknown = runInNewContext('({ payload: { text: "open", tags: ["a", { b: 1 }] }, parts: { id: "p" } })');
    const own = { payload: { text: "open", tags: ["a", { b: 1 }] }, parts: { id: "p" } };
    assert.deepEqual(plainMessage(made as NodeMessage), own);
    const dated: unknown = runInNewContext(
      "({ payload: 1, at: new Date(), seen: new Set(), made: Object.create({}) })",
    );
    assert.deepEqual(plainMessage(dated as NodeMessage), { payload: 1 });
  });

  it("is found out soon where the message leads back to itself in many ways, or is a list of nothing", () => {
    const round: unknown[] = [];
    round.push(round, round, round, round);
    const tree: { children: unknown[] } = { children: [] };
    tree.children.push(...Array.from({ length: 30 }, () => ({ parent: tree })));
    const wide = Array.from({ length: 30 }, () => [tree, round]);
    const shared: unknown[] = [];
    let level: unknown[] = shared;
    for (let depth = 0; depth < 18; depth += 1) level = [level, level, level, level];
    const msg = { payload: "open", round, tree, wide, level, nothing: new Array(2 ** 32 - 1) };
    assert.deepEqual(plainMessage(msg), { payload: "open" });
  });

  it("is always the payload while it is no larger than 64 KiB, and others while they are small together", () => {
    const large = "x".repeat(60_000);
    assert.deepEqual(plainMessage({ payload: large, image: large, name: "camera" }), {
      payload: large,
      name: "camera",
    });
    assert.deepEqual(plainMessage({ payload: large + large }), {});
    const rest = plainMessage({ one: "x".repeat(10_000), two: "x".repeat(10_000), three: "y" });
    assert.deepEqual(Object.keys(rest), ["one", "three"]);
  });

  it("is the same after it was written and read", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.anything({ withNullPrototype: true, maxDepth: 4 })), (msg) => {
        const plain = plainMessage(msg);
        const written = JSON.stringify(plain);
        assert.equal(JSON.stringify(JSON.parse(written)), written);
        assert.ok(Object.keys(plain).every((name) => name in msg));
      }),
    );
  });

  it("does not reach into the prototype of what it is read into", () => {
    const msg = { payload: JSON.parse('{"__proto__": {"polluted": true}}') as unknown };
    assert.deepEqual(plainMessage(msg), {});
  });
});
