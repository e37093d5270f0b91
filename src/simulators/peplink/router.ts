import type { Connections } from "./connections.js";
import type { WireDialect } from "./options.js";
import type { Sessions } from "./sessions.js";

/** An SMS that the router was asked to send and took. */
export interface SentSms {
  readonly to: string;
  readonly text: string;
  readonly connId: number;
  readonly iccid: string;
  readonly at: Date;
}

/** A USSD code that the router was asked to send and took. */
export interface SentUssd {
  readonly code: string;
  readonly connId: number;
  readonly iccid: string;
  readonly at: Date;
}

/** Slots that were emptied by `cmd.sms.delete`. */
export interface DeletedSms {
  readonly connId: number;
  readonly iccid: string;
  readonly ids: readonly number[];
  readonly at: Date;
}

/** A login by password or a token asked for by a client, taken or refused. */
export interface LoginAttempt {
  readonly by: "password" | "client";
  readonly accepted: boolean;
  readonly at: Date;
}

/** What the functions of the API work on. */
export interface Router {
  readonly firmware: string;
  readonly dialect: Required<WireDialect>;
  readonly sessions: Sessions;
  readonly connections: Connections;
  /** `bauth` over HTTPS, `pauth` over plain HTTP. */
  readonly cookieName: string;
  /** As it is answered with a token. */
  readonly expiresIn: number | string;
  sent(sms: SentSms): void;
  ussdSent(ussd: SentUssd): void;
  deleted(sms: DeletedSms): void;
  loggedIn(attempt: LoginAttempt): void;
}
