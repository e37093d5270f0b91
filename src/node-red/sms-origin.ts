import type { NodeMessage } from "node-red";
import type { Input } from "./wrappers";

/** An input with several recipients: what is still open, and whether one was accepted. */
export class Batch {
  #open: number;
  #accepted = false;

  constructor(count: number) {
    this.#open = count;
  }

  /** Counts one outcome; returns whether it was the last, and whether none was accepted. */
  close(isAccepted: boolean): { readonly isLast: boolean; readonly noneAccepted: boolean } {
    this.#open -= 1;
    this.#accepted ||= isAccepted;
    return { isLast: this.#open === 0, noneAccepted: !this.#accepted };
  }
}

/** Which recipient of a message with several this is. */
export interface Part {
  readonly id: string;
  readonly index: number;
  readonly count: number;
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
