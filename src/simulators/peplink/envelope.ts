import { jsonAnswer, type DeviceAnswer } from "../http-message.js";

/** The router says no: a code and its own words. Only the codes of devices.md are known; the others are a guess. */
export class Refusal extends Error {
  override readonly name = "Refusal";
  readonly code: number;

  constructor(code: number, message: string) {
    super(message);
    this.code = code;
  }
}

export const invalidConnId = (): Refusal => new Refusal(3, "invalid connId");
export const unknownFunction = (): Refusal => new Refusal(2, "unknown function");
export const unauthorized = (): Refusal => new Refusal(401, "Unauthorized");

/** `{"stat":"ok"}`, with a `response` where there is one. */
export function okAnswer(response?: unknown, headers?: Readonly<Record<string, string>>): DeviceAnswer {
  return jsonAnswer(response === undefined ? { stat: "ok" } : { stat: "ok", response }, 200, headers);
}

/** The router answers a refusal with HTTP 200 too. */
export function failAnswer(refusal: Refusal): DeviceAnswer {
  return jsonAnswer({ stat: "fail", code: refusal.code, message: refusal.message });
}
