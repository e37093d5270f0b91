/**
 * Loaded into a Node-RED with `--require`: makes the file system refuse what concerns one folder, on demand. The
 * environment variable `FAILING_DISK` names the folder; the file of that name with `.trouble` behind it says what is wrong
 * at the moment, nothing if it is not there.
 *
 * - `ENOSPC`: what is there can be written over, nothing can be added.
 * - `EROFS`: nothing can be changed.
 * - `EIO`: nothing can be synced.
 */
// The module's own object: what is put in there is what others see that import it.
import fs from "node:fs";
import { sep } from "node:path";
import { getSystemErrorMap } from "node:util";

type Trouble = "ENOSPC" | "EROFS" | "EIO";
type Callback = (error: Error | null, value?: unknown) => void;
type Loose = Record<string, (...values: unknown[]) => unknown>;

const folder = process.env.FAILING_DISK ?? "";
const { readFileSync, fstatSync } = fs;
/** Descriptors of files in the folder. */
const concerned = new Set<unknown>();
const loose = fs as unknown as Loose;
const promises = fs.promises as unknown as Loose;

function trouble(): Trouble | undefined {
  try {
    return readFileSync(`${folder}.trouble`, "utf8") as Trouble;
  } catch {
    return undefined;
  }
}

function isInside(path: unknown): boolean {
  return typeof path === "string" && (path === folder || path.startsWith(folder + sep));
}

function failure(code: Trouble): Error {
  const [errno] = [...getSystemErrorMap()].find(([, [name]]) => name === code) ?? [0];
  return Object.assign(new Error(`${code}: made up for a test`), { code, errno });
}

/** Puts a function in the place of one with a callback that fails where `refusal` says so. */
function refuse(name: string, refusal: (values: readonly unknown[]) => Trouble | undefined): void {
  const original = loose[name];
  if (original === undefined) throw new Error(`fs.${name} is not there`);
  loose[name] = (...values: unknown[]) => {
    const code = refusal(values);
    if (code === undefined) return original(...values);
    setImmediate(values.at(-1) as Callback, failure(code));
    return undefined;
  };
}

function refusePromised(name: string, refused: ReadonlySet<Trouble>): void {
  const original = promises[name];
  if (original === undefined) throw new Error(`fs.promises.${name} is not there`);
  promises[name] = (...values: unknown[]) => {
    const code = trouble();
    if (!isInside(values[0]) || code === undefined || !refused.has(code)) return original(...values);
    return Promise.reject(failure(code));
  };
}

refuse("open", (values) => {
  const [path, flags] = values;
  const code = trouble();
  if (!isInside(path)) return undefined;
  if (code === "EROFS" && flags !== "r") return code;
  if (code === "ENOSPC" && String(flags).startsWith("w")) return code;
  const opened = values.at(-1) as Callback;
  (values as unknown[])[values.length - 1] = (error: Error | null, descriptor: unknown): void => {
    if (error === null) concerned.add(descriptor);
    opened(error, descriptor);
  };
  return undefined;
});
refuse("close", ([descriptor]) => {
  concerned.delete(descriptor);
  return undefined;
});
refuse("write", ([descriptor, , , length, position]) => {
  if (!concerned.has(descriptor)) return undefined;
  const code = trouble();
  if (code !== "ENOSPC") return code === "EROFS" ? code : undefined;
  return Number(position) + Number(length) > fstatSync(descriptor as number).size ? code : undefined;
});
refuse("ftruncate", ([descriptor]) => (concerned.has(descriptor) && trouble() === "EROFS" ? "EROFS" : undefined));
for (const name of ["fdatasync", "fsync"]) {
  refuse(name, ([descriptor]) => (concerned.has(descriptor) && trouble() === "EIO" ? "EIO" : undefined));
}
for (const name of ["rename", "unlink", "utimes", "chmod", "rm", "rmdir"]) {
  refusePromised(name, new Set<Trouble>(["EROFS"]));
}
refusePromised("mkdir", new Set<Trouble>(["EROFS", "ENOSPC"]));
