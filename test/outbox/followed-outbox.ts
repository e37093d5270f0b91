import assert from "node:assert/strict";
import { CellularError } from "../../src/errors/cellular-error";
import type { OutboxStore, Submission, Tracking } from "../../src/outbox";
import { settled, type FakeClock } from "../support/fake-clock";
import { OutboxUnderTest } from "./outbox-under-test";

/** Words at the end of a receipt, and how far each is. */
const STANDINGS = ["taken", "sent", "delivered", "failed"];
const LAST = 2;

/** A question that was asked; it ends when the test says so. */
export interface Question {
  /** The receipt that was known. */
  readonly about: string;
  readonly at: number;
  readonly signal: AbortSignal;
  readonly timeout: number;
  answer(receipt: string): Promise<void>;
  fail(error: unknown): Promise<void>;
}

interface Options {
  readonly kept?: OutboxStore<string, string, string>;
  readonly clock?: FakeClock;
  readonly width?: number;
  readonly queueLimit?: number;
}

/** An outbox that follows what was accepted until it is `delivered`: receipts read `name taken`, `name sent` … */
export class FollowedOutbox {
  readonly questions: Question[] = [];
  readonly test: OutboxUnderTest;
  /** Answers questions at once, or undefined to leave that to the test. */
  answers: ((about: string) => string | CellularError) | undefined;
  readonly #start: number;

  constructor({ queueLimit, ...options }: Options = {}) {
    const limits = queueLimit === undefined ? {} : { limits: { queueLimit } };
    this.test = new OutboxUnderTest({ ...options, ...limits, tracking: this.#tracking(), idle: true });
    this.#start = this.test.clock.now();
    this.test.outbox.resume();
  }

  /** Submits a job that is followed for so many milliseconds, and accepts it. */
  async follow(
    job: string,
    patience: number,
    { receipt = `${job} taken`, ...wishes }: Partial<Submission<string, string>> & { readonly receipt?: string } = {},
  ): Promise<void> {
    await this.test.submit(job, { patience, expireAfter: 0, ...wishes });
    await this.test.attempt.accept(receipt);
  }

  async hear(news: string): Promise<void> {
    this.test.outbox.hear(news);
    await settled();
  }

  get question(): Question {
    const last = this.questions.at(-1);
    assert.ok(last, "nothing was asked");
    return last;
  }

  /** When each question was asked, in seconds since the start. */
  get askedAt(): readonly number[] {
    return this.questions.map(({ at }) => (at - this.#start) / 1000);
  }

  /** How each entry ended: outcome and what was known. */
  get ends(): readonly string[] {
    return this.test.finished.map(({ ending }, index) => {
      assert.ok(ending.outcome === "accepted");
      return `${this.test.outcomes[index] ?? ""}, ${ending.receipt}`;
    });
  }

  #tracking(): Tracking<string, string> {
    return {
      nameOf: (receipt) => receipt.split(" ")[0] ?? "",
      standing: (_job, receipt) => {
        if (receipt.endsWith("failed")) return failed();
        return rankOf(receipt) >= LAST ? "reached" : "open";
      },
      merge: (known, news) => (rankOf(news) >= rankOf(known) && rankOf(known) < LAST ? news : known),
      ask: (_job, about, { signal, timeout }) => this.#ask(about, signal, timeout),
      timedOut: (_job, receipt, cause) =>
        new CellularError("WAIT_TIMEOUT", `It is ${receipt}.`, {
          outcome: "accepted",
          ...(cause === undefined ? {} : { cause }),
        }),
    };
  }

  #ask(about: string, signal: AbortSignal, timeout: number): Promise<string> {
    const answer = this.answers?.(about);
    return new Promise((resolve, reject) => {
      this.questions.push({
        ...{ about, at: this.test.clock.now(), signal, timeout },
        answer: (receipt) => {
          resolve(receipt);
          return settled();
        },
        fail: (error) => {
          // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- drivers may throw anything
          reject(error);
          return settled();
        },
      });
      if (answer instanceof CellularError) reject(answer);
      else if (answer !== undefined) resolve(answer);
    });
  }
}

function rankOf(receipt: string): number {
  return Math.min(LAST, STANDINGS.indexOf(receipt.split(" ")[1] ?? ""));
}

function failed(): CellularError {
  return new CellularError("COMMAND_FAILED", "It could not be delivered.", { outcome: "accepted" });
}
