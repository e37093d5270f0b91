/** Shows what went wrong in a simulator, or in a listener of it, without ending the process that it runs in. */
export function warnOf(what: string, error: unknown): void {
  const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.emitWarning(what, { type: "SimulatorWarning", detail });
}
