import { warnOf } from "./mistake.js";

/** Which messages a rule answers: those that hold a text, that match a pattern, or that a function picks. */
export type Matcher<Message> = string | RegExp | ((message: Message) => boolean);

/** What is answered. */
export type Reply<Message> = string | ((message: Message) => string);

export interface ReplyRule<Message> {
  readonly matcher: Matcher<Message>;
  readonly answer: Reply<Message>;
  /** Which messages the rule looks at. Default: all. */
  readonly among?: (message: Message) => boolean;
  /** Milliseconds before the answer goes. Default 0. */
  readonly delay?: number;
}

/** What answers messages by itself; the first rule that matches answers. */
export class ReplyRules<Message> {
  readonly #textOf: (message: Message) => string;
  #rules: readonly ReplyRule<Message>[] = [];
  readonly #timers = new Set<NodeJS.Timeout>();

  constructor(textOf: (message: Message) => string) {
    this.#textOf = textOf;
  }

  /** Adds a rule; the returned function takes it away. */
  add(rule: ReplyRule<Message>): () => void {
    this.#rules = [...this.#rules, rule];
    return () => {
      this.#rules = this.#rules.filter((other) => other !== rule);
    };
  }

  /** Answers a message that came in, later and never from within the device's own call. */
  consider(message: Message, send: (text: string) => void): void {
    const rule = this.#rules.find(({ matcher, among }) => {
      return (among === undefined || among(message)) && this.#matches(matcher, message);
    });
    if (rule === undefined) return;
    const { answer } = rule;
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      try {
        send(typeof answer === "string" ? answer : answer(message));
      } catch (error) {
        warnOf("A rule could not answer", error);
      }
    }, rule.delay ?? 0);
    this.#timers.add(timer);
  }

  /** Drops the answers that are due; the rules stay. */
  stop(): void {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
  }

  #matches(matcher: Matcher<Message>, message: Message): boolean {
    if (typeof matcher === "function") return matcher(message);
    const text = this.#textOf(message);
    // `search` ignores the state that a global pattern would carry from one message to the next.
    return typeof matcher === "string" ? text.includes(matcher) : text.search(matcher) !== -1;
  }
}
