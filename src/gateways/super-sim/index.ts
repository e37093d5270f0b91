export { CallbackRefusal, type Callback, type CallbackSecrets } from "./callback";
export { readCallback } from "./callback-event";
export { isSigned, proofOf, type CallbackProof } from "./callback-signature";
export { SuperSim, type SuperSimAccountInfo } from "./super-sim";
export { SuperSimRefusal } from "./failure";
export { KeptCommand } from "./kept-command";
export { asSmsCommand } from "./legacy";
export type { SuperSimOptions, SuperSimProvider } from "./options";
export type { ReadOptions } from "./read-options";
export type {
  CommandDirection,
  CommandEvent,
  CommandStatus,
  LegacyCommand,
  SimStatus,
  SmsCommand,
  SuperSimCard,
} from "./records";
export type { CommandFilter, CommandRequest, SimFilter, SmsCommandRequest } from "./requests";
