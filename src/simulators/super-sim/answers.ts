import { jsonAnswer, type DeviceAnswer } from "../http-message.js";

/** The service says no, in the form of the vendor's errors. */
export class Refusal extends Error {
  override readonly name = "Refusal";
  readonly status: number;
  readonly code: number;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, code: number, words: string, headers: Readonly<Record<string, string>> = {}) {
    super(words);
    this.status = status;
    this.code = code;
    this.headers = headers;
  }
}

export function refused({ status, code, message, headers }: Refusal): DeviceAnswer {
  const more_info = `https://www.twilio.com/docs/errors/${code}`;
  return jsonAnswer({ code, message, more_info, status }, status, headers);
}

export const notFound = (path: string): Refusal =>
  new Refusal(404, 20404, `The requested resource ${path} was not found`);

export const badParameter = (name: string): Refusal => new Refusal(400, 20001, `Invalid parameter ${name}`);
