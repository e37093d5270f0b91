/** What outlives the nodes of one type of config node, by their id: a redeploy finds it again. */
export class RuntimeShelf<Runtime extends { end(): Promise<void> }> {
  readonly #runtimes = new Map<string, Runtime>();
  /** Those that were deleted, until nothing of them is left. */
  readonly #ending = new Map<string, Promise<void>>();

  get(id: string): Runtime | undefined {
    return this.#runtimes.get(id);
  }

  get all(): readonly Runtime[] {
    return [...this.#runtimes.values()];
  }

  /**
   * The runtime of that id, made at first use.
   * @param make Given what ends when a former runtime of that id has let go of its folder.
   */
  obtain(id: string, make: (free: Promise<void>) => Runtime): Runtime {
    const runtime = this.#runtimes.get(id) ?? make(this.#ending.get(id) ?? Promise.resolve());
    this.#runtimes.set(id, runtime);
    return runtime;
  }

  /** Ends the runtime of a config node that was deleted. */
  end(id: string): void {
    const runtime = this.#runtimes.get(id);
    if (runtime === undefined) return;
    this.#runtimes.delete(id);
    const ending = runtime
      .end()
      .catch(() => undefined)
      .finally(() => this.#ending.delete(id));
    this.#ending.set(id, ending);
  }
}
