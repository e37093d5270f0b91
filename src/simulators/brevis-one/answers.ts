import type { DeviceAnswer } from "../http-message.js";

/** The errors of the vendor's page, by what is wrong. */
const ERRORS = {
  request: [400, "Error. See Gateway logs for more information"],
  parameter: [400, "Error: Parameter miss"],
  login: [401, "401 Unauthorized - Username or Password wrong"],
  permission: [403, "403 Forbidden - Your User has no right to send SMS over API"],
  timeout: [408, "FAILED - Timeout or see Gateway logs for more information"],
} as const satisfies Record<string, readonly [status: number, words: string]>;

/** The gateway says no. */
export class Refusal extends Error {
  override readonly name = "Refusal";
  readonly reason: keyof typeof ERRORS;

  constructor(reason: keyof typeof ERRORS) {
    super(ERRORS[reason][1]);
    this.reason = reason;
  }
}

export function refused({ reason }: Refusal, fullStop: boolean): DeviceAnswer {
  const [status, words] = ERRORS[reason];
  return page(status, `${words}${fullStop ? "." : ""}`);
}

export function page(status: number, body: string): DeviceAnswer {
  return { status, headers: { "content-type": "text/html; charset=UTF-8" }, body };
}
