export interface WaitOptions {
  /** Milliseconds after which waiting is given up, so that a test fails with a reason before mocha ends it. */
  readonly timeout?: number;
}

interface Wait {
  readonly check: () => void;
  readonly reject: (error: Error) => void;
}

/** All that a test waits for at one Node-RED. Something is looked for again whenever `check` is called. */
export class Waits {
  readonly #open = new Set<Wait>();
  #failure: Error | undefined;

  /** Resolves with what `find` returns as soon as that is something; `what` says what was missed if it never is. */
  until<T extends object>(find: () => T | undefined, what: () => string, options: WaitOptions = {}): Promise<T> {
    const { timeout = 15_000 } = options;
    return new Promise((resolve, reject) => {
      const found = find();
      if (found !== undefined) {
        resolve(found);
        return;
      }
      if (this.#failure) {
        reject(this.#failure);
        return;
      }
      const close = (): void => {
        clearTimeout(timer);
        this.#open.delete(wait);
      };
      const wait: Wait = {
        check: () => {
          const found = find();
          if (found === undefined) return;
          close();
          resolve(found);
        },
        reject: (error) => {
          close();
          reject(error);
        },
      };
      const timer = setTimeout(() => {
        wait.reject(new Error(`Waited ${timeout} ms in vain for ${what()}`));
      }, timeout);
      this.#open.add(wait);
    });
  }

  check(): void {
    for (const wait of [...this.#open]) wait.check();
  }

  /** Nothing more can come: ends all waits, and those still to be made, with an error. */
  fail(error: Error): void {
    this.#failure = error;
    for (const wait of [...this.#open]) wait.reject(error);
  }

  /** Something can come again. */
  resume(): void {
    this.#failure = undefined;
  }
}
