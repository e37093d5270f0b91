/** The typed drivers, for code without Node-RED. */
export {
  CellularError,
  ERROR_CODES,
  type CellularErrorCode,
  type CellularErrorOptions,
  type Outcome,
} from "./errors/cellular-error";
export type {
  CallOptions,
  CheckedSms,
  DeleteRequest,
  DeviceInfo,
  Mailbox,
  MailboxContents,
  OutgoingSms,
  SendReceipt,
  SimIdentity,
  SmsEncoding,
  SmsGateway,
  SmsReader,
  StoredSms,
  UssdReply,
  UssdRequest,
} from "./gateways/gateway";
export { BrevisOneGateway, type BrevisOneGatewayOptions, type BrevisOneStatus } from "./gateways/brevis-one";
export type { RecipientMode, SmsOptionName, SmsOptions } from "./gateways/sms-options";
export { PeplinkRouter, type CellularConnection, type PeplinkRouterOptions, type SimSlot } from "./gateways/peplink";
export { CgiRouter, UnreadAnswer, type CgiRouterOptions } from "./gateways/router-cgi";
export {
  SuperSim,
  SuperSimRefusal,
  type CommandDirection,
  type CommandFilter,
  type CommandRequest,
  type CommandStatus,
  type LegacyCommand,
  type ReadOptions,
  type SimFilter,
  type SimStatus,
  type SmsCommand,
  type SmsCommandRequest,
  type SuperSimAccountInfo,
  type SuperSimCard,
  type SuperSimOptions,
  type SuperSimProvider,
} from "./gateways/super-sim";
