import { CellularError } from "../errors/cellular-error";
import type { Mailbox, MailboxContents, SmsDeleter, SmsReader, StoredSms } from "../gateways/gateway";
import { simKey, smsIdentity } from "./identity";
import type { Ledger, LedgerEntry } from "./ledger";
import { isSenderWanted, type ReceiverWishes } from "./sorting";

export type Store = SmsReader & SmsDeleter;

/** A received SMS as a record of it says: enough to know it again in the store. */
export interface RememberedSms {
  readonly from: string;
  readonly parts: readonly Pick<StoredSms, "id" | "timestamp" | "text">[];
}

export interface Deletion extends Mailbox {
  readonly iccid?: string | undefined;
  readonly what: "all" | readonly number[] | RememberedSms;
}

/**
 * Deletes from a gateway's store what is meant, and nothing else: the store is read first, since a slot is used again
 * once its SMS is gone. To be run in one turn of the lane.
 * @throws CellularError `NOT_FOUND`, with nothing deleted, where one of the ids does not exist or holds another SMS now;
 *   `OPTION_INVALID` where no connection is named and there are several.
 */
export async function deleteFromStore(
  store: Store & { readonly label: string },
  { connId = store.connId, iccid, what }: Deletion,
): Promise<void> {
  const { label } = store;
  const mailbox = connId === undefined ? await onlyMailbox(store) : { connId };
  const contents = await store.readMailbox(mailbox);
  if (iccid !== undefined && contents.sim.iccid !== undefined && iccid !== contents.sim.iccid) {
    throw new CellularError("NOT_FOUND", `${label}: the SIM that is meant is not the active one. Nothing was deleted.`);
  }
  const ids =
    what === "all" ? what : "parts" in what ? idsOfRemembered(what, contents, label) : knownIds(what, contents, label);
  await store.deleteSms({ ...mailbox, iccid: iccid ?? contents.sim.iccid, ids });
}

async function onlyMailbox(store: Store & { readonly label: string }): Promise<Mailbox> {
  const mailboxes = await store.mailboxes();
  const [first, second] = mailboxes;
  if (first !== undefined && second === undefined) return first;
  const count = String(mailboxes.length);
  throw new CellularError(
    "OPTION_INVALID",
    `${store.label}: it has ${count} cellular connections. Name the connection id.`,
  );
}

function knownIds(ids: readonly number[], { entries }: MailboxContents, label: string): readonly number[] {
  const stored = new Set(entries.map(({ id }) => id));
  if (ids.every((id) => stored.has(id))) return [...new Set(ids)];
  throw new CellularError("NOT_FOUND", `${label}: there is no SMS with such an id. Nothing was deleted.`);
}

function idsOfRemembered(
  { from, parts }: RememberedSms,
  { entries }: MailboxContents,
  label: string,
): readonly number[] {
  const ids = parts.flatMap((part) => {
    const found = entries.find(
      (entry) =>
        entry.id !== null &&
        entry.id === part.id &&
        entry.from === from &&
        entry.text === part.text &&
        entry.timestamp === part.timestamp,
    );
    return typeof found?.id === "number" ? [found.id] : [];
  });
  if (ids.length > 0 && ids.length === parts.length) return ids;
  throw new CellularError(
    "NOT_FOUND",
    `${label}: the SMS is not in the store any more, or its slot holds another one now. Nothing was deleted.`,
  );
}

/** A receiver as a deletion sees it. */
export interface LedgerHolder extends Pick<ReceiverWishes, "from"> {
  readonly after: "keep" | "delete" | "flow";
  readonly ledger: Ledger;
}

/**
 * The entries that may go: one receiver that had the SMS asks for it, everybody whose filter it passes has had it, and
 * nobody's flow is to delete it itself. What lay there before the first list was never handed on, and stays.
 */
export function entriesToDelete(
  { sim, entries }: MailboxContents,
  holders: readonly LedgerHolder[],
): readonly StoredSms[] {
  const key = simKey(sim);
  return entries.filter((entry) => {
    const identity = smsIdentity(key, entry);
    const isAsked = holders.some(({ after, ledger }) => after === "delete" && isHandedOn(ledger.get(identity)));
    return isAsked && holders.every((holder) => !isSenderWanted(entry.from, holder) || isDone(holder, identity));
  });
}

function isDone({ after, ledger }: LedgerHolder, identity: string): boolean {
  return ledger.has(identity) && !(after === "flow" && isHandedOn(ledger.get(identity)));
}

function isHandedOn(entry: LedgerEntry | undefined): boolean {
  return entry !== undefined && entry.treatment !== "passed-over";
}

/**
 * Deletes those of the entries that the store still holds, in one request.
 * @param listed What the entries are of; where another SIM is active by now, nothing is deleted.
 */
export async function deleteEntries(
  store: Store,
  mailbox: Mailbox,
  listed: MailboxContents,
  entries: readonly StoredSms[],
): Promise<void> {
  const contents = await store.readMailbox(mailbox);
  const key = simKey(contents.sim);
  if (key !== simKey(listed.sim)) return;
  const meant = new Set(entries.map((entry) => smsIdentity(key, entry)));
  const ids = contents.entries.flatMap((entry) =>
    entry.id !== null && meant.has(smsIdentity(key, entry)) ? [entry.id] : [],
  );
  if (ids.length > 0) await store.deleteSms({ ...mailbox, iccid: contents.sim.iccid, ids });
}
