import type { DeviceAnswer } from "../http-message.js";
import type { Sim } from "./connections.js";
import { Refusal, okAnswer } from "./envelope.js";
import type { Parameters } from "./parameters.js";
import type { Router } from "./router.js";

/** `POST /api/cmd.sim.ussd.send`: the SIM is named by its ICCID. */
export function simUssdSend(router: Router, parameters: Parameters): DeviceAnswer {
  const iccid = parameters.optionalText("iccid");
  return sendUssd(router, parameters, iccid === undefined ? undefined : (sim) => sim.iccid === iccid);
}

/** `POST /api/cmd.sendUssd`, the same on firmware 8.1: the SIM is named by its slot. */
export function oldSendUssd(router: Router, parameters: Parameters): DeviceAnswer {
  const slot = parameters.get("simId");
  return sendUssd(router, parameters, slot === undefined ? undefined : (sim) => sim.slot === slot);
}

function sendUssd(router: Router, parameters: Parameters, isWanted: ((sim: Sim) => boolean) | undefined): DeviceAnswer {
  const wan = router.connections.byId(parameters.connId());
  const code = parameters.text("ussd");
  if (!/^[0-9*#]+$/.test(code)) throw new Refusal(400, "Invalid parameter: ussd");
  const sim = isWanted === undefined ? wan.activeSim : wan.sims.find((one) => one.inserted && isWanted(one));
  if (sim === undefined) throw new Refusal(400, "No SIM card");
  router.ussdSent({ code, connId: wan.id, iccid: sim.iccid, at: new Date() });
  return okAnswer({ message: "Request is sent successfully" });
}
