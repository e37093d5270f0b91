export { HttpClient, type HttpAnswer, type HttpClientOptions, type HttpRequest } from "./client";
export type { TlsSettings, TrustSettings } from "./connector";
export { CookieJar } from "./cookies";
export { Deadline } from "./deadline";
export { deviceWords } from "./device-words";
export { bypasses } from "./no-proxy";
export type { ProxySettings } from "./proxy-tunnel";
export { statusError } from "./status-error";
export { describeDuration } from "./transport-error";
