export type {
  Conclusion,
  Ending,
  Entry,
  EntryState,
  Fallback,
  FinishedEntry,
  OnUnknown,
  Priority,
  Submission,
} from "./entry";
export { DiskOutboxStore, type DiskOutboxOptions } from "./disk-store";
export { Outbox, type OutboxLimits, type OutboxOptions, type OutboxSettings } from "./outbox";
export type { Relay } from "./relay";
export type { Transmit } from "./sender";
export type { OutboxObserver } from "./steps";
export type { Tracking } from "./tracking";
export type { Codec, EntryCodec } from "./stored-entry";
export { MemoryOutboxStore, type Claim, type ClaimChanges, type OutboxContents, type OutboxStore } from "./store";
