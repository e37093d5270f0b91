import { Deadline } from "../../http";
import { checkCall } from "../arguments";
import type { CallOptions } from "../gateway";

/**
 * The options for a call that takes several requests: the time that its caller gives it is for all of them together.
 * @throws CellularError `OPTION_INVALID` if that is no time.
 */
export function forSeveralRequests(options: CallOptions): CallOptions {
  checkCall(options);
  if (options.timeout === undefined) return options;
  const deadline = new Deadline(options.timeout);
  return {
    signal: options.signal,
    get timeout() {
      return deadline.remaining;
    },
  };
}
