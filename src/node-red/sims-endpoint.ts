import type { NodeAPI } from "node-red";
import { asCellularError, CellularError } from "../errors/cellular-error";
import { AccountNode } from "./account-node";

/** Most SIMs that a form is told of. */
const MOST_SIMS = 1000;

/** A SIM as the editor's forms get it. */
export interface ListedSim {
  readonly sid: string;
  readonly uniqueName: string | null;
  readonly status: string | null;
}

/**
 * Lets the editor's forms list the SIMs of an account that is deployed: GET `supersim-account/<id>/sims`, an array of
 * `ListedSim`. A failure is `{ code, message }` with status 404 where the account is not deployed, else 502.
 */
export function serveSims(RED: NodeAPI): void {
  const mayRead = RED.auth.needsPermission("supersim-account.read");
  RED.httpAdmin.get("/supersim-account/:id/sims", mayRead, (request, response) => {
    void simsOf(AccountNode.find(RED, request.params.id)).then(
      (sims) => response.json(sims),
      (error: unknown) => {
        const { code, message } = asCellularError(error, "The account");
        response.status(code === "CONFIG_MISSING" ? 404 : 502).json({ code, message });
      },
    );
  });
}

async function simsOf(account: AccountNode | undefined): Promise<readonly ListedSim[]> {
  if (account === undefined) {
    throw new CellularError("CONFIG_MISSING", "The account is not deployed yet. Deploy it first.");
  }
  return account.runtime.ask(async (driver) => {
    const sims: ListedSim[] = [];
    for await (const { sid, uniqueName, status } of driver.listSims({ pageSize: 200 })) {
      sims.push({ sid, uniqueName, status });
      if (sims.length === MOST_SIMS) break;
    }
    return sims;
  });
}
