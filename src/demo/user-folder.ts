import { mkdtempSync, rmSync } from "node:fs";
import { access, copyFile, lstat, mkdir, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const PACKAGE_ROOT = resolve(__dirname, "..", "..", "..");

/**
 * Makes the Node-RED user folder of the demo: the package is linked into it, the demo flow is there at the first start.
 * @param named The folder to use, or undefined for a fresh temporary one, which goes when the process ends.
 * @param credentials Of the demo's config nodes, by their id.
 * @returns Its path.
 */
export async function prepareUserFolder(named: string | undefined, credentials: object): Promise<string> {
  const path = named === undefined ? temporaryFolder() : resolve(named);
  await linkPackage(path);
  const flows = join(path, "flows.json");
  if (!(await exists(flows))) {
    await copyFile(join(PACKAGE_ROOT, "examples", "demo.json"), flows);
    await writeFile(join(path, "flows_cred.json"), JSON.stringify(credentials), { mode: 0o600 });
  }
  return path;
}

function temporaryFolder(): string {
  const path = mkdtempSync(join(tmpdir(), "node-red-cellular-"));
  // At the very end of the process, however it ends: Node-RED writes into the folder while it starts and stops.
  process.once("exit", () => {
    rmSync(path, { recursive: true, force: true });
  });
  return path;
}

async function linkPackage(userDir: string): Promise<void> {
  const scope = join(userDir, "node_modules", "@cellgate");
  const link = join(scope, "node-red-cellular");
  await mkdir(scope, { recursive: true });
  // A link of an earlier start may lead to another clone, or to one that is gone.
  if (await isLink(link)) await rm(link);
  if (!(await exists(link))) await symlink(PACKAGE_ROOT, link, "junction");
}

async function isLink(path: string): Promise<boolean> {
  try {
    return (await lstat(path)).isSymbolicLink();
  } catch {
    return false;
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await access(path);
    return true;
  } catch {
    return false;
  }
}
