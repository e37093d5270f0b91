import { access, copyFile, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const PACKAGE_ROOT = resolve(__dirname, "..", "..", "..");

/** The Node-RED user folder of the demo: the package is linked into it, the demo flow is there at the first start. */
export interface UserFolder {
  readonly path: string;
  /** Removes the folder if it was made for this run. */
  remove(): Promise<void>;
}

/**
 * @param named The folder to use, or undefined for a fresh temporary one.
 * @param credentials Of the demo's config nodes, by their id.
 */
export async function prepareUserFolder(named: string | undefined, credentials: object): Promise<UserFolder> {
  const path = named === undefined ? await mkdtemp(join(tmpdir(), "node-red-cellular-")) : resolve(named);
  await linkPackage(path);
  const flows = join(path, "flows.json");
  if (!(await exists(flows))) {
    await copyFile(join(PACKAGE_ROOT, "examples", "demo.json"), flows);
    await writeFile(join(path, "flows_cred.json"), JSON.stringify(credentials), { mode: 0o600 });
  }
  return {
    path,
    remove: async () => {
      if (named === undefined) await rm(path, { recursive: true, force: true });
    },
  };
}

async function linkPackage(userDir: string): Promise<void> {
  const scope = join(userDir, "node_modules", "@cellgate");
  const link = join(scope, "node-red-cellular");
  await mkdir(scope, { recursive: true });
  if (!(await exists(link))) await symlink(PACKAGE_ROOT, link, "junction");
}

async function exists(path: string): Promise<boolean> {
  try {
    await access(path);
    return true;
  } catch {
    return false;
  }
}
