import type { Node, NodeAPI } from "node-red";
import { CellularError } from "../errors/cellular-error";
import { canSendUssd } from "../gateways/gateway";
import { AskNode } from "./ask-node";
import { evaluate, typedInput } from "./typed-input";

/** `cellular-ussd`: sends a USSD code; the payload becomes what came back. */
export function ussdNode(RED: NodeAPI, node: Node, config: object): void {
  new AskNode(RED, node, config, {
    doneKey: "sent",
    readSettings: (properties) => ({
      code: typedInput(config, "code", { value: "payload", type: "msg" }),
      connId: properties.optionalNumber("connId"),
      iccid: properties.text("iccid"),
    }),
    prepare: async ({ code: field, connId, iccid }, msg) => {
      const code = readCode(await evaluate(RED, node, field, msg));
      return async (gateway, reference) => {
        if (!canSendUssd(gateway)) throw new CellularError("UNSUPPORTED", "This kind of gateway sends no USSD codes.");
        const answer = await gateway.sendUssd({
          code,
          ...(connId === undefined ? {} : { connId }),
          ...(iccid === "" ? {} : { iccid }),
        });
        const { acknowledged, reply, deviceWords } = answer;
        msg.payload = reply ?? deviceWords ?? "";
        msg.ussd = {
          code,
          reply,
          acknowledged,
          gateway: reference,
          connId: answer.connId ?? null,
          iccid: answer.iccid ?? null,
        };
      };
    },
  });
}

function readCode(value: unknown): string {
  const code = typeof value === "number" ? String(value) : value;
  if (typeof code === "string" && /^[0-9*#]+$/.test(code)) return code;
  throw new CellularError("CODE_INVALID", "A USSD code is made of digits, * and #, for example *100#.");
}
