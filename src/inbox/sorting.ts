import type { MailboxContents, StoredSms } from "../gateways/gateway";
import { joinParts, mayLackRest, type JoinedSms } from "../sms";
import { simKey, smsIdentity } from "./identity";
import { updateLedger, type Ledger, type Treatment } from "./ledger";
import { comparableSender, type ReceivedSms } from "./received-sms";

/** What a receiver wants from the inbox. */
export interface ReceiverWishes {
  /** `new`: what is stored at the first list ever is not handed on · `all`. */
  readonly start: "new" | "all";
  /** Senders to let through, without white space; empty = all. */
  readonly from: ReadonlySet<string>;
  /** Whether the parts of a long SMS become one. */
  readonly join: boolean;
  /** What becomes of an SMS in the gateway's store once it is handed on; absent: it is kept. */
  readonly after?: "keep" | "delete" | "flow";
}

/** What is to be done for one receiver after a list. */
export interface Sorted {
  /** To be handed on, oldest first. */
  readonly fresh: readonly ReceivedSms[];
  /** The ledger once they are handed on. */
  readonly ledger: Ledger;
  /** Identities of last parts that wait one more list for their rest. */
  readonly waiting: ReadonlySet<string>;
}

/**
 * Finds what a receiver has not had yet.
 * @param ledger Undefined if this receiver has never seen a list of this SIM.
 * @param waited What `waiting` was after the list before.
 */
export function sortMailbox(
  contents: MailboxContents,
  wishes: ReceiverWishes,
  ledger: Ledger | undefined,
  waited: ReadonlySet<string>,
): Sorted {
  const sim = simKey(contents.sim);
  const identities = new Map(contents.entries.map((entry) => [entry, smsIdentity(sim, entry)] as const));
  const identityOf = (entry: StoredSms): string => identities.get(entry) ?? "";
  const listed = new Set(identities.values());
  // One slot holds one SMS, however often it is listed; without slots, equal entries may be equal parts.
  const entryBySlot = new Map(contents.entries.map((entry) => [identityOf(entry), entry] as const));
  const isRepeated = (entry: StoredSms): boolean => entry.id !== null && entryBySlot.get(identityOf(entry)) !== entry;
  if (ledger === undefined && wishes.start === "new") {
    return { fresh: [], ledger: updateLedger(new Map(), listed, passedOver(listed)), waiting: new Set() };
  }

  const before: Ledger = ledger ?? new Map();
  const unseen = contents.entries.filter((entry) => !before.has(identityOf(entry)) && !isRepeated(entry));
  const whole = joinParts(unseen);
  const waiting = new Set<string>();
  const ready = whole.filter((sms) => {
    const last = sms.parts.at(-1);
    if (!wishes.join || last === undefined || !mayLackRest(sms) || waited.has(identityOf(last))) return true;
    waiting.add(identityOf(last));
    return false;
  });
  const handedOn: Treatment = wishes.after === "flow" ? "awaited" : "handed-on";
  const isWanted = ({ from }: { readonly from: string }): boolean => isSenderWanted(from, wishes);
  const seen = ready.flatMap((sms) =>
    sms.parts.map((part) => [identityOf(part), isWanted(sms) ? handedOn : "passed-over"] as const),
  );
  const fresh = ready
    .filter(isWanted)
    .flatMap((sms) => (wishes.join ? [sms] : sms.parts.map(single)))
    .map((sms) => ({ ...sms, sim: contents.sim }));
  return { fresh, ledger: updateLedger(before, listed, seen), waiting };
}

/** Whether a receiver's filter lets a sender through. */
export function isSenderWanted(sender: string, { from }: Pick<ReceiverWishes, "from">): boolean {
  return from.size === 0 || from.has(comparableSender(sender));
}

function passedOver(identities: Iterable<string>): (readonly [string, Treatment])[] {
  return [...identities].map((identity) => [identity, "passed-over"] as const);
}

function single(entry: StoredSms): JoinedSms<StoredSms> {
  const { from, text, timestamp, date, localTime } = entry;
  return { from, text, timestamp, date, ...(localTime === undefined ? {} : { localTime }), parts: [entry] };
}
