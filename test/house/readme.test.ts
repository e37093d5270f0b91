import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ERROR_CODES } from "../../src";
import { canDeleteSms, canReadSms, canSendUssd } from "../../src/gateways/gateway";
import { GATEWAY_KINDS } from "../../src/gateways/kinds";
import { packageRoot } from "../support/package-root.js";

const readme = readFileSync(join(packageRoot, "README.md"), "utf8");

const manifest = JSON.parse(readFileSync(join(packageRoot, "package.json"), "utf8")) as {
  readonly scripts: Readonly<Record<string, string>>;
  readonly exports: Readonly<Record<string, unknown>>;
  readonly "node-red": { readonly nodes: Readonly<Record<string, string>> };
};

describe("the README", () => {
  it("lists every error code with its meaning, in the order of the code, and no other", () => {
    const [header, rule, ...rows] = rowsBetween("errors");
    assert.deepEqual(header, ["code", "meaning", "outcome, and what happens next"]);
    assert.ok(rule?.every((cell) => /^-+$/.test(cell)));
    assert.deepEqual(
      rows.map(([code, meaning]) => `${code ?? ""} ${meaning ?? ""}`),
      Object.entries(ERROR_CODES).map(([code, meaning]) => `\`${code}\` ${meaning}`),
    );
  });

  it("says of every code what became of the message", () => {
    const [, , ...rows] = rowsBetween("errors");
    assert.deepEqual(
      rows.filter(([, , next = ""]) => !/^(after )?`(accepted|not-sent|unknown)`/.test(next)),
      [],
    );
  });

  it("lists every kind of gateway with what its driver can do, and the options that it knows", () => {
    const [header, , ...rows] = rowsBetween("kinds");
    assert.deepEqual(header, ["kind", "device", "send", "receive", "delete", "USSD", "options of its own"]);
    assert.deepEqual(
      rows.map(([kind, , send, receive, deletion, ussd, options]) => [
        kind,
        ...[send, receive, deletion, ussd].map((cell) => cell !== "no"),
        options,
      ]),
      Object.keys(GATEWAY_KINDS).map((kind) => [`\`${kind}\``, ...abilitiesOf(kind)]),
    );
  });

  it("names both commands, and each one that it names is there", () => {
    for (const command of ["npm ci && npm start", "npm ci && npm test"]) {
      assert.ok(readme.includes(`\`\`\`sh\n${command}\n`), command);
    }
    const scripts = [...readme.matchAll(/npm (?:run )?(start|test|(?<=run )[\w:-]+)/g)].map(([, name]) => name!);
    assert.deepEqual(
      scripts.filter((name) => !(name in manifest.scripts)),
      [],
    );
  });

  it("names each flow node as the palette does", () => {
    for (const type of Object.keys(manifest["node-red"].nodes)) {
      const file = join(packageRoot, "nodes", type, "locales", "en-US", `${type}.json`);
      const catalog = JSON.parse(readFileSync(file, "utf8")) as Readonly<Record<string, { readonly palette?: string }>>;
      const name = catalog[type]?.palette;
      if (name !== undefined) assert.ok(readme.includes(`_${name}_`), name);
    }
  });

  it("imports only what the package exports, and links only to files that are there", () => {
    const imports = [...readme.matchAll(/from "@cellgate\/node-red-cellular([^"]*)"/g)].map(([, path]) => `.${path!}`);
    assert.ok(imports.length > 0);
    assert.deepEqual(
      imports.filter((path) => !(path in manifest.exports)),
      [],
    );
    const links = [...readme.matchAll(/\]\((?!https?:|#)([^)]+)\)/g)].map(([, path]) => path!);
    assert.deepEqual(
      links.filter((path) => !existsSync(join(packageRoot, path))),
      [],
    );
  });
});

function abilitiesOf(kind: string): readonly (boolean | string)[] {
  const [username, password, clientId, clientSecret] = ["flows", "secret", "id", "secret"];
  const login = { username, password, clientId, clientSecret, auth: "password" };
  const limits = { connId: undefined, timeout: 1000, maxSegments: 10 };
  const driver = GATEWAY_KINDS[kind]!.create({ url: "https://192.168.50.1", ...login, ...limits });
  const options = [...driver.options].map((name) => `\`${name}\``).join(", ");
  return [true, canReadSms(driver), canDeleteSms(driver), canSendUssd(driver), options === "" ? "none" : options];
}

/** The cells of each line of the table between the marks. */
function rowsBetween(mark: string): readonly (readonly string[])[] {
  const table = readme.split(`<!-- ${mark} -->`)[1]?.split(`<!-- /${mark} -->`)[0] ?? "";
  return table
    .split("\n")
    .filter((line) => line !== "")
    .map((line) =>
      line
        .replace(/^\||\|$/g, "")
        .split("|")
        .map((cell) => cell.trim()),
    );
}
