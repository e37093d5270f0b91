import type { NodeAPI } from "node-red";
import { AccountRuntime, type AccountConfiguration, type CommandConclusion } from "./account-runtime";
import { commandDesks, type CommandResult } from "./command-record";
import type { Origin } from "./outcome-desk";
import { outcomeHooks } from "./outcome-hooks";
import { RuntimeShelf } from "./runtime-shelf";
import { storePlace } from "./store-place";

const CATALOG = "supersim-account";

/** All accounts of the process, by the id of their config node. They outlive the nodes: a redeploy finds them again. */
class AccountRegistry {
  readonly #shelf = new RuntimeShelf<AccountRuntime>();

  /** The runtime of an account, made at first use. */
  obtain(RED: NodeAPI, id: string, settings: AccountConfiguration): AccountRuntime {
    return this.#shelf.obtain(id, (free) => this.#make(RED, settings, free));
  }

  get(id: string): AccountRuntime | undefined {
    return this.#shelf.get(id);
  }

  /** Ends an account that was deleted. */
  end(id: string): void {
    this.#shelf.end(id);
  }

  #make(RED: NodeAPI, settings: AccountConfiguration, free: Promise<void>): AccountRuntime {
    const runtime: AccountRuntime = new AccountRuntime(settings, {
      ...storePlace(RED, CATALOG, settings.reference, free),
      ...outcomeHooks(RED, {
        catalog: CATALOG,
        desk: commandDesks.of(RED),
        resultOf,
        forget: (id) => void runtime.outbox.remove(id),
      }),
    });
    return runtime;
  }
}

function resultOf({ id, job, finishedAt, ending }: CommandConclusion, origin: Origin): CommandResult {
  return { id, origin, job, finishedAt, ending };
}

export const accountRegistry = new AccountRegistry();
