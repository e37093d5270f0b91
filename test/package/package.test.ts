import assert from "node:assert/strict";
import { lstatSync, readFileSync, realpathSync } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PeplinkSimulator } from "../../src/simulators";
import { NodeRedProcess, type FlowItem } from "../support/node-red-process";
import { packageRoot } from "../support/package-root";
import { CONSUMERS, TYPED_CONSUMERS } from "./consumers";
import { install, node, pack, type Tarball } from "./npm";

interface Manifest {
  readonly name: string;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly "node-red": { readonly nodes: Readonly<Record<string, string>> };
}

const manifest = JSON.parse(readFileSync(join(packageRoot, "package.json"), "utf8")) as Manifest;
const nodes = Object.entries(manifest["node-red"].nodes);
const login = { username: "flows", password: "simulated-password" };
const phone = "+447700900101";

describe("the packed package", function () {
  this.timeout(120_000);
  let scratch: string;
  /** A folder that has nothing but the package, as `~/.node-red` after the install. */
  let home: string;
  let tarball: Tarball;
  let device: PeplinkSimulator;

  before(async () => {
    scratch = await mkdtemp(join(tmpdir(), "packed-"));
    home = join(scratch, "home");
    await mkdir(home);
    await writeFile(join(home, "package.json"), '{ "private": true }');
    device = await new PeplinkSimulator({ tls: true, ...login }).start();
    tarball = await pack(packageRoot, scratch);
    await install(home, join(scratch, tarball.filename));
  });

  after(async () => {
    await device.stop();
    await rm(scratch, { recursive: true, force: true });
  });

  it("is small", function () {
    const size = `${kilobytes(tarball.size)} packed, ${kilobytes(tarball.unpackedSize)} unpacked`;
    const count = Object.keys(manifest.dependencies).length;
    this.test!.title = `is small: ${size}, ${tarball.files.length} files, ${count} runtime dependencies`;
    assert.ok(tarball.size < 350_000, size);
    assert.ok(tarball.unpackedSize < 1_500_000, size);
  });

  it("holds all that a node needs, the examples, and what a person reads", () => {
    const paths = new Set(tarball.files.map(({ path }) => path));
    const wanted = [
      "package.json",
      "README.md",
      "LICENSE",
      "CHANGELOG.md",
      "dist/src/index.js",
      "dist/src/index.d.ts",
      "dist/src/simulators/index.js",
      "dist/src/simulators/index.d.ts",
      "examples/01-send-an-alarm.json",
      "resources/cellular-editor.js",
      ...nodes.flatMap(([type, file]) => {
        const folder = `dist/nodes/${type}`;
        const locale = `${folder}/locales/en-US/${type}`;
        return [file, `${folder}/${type}.html`, `${locale}.html`, `${locale}.json`, ...iconOf(type)];
      }),
    ];
    assert.deepEqual(
      wanted.filter((path) => !paths.has(path)),
      [],
    );
  });

  it("holds no test, no map, no demo and nothing of how it is made", () => {
    const unwanted =
      /(^|\/)(test|coverage|node_modules|\.[^/]+)(\/|$)|\.map$|\.tsbuildinfo$|^dist\/src\/demo|(?<!\.d)\.ts$|^(tsconfig|eslint|package-lock)/;
    assert.deepEqual(
      tarball.files.map(({ path }) => path).filter((path) => unwanted.test(path)),
      [],
    );
  });

  it("brings its dependencies and no others, and is no link", () => {
    const lock = JSON.parse(readFileSync(join(home, "node_modules", ".package-lock.json"), "utf8")) as {
      readonly packages: Readonly<Record<string, unknown>>;
    };
    const installed = Object.keys(lock.packages).map((path) => path.replace("node_modules/", ""));
    // saxes needs a package of its own.
    const wanted = [manifest.name, ...Object.keys(manifest.dependencies), "xmlchars"];
    assert.deepEqual(installed.sort(), wanted.sort());
    assert.equal(lstatSync(join(home, "node_modules", manifest.name)).isSymbolicLink(), false);
  });

  for (const [file, script] of Object.entries(CONSUMERS)) {
    it(`sends an SMS from a script of one's own, ${file}`, async () => {
      await writeFile(join(home, file), script);
      const sent = device.sent.length;
      const printed = await node(home, [file, device.url, device.fingerprint ?? "", phone]);
      assert.deepEqual(JSON.parse(printed), { to: phone, refused: "AUTH_FAILED", simulated: ["from the simulator"] });
      assert.deepEqual(
        device.sent.slice(sent).map(({ to, text }) => ({ to, text })),
        [{ to: phone, text: `hello from ${file}` }],
      );
    });
  }

  const resolutions = TYPED_CONSUMERS.map(({ resolution }) => resolution).join(", ");
  it(`has types that resolve, and see a mistake: ${resolutions}`, async () => {
    const compiling = TYPED_CONSUMERS.map(async ({ options, files }) => {
      for (const [file, script] of Object.entries(files)) await writeFile(join(home, file), script);
      await assert.rejects(
        tsc(home, [...options, ...Object.keys(files)]),
        ({ stdout }: { readonly stdout: string }) => {
          assert.match(stdout, /^mistake\.\w+\(8,\d+\): error TS2322: Type 'number' .*\n$/);
          return true;
        },
      );
    });
    await Promise.all(compiling);
  });

  it("runs in a Node-RED that it was installed into", async () => {
    const red = await NodeRedProcess.start({ userDir: home, flows: sendingFlow() });
    try {
      const { body } = await red.admin("GET", "/nodes", undefined, { Accept: "application/json" });
      const sets = (JSON.parse(body) as readonly NodeSet[]).filter(({ module }) => module === manifest.name);
      assert.deepEqual(
        sets.map(({ types, enabled, err }) => ({ types, enabled, err })),
        nodes.map(([type]) => ({ types: [type], enabled: true, err: undefined })),
      );
      const own = await red.admin("GET", "/icons", undefined, { Accept: "application/json" });
      assert.ok((JSON.parse(own.body) as Readonly<Record<string, unknown>>)[manifest.name], "its icons are there");
      const shared = await red.admin("GET", `/resources/${manifest.name}/cellular-editor.js`);
      assert.equal(shared.status, 200, "what its forms share is there");

      await red.send("source", { payload: "from the tarball", to: phone });
      const { msg } = await red.nextProbe(({ node }) => node === "probe");
      assert.equal((msg.sms as { readonly outcome: string }).outcome, "accepted");
      assert.equal(device.sent.at(-1)?.text, "from the tarball");

      await red.nextStatus(({ node, status }) => node === "receive" && status.text === "ready");
      device.receive({ from: phone, text: "an answer" });
      await red.inject("receive", {});
      const received = await red.nextProbe(({ node }) => node === "received");
      assert.equal(received.msg.payload, "an answer");
      assert.equal(
        realpathSync(join(red.userDir, "node_modules", manifest.name)).startsWith(realpathSync(scratch)),
        true,
      );
    } finally {
      await red.stop();
    }
  });

  function sendingFlow(): readonly FlowItem[] {
    return [
      { id: "tab", type: "tab", label: "packed" },
      { id: "source", type: "test-source", z: "tab", wires: [["send"]] },
      { id: "send", type: "cellular-sms-send", z: "tab", gateway: "gateway", wires: [["probe"]] },
      { id: "probe", type: "test-probe", z: "tab", wires: [] },
      {
        id: "receive",
        type: "cellular-sms-receive",
        z: "tab",
        gateway: "gateway",
        interval: "0",
        start: "all",
        wires: [["received"]],
      },
      { id: "received", type: "test-probe", z: "tab", wires: [] },
      {
        id: "gateway",
        type: "cellular-gateway",
        url: device.url,
        fingerprint: device.fingerprint ?? "",
        credentials: login,
      },
    ];
  }
});

interface NodeSet {
  readonly module: string;
  readonly types: readonly string[];
  readonly enabled: boolean;
  readonly err?: string;
}

/** A config node has no icon of its own. */
function iconOf(type: string): readonly string[] {
  const html = readFileSync(join(packageRoot, "nodes", type, `${type}.html`), "utf8");
  const icon = /icon: "([\w-]+\.svg)"/.exec(html)?.[1];
  return icon === undefined ? [] : [`dist/nodes/${type}/icons/${icon}`];
}

async function tsc(folder: string, args: readonly string[]): Promise<void> {
  const types = join(packageRoot, "node_modules", "@types");
  const strict = ["--strict", "--noEmit", "--skipLibCheck", "false", "--target", "es2022", "--lib", "es2022"];
  const compiler = join(packageRoot, "node_modules", "typescript", "bin", "tsc");
  await node(folder, [compiler, ...strict, "--types", "node", "--typeRoots", types, ...args]);
}

function kilobytes(bytes: number): string {
  return `${Math.round(bytes / 1000)} kB`;
}
