import * as v from "valibot";
import type { Json, JsonObject } from "../store";
import type { Conclusion, Ending, Entry } from "./entry";
import { KEY_LIFE_MS } from "./keys";
import type { LastingTime } from "./lasting-time";
import type { Claim } from "./store";
import { decodeError, encodeError, StoredErrorSchema } from "./stored-error";

/** How something that the outbox does not look into is written down. */
export interface Codec<T> {
  encode(value: T): Json;
  /** @throws if it is nothing that `encode` made. */
  decode(value: unknown): T;
}

/** How the parts of an entry are written down. */
export interface EntryCodec<Job, Origin, Receipt> {
  readonly job: Codec<Job>;
  readonly origin: Codec<Origin>;
  readonly receipt: Codec<Receipt>;
}

const Instant = v.object({ boot: v.string(), at: v.number(), wall: v.number() });
const When = v.optional(v.nullable(Instant), null);
const Moment = v.pipe(
  v.string(),
  v.transform((text) => new Date(text)),
  v.date(),
);
const StoredEnding = v.variant("outcome", [
  v.object({ outcome: v.literal("accepted"), receipt: v.unknown(), error: v.optional(StoredErrorSchema) }),
  v.object({ outcome: v.picklist(["not-sent", "unknown"]), error: StoredErrorSchema }),
]);
const StoredEntry = v.object({
  job: v.unknown(),
  origin: v.unknown(),
  priority: v.picklist(["normal", "high"]),
  onUnknown: v.picklist(["report", "fallback", "resend"]),
  expireAfter: v.number(),
  fallback: v.optional(v.object({ to: v.string(), job: v.unknown(), after: v.number() })),
  patience: v.optional(v.number()),
  key: v.optional(v.string()),
  state: v.picklist(["queued", "sending", "moved", "waiting", "finished"]),
  attempts: v.number(),
  queuedAt: Moment,
  deadline: When,
  moveAt: When,
  keyUntil: When,
  movedFrom: v.optional(v.string()),
  lastFailure: v.optional(StoredErrorSchema),
  doubt: v.optional(StoredErrorSchema),
  receipt: v.optional(v.unknown()),
  waitUntil: When,
  ending: v.optional(StoredEnding),
  finishedAt: v.optional(Moment),
  by: v.optional(v.string()),
});
const StoredClaim = v.object({
  until: When,
  id: v.string(),
  job: v.unknown(),
  attempts: v.number(),
  queuedAt: Moment,
  finishedAt: Moment,
  ending: StoredEnding,
  by: v.string(),
});

/** Turns entries and claims into records of a journal and back. */
export class EntryRecords<Job, Origin, Receipt> {
  readonly #codec: EntryCodec<Job, Origin, Receipt>;
  readonly #time: LastingTime;

  constructor(codec: EntryCodec<Job, Origin, Receipt>, time: LastingTime) {
    this.#codec = codec;
    this.#time = time;
  }

  /** All of an entry. */
  encode(entry: Entry<Job, Origin, Receipt>): JsonObject {
    const { job, origin, priority, onUnknown, expireAfter, fallback, patience, key, movedFrom, queuedAt } = entry;
    return {
      job: this.#codec.job.encode(job),
      origin: this.#codec.origin.encode(origin),
      priority,
      onUnknown,
      expireAfter,
      queuedAt: queuedAt.toISOString(),
      deadline: this.#when(entry.deadline),
      ...(fallback === undefined ? {} : { fallback: { ...fallback, job: this.#codec.job.encode(fallback.job) } }),
      ...(patience === undefined ? {} : { patience }),
      ...(key === undefined ? {} : { key, keyUntil: this.#when(entry.keyUntil) }),
      ...(movedFrom === undefined ? {} : { movedFrom }),
      ...this.encodeProgress(entry),
    };
  }

  /** What of an entry changes after it was first written. */
  encodeProgress(entry: Entry<Job, Origin, Receipt> & Partial<Pick<Conclusion<Job, Receipt>, "by">>): JsonObject {
    const { state, attempts, moveAt, lastFailure, doubt, receipt, waitUntil, ending, finishedAt, by } = entry;
    return {
      state,
      attempts,
      ...(moveAt === Infinity ? {} : { moveAt: this.#when(moveAt) }),
      ...(lastFailure === undefined ? {} : { lastFailure: encodeError(lastFailure) }),
      ...(doubt === undefined ? {} : { doubt: encodeError(doubt) }),
      ...(receipt === undefined ? {} : { receipt: this.#codec.receipt.encode(receipt) }),
      ...(waitUntil === undefined ? {} : { waitUntil: this.#when(waitUntil) }),
      ...(ending === undefined ? {} : { ending: this.#encodeEnding(ending) }),
      ...(finishedAt === undefined ? {} : { finishedAt: finishedAt.toISOString() }),
      ...(by === undefined ? {} : { by }),
    };
  }

  /** @throws if it is no record of an entry. */
  decode(id: string, record: JsonObject): Entry<Job, Origin, Receipt> {
    const stored = v.parse(StoredEntry, record);
    const { fallback, patience, key, movedFrom, lastFailure, doubt, receipt, waitUntil, ending, ...others } = stored;
    const { finishedAt, by, ...rest } = others;
    const { job } = this.#codec;
    return {
      ...rest,
      id,
      job: job.decode(stored.job),
      origin: this.#codec.origin.decode(stored.origin),
      deadline: this.#time.restore(stored.deadline, stored.expireAfter),
      moveAt: this.#time.restore(stored.moveAt, fallback?.after ?? 0),
      keyUntil: this.#time.restore(stored.keyUntil, KEY_LIFE_MS),
      ...(fallback === undefined ? {} : { fallback: { ...fallback, job: job.decode(fallback.job) } }),
      ...(patience === undefined ? {} : { patience }),
      ...(key === undefined ? {} : { key }),
      ...(movedFrom === undefined ? {} : { movedFrom }),
      ...(lastFailure === undefined ? {} : { lastFailure: decodeError(lastFailure) }),
      ...(doubt === undefined ? {} : { doubt: decodeError(doubt) }),
      ...(receipt === undefined ? {} : { receipt: this.#codec.receipt.decode(receipt) }),
      ...(waitUntil === null ? {} : { waitUntil: this.#time.restore(waitUntil, patience ?? 0) }),
      ...(ending === undefined ? {} : { ending: this.#decodeEnding(ending) }),
      ...(finishedAt === undefined ? {} : { finishedAt }),
      ...(by === undefined ? {} : { by }),
    };
  }

  encodeClaim({ until, conclusion }: Claim<Job, Receipt>): JsonObject {
    const { id, job, attempts, queuedAt, finishedAt, ending, by } = conclusion;
    return {
      until: this.#when(until),
      id,
      job: this.#codec.job.encode(job),
      attempts,
      queuedAt: queuedAt.toISOString(),
      finishedAt: finishedAt.toISOString(),
      ending: this.#encodeEnding(ending),
      by,
    };
  }

  /** @throws if it is no record of a claim. */
  decodeClaim(key: string, record: JsonObject): Claim<Job, Receipt> {
    const { until, ...stored } = v.parse(StoredClaim, record);
    return {
      key,
      until: this.#time.restore(until, KEY_LIFE_MS),
      conclusion: { ...stored, job: this.#codec.job.decode(stored.job), ending: this.#decodeEnding(stored.ending) },
    };
  }

  #when(instant: number): Json {
    const stored = this.#time.store(instant);
    return stored === null ? null : { ...stored };
  }

  #encodeEnding(ending: Ending<Receipt>): JsonObject {
    if (ending.outcome !== "accepted") return { outcome: ending.outcome, error: encodeError(ending.error) };
    const { outcome, receipt, error } = ending;
    return {
      outcome,
      receipt: this.#codec.receipt.encode(receipt),
      ...(error === undefined ? {} : { error: encodeError(error) }),
    };
  }

  #decodeEnding(ending: v.InferOutput<typeof StoredEnding>): Ending<Receipt> {
    if (ending.outcome !== "accepted") return { outcome: ending.outcome, error: decodeError(ending.error) };
    const { outcome, receipt, error } = ending;
    return {
      outcome,
      receipt: this.#codec.receipt.decode(receipt),
      ...(error === undefined ? {} : { error: decodeError(error) }),
    };
  }
}
