import { execFile } from "node:child_process";
import { promisify } from "node:util";

const run = promisify(execFile);

/** What `npm pack --json` says of a tarball. */
export interface Tarball {
  readonly filename: string;
  /** Bytes. */
  readonly size: number;
  /** Bytes. */
  readonly unpackedSize: number;
  readonly files: readonly { readonly path: string }[];
}

/** Packs a folder as it is: a build would take `dist` away from under the tests that run. */
export async function pack(folder: string, destination: string): Promise<Tarball> {
  const out = await npm(folder, ["pack", "--ignore-scripts", "--json", "--pack-destination", destination]);
  const [tarball] = JSON.parse(out) as readonly Tarball[];
  if (tarball === undefined) throw new Error(`npm pack made nothing: ${out}`);
  return tarball;
}

/** Installs a tarball into a folder that has a package.json; what npm has fetched before is not fetched again. */
export async function install(folder: string, tarball: string): Promise<void> {
  const quiet = ["--no-audit", "--no-fund", "--loglevel=error"];
  await npm(folder, ["install", "--prefer-offline", "--omit=dev", ...quiet, tarball]);
}

/** Runs a script and returns what it prints. */
export async function node(folder: string, args: readonly string[]): Promise<string> {
  const { stdout } = await run(process.execPath, args, { cwd: folder });
  return stdout;
}

async function npm(folder: string, args: readonly string[]): Promise<string> {
  const { stdout } = await run("npm", args, {
    cwd: folder,
    env: ownEnvironment(),
    shell: process.platform === "win32",
    maxBuffer: 16 * 1024 * 1024,
  });
  return stdout;
}

/** `npm test` tells its children which package it runs; an npm among them must find its own. */
function ownEnvironment(): NodeJS.ProcessEnv {
  const ofOuterRun = /^(npm_(package|lifecycle|command|config_(local_prefix|prefix|global_prefix))|INIT_CWD$)/;
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !ofOuterRun.test(name)));
}
