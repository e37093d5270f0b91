import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { runInNewContext } from "node:vm";
import { packageRoot } from "../support/package-root";

/** What a validator of the editor returns: true, or why the value is refused. */
export type Validator = (this: unknown, value: unknown, options: object) => boolean | string;

export interface PropertyDefault {
  readonly value: unknown;
  readonly type?: string;
  readonly required?: boolean;
  readonly label?: string;
  readonly validate?: Validator;
  /** Of a property that names a configuration node: whether this one is offered. */
  readonly filter?: (config: object) => boolean;
}

/** The second argument of `RED.nodes.registerType`. */
export interface EditorDefinition {
  readonly category: string;
  readonly color?: string;
  readonly icon?: string;
  readonly inputs?: number;
  readonly outputs?: number;
  readonly defaults: Readonly<Record<string, PropertyDefault>>;
  readonly credentials?: Readonly<Record<string, { readonly type: string }>>;
}

export interface Catalog {
  readonly [key: string]: Catalog | string;
}

/** What the forms know of a kind of gateway. */
export interface KindOfForms {
  readonly timeout: number;
  readonly fields: Readonly<Record<string, readonly string[]>>;
}

/** The editor's side of one node. */
export interface NodeSource {
  readonly type: string;
  readonly folder: string;
  readonly template: string;
  /** The script of the node's own HTML. */
  readonly script: string;
  readonly definition: EditorDefinition;
  readonly catalog: Catalog;
  readonly help: string;
}

/** How a form asks for what all forms share: Node-RED then runs that first, for an address like this one only. */
const SHARED = [
  '<link rel="stylesheet" href="resources/@cellgate/node-red-cellular/cellular-editor.css" />',
  '<script src="resources/@cellgate/node-red-cellular/cellular-editor.js"></script>',
];

/** The gateways and accounts that there are for a validator, by their ids. */
const CONFIGS: Readonly<Record<string, object>> = {
  "cabinet-3": { valid: true },
  "cabinet-4": {},
  unfinished: { valid: false },
  "by-peplink": { kind: "peplink" },
  "by-brevis-one": { kind: "brevis-one" },
  "by-router-cgi": { kind: "router-cgi" },
  "of-later": { kind: "satellite" },
  "at-twilio": { provider: "twilio" },
  "at-kore": { provider: "kore" },
};

/** Every node that package.json tells Node-RED to load. */
export function nodeSources(): readonly NodeSource[] {
  const packageJson = JSON.parse(readFileSync(join(packageRoot, "package.json"), "utf8")) as {
    "node-red": { nodes: Record<string, string> };
  };
  // package.json names the built files; what the editor gets of them is copied from the sources as it is.
  return Object.entries(packageJson["node-red"].nodes).map(([type, file]) =>
    readNode(type, join(packageRoot, file.replace(/^dist\//, ""))),
  );
}

function readNode(type: string, file: string): NodeSource {
  const folder = dirname(file);
  const html = readFileSync(file.replace(/\.js$/, ".html"), "utf8");
  const locale = join(folder, "locales", "en-US", type);
  for (const tag of SHARED) only(html, new RegExp(tag, "g"), `${type}: ${tag}`);
  const script = only(html, /<script type="text\/javascript">(.*?)<\/script>/gs, `${type}: script`);
  return {
    type,
    folder,
    template: only(html, new RegExp(`data-template-name="${type}">(.*?)</script>`, "gs"), `${type}: template`),
    script,
    definition: register(type, script),
    catalog: JSON.parse(readFileSync(`${locale}.json`, "utf8")) as Catalog,
    help: only(
      readFileSync(`${locale}.html`, "utf8"),
      new RegExp(`data-help-name="${type}">(.*?)</script>`, "gs"),
      `${type}: help`,
    ),
  };
}

function only(text: string, pattern: RegExp, what: string): string {
  const found = [...text.matchAll(pattern)];
  if (found.length !== 1) throw new Error(`${what}: expected once, found ${found.length} times`);
  return found[0]!.at(-1)!;
}

/** Runs the scripts as the editor does when it loads, and keeps what the node registers. */
function register(type: string, script: string): EditorDefinition {
  const registered = new Map<string, EditorDefinition>();
  const RED = {
    _: (key: string): string => key,
    nodes: {
      registerType: (name: string, definition: EditorDefinition) => registered.set(name, definition),
      node: (id: string) => CONFIGS[id] ?? null,
    },
    validators: { typedInput: () => (): boolean => true },
    editor: { getEditStack: () => [] },
  };
  const noForm = (): never => {
    throw new Error(`${type}: the form is touched before it is open`);
  };
  runInNewContext(`${sharedScript()}\n${script}`, { RED, $: noForm, URL });
  const definition = registered.get(type);
  if (definition === undefined || registered.size !== 1)
    throw new Error(`${type}: registers ${[...registered.keys()].join()}`);
  return definition;
}

/** The table of kinds that all forms go by. */
export function kindsOfForms(): Readonly<Record<string, KindOfForms>> {
  const page: { cellularEditor?: { readonly kinds: Readonly<Record<string, KindOfForms>> } } = {};
  runInNewContext(sharedScript(), page);
  return structuredClone(page.cellularEditor!.kinds);
}

function sharedScript(): string {
  return readFileSync(join(packageRoot, "resources", "cellular-editor.js"), "utf8");
}

/** The style sheet of all forms. */
export function sharedStyle(): string {
  return readFileSync(join(packageRoot, "resources", "cellular-editor.css"), "utf8");
}

/** What stands in a catalog under a key with dots. */
export function lookUp(catalog: Catalog, key: string): Catalog | string | undefined {
  return key
    .split(".")
    .reduce<Catalog | string | undefined>(
      (branch, name) => (typeof branch === "object" ? branch[name] : undefined),
      catalog,
    );
}

/** A node that is saved like this, as a validator sees it. */
export function savedNode({ type, definition, catalog }: NodeSource, saved: object = {}): object {
  return { ...saved, type, _def: definition, _: (key: string) => lookUp(catalog, key) };
}

/** The values that a choice in a form offers. */
export function optionsOf(template: string, name: string): readonly string[] {
  const select = new RegExp(`<select id="node-(?:config-)?input-${name}">(.*?)</select>`, "s").exec(template)![1]!;
  return attributes(select, "value");
}

/** All values of an attribute in a piece of HTML. */
export function attributes(html: string, name: string): readonly string[] {
  return [...html.matchAll(new RegExp(`\\s${name}="([^"]*)"`, "g"))].map((match) => match[1]!);
}
