import { join } from "node:path";
import type { NodeAPI } from "node-red";
import type { Reference } from "./config-runtime";
import type { RuntimeStoreNotice, StorePlace } from "./runtime-store";

/**
 * Where a config node keeps what it has to remember, and where a person is told of it.
 * @param catalog The node's type, under whose `log` the texts stand; they name the node as `__name__`.
 * @param free Ends when a former store of the same folder has let go of it.
 */
export function storePlace(RED: NodeAPI, catalog: string, reference: Reference, free: Promise<void>): StorePlace {
  return {
    path: folderOf(RED, reference.id),
    free,
    notice: (notice) => {
      log(RED, catalog, reference, notice);
    },
  };
}

/** `<userDir>/cellular/<id>`; an id may be any text in a flow that was written by hand. */
export function folderOf(RED: NodeAPI, id: string): string | undefined {
  const { userDir } = RED.settings;
  const name = encodeURIComponent(id).replace(/^\./, "%2E");
  return userDir === undefined ? undefined : join(userDir, "cellular", name);
}

/** How a log line calls a config node. */
export function nameOf({ id, name }: Reference): string {
  return name === "" ? id : name;
}

function log(RED: NodeAPI, catalog: string, reference: Reference, notice: RuntimeStoreNotice): void {
  const { kind, ...values } = notice;
  const text = RED._(`${catalog}.log.${kind}`, { name: nameOf(reference), ...values });
  if (kind === "taken-over") RED.log.info(text);
  else RED.log.warn(text);
}
