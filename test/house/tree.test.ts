import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { lstatSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { packageRoot } from "../support/package-root.js";

const mostLines = 350;

const topLevel = [
  ".ci",
  ".editorconfig",
  ".gitattributes",
  ".gitignore",
  ".mocharc.json",
  ".prettierignore",
  ".prettierrc.json",
  "CHANGELOG.md",
  "CONTRIBUTING.md",
  "LICENSE",
  "README.md",
  "SECURITY.md",
  "docs",
  "eslint.config.mjs",
  "examples",
  "nodes",
  "package-lock.json",
  "package.json",
  "resources",
  "src",
  "test",
  "tsconfig.json",
];

/** Files that git tracks, with `/` between folders. */
const tracked = execFileSync("git", ["ls-files", "-z"], { cwd: packageRoot, encoding: "utf8" })
  .split("\0")
  .filter((file) => file !== "");

const texts = tracked
  .filter((file) => !file.endsWith(".png") && lstatSync(join(packageRoot, file), { throwIfNoEntry: false })?.isFile())
  .map((file) => ({ file, text: readFileSync(join(packageRoot, file), "utf8") }));

/** `file:line` of each line in which something is found. */
function placesOf(isFound: (line: string) => boolean): readonly string[] {
  return texts.flatMap(({ file, text }) =>
    text.split("\n").flatMap((line, index) => (isFound(line) ? [`${file}:${index + 1}`] : [])),
  );
}

describe("the tracked files", () => {
  it("are all there", () => {
    assert.ok(tracked.includes("package.json"));
    assert.ok(texts.length > 20);
  });

  it("name no path of the machine they were written on", () => {
    const here = [packageRoot, `${homedir()}/`].filter((path) => path.length > 2);
    const personal = /(?<![\w.:/-])\/(home|Users|root|work)\/[\w.-]/;
    assert.deepEqual(
      placesOf((line) => personal.test(line) || here.some((path) => line.includes(path))),
      [],
    );
  });

  it("name no host of a package registry", () => {
    const hosts = /\b(registry|npm\.pkg)\.[a-z]+\.(org|com|net)\b/;
    const configured = process.env.npm_config_registry;
    const host = configured === undefined ? undefined : new URL(configured).host;
    assert.deepEqual(
      placesOf((line) => hosts.test(line) || (host !== undefined && line.includes(host))),
      [],
    );
  });

  it("lock each dependency by its content, not by where it was fetched", () => {
    assert.doesNotMatch(readFileSync(join(packageRoot, "package-lock.json"), "utf8"), /"resolved": "http/);
  });

  it(`have at most ${mostLines} lines each in src and nodes`, () => {
    const long = texts
      .filter(({ file }) => /^(src|nodes)\/.*\.ts$/.test(file))
      .filter(({ text }) => text.split("\n").length - 1 > mostLines);
    assert.deepEqual(
      long.map(({ file }) => file),
      [],
    );
  });

  it("keep the top level calm", () => {
    const entries = new Set(tracked.map((file) => file.split("/")[0]!));
    assert.deepEqual(
      [...entries].filter((entry) => !topLevel.includes(entry)),
      [],
    );
  });
});
