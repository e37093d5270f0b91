export type { Ending, Entry, EntryState, FinishedEntry, OnUnknown, Priority, Submission } from "./entry";
export { Outbox, type OutboxLimits, type OutboxObserver, type OutboxOptions, type Transmit } from "./outbox";
export { MemoryOutboxStore, type OutboxStore } from "./store";
