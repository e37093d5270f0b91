import { createHash } from "node:crypto";

/** What a key of a flow stands for, hashed: no file holds a number longer than it must. */
export function hashedKey(parts: readonly string[]): string {
  return createHash("sha256").update(JSON.stringify(parts)).digest("base64url");
}
