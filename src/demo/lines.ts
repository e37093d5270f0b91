import type { NodeMessage } from "node-red";

/** What a message tells of an SMS or a command. */
export interface News {
  /** The same for the same news, however many nodes its message passes. */
  readonly key: string;
  /** The line, without its time. */
  readonly words: string;
}

/** Makes one line of each SMS and each command that goes through the flow. */
export class Lines {
  readonly #readers: readonly ((msg: NodeMessage) => News | undefined)[];
  readonly #told = new Set<string>();

  /** @param readers read what a message tells, each of another kind of thing */
  constructor(...readers: readonly ((msg: NodeMessage) => News | undefined)[]) {
    this.#readers = readers;
  }

  /** The lines for a message; none if it tells nothing new. */
  linesFor(msg: NodeMessage, now: Date): readonly string[] {
    return this.#readers.flatMap((read) => {
      const news = read(msg);
      if (news === undefined || this.#told.has(news.key)) return [];
      this.#told.add(news.key);
      return [`${now.toTimeString().slice(0, 8)}  ${news.words}`];
    });
  }
}
