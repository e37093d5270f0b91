import { CellularError } from "../errors/cellular-error";

/** What a person can do about it, by the system's code. */
const ADVICE: Readonly<Record<string, string>> = {
  ENOSPC: "The disk is full: free some space.",
  EDQUOT: "The disk quota is used up: free some space.",
  EROFS: "The file system is read-only: mount it for writing.",
  EACCES: "Node-RED may not write there: correct the owner or the permissions.",
  EPERM: "Node-RED may not write there: correct the owner or the permissions.",
  ENOTDIR: "A file stands where a folder should be: move it away.",
  EIO: "The disk reports an error: check it and its cable, or the memory card.",
  EMFILE: "Node-RED has too many files open: raise its limit.",
  ENFILE: "The system has too many files open.",
};

/**
 * `STORAGE_FAILED`: nothing was written.
 * @param label Names the gateway at the head of the message.
 * @param what What could not be done, as a part of a sentence.
 * @param cause The system's error, or one that says already what is the matter: that one is passed on as it is.
 */
export function storageFailure(label: string, what: string, cause: unknown): CellularError {
  if (cause instanceof CellularError) return cause;
  const code = systemCode(cause);
  const advice = code === undefined ? undefined : ADVICE[code];
  const said = cause instanceof Error ? cause.message : String(cause);
  const message = [`${label}: ${what}.`, ...(advice === undefined ? [] : [advice]), `The system says: ${said}`];
  return new CellularError("STORAGE_FAILED", message.join(" "), { cause });
}

/** The code of a system's error, as `ENOSPC`. */
export function systemCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !("code" in error)) return undefined;
  return typeof error.code === "string" ? error.code : undefined;
}
