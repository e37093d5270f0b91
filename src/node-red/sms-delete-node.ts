import type { Node, NodeAPI } from "node-red";
import * as v from "valibot";
import { CellularError } from "../errors/cellular-error";
import { canDeleteSms } from "../gateways/gateway";
import { deleteFromStore, type Deletion } from "../inbox";
import { AskNode } from "./ask-node";
import { readNumber } from "./properties";
import { evaluate, typedInput } from "./typed-input";

/** As much of `msg.received` as it takes to know an SMS again. */
const Remembered = v.object({
  from: v.string(),
  parts: v.pipe(
    v.array(v.object({ id: v.nullable(v.number()), timestamp: v.nullable(v.number()), text: v.string() })),
    v.minLength(1),
  ),
  connId: v.optional(v.number()),
  iccid: v.optional(v.string()),
});

/** `cellular-sms-delete`: deletes received SMS from the gateway's store; the message passes unchanged. */
export function smsDeleteNode(RED: NodeAPI, node: Node, config: object): void {
  new AskNode(RED, node, config, {
    doneKey: "deleted",
    readSettings: (properties) => ({
      ids: typedInput(config, "ids", { value: "received", type: "msg" }),
      connId: properties.optionalNumber("connId"),
      iccid: properties.text("iccid"),
    }),
    prepare: async ({ ids, connId, iccid }, msg) => {
      const deletion = readDeletion(await evaluate(RED, node, ids, msg));
      return async (gateway) => {
        if (!canDeleteSms(gateway)) {
          throw new CellularError("UNSUPPORTED", "This kind of gateway cannot delete received SMS.");
        }
        await deleteFromStore(gateway, {
          // A record says itself where its SMS lies.
          ...(connId === undefined ? {} : { connId }),
          ...(iccid === "" ? {} : { iccid }),
          ...deletion,
        });
      };
    },
  });
}

/**
 * What is to be deleted.
 * @throws CellularError `OPTION_INVALID` for anything that is no id, no list of ids, not "all" and no record.
 */
function readDeletion(value: unknown): Deletion {
  if (value === "all") return { what: value };
  const ids = Array.isArray(value) ? value.map(readId) : [readId(value)];
  if (ids.length > 0 && ids.every((id) => id !== undefined)) return { what: ids };
  const record = v.safeParse(Remembered, value);
  if (record.success) {
    const { connId, iccid, ...what } = record.output;
    return { what, ...(connId === undefined ? {} : { connId }), ...(iccid === undefined ? {} : { iccid }) };
  }
  throw new CellularError(
    "OPTION_INVALID",
    'What to delete is no id, no list of ids, not "all" and no record of a received SMS. Correct msg.received or the ids.',
  );
}

function readId(value: unknown): number | undefined {
  const id = readNumber(value);
  return id !== undefined && Number.isSafeInteger(id) && id >= 0 ? id : undefined;
}
