import assert from "node:assert/strict";
import type { CellularError } from "../../src/errors/cellular-error";
import type { Relay } from "../../src/outbox";
import { settled } from "../support/fake-clock";
import { HOUR, MINUTE, OutboxUnderTest, outcomeOf, type TestFinished } from "../outbox/outbox-under-test";

/** What the table of codes says can happen next. */
export type Next = "retried" | "fallback" | "reported";

/** What became of an SMS, as the table of codes says it: `` `REFUSED` `not-sent` fallback``. */
export type Line = string;

export function lineOf(code: string, outcome: string, next: Next): Line {
  return `\`${code}\` \`${outcome}\` ${next}`;
}

const SMS = "the SMS";

/** An outbox with one SMS, which has a fallback that takes everything, or none. */
class OneSms {
  readonly moved: CellularError[] = [];
  readonly test: OutboxUnderTest;

  constructor() {
    const relay: Relay<string, string, string> = {
      isDurable: () => true,
      move: ({ lastFailure }) => {
        assert.ok(lastFailure, "an SMS that moves says why");
        this.moved.push(lastFailure);
        return Promise.resolve();
      },
      settle: () => Promise.resolve(),
    };
    this.test = new OutboxUnderTest({ relay });
  }

  /** @param fallbackAfter Milliseconds; undefined: it has no fallback. */
  async submit(fallbackAfter: number | undefined): Promise<void> {
    const fallback = { to: "second", job: "the SMS by the second", after: fallbackAfter ?? 0 };
    await this.test.submit(SMS, fallbackAfter === undefined ? {} : { fallback });
  }

  /** What has become of it by now, before any time has passed. */
  line(): Line | undefined {
    const [moved] = this.moved;
    if (moved !== undefined) return lineOf(moved.code, moved.outcome, "fallback");
    const finished = this.test.finished.find(({ job }) => job === SMS);
    return finished === undefined ? undefined : reported(finished);
  }

  get isRetried(): boolean {
    return this.test.attempts.filter(({ job }) => job === SMS).length > 1;
  }
}

/** What follows when the first attempt at an SMS ends with that failure. */
export async function afterAttempt(error: CellularError): Promise<Line> {
  return both(async (sms, fallbackAfter) => {
    await sms.submit(fallbackAfter);
    await sms.test.attempt.fail(error);
    const line = sms.line();
    if (line !== undefined) return line;
    // It waits. Some failures say for how long.
    await sms.test.clock.advance((error.retryAfter ?? 0) + 2000);
    assert.deepEqual(sms.test.transmitted, [SMS, SMS]);
    await assertGivenUp(sms, error, fallbackAfter !== undefined);
    return lineOf(error.code, error.outcome, "retried");
  });
}

/**
 * What follows when this happens to an SMS that waits behind another one.
 * @param fallbackAfter Milliseconds.
 */
export async function whileWaiting(
  happens: (test: OutboxUnderTest) => Promise<void>,
  fallbackAfter = MINUTE,
): Promise<Line> {
  return both(async (sms, after) => {
    await sms.test.submit("another", { expireAfter: 0 });
    await sms.submit(after);
    await happens(sms.test);
    assert.deepEqual(sms.test.transmitted, ["another"]);
    return sms.line();
  }, fallbackAfter);
}

/**
 * What follows when this happens to an SMS whose request is out, or is about to go.
 * @param before What was the matter already when the SMS came.
 */
export async function whileSending(
  happens: (test: OutboxUnderTest) => Promise<void>,
  before: (test: OutboxUnderTest) => void = () => undefined,
): Promise<Line> {
  return both(async (sms, fallbackAfter) => {
    before(sms.test);
    await sms.submit(fallbackAfter);
    await happens(sms.test);
    assert.ok(!sms.isRetried);
    return sms.line();
  });
}

/** What the next process makes of an SMS that this one left behind. */
export async function afterRestart(
  leave: (test: OutboxUnderTest) => Promise<void>,
  { isDamaged }: { readonly isDamaged: boolean },
): Promise<Line> {
  const former = new OutboxUnderTest();
  await leave(former);
  former.outbox.pause();
  const { entries } = await former.store.load();
  const next = new OutboxUnderTest({ kept: former.store.kept, idle: true });
  if (isDamaged) for (const { id } of entries) next.store.doubtful.add(id);
  next.outbox.resume();
  await settled();
  assert.deepEqual(next.transmitted, []);
  const [finished] = next.finished;
  assert.ok(finished, "it is reported");
  return reported(finished);
}

/** With a fallback and without one: what moves with one is reported without, and everything else is the same. */
async function both(
  run: (sms: OneSms, fallbackAfter: number | undefined) => Promise<Line | undefined>,
  fallbackAfter = MINUTE,
): Promise<Line> {
  const line = await run(new OneSms(), fallbackAfter);
  const plain = await run(new OneSms(), undefined);
  assert.ok(line !== undefined, "something follows");
  assert.equal(plain, line.replace(/fallback$/, "reported"));
  return line;
}

/** What is tried again moves when its fallback is due, and without one it expires. */
async function assertGivenUp({ test, moved }: OneSms, error: CellularError, hasFallback: boolean): Promise<void> {
  const end = test.clock.now() + 2 * HOUR;
  while (moved.length + test.finished.length === 0 && test.clock.now() < end) {
    await test.attempt.fail(error);
    await test.clock.advance(MINUTE / 2);
  }
  assert.equal(moved.length, hasFallback ? 1 : 0);
  assert.deepEqual(test.outcomes, hasFallback ? [] : [`${SMS} not-sent EXPIRED`]);
}

function reported(finished: TestFinished): Line {
  const [outcome = "", code = ""] = outcomeOf(finished).split(" ");
  return lineOf(code, outcome, "reported");
}
