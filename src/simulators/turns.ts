/** Takes what it is given one after the other: at once where nothing is in work, else when all before it has ended. */
export class Turns {
  #open = 0;
  #last: Promise<unknown> = Promise.resolve();

  /** @returns what came of it; a failure is the caller's alone and blocks nothing that follows */
  take<Result>(act: () => Promise<Result>): Promise<Result> {
    const isFree = this.#open === 0;
    this.#open += 1;
    const turn = async (): Promise<Result> => {
      try {
        return await act();
      } finally {
        this.#open -= 1;
      }
    };
    const result = isFree ? turn() : this.#last.then(turn);
    this.#last = result.catch(() => undefined);
    return result;
  }
}
