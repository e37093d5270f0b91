import * as v from "valibot";
import type { CheckedSms, SendReceipt } from "../gateways/gateway";
import type { EntryCodec } from "../outbox";
import type { Json } from "../store";
import { plainCopy, plainMessage } from "./plain-message";
import { Batch, type SmsOrigin } from "./sms-origin";

const Encoding = v.picklist(["gsm7", "ucs2"]);
const Sms = v.object({
  to: v.string(),
  text: v.string(),
  encoding: Encoding,
  segments: v.number(),
  options: v.looseObject({}),
});
const Receipt = v.object({ to: v.string(), encoding: Encoding, segments: v.number() });
const Part = v.object({ id: v.string(), index: v.number(), count: v.number(), parts: v.optional(v.unknown()) });
const Origin = v.object({
  nodeId: v.string(),
  msg: v.looseObject({ _msgid: v.optional(v.string()) }),
  part: v.optional(Part),
});

/** Batches that a restart has cut, by the id of their parts. */
class CutBatches {
  readonly #batches = new Map<string, { readonly batch: Batch; readonly found: Set<number> }>();

  /** The batch of a part. One that moves lies in two outboxes, and counts once. */
  of({ id, index, count }: v.InferOutput<typeof Part>): Batch {
    const known = this.#batches.get(id) ?? { batch: Batch.restored(), found: new Set() };
    this.#batches.set(id, known);
    if (!known.found.has(index)) known.batch.add(count);
    known.found.add(index);
    return known.batch;
  }
}

/** How SMS are written down: what is sent, which node asked for it, and as much of its message as can be. */
export function smsCodec(): EntryCodec<CheckedSms, SmsOrigin, SendReceipt> {
  const cut = new CutBatches();
  return {
    job: {
      encode: (sms) => plainCopy({ ...sms }, Infinity) ?? null,
      decode: (value) =>
        v.parse(
          v.custom<CheckedSms>((sms) => v.is(Sms, sms)),
          value,
        ),
    },
    origin: {
      encode: ({ nodeId, msg, part }) => ({
        nodeId,
        msg: plainMessage(msg),
        ...(part === undefined ? {} : { part: plainPart(part) }),
      }),
      decode: (value) => {
        const { nodeId, msg, part } = v.parse(Origin, value);
        const batch = part === undefined ? new Batch(1) : cut.of(part);
        return { nodeId, msg: { ...msg }, batch, ...(part === undefined ? {} : { part }) };
      },
    },
    receipt: {
      encode: ({ to, encoding, segments }) => ({ to, encoding, segments }),
      decode: (value) => ({ ...v.parse(Receipt, value), raw: null }),
    },
  };
}

function plainPart({ id, index, count, parts }: NonNullable<SmsOrigin["part"]>): Json {
  const outer = plainCopy(parts);
  return { id, index, count, ...(outer === undefined ? {} : { parts: outer }) };
}
