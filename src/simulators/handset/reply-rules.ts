import type { HandsetMessage } from "./conversations.js";

/** Which messages a rule answers: those that hold a text, that match a pattern, or that a function picks. */
export type ReplyMatcher = string | RegExp | ((message: HandsetMessage) => boolean);

export interface ReplyOptions {
  /** Only on this line. Default: on each. */
  readonly line?: string;
  /** Milliseconds before the phone answers. Default 0. */
  readonly delay?: number;
}

export interface ReplyRule {
  readonly matcher: ReplyMatcher;
  readonly answer: string | ((message: HandsetMessage) => string);
  readonly options: ReplyOptions;
}

/** The phone's rules; the first that matches answers. */
export class ReplyRules {
  #rules: readonly ReplyRule[] = [];
  readonly #timers = new Set<NodeJS.Timeout>();

  /** Adds a rule; the returned function takes it away. */
  add(rule: ReplyRule): () => void {
    this.#rules = [...this.#rules, rule];
    return () => {
      this.#rules = this.#rules.filter((other) => other !== rule);
    };
  }

  /** Answers a message that the phone received, later and never from within the device's own call. */
  consider(message: HandsetMessage, send: (text: string) => void): void {
    const rule = this.#rules.find(({ matcher, options }) => {
      return (options.line ?? message.line) === message.line && matches(matcher, message);
    });
    if (rule === undefined) return;
    const { answer } = rule;
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      send(typeof answer === "string" ? answer : answer(message));
    }, rule.options.delay ?? 0);
    this.#timers.add(timer);
  }

  /** Drops the answers that are due; the rules stay. */
  stop(): void {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
  }
}

function matches(matcher: ReplyMatcher, message: HandsetMessage): boolean {
  if (typeof matcher === "string") return message.text.includes(matcher);
  if (typeof matcher === "function") return matcher(message);
  // `search` ignores the state that a global pattern would carry from one message to the next.
  return message.text.search(matcher) !== -1;
}
