export type { Journal } from "./journal";
export { MemoryJournal } from "./memory-journal";
export type { Damage } from "./journal-reading";
export type { Json, JsonObject, JournalStep } from "./steps";
export { StoreFolder, type StoreFolderOptions, type StoreNotice } from "./store-folder";
export type { FileFacts, StoreFile, StoreFiles } from "./store-files";
