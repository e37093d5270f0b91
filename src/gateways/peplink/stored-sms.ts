import type * as v from "valibot";
import type { MailboxContents, SimIdentity } from "../gateway";
import type { SmsListResponse } from "./wire";

/**
 * What one `cmd.sms.get` answer holds, in the order of the answer. The text stands in `content` by the vendor's table
 * and in `message` by its example; `date` lacks year and zone and is kept as printed.
 */
export function readMailboxContents(
  response: v.InferOutput<typeof SmsListResponse>,
  askedConnId: number,
): MailboxContents {
  const { simId, iccid, imsi, mtn } = response;
  const sim: SimIdentity = {
    connId: response.connId ?? askedConnId,
    ...(simId === null ? {} : { simId }),
    ...(isTold(iccid) ? { iccid } : {}),
    ...(isTold(imsi) ? { imsi } : {}),
    ...(isTold(mtn) ? { mtn } : {}),
  };
  const entries = response.sms.flatMap(({ sender, message }) =>
    message.map((entry) => ({
      id: entry.id,
      from: sender ?? "",
      text: entry.content ?? entry.message ?? "",
      timestamp: entry.timestamp,
      date: entry.date,
      ...sim,
      raw: { sender, ...entry.raw },
    })),
  );
  return { sim, entries };
}

/** Where the modem has not read the SIM yet, or the SIM does not hold its own number, the field may be there and empty. */
function isTold(field: string | null): field is string {
  return field !== null && field !== "";
}
