import { existsSync } from "node:fs";
import { mkdir, symlink } from "node:fs/promises";
import { dirname, join } from "node:path";

/** Links a package into a user folder as if it had been installed there, unless it is there already. */
export async function linkPackage(userDir: string, packageDir: string): Promise<void> {
  const link = join(userDir, "node_modules", "@cellgate", "node-red-cellular");
  if (existsSync(link)) return;
  await mkdir(dirname(link), { recursive: true });
  await symlink(packageDir, link, "dir");
}

/** Settings of a Node-RED that stays on this machine and greets nobody. */
export function quietSettings(userDir: string): Readonly<Record<string, unknown>> {
  return {
    userDir,
    flowFile: "flows.json",
    credentialSecret: "a secret for tests",
    httpAdminRoot: "/",
    httpNodeRoot: "/",
    nodesDir: join(__dirname, "nodes"),
    telemetry: { enabled: false, updateNotification: false },
    diagnostics: { enabled: true, ui: false },
    externalModules: { autoInstall: false, palette: { allowInstall: false, allowUpload: false } },
    editorTheme: { tours: false, projects: { enabled: false }, palette: { catalogues: [] } },
  };
}
