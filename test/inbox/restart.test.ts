import assert from "node:assert/strict";
import { ALICE, BOB, InboxUnderTest, TestReceiver } from "./inbox-under-test";

/** What a receiver gets of an inbox that another process starts with what is kept of the first one. */
async function afterRestart(
  test: InboxUnderTest,
  wishes: ConstructorParameters<typeof TestReceiver>[0],
): Promise<TestReceiver> {
  test.inbox.pause();
  const receiver = new TestReceiver(wishes);
  test.start().subscribe(receiver);
  await test.poll();
  return receiver;
}

describe("After a restart an inbox", () => {
  for (const after of ["keep", "delete"] as const) {
    it(`hands nothing on a second time where SMS are handled with ${after}`, async () => {
      const test = new InboxUnderTest();
      await test.subscribe({ after });
      test.router.deletionTrouble = new Error("not now");
      test.sim.receive("OFF");
      await test.poll();
      assert.deepEqual((await afterRestart(test, { after })).texts, []);
    });
  }

  it("hands on again what a flow has not had deleted, once, and nothing that it never got", async () => {
    const test = new InboxUnderTest();
    test.sim.receive("from before");
    await test.subscribe({ start: "new", after: "flow", from: [ALICE] });
    test.sim.receive("OFF");
    test.sim.receive("ON");
    test.sim.receive("offer", { from: BOB });
    await test.poll();
    test.sim.remove("OFF");
    const receiver = await afterRestart(test, { start: "new", after: "flow", from: [ALICE] });
    await test.poll();
    assert.deepEqual(receiver.texts, ["ON"]);
    const next = await afterRestart(test, { start: "new", after: "flow", from: [ALICE] });
    assert.deepEqual(next.texts, ["ON"]);
  });

  it("does not hand on again what was left to a flow once the flow is to keep it", async () => {
    const test = new InboxUnderTest();
    await test.subscribe({ after: "flow" });
    test.sim.receive("OFF");
    await test.poll();
    assert.deepEqual((await afterRestart(test, { after: "keep" })).texts, []);
  });

  it("does not hand on again to a flow what was handed on to be kept", async () => {
    const test = new InboxUnderTest();
    await test.subscribe({ after: "keep" });
    test.sim.receive("OFF");
    await test.poll();
    assert.deepEqual((await afterRestart(test, { after: "flow" })).texts, []);
  });

  it("hands on what came while it was away, though it begins with what is new", async () => {
    const test = new InboxUnderTest();
    test.sim.receive("from before");
    await test.subscribe({ start: "new" });
    test.inbox.pause();
    test.sim.receive("meanwhile");
    assert.deepEqual((await afterRestart(test, { start: "new" })).texts, ["meanwhile"]);
  });
});
