import type { NodeMessage } from "node-red";
import type { Input } from "./wrappers";

/** How an outcome stands among those of its input. */
export interface Place {
  readonly isLast: boolean;
  readonly noneAccepted: boolean;
}

/** An input with several recipients: what is still open, and whether one was accepted. */
export class Batch {
  readonly #count: number;
  readonly #closed = new Map<string, Place>();
  #accepted = false;

  constructor(count: number) {
    this.#count = count;
  }

  /** Counts one outcome, once however often it is reported. */
  close(id: string, isAccepted: boolean): Place {
    const known = this.#closed.get(id);
    if (known !== undefined) return known;
    this.#accepted ||= isAccepted;
    const place = { isLast: this.#closed.size + 1 === this.#count, noneAccepted: !this.#accepted };
    this.#closed.set(id, place);
    return place;
  }
}

/** Which recipient of a message with several this is. */
export interface Part {
  readonly id: string;
  readonly index: number;
  readonly count: number;
  /** What the input itself was a part of, where a join node looks for it. */
  readonly parts?: unknown;
}

/** Where an SMS came from, and who is to hear what became of it. */
export interface SmsOrigin {
  readonly nodeId: string;
  /** The message of this recipient: it carries the record out. */
  readonly msg: NodeMessage;
  readonly part?: Part;
  readonly batch: Batch;
  /** The input that waits for the outcome, and the node instance that took it: only while that lives can it answer. */
  readonly input: Input;
  readonly instance: object;
}
