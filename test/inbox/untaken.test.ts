import assert from "node:assert/strict";
import { ALICE, BOB, InboxUnderTest } from "./inbox-under-test";

describe("SMS whose sender nobody wants", () => {
  it("are counted for every receiver, and said once, until there are none and then some again", async () => {
    const test = new InboxUnderTest();
    const receiver = await test.subscribe({ from: [ALICE] });
    test.sim.receive("wanted");
    test.sim.receive("offer", { from: BOB });
    await test.poll();
    test.sim.receive("another offer", { from: BOB });
    await test.poll();
    assert.equal(receiver.untaken, 2);
    assert.deepEqual(test.untaken, [1]);
    test.sim.remove("offer");
    test.sim.remove("another offer");
    await test.poll();
    assert.equal(receiver.untaken, 0);
    test.sim.receive("third offer", { from: BOB });
    await test.poll();
    assert.deepEqual(test.untaken, [1, 1]);
  });

  it("are none while one receiver wants all, or another one wants them", async () => {
    for (const other of [[], [BOB]]) {
      const test = new InboxUnderTest();
      const receiver = await test.subscribe({ from: [ALICE] });
      await test.subscribe({ id: "other", from: other });
      test.sim.receive("offer", { from: BOB });
      await test.poll();
      assert.equal(receiver.untaken, 0);
      assert.deepEqual(test.untaken, []);
    }
  });

  it("are counted per connection for a receiver of one", async () => {
    const test = new InboxUnderTest();
    const other = await test.subscribe({ id: "other", connId: 2, from: [ALICE] });
    const all = await test.subscribe({ from: [ALICE] });
    test.sim.receive("offer", { from: BOB });
    await test.poll();
    assert.deepEqual([all.untaken, other.untaken], [1, 0]);
  });
});
