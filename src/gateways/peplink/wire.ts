/**
 * The shapes of a Peplink router's answers, read with tolerance: the vendor's page contradicts itself (`content` or
 * `message`, numbers as strings), and older firmware leaves fields out.
 */
import * as v from "valibot";

const Text = v.pipe(v.union([v.string(), v.number()]), v.transform(String));
const OptionalText = v.optional(v.nullable(Text), null);
const NumberLike = v.pipe(
  v.union([v.number(), v.pipe(v.string(), v.trim(), v.regex(/^-?\d+$/), v.transform(Number))]),
  v.safeInteger(),
);
/** A number where there is one; what cannot be read as a number counts as not given. */
const OptionalNumber = v.fallback(v.optional(v.nullable(NumberLike), null), null);
const Flag = v.fallback(
  v.pipe(
    v.union([v.boolean(), NumberLike, v.string()]),
    v.transform((value) => value === true || value === 1 || value === "true"),
  ),
  false,
);
/** Some firmware writes a list as an object with numbers for keys, or leaves an empty one out. */
const list = <const S extends v.GenericSchema>(item: S) =>
  v.pipe(
    v.optional(v.nullable(v.union([v.array(v.unknown()), v.record(v.string(), v.unknown())])), null),
    v.transform((value) => (value === null ? [] : Array.isArray(value) ? value : Object.values(value))),
    v.array(item),
  );

export const Envelope = v.looseObject({
  stat: v.string(),
  code: OptionalNumber,
  // Words for people: an odd form of them must not hide a clear "fail".
  message: v.fallback(OptionalText, null),
  response: v.optional(v.unknown()),
});
export interface Envelope extends v.InferOutput<typeof Envelope> {
  /** As the router wrote it. */
  readonly raw: unknown;
}

const Permission = v.looseObject({ GET: v.optional(v.unknown()), POST: v.optional(v.unknown()) });

export const LoginResponse = v.looseObject({ permission: v.fallback(v.optional(Permission), undefined) });

export const TokenResponse = v.looseObject({
  accessToken: v.pipe(v.string(), v.nonEmpty()),
  expiresIn: OptionalNumber,
});

const StoredEntry = v.pipe(
  v.looseObject({}),
  v.transform((raw) => ({ ...raw, raw })),
  v.looseObject({
    id: OptionalNumber,
    date: OptionalText,
    timestamp: OptionalNumber,
    content: OptionalText,
    message: OptionalText,
    /** As the router wrote it. */
    raw: v.looseObject({}),
  }),
);

export const SmsListResponse = v.looseObject({
  connId: OptionalNumber,
  simId: OptionalNumber,
  imsi: OptionalText,
  iccid: OptionalText,
  mtn: OptionalText,
  sms: list(
    v.looseObject({
      sender: OptionalText,
      message: list(StoredEntry),
    }),
  ),
});

const SimSlot = v.looseObject({
  active: Flag,
  simCardDetected: Flag,
  imsi: OptionalText,
  iccid: OptionalText,
  mtn: OptionalText,
  apn: OptionalText,
});

export const WanConnection = v.looseObject({
  name: OptionalText,
  type: OptionalText,
  message: OptionalText,
  cellular: v.fallback(
    v.optional(
      v.looseObject({
        signalLevel: OptionalNumber,
        carrier: v.fallback(v.optional(v.looseObject({ name: OptionalText })), undefined),
        sim: v.fallback(v.optional(v.record(v.string(), v.unknown())), undefined),
      }),
    ),
    undefined,
  ),
});
export type WanConnection = v.InferOutput<typeof WanConnection>;

export const WanStatusResponse = v.record(v.string(), v.unknown());

/** Reads one SIM slot, or undefined if the value is none. */
export function readSimSlot(value: unknown): v.InferOutput<typeof SimSlot> | undefined {
  const result = v.safeParse(SimSlot, value);
  return result.success ? result.output : undefined;
}
