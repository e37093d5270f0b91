import type { DeviceRequest } from "../http-message.js";

/** The fields of a form; none where the body is something else. */
export function formOf({ headers, body }: DeviceRequest): URLSearchParams {
  const isForm = /^application\/x-www-form-urlencoded\s*(;|$)/i.test(headers["content-type"] ?? "");
  return new URLSearchParams(isForm ? body : "");
}
