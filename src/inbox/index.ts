export { deleteFromStore, type Deletion, type RememberedSms, type Store } from "./deletion";
export { Inbox, type InboxOptions, type Receiver } from "./inbox";
export { DiskLedgerStore } from "./disk-ledgers";
export { MemoryLedgerStore, type KeptLedger, type Ledger, type LedgerStore } from "./ledger";
export { comparableSender, type ReceivedSms } from "./received-sms";
