import type { JournalStep, JsonObject } from "../../src/store";

/** The steps of one append. */
export type Call = readonly JournalStep[];

/** What a journal may hold: what is settled, and of what is under way the first appends. */
export class Expectation {
  #settled = new Map<string, JsonObject>();
  readonly #underWay = new Set<Call>();

  called(call: Call): void {
    this.#underWay.add(call);
  }

  acknowledged(call: Call): void {
    if (this.#underWay.delete(call)) this.#settled = withCall(this.#settled, call);
  }

  refused(call: Call): void {
    this.#underWay.delete(call);
  }

  /** A new process has opened the journal: what it found is settled, and nothing is under way. */
  found(records: ReadonlyMap<string, JsonObject>): void {
    this.#settled = new Map(records);
    this.#underWay.clear();
  }

  /** Every content that is true, as text. */
  get allowed(): ReadonlySet<string> {
    let records = this.#settled;
    const allowed = new Set([printed(records)]);
    for (const call of this.#underWay) {
      records = withCall(records, call);
      allowed.add(printed(records));
    }
    return allowed;
  }

  /** As `allowed`, where any of what is under way may be refused. */
  get allowedOnBadDisk(): ReadonlySet<string> {
    let contents: readonly ReadonlyMap<string, JsonObject>[] = [this.#settled];
    for (const call of this.#underWay) contents = [...contents, ...contents.map((records) => withCall(records, call))];
    return new Set(contents.map(printed));
  }

  get isSettled(): boolean {
    return this.#underWay.size === 0;
  }
}

/** The records after one more append, as this test understands the steps. */
export function withCall(records: ReadonlyMap<string, JsonObject>, call: Call): Map<string, JsonObject> {
  const next = new Map(records);
  for (const step of call) {
    if ("drop" in step) next.delete(step.drop);
    else if ("set" in step) next.set(step.set, step.to);
    else if (next.has(step.change)) {
      const merged = Object.entries({ ...next.get(step.change), ...step.to });
      next.set(step.change, Object.fromEntries(merged.filter(([, value]) => value !== null)));
    }
  }
  return next;
}

/** Records as text, to be compared. */
export function printed(records: ReadonlyMap<string, JsonObject>): string {
  return JSON.stringify([...records]);
}
