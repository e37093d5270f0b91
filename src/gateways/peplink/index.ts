export type { CellularConnection, SimSlot } from "./connections";
export { PeplinkRouter, type PeplinkRouterOptions } from "./router";
