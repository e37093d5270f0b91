import type { NodeAPI } from "node-red";
import type { Conclusion } from "../outbox";
import type { ConfigHooks } from "./config-runtime";
import type { OutcomeDesk, Traceable } from "./outcome-desk";

interface OutcomeHooksOptions<Job, Origin, Receipt, Result extends Traceable> {
  /** The type of the config node, under whose `log` the texts stand. */
  readonly catalog: string;
  readonly desk: OutcomeDesk<Result>;
  readonly resultOf: (conclusion: Conclusion<Job, Receipt>, origin: Origin) => Result;
  /** Forgets an entry that has been reported. */
  readonly forget: (id: string) => void;
}

/** Hands what became of entries to the desk, and forgets each once the flow, or where that is gone the log, was told. */
export function outcomeHooks<Job, Origin, Receipt, Result extends Traceable>(
  RED: NodeAPI,
  { catalog, desk, resultOf, forget }: OutcomeHooksOptions<Job, Origin, Receipt, Result>,
): Pick<ConfigHooks<Job, Origin, Receipt>, "finished" | "repeated"> {
  return {
    finished: (entry) => {
      const { id, origin, ending } = entry;
      desk.deliver({
        result: resultOf(entry, origin),
        delivered: () => {
          forget(id);
        },
        orphaned: () => {
          RED.log.warn(RED._(`${catalog}.log.orphaned`, { id, outcome: ending.outcome }));
          forget(id);
        },
      });
    },
    repeated: (conclusion, origin) => {
      desk.deliver({
        result: resultOf(conclusion, origin),
        delivered: () => undefined,
        orphaned: () => undefined,
      });
    },
  };
}
