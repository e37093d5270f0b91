export { PeplinkSimulator } from "./peplink/simulator.js";
export type { IncomingSms, PeplinkEvents, StoredPart } from "./peplink/simulator.js";
export type {
  ApiClient,
  CellularOptions,
  ConnectionOptions,
  EthernetOptions,
  ExpiryDisguise,
  PeplinkSimulatorOptions,
  Permission,
  SimOptions,
  WireDialect,
} from "./peplink/options.js";
export type { DeletedSms, LoginAttempt, SentSms, SentUssd } from "./peplink/router.js";
export { BrevisOneSimulator } from "./brevis-one/simulator.js";
export type { BrevisOneEvents, BrevisOneSms } from "./brevis-one/simulator.js";
export type { BrevisOneSimulatorOptions, Contact, RecipientGroup } from "./brevis-one/options.js";
export type { Delivery } from "./brevis-one/address-book.js";
export { CgiRouterSimulator } from "./router-cgi/simulator.js";
export type { CgiRouterEvents, CgiLogin, DeletedIndex, IncomingCgiSms, SentCgiSms } from "./router-cgi/simulator.js";
export type { CgiRouterSimulatorOptions, ListDialect, RouterManner } from "./router-cgi/options.js";
export type { StoredCgiSms } from "./router-cgi/sms-store.js";
export { SuperSimSimulator } from "./super-sim/simulator.js";
export type { AnswerOptions, SuperSimEvents } from "./super-sim/simulator.js";
export type { SimulatedSim, SuperSimSimulatorOptions } from "./super-sim/options.js";
export type { SimulatedCommand, SimulatedStatus } from "./super-sim/fleet.js";
export type { CallbackResult } from "./super-sim/callback.js";
export type { LoggedRequest, SimulatedDeviceOptions } from "./simulated-device.js";
export type { Fault, FaultOptions, FaultTarget } from "./faults.js";
export { selfSignedCertificate } from "./tls/certificate.js";
export type { CertificateOptions, SelfSignedCertificate } from "./tls/certificate.js";
export { HandsetPage } from "./handset/handset-page.js";
export type { HandsetEvents, HandsetPageOptions, ReplyMatcher, ReplyOptions } from "./handset/handset-page.js";
export type { HandsetFleet, Tracker, TrackerCommand } from "./handset/trackers.js";
export type { HandsetDevice, HandsetLine, HandsetMessage } from "./handset/conversations.js";
