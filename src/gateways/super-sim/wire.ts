/** The shapes of the service's answers (vendor's OpenAPI file; `seeds` of the legacy resource), unknown fields let be. */
import * as v from "valibot";
import type { LegacyCommand, SmsCommand, SuperSimCard } from "./records";

const Text = v.optional(v.nullable(v.string()), null);
const Sid = v.pipe(v.string(), v.nonEmpty());

const commandFields = {
  sid: Sid,
  account_sid: Text,
  sim_sid: Text,
  status: Text,
  direction: Text,
  date_created: Text,
  date_updated: Text,
  url: Text,
};

export const SmsCommandResource = v.pipe(
  v.looseObject({ ...commandFields, payload: Text }),
  v.transform((wire): SmsCommand => ({
    sid: wire.sid,
    accountSid: wire.account_sid,
    simSid: wire.sim_sid,
    payload: wire.payload,
    status: wire.status,
    direction: wire.direction,
    dateCreated: wire.date_created,
    dateUpdated: wire.date_updated,
    url: wire.url,
  })),
);

export const CommandResource = v.pipe(
  v.looseObject({ ...commandFields, command: Text }),
  v.transform((wire): LegacyCommand => ({
    sid: wire.sid,
    accountSid: wire.account_sid,
    simSid: wire.sim_sid,
    command: wire.command,
    status: wire.status,
    direction: wire.direction,
    dateCreated: wire.date_created,
    dateUpdated: wire.date_updated,
    url: wire.url,
  })),
);

export const SimResource = v.pipe(
  v.looseObject({
    sid: Sid,
    unique_name: Text,
    account_sid: Text,
    iccid: Text,
    status: Text,
    fleet_sid: Text,
    date_created: Text,
    date_updated: Text,
    url: Text,
    links: v.fallback(v.optional(v.nullable(v.record(v.string(), v.string())), null), null),
  }),
  v.transform((wire): SuperSimCard => ({
    sid: wire.sid,
    uniqueName: wire.unique_name,
    accountSid: wire.account_sid,
    iccid: wire.iccid,
    status: wire.status,
    fleetSid: wire.fleet_sid,
    dateCreated: wire.date_created,
    dateUpdated: wire.date_updated,
    url: wire.url,
    links: wire.links,
  })),
);

export const Page = v.looseObject({
  meta: v.looseObject({ key: v.optional(v.nullable(v.string()), null), next_page_url: Text }),
});

export const TokenAnswer = v.looseObject({
  // It becomes a header: anything but visible characters would be another header, or none.
  access_token: v.pipe(v.string(), v.regex(/^[\x21-\x7e]+$/)),
  /** Seconds; what is no number counts as not given. */
  expires_in: v.fallback(
    v.optional(
      v.union([v.pipe(v.number(), v.finite()), v.pipe(v.string(), v.regex(/^-?\d+(\.\d+)?$/), v.transform(Number))]),
    ),
    undefined,
  ),
});

const Word = v.fallback(v.optional(v.string()), undefined);

/** The vendors' own errors, RFC 9457 problems and OAuth errors in one. */
export const ErrorBody = v.looseObject({
  code: v.fallback(v.optional(v.union([v.number(), v.string()])), undefined),
  message: Word,
  more_info: Word,
  type: Word,
  title: Word,
  detail: Word,
  error: Word,
  error_description: Word,
});
