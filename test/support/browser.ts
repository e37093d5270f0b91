import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { chromium, type Browser } from "playwright-core";

const names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"];

/** The browser named by `CHROMIUM`, else the first one of the usual names on the PATH. */
export function findChromium(env: NodeJS.ProcessEnv = process.env): string | undefined {
  if (env.CHROMIUM) return env.CHROMIUM;
  const folders = (env.PATH ?? "").split(delimiter).filter((folder) => folder !== "");
  return names.flatMap((name) => folders.map((folder) => join(folder, name))).find(isExecutable);
}

/** The path of the browser; without one the test is skipped, or fails if `REQUIRE_BROWSER` is 1. */
export function browserOrSkip(context: Mocha.Context, env: NodeJS.ProcessEnv = process.env): string {
  const path = findChromium(env);
  if (path !== undefined) return path;
  if (env.REQUIRE_BROWSER === "1")
    throw new Error("No Chromium or Chrome on the PATH or in CHROMIUM, but one is required.");
  context.skip();
}

/** A browser without a window, for the test to close. It calls nobody but the pages that it is told to open. */
export async function launchBrowser(executablePath: string): Promise<Browser> {
  return chromium.launch({
    executablePath,
    args: [
      "--headless",
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
