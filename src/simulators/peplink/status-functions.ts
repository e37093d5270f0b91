import type { DeviceAnswer } from "../http-message.js";
import { okAnswer } from "./envelope.js";
import type { Router } from "./router.js";
import { wanStatus } from "./wan-status.js";

/** `GET /api/info.firmware`: two firmware slots, the first in use. The shape beyond the version is a guess. */
export function infoFirmware(router: Router): DeviceAnswer {
  return okAnswer({
    1: { version: router.firmware, bootable: true, inUse: true },
    2: { version: "8.0.0", bootable: true, inUse: false },
    order: [1, 2],
  });
}

/** `GET /api/status.wan.connection` */
export function statusWanConnection(router: Router): DeviceAnswer {
  return okAnswer(wanStatus(router.connections.all, router.firmware, router.dialect.connectionPrefix));
}
