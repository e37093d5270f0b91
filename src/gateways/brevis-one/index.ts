export { BrevisOneGateway, type BrevisOneGatewayOptions } from "./gateway";
export type { BrevisOneStatus } from "./status";
