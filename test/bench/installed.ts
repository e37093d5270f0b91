/** What is installed along with a package. */
import { readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";

interface Manifest {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

/** The folders of all packages that the package in a folder needs, and of those that these need. */
export function dependenciesOf(folder: string, found = new Set<string>()): ReadonlySet<string> {
  const manifest = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as Manifest;
  for (const name of Object.keys({ ...manifest.dependencies, ...manifest.optionalDependencies })) {
    const needed = installed(name, folder);
    if (needed === undefined || found.has(needed)) continue;
    found.add(needed);
    dependenciesOf(needed, found);
  }
  return found;
}

/** KiB of all files in a folder, without the packages installed below it. */
export function sizeOf(folder: string): number {
  let bytes = 0;
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) bytes += entry.name === "node_modules" ? 0 : sizeOf(path) * 1024;
    else if (entry.isFile()) bytes += statSync(path).size;
  }
  return bytes / 1024;
}

/** Where Node.js finds a package from a folder; an optional one may be nowhere. */
function installed(name: string, from: string): string | undefined {
  for (let folder = from; ; folder = dirname(folder)) {
    const path = join(folder, "node_modules", name);
    if (statSync(join(path, "package.json"), { throwIfNoEntry: false }) !== undefined) return path;
    if (folder === dirname(folder)) return undefined;
  }
}
