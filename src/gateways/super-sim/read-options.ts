import type { CallOptions } from "../gateway";

/** Options of a call that only reads. */
export interface ReadOptions extends CallOptions {
  /** Whether it is tried once only: for callers that have a time of their own for the next try. Default false. */
  readonly once?: boolean | undefined;
}
