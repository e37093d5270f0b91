export { deleteFromStore, type Deletion, type RememberedSms, type Store } from "./deletion";
export { Inbox, type InboxOptions, type Receiver } from "./inbox";
export { JournalLedgerStore } from "./journal-ledgers";
export type { Ledger, LedgerStore } from "./ledger";
export { comparableSender, type ReceivedSms } from "./received-sms";
