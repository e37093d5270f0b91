import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { createHash, createHmac } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { lastingPort } from "../support/lasting-port.js";
import { nodeRedMain } from "../support/node-red-location.js";
import { linkPackage, quietSettings } from "../support/node-red-user-dir.js";
import { packageRoot } from "../support/package-root.js";

const FLOW = [
  { id: "tab", type: "tab", label: "flow" },
  { id: "account", type: "supersim-account", provider: "twilio", url: "http://127.0.0.1:9" },
  { id: "events", type: "supersim-events", z: "tab", account: "account", path: "hook", x: 1, y: 1, wires: [[]] },
];
const LOGIN = { authorization: `Basic ${Buffer.from("caller:simulated-password").toString("base64")}` };

/** Node-RED as its own command starts it: that alone has its logins. */
class WholeNodeRed {
  readonly userDir = mkdtempSync(join(tmpdir(), "whole-"));
  #port = 0;
  #process: ChildProcess | undefined;

  async start(settings: Readonly<Record<string, unknown>>): Promise<void> {
    await linkPackage(this.userDir, packageRoot);
    this.#port = await lastingPort();
    const all = {
      ...quietSettings(this.userDir),
      credentialSecret: false,
      uiHost: "127.0.0.1",
      uiPort: this.#port,
      ...settings,
    };
    writeFileSync(join(this.userDir, "settings.js"), `module.exports = ${JSON.stringify(all)};`);
    writeFileSync(join(this.userDir, "flows.json"), JSON.stringify(FLOW));
    const credentials = { account: { accountSid: `AC${"0".repeat(32)}`, authToken: "simulated-token" } };
    writeFileSync(join(this.userDir, "flows_cred.json"), JSON.stringify(credentials));
    const script = join(dirname(nodeRedMain), "..", "red.js");
    this.#process = spawn(process.execPath, [script, "-u", this.userDir, "-s", join(this.userDir, "settings.js")], {
      env: { ...process.env, NODE_RED_DISABLE_TELEMETRY: "1" },
      stdio: ["ignore", "pipe", "inherit"],
    });
    // It is read to its end: a line that finds nobody to read it would end Node-RED.
    const lines = createInterface(this.#process.stdout!);
    const awaited = new Set(["Started flows", "Server now running"]);
    await new Promise<void>((resolve, reject) => {
      lines.on("line", (line) => {
        for (const words of awaited) if (line.includes(words)) awaited.delete(words);
        if (awaited.size === 0) resolve();
      });
      lines.on("close", () => {
        reject(new Error("Node-RED ended before it was ready."));
      });
    });
  }

  async stop(): Promise<void> {
    if (this.#process?.exitCode === null) {
      this.#process.kill();
      await once(this.#process, "exit");
    }
    rmSync(this.userDir, { recursive: true, force: true });
  }

  /** Calls back with a good signature. */
  call(path: string, more: Readonly<Record<string, string>> = {}): Promise<number> {
    const body = `CommandSid=HC${"0".repeat(32)}&Status=received`;
    const url = `http://127.0.0.1:${String(this.#port)}${path}`;
    const text = `${url}CommandSidHC${"0".repeat(32)}Statusreceived`;
    const signature = createHmac("sha1", "simulated-token").update(text).digest("base64");
    const type = { "content-type": "application/x-www-form-urlencoded" };
    return new Promise((resolve, reject) => {
      const headers = { ...type, "x-twilio-signature": signature, ...more };
      const outgoing = request(url, { method: "POST", headers, agent: false });
      outgoing.on("error", reject).on("response", (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      });
      outgoing.end(body);
    });
  }
}

describe("the address of super sim events, in Node-RED as its own command starts it", () => {
  let red: WholeNodeRed;

  beforeEach(() => {
    red = new WholeNodeRed();
  });

  afterEach(async () => {
    await red.stop();
  });

  it("is below the root of HTTP nodes", async () => {
    await red.start({ httpAdminRoot: "/red", httpNodeRoot: "/api" });
    assert.equal(await red.call("/api/hook"), 200);
    assert.equal(await red.call("/api/hook", { "x-twilio-signature": "x" }), 403);
    assert.deepEqual([await red.call("/hook"), await red.call("/red/hook")], [404, 404]);
  });

  it("may be that of the editor too, and stands behind the login of HTTP nodes", async () => {
    const pass = createHash("md5").update("simulated-password").digest("hex");
    await red.start({ httpNodeAuth: { user: "caller", pass } });
    assert.equal(await red.call("/hook"), 401);
    assert.equal(await red.call("/hook", LOGIN), 200);
    assert.equal(await red.call("/hook", { ...LOGIN, "x-twilio-signature": "x" }), 403);
  });

  it("is none where HTTP nodes are switched off", async () => {
    await red.start({ httpNodeRoot: false });
    assert.equal(await red.call("/hook"), 404);
  });
});
