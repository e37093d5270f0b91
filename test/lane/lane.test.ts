import assert from "node:assert/strict";
import { CellularError, type CellularErrorCode } from "../../src/errors/cellular-error";
import { Lane, NO_REQUEST, type Rank } from "../../src/lane";
import { FakeClock, settled } from "../support/fake-clock";

const MINUTE = 60_000;

interface Out {
  readonly name: string;
  end(): Promise<void>;
  fail(error: Error): Promise<void>;
}

/** A lane whose tasks end when the test says so. */
class LaneUnderTest {
  readonly clock = new FakeClock();
  readonly lane: Lane;
  /** Tasks that have begun, in order. */
  readonly begun: Out[] = [];
  readonly ended: string[] = [];

  constructor(width = 1) {
    this.lane = new Lane(width, this.clock);
  }

  get names(): string[] {
    return this.begun.map(({ name }) => name);
  }

  async ask(name: string, rank: Rank = "ask"): Promise<void> {
    this.lane
      .run(rank, () => this.#task(name))
      .then(
        () => this.ended.push(name),
        (error: unknown) => this.ended.push(`${name} ${error instanceof CellularError ? error.code : String(error)}`),
      );
    await settled();
  }

  #task(name: string): Promise<void> {
    return new Promise((resolve, reject) => {
      this.begun.push({
        name,
        end: () => {
          resolve();
          return settled();
        },
        fail: (error) => {
          reject(error);
          return settled();
        },
      });
    });
  }

  /** A request that is refused the login. */
  async refuseLogin(): Promise<void> {
    await this.ask("login");
    await this.begun.at(-1)?.fail(failure("AUTH_FAILED"));
  }

  /** Whether a request would get through to the gateway now. */
  async letsThrough(): Promise<boolean> {
    const before = this.begun.length;
    await this.lane.run("ask", () => Promise.resolve(this.begun.push(idle))).catch(() => undefined);
    return this.begun.length > before;
  }
}

const idle: Out = { name: "idle", end: () => Promise.resolve(), fail: () => Promise.resolve() };

function failure(code: CellularErrorCode): CellularError {
  return new CellularError(code, `failed with ${code}.`);
}

describe("A lane", () => {
  it("lets one task at a time through, in order", async () => {
    const test = new LaneUnderTest();
    await test.ask("a");
    await test.ask("b");
    assert.deepEqual(test.names, ["a"]);
    await test.begun[0]?.end();
    assert.deepEqual(test.names, ["a", "b"]);
    assert.deepEqual(test.ended, ["a"]);
  });

  it("lets as many through as it is wide, and says how many could start", async () => {
    const test = new LaneUnderTest(3);
    for (const name of ["a", "b"]) await test.ask(name);
    assert.equal(test.lane.free, 1);
    for (const name of ["c", "d", "e"]) await test.ask(name);
    assert.deepEqual(test.names, ["a", "b", "c"]);
    assert.equal(test.lane.free, 0);
    await test.begun[1]?.end();
    assert.deepEqual(test.names, ["a", "b", "c", "d"]);
  });

  it("lets the next ones through at once when it is made wider, and none until it has room when narrower", async () => {
    const test = new LaneUnderTest();
    for (const name of ["a", "b", "c", "d"]) await test.ask(name);
    test.lane.width = 2;
    await settled();
    assert.deepEqual(test.names, ["a", "b"]);
    test.lane.width = 1;
    await test.begun[0]?.end();
    assert.deepEqual(test.names, ["a", "b"]);
    assert.equal(test.lane.free, 0);
    await test.begun[1]?.end();
    assert.deepEqual(test.names, ["a", "b", "c"]);
  });

  it("lets sends before what somebody waits for, and that before polls", async () => {
    const test = new LaneUnderTest();
    await test.ask("running");
    await test.ask("poll 1", "poll");
    await test.ask("ask", "ask");
    await test.ask("poll 2", "poll");
    await test.ask("send 1", "send");
    await test.ask("send 2", "send");
    // The list grows while it is walked.
    for (const out of test.begun) await out.end();
    assert.deepEqual(test.names, ["running", "send 1", "send 2", "ask", "poll 1", "poll 2"]);
  });

  it("gives what a task returns, and throws what it throws", async () => {
    const { lane } = new LaneUnderTest();
    assert.equal(await lane.run("ask", () => Promise.resolve(7)), 7);
    await assert.rejects(
      lane.run("ask", () => Promise.reject(new RangeError("odd"))),
      new RangeError("odd"),
    );
  });

  it("frees the place of a task that throws, even before its first step", async () => {
    const test = new LaneUnderTest();
    await assert.rejects(
      test.lane.run("ask", () => {
        throw new RangeError("odd");
      }),
      RangeError,
    );
    await test.ask("a");
    await test.begun[0]?.fail(failure("UNREACHABLE"));
    await test.ask("b");
    assert.deepEqual(test.names, ["a", "b"]);
  });
});

describe("The health of a lane", () => {
  it("is not known before the first request", () => {
    assert.equal(new LaneUnderTest().lane.health, undefined);
  });

  it("is reported once when it changes, and not while it stays the same", async () => {
    const { lane } = new LaneUnderTest();
    const heard: unknown[] = [];
    lane.watch(() => heard.push(lane.health instanceof CellularError ? lane.health.code : lane.health));
    const fail = (code: CellularErrorCode): Promise<unknown> =>
      lane.run("ask", () => Promise.reject(failure(code))).catch(() => undefined);
    await lane.run("ask", () => Promise.resolve());
    await lane.run("ask", () => Promise.resolve());
    await fail("UNREACHABLE");
    await fail("UNREACHABLE");
    await fail("TIMEOUT");
    await lane.run("ask", () => Promise.resolve());
    lane.forgive();
    lane.forgive();
    assert.deepEqual(heard, [null, "UNREACHABLE", "TIMEOUT", null, undefined]);
  });

  it("is good after an answer that refuses one request only", async () => {
    const { lane } = new LaneUnderTest();
    for (const code of ["REFUSED", "NOT_FOUND", "UNSUPPORTED"] as const) {
      lane.forgive();
      await assert.rejects(lane.run("ask", () => Promise.reject(failure(code))));
      assert.equal(lane.health, null, code);
    }
  });

  it("stays as it was after what did not reach the gateway", async () => {
    const { lane } = new LaneUnderTest();
    await assert.rejects(lane.run("ask", () => Promise.reject(failure("UNREACHABLE"))));
    await assert.rejects(lane.run("ask", () => Promise.reject(failure("INTERRUPTED"))));
    await assert.rejects(lane.run("ask", () => Promise.reject(new RangeError("odd"))));
    await lane.run("ask", () => Promise.resolve(NO_REQUEST));
    assert.equal(lane.health?.code, "UNREACHABLE");
  });

  it("is told to nobody who has stopped watching", async () => {
    const { lane } = new LaneUnderTest();
    let heard = 0;
    const unwatch = lane.watch(() => (heard += 1));
    unwatch();
    await lane.run("ask", () => Promise.resolve());
    assert.equal(heard, 0);
  });

  it("does not change by a request of the configuration before", async () => {
    const test = new LaneUnderTest(2);
    await test.ask("good");
    await test.ask("bad");
    test.lane.forgive();
    await test.begun[0]?.end();
    assert.equal(test.lane.health, undefined);
    await test.begun[1]?.fail(failure("UNREACHABLE"));
    assert.equal(test.lane.health, undefined);
  });
});

describe("After a refused login a lane", () => {
  it("keeps everybody away for 5 minutes, with the refusal as the reason", async () => {
    const test = new LaneUnderTest();
    await test.refuseLogin();
    const ranks: readonly Rank[] = ["send", "ask", "poll"];
    for (const rank of ranks) await test.ask(rank, rank);
    assert.deepEqual(test.names, ["login"]);
    assert.deepEqual(test.ended.slice(1), ["send AUTH_FAILED", "ask AUTH_FAILED", "poll AUTH_FAILED"]);
    assert.match(test.lane.refusal?.message ?? "", /failed with AUTH_FAILED\..*5 min/);
    await test.clock.advance(5 * MINUTE - 1);
    assert.equal(await test.letsThrough(), false);
    await test.clock.advance(1);
    assert.equal(await test.letsThrough(), true);
  });

  it("refuses also those who were waiting for their turn", async () => {
    const test = new LaneUnderTest();
    await test.ask("login");
    await test.ask("waiting", "send");
    await test.begun[0]?.fail(failure("AUTH_FAILED"));
    assert.deepEqual(test.names, ["login"]);
    assert.deepEqual(test.ended, ["login AUTH_FAILED", "waiting AUTH_FAILED"]);
  });

  it("doubles the time with each further refusal, up to an hour", async () => {
    const test = new LaneUnderTest();
    for (const minutes of [5, 10, 20, 40, 60, 60]) {
      await test.refuseLogin();
      await test.clock.advance(minutes * MINUTE - 1);
      assert.notEqual(test.lane.refusal, undefined, `let through before ${String(minutes)} min`);
      await test.clock.advance(1);
      assert.equal(test.lane.refusal, undefined, `kept away after ${String(minutes)} min`);
    }
  });

  it("begins at 5 minutes again after a success", async () => {
    const test = new LaneUnderTest();
    await test.refuseLogin();
    await test.clock.advance(5 * MINUTE);
    await test.lane.run("ask", () => Promise.resolve());
    await test.refuseLogin();
    await test.clock.advance(5 * MINUTE);
    assert.equal(await test.letsThrough(), true);
  });

  it("does not take a turn without a request for a success", async () => {
    const test = new LaneUnderTest();
    await test.refuseLogin();
    await test.clock.advance(5 * MINUTE);
    await test.lane.run("send", () => Promise.resolve(NO_REQUEST));
    await test.refuseLogin();
    await test.clock.advance(5 * MINUTE);
    assert.equal(await test.letsThrough(), false);
  });

  it("lets everybody through at once when the configuration changes, and begins at 5 minutes again", async () => {
    const test = new LaneUnderTest();
    await test.refuseLogin();
    await test.clock.advance(5 * MINUTE);
    await test.refuseLogin();
    test.lane.forgive();
    assert.equal(test.lane.refusal, undefined);
    assert.equal(test.lane.health, undefined);
    await test.refuseLogin();
    await test.clock.advance(5 * MINUTE);
    assert.equal(await test.letsThrough(), true);
  });

  it("does not keep the new configuration away for a refusal of the old one", async () => {
    const test = new LaneUnderTest();
    await test.ask("old login");
    test.lane.forgive();
    await test.begun[0]?.fail(failure("AUTH_FAILED"));
    assert.equal(test.lane.refusal, undefined);
    assert.equal(await test.letsThrough(), true);
  });

  it("takes one login that several requests at once share for one refusal", async () => {
    const test = new LaneUnderTest(8);
    for (let request = 0; request < 8; request++) await test.ask(String(request));
    for (const out of test.begun) await out.fail(failure("AUTH_FAILED"));
    await test.clock.advance(5 * MINUTE);
    assert.equal(test.lane.refusal, undefined);
  });
});
