/** The only places where Node-RED's `input` and `close` events are listened to. */
import type { Node, NodeMessage } from "node-red";

export type Send = (messages: NodeMessage | (NodeMessage | null)[]) => void;
export type Done = (error?: Error) => void;

/** One message that reached a node. */
export interface Input {
  /** The very object that Node-RED delivered. */
  readonly msg: NodeMessage;
  readonly send: Send;
  readonly done: Done;
}

/**
 * Calls `handle` for each message. What it throws, or rejects with, ends that message as its error: a rejected promise
 * in a raw handler would end Node-RED.
 */
export function onInput(node: Node, handle: (input: Input) => void | Promise<void>): void {
  node.on("input", (msg, send, done) => {
    void (async () => {
      try {
        await handle({ msg, send, done });
      } catch (error) {
        done(asError(error));
      }
    })();
  });
}

/**
 * Calls `close` when the node stops.
 * @param close Quick; Node-RED waits for what it returns, and stops no other thing meanwhile: under 1 s. `removed` is
 *   true if the node is deleted or disabled, false at a redeploy and at the end of the process, and for one in a subflow.
 */
export function onClose(node: Node, close: (removed: boolean) => void | Promise<void>): void {
  node.on("close", (removed: boolean, done: () => void) => {
    void (async () => {
      try {
        await close(removed);
      } catch (error) {
        node.error(asError(error).message);
      }
      done();
    })();
  });
}

/** What was thrown, as an Error. */
export function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
