import fc from "fast-check";
import { ANSWERS, OutboxModel, type Answer } from "./outbox-model";

type Step = (model: OutboxModel) => Promise<void> | void;

const answer = fc.constantFrom(...(Object.keys(ANSWERS) as Answer[]));
const message = fc.record({
  priority: fc.constantFrom("normal", "normal", "high"),
  onUnknown: fc.constantFrom("report", "resend"),
  expireAfter: fc.constantFrom(0, 500, 5000, 60_000, 3_600_000),
} as const);

/** A named step, so that a counterexample can be read. */
function step(name: string, run: Step): Step {
  return Object.assign(run, { [fc.toStringMethod]: () => name });
}

const steps: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc
      .array(message, { minLength: 1, maxLength: 4 })
      .map((burst) => step(`submit ${JSON.stringify(burst)}`, (model) => model.submit(burst))),
  },
  {
    weight: 8,
    arbitrary: fc
      .tuple(fc.nat(7), answer)
      .map(([which, how]) => step(`answer ${String(which)} ${how}`, (model) => model.answer(which, how))),
  },
  {
    weight: 6,
    arbitrary: fc
      .constantFrom(1, 400, 1300, 5000, 30_000, 90_000, 400_000, 3_600_000)
      .map((milliseconds) => step(`advance ${String(milliseconds)}`, (model) => model.advance(milliseconds))),
  },
  fc.constant(step("pause", (model) => model.pause())),
  { weight: 2, arbitrary: fc.constant(step("resume", (model) => model.resume())) },
  fc.constant(step("configure", (model) => model.configure())),
  fc.boolean().map((isBroken) =>
    step(isBroken ? "break the store" : "mend the store", (model) => {
      model.breakStore(isBroken);
    }),
  ),
);

const limits = fc.record({
  minInterval: fc.constantFrom(0, 0, 700),
  maxPerHour: fc.constantFrom(0, 0, 3),
  queueLimit: fc.constantFrom(1, 3, 1000),
});

describe("Whatever happens to it, an outbox", () => {
  it("reports every message once and rightly, sends none more often than it may, and keeps order and limits", async function () {
    this.timeout(90_000);
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(1, 1, 2, 8),
        limits,
        fc.array(steps, { maxLength: 40, size: "max" }),
        fc.constantFrom("drain" as const, "drain" as const, "end" as const),
        async (width, chosen, script, end) => {
          const model = new OutboxModel(width, chosen);
          for (const next of script) {
            await next(model);
            model.check();
          }
          await model.finish(end);
        },
      ),
      { numRuns: 1500 },
    );
  });
});
