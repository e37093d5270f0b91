import assert from "node:assert/strict";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { packageRoot } from "../support/package-root.js";

/** The part of semver that is used here. */
interface Semver {
  readonly satisfies: (version: string, range: string) => boolean;
  readonly validRange: (range: string) => string | null;
}

interface Manifest {
  readonly name: string;
  readonly license: string;
  readonly repository: { readonly type: string; readonly url: string };
  readonly keywords: readonly string[];
  readonly engines: { readonly node: string };
  readonly files: readonly string[];
  readonly dependencies: Readonly<Record<string, string>>;
  readonly "node-red": { readonly version: string; readonly nodes: Readonly<Record<string, string>> };
}

const { satisfies, validRange } = createRequire(__filename)("semver") as Semver;
const manifest = JSON.parse(readFileSync(join(packageRoot, "package.json"), "utf8")) as Manifest;
const nodes = Object.entries(manifest["node-red"].nodes);

const nodeTypes = [
  "cellular-gateway",
  "supersim-account",
  "cellular-sms-send",
  "cellular-sms-receive",
  "cellular-sms-delete",
  "cellular-ussd",
  "supersim-command",
  "supersim-events",
];

/** The rules of the flow library's scorecard that need no network, and what the contract adds to them. */
describe("the package.json", () => {
  it("has a scoped name of its own", () => {
    assert.equal(manifest.name, "@cellgate/node-red-cellular");
  });

  it("names the licence that lies in the package", () => {
    assert.equal(manifest.license, "MIT");
    assert.match(readFileSync(join(packageRoot, "LICENSE"), "utf8"), /MIT License/);
  });

  it("says where the source is kept", () => {
    assert.equal(manifest.repository.type, "git");
    assert.match(manifest.repository.url, /^git\+https:\/\/.+\.git$/);
  });

  it("is found by the keyword node-red", () => {
    assert.ok(manifest.keywords.includes("node-red"));
  });

  for (const version of ["4.1.0", "4.1.15", "5.0.0", "5.0.7"]) {
    it(`supports Node-RED ${version}`, () => {
      assert.ok(satisfies(version, manifest["node-red"].version));
    });
  }

  it("supports no Node-RED before 4.1", () => {
    assert.equal(satisfies("4.0.9", manifest["node-red"].version), false);
  });

  for (const version of ["20.19.0", "22.9.0", "24.0.0"]) {
    it(`supports Node.js ${version}`, () => {
      assert.ok(satisfies(version, manifest.engines.node));
    });
  }

  it("supports no Node.js before 20.19", () => {
    assert.equal(satisfies("20.18.3", manifest.engines.node), false);
  });

  it("has at most six dependencies, all of a published range", () => {
    const dependencies = Object.entries(manifest.dependencies);
    assert.ok(dependencies.length <= 6, `${dependencies.length} dependencies`);
    for (const [name, range] of dependencies) assert.notEqual(validRange(range), null, `${name}: ${range}`);
  });

  it("packs what runs, and neither tests nor the demo", () => {
    const { files } = manifest;
    for (const packed of ["dist/nodes", "dist/src", "examples"]) assert.ok(files.includes(packed), packed);
    assert.deepEqual(
      files.filter(
        (file) =>
          !file.startsWith("!") && /(^|\/)(test|node_modules|coverage|shared)(\/|$)|^dist\/?$|^\.|\*\*/.test(file),
      ),
      [],
    );
    assert.ok(files.includes("!dist/src/demo"));
  });

  it("lists node types of the contract only", () => {
    assert.ok(nodes.length > 0);
    assert.deepEqual(
      nodes.map(([type]) => type).filter((type) => !nodeTypes.includes(type)),
      [],
    );
  });

  for (const [type, file] of nodes) {
    it(`lists ${type} where its runtime and editor are built`, () => {
      assert.equal(file, `dist/nodes/${type}/${type}.js`);
      for (const source of [`nodes/${type}/${type}.ts`, `nodes/${type}/${type}.html`]) {
        assert.ok(existsSync(join(packageRoot, source)), `no ${source}`);
      }
      for (const built of [file, file.replace(/\.js$/, ".html")]) {
        assert.ok(existsSync(join(packageRoot, built)), `no ${built}`);
      }
    });
  }

  it("lists every node that there is", () => {
    const folder = join(packageRoot, "nodes");
    const folders = existsSync(folder) ? readdirSync(folder, { withFileTypes: true }) : [];
    const sources = folders.filter(
      (entry) => entry.isDirectory() && existsSync(join(folder, entry.name, `${entry.name}.ts`)),
    );
    assert.deepEqual(
      sources.map(({ name }) => name).filter((type) => !nodes.some(([listed]) => listed === type)),
      [],
    );
  });
});
