import { deepEqual, equal, match, ok } from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { attributes, nodeSources, sharedStyle, type NodeSource } from "./node-source";

/** Defaults that nobody edits. */
const WITHOUT_FIELD = ["version"];

describe("editor forms", () => {
  for (const node of nodeSources()) {
    describe(node.type, () => {
      const ids = attributes(node.template, "id");
      const prefix = node.definition.category === "config" ? "node-config-input-" : "node-input-";
      const fields = ids.filter((id) => id.startsWith(prefix)).map((id) => id.slice(prefix.length));

      it("registers its type by a literal name", () => {
        match(node.script, new RegExp(`RED\\.nodes\\.registerType\\("${node.type}"`));
      });

      it("has a field for each property and credential, and no other field", () => {
        const { defaults, credentials } = node.definition;
        const properties = [...Object.keys(defaults), ...Object.keys(credentials ?? {})];
        deepEqual([...fields].sort(), properties.filter((name) => !WITHOUT_FIELD.includes(name)).sort());
        equal(defaults.version?.value, 1);
      });

      it("uses each id once, and only the prefix of its sort of node", () => {
        deepEqual(ids, [...new Set(ids)]);
        deepEqual(
          ids.filter((id) => /^node-(config-)?input-/.test(id) && !id.startsWith(prefix)),
          [],
        );
      });

      it("has a field behind each label", () => {
        deepEqual(
          attributes(node.template, "for").filter((id) => !ids.includes(id)),
          [],
        );
      });

      it("has an element for each selector of its script", () => {
        deepEqual(lostSelectors(node, ids), []);
      });

      it("takes every colour from the theme", () => {
        deepEqual(attributes(node.template, "style").flatMap(fixedColours), []);
      });

      it("saves the number of outputs where an option changes it", () => {
        if ("failureOutput" in node.definition.defaults) equal(node.definition.defaults.outputs?.value, 1);
      });
    });
  }

  it("shows all flow nodes in one category and one colour, each with its own icon", () => {
    const flowNodes = nodeSources().filter(({ definition }) => definition.category !== "config");
    ok(flowNodes.length > 0);
    deepEqual([...new Set(flowNodes.map(({ definition }) => definition.category))], ["cellular"]);
    equal(new Set(flowNodes.map(({ definition }) => definition.color)).size, 1);
    for (const { folder, definition } of flowNodes) {
      const icon = join(folder, "icons", definition.icon ?? "none");
      ok(existsSync(icon), `${icon} is there`);
      const svg = readFileSync(icon, "utf8");
      match(svg, /width="40" height="60"/);
      deepEqual([...new Set(attributes(svg, "fill"))], ["#fff"]);
    }
  });

  it("has an element in some form for each selector of the style sheet", () => {
    const classes = nodeSources().flatMap(({ template }) => classesOf(template));
    const lost = rules().flatMap(([selector]) => names(selector).filter((name) => !classes.includes(name.slice(1))));
    // Node-RED's own.
    deepEqual(
      lost.filter((name) => name !== ".form-row"),
      [],
    );
  });

  it("takes the colours of the style sheet from the theme", () => {
    deepEqual(
      rules().flatMap(([, declarations]) => fixedColours(declarations)),
      [],
    );
  });
});

function lostSelectors({ script, template }: NodeSource, ids: readonly string[]): readonly string[] {
  const classes = classesOf(template);
  const inScript = [...script.matchAll(/(?:\$|\.(?:find|filter|closest|children|is|not))\(\s*"([^"]+)"(\s*\+)?/g)];
  const isThere = (name: string, unfinished: boolean): boolean => {
    const known = name.startsWith("#") ? ids : classes;
    return known.some((one) => (unfinished ? one.startsWith(name.slice(1)) : one === name.slice(1)));
  };
  return inScript.flatMap(([, selector, plus]) =>
    names(selector!).filter((name) => !isThere(name, plus !== undefined)),
  );
}

function classesOf(template: string): readonly string[] {
  return attributes(template, "class").flatMap((value) => value.split(/\s+/));
}

/** Selector and declarations of each rule of the style sheet. */
function rules(): readonly (readonly [string, string])[] {
  const text = sharedStyle().replace(/\/\*.*?\*\//gs, "");
  return [...text.matchAll(/([^{}]+)\{([^}]*)\}/g)].map(([, selector, declarations]) => [selector!, declarations!]);
}

function names(selector: string): readonly string[] {
  return selector.match(/[#.][A-Za-z][\w-]*/g) ?? [];
}

function fixedColours(style: string): readonly string[] {
  const declarations = style.split(";");
  return declarations.filter((declaration) => {
    const [property = "", value = ""] = declaration.split(/:(.*)/s).map((part) => part.trim());
    if (/#[0-9a-f]{3}|\b(rgb|hsl|hwb|lab|lch|oklab|oklch|color)a?\(/i.test(value)) return true;
    const unknown = [...value.matchAll(/var\(\s*(--[\w-]+)/g)].filter(([, name]) => !themeColours().includes(name!));
    if (unknown.length > 0) return true;
    if (!/^(color|background|border|outline|fill|stroke|box-shadow)/.test(property)) return false;
    const rest = value.replace(/var\([^)]*\)/g, "").split(/\s+/);
    return rest.some((word) => !/^(|[\d.]+(px|em|%)?|solid|dashed|none|inherit|transparent|currentcolor)$/i.test(word));
  });
}

let theme: readonly string[] | undefined;

/** The variables of Node-RED's own style sheet. */
function themeColours(): readonly string[] {
  if (theme === undefined) {
    const editor = dirname(require.resolve("@node-red/editor-client/package.json"));
    const css = readFileSync(join(editor, "public", "red", "style.min.css"), "utf8");
    theme = [...css.matchAll(/(--red-ui-[\w-]+)\s*:/g)].map(([, name]) => name!);
  }
  return theme;
}
