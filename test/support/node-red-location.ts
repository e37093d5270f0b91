import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { packageRoot } from "./package-root.js";

/**
 * The folder whose `node_modules` holds the Node-RED under test: `NODE_RED_DIR`, else this package with its devDependency.
 * A folder named by `NODE_RED_DIR` holds node-red-node-test-helper as well, so that no second Node-RED is loaded.
 */
export const nodeRedFolder = resolve(process.env.NODE_RED_DIR ?? packageRoot);

/** `require` as a file in that folder would see it. */
export const requireBesideNodeRed = createRequire(join(nodeRedFolder, "package.json"));

/** The main module of the Node-RED under test. */
export const nodeRedMain = requireBesideNodeRed.resolve("node-red");

/** The version that the Node-RED under test has in its package.json. */
export function nodeRedVersion(): string {
  const manifest = requireBesideNodeRed(join(dirname(nodeRedMain), "..", "package.json")) as {
    readonly version: string;
  };
  return manifest.version;
}
