import { reporters, type MochaOptions, type Runner } from "mocha";

/** Mocha's `spec`, closed by one line that says how many tests passed, failed and were skipped. */
export default class ClosingLineReporter extends reporters.Spec {
  constructor(runner: Runner, options?: MochaOptions) {
    super(runner, options);
    runner.once("end", () => {
      const { passes, failures, pending } = this.stats;
      process.stdout.write(`${String(passes)} passed, ${String(failures)} failed, ${String(pending)} skipped\n`);
    });
  }
}
