import { deepEqual, equal, match, ok } from "node:assert/strict";
import { attributes, lookUp, nodeSources, type Catalog, type NodeSource } from "./node-source";

describe("editor texts", () => {
  for (const node of nodeSources()) {
    describe(node.type, () => {
      it("has every text of the form in the catalog", () => {
        deepEqual(
          formKeys(node).filter((key) => typeof lookUp(node.catalog, key) !== "string"),
          [],
        );
      });

      it("has every text of the script in the catalog", () => {
        const { whole, beginnings } = scriptKeys(node);
        deepEqual(
          whole.filter((key) => typeof lookUp(node.catalog, key) !== "string"),
          [],
        );
        deepEqual(
          beginnings.filter((key) => typeof lookUp(node.catalog, key.replace(/\.$/, "")) !== "object"),
          [],
        );
      });

      it("has no text outside the catalog", () => {
        equal(node.template.replace(/<[^>]*>/g, "").trim(), "");
        deepEqual(attributes(node.template, "(?:placeholder|title)"), []);
        for (const label of node.template.match(/<(label|option|summary)\b.*?<\/\1>/gs) ?? []) {
          match(label, /data-i18n="/);
        }
      });

      it("has no text in the catalog that nothing shows", () => {
        const { whole, beginnings } = scriptKeys(node);
        const shown = [...formKeys(node), ...whole, "palette.label.cellular"];
        const ofRuntime = [`${node.type}.status.`, `${node.type}.log.`];
        const isShown = (key: string): boolean =>
          shown.includes(key) || [...beginnings, ...ofRuntime].some((beginning) => key.startsWith(beginning));
        deepEqual(
          leaves(node.catalog).filter((key) => !isShown(key)),
          [],
        );
      });

      it("has help that opens with a sentence", () => {
        match(node.help.trim(), /^<p>[^<]+\.\s*<\/p>/);
        for (const tag of [
          "p",
          "dl",
          "dt",
          "dd",
          "ol",
          "li",
          "pre",
          "code",
          "h3",
          "h4",
          "i",
          "b",
          "table",
          "tr",
          "td",
          "th",
        ]) {
          const opened = node.help.match(new RegExp(`<${tag}[\\s>]`, "g")) ?? [];
          const closed = node.help.match(new RegExp(`</${tag}\\s*>`, "g")) ?? [];
          equal(opened.length, closed.length, `<${tag}> is opened as often as it is closed`);
        }
      });

      if (node.definition.category !== "config") {
        it("has help for its inputs and outputs", () => {
          const headings = [...node.help.matchAll(/<h3>(.*?)<\/h3>/g)].map(([, heading]) => heading);
          deepEqual(headings.slice(0, 3), ["Inputs", "Outputs", "Details"]);
          match(node.help, /<dl class="message-properties">/);
        });

        it("has its name for the palette in the catalog", () => {
          equal(typeof lookUp(node.catalog, `${node.type}.palette`), "string");
        });
      }
    });
  }

  it("words the status the same way in every catalog, save for what each node is busy with and when it failed", () => {
    const [first, ...others] = nodeSources().map(statusTexts);
    ok(first !== undefined);
    for (const other of others) deepEqual(other, first);
  });

  it("says in the help of sending what each outcome means, and promises no delivery", () => {
    const { help } = nodeSources().find(({ type }) => type === "cellular-sms-send")!;
    for (const outcome of ["accepted", "not-sent", "unknown"]) match(help, new RegExp(`<dt>${outcome}</dt>`));
    equal(/\bdelivered\b/.test(help), false);
  });
});

function statusTexts({ type, catalog }: NodeSource): unknown {
  const texts = lookUp(catalog, `${type}.status`);
  if (typeof texts !== "object" || typeof texts.working !== "string" || typeof texts.failed !== "string")
    throw new Error(`${type}: status texts lack`);
  return { ...texts, working: "", failed: texts.failed.replace(/ __time__$/, "") };
}

/** `data-i18n` holds keys apart by semicolons, each with an optional target in brackets. */
function formKeys({ template }: NodeSource): readonly string[] {
  return attributes(template, "data-i18n").flatMap((value) =>
    value.split(";").map((key) => key.replace(/^\[[^\]]*\]/, "")),
  );
}

/** The keys of the texts that a script asks for: whole ones, and the beginnings of those that end in a variable. */
function scriptKeys({ type, script }: NodeSource): { whole: readonly string[]; beginnings: readonly string[] } {
  const found = [...script.matchAll(/\._\(\s*"([^"]+)"(\s*\+)?/g)];
  equal(found.length, (script.match(/\._\(/g) ?? []).length, "every text is asked for by a literal key");
  // What all forms share asks for these by the type of the node.
  const refusals = [...script.matchAll(/\baccepting(?:Typed)?\(.*, "(\w+)"\)/g)].map(
    ([, key]) => `${type}.error.${key!}`,
  );
  equal(refusals.length, (script.match(/\baccepting(Typed)?\(/g) ?? []).length, "every refusal has a literal key");
  const gateways = [...script.matchAll(/\b(required|capable)Gateway\("([^"]+)"\)/g)].flatMap(([, sort, of]) => [
    `${of!}.label.gateway`,
    ...(sort === "capable" ? [`${of!}.error.gateway`] : []),
  ]);
  const configs = [...script.matchAll(/\brequiredConfig\("([^"]+)", "(\w+)"/g)].map(
    ([, of, name]) => `${of!}.label.${name!}`,
  );
  const references = [...script.matchAll(/\boptionalGateway\("([^"]+)", "(\w+)"/g)].flatMap(([, of, name]) => [
    `${of!}.label.${name!}`,
    `${of!}.error.${name!}`,
  ]);
  const palette = script.includes("...names") ? [`${type}.palette`] : [];
  const literal = found.filter(([, , plus]) => plus === undefined).map(([, key]) => key!);
  return {
    whole: [...literal, ...refusals, ...gateways, ...configs, ...references, ...palette],
    beginnings: found.filter(([, , plus]) => plus !== undefined).map(([, key]) => key!),
  };
}

function leaves(catalog: Catalog, path = ""): readonly string[] {
  return Object.entries(catalog).flatMap(([key, value]) =>
    typeof value === "string" ? [path + key] : leaves(value, `${path}${key}.`),
  );
}
