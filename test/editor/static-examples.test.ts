import { deepEqual, equal, match, ok } from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { packageRoot } from "../support/package-root";
import { nodeSources } from "./node-source";

interface FlowNode extends Readonly<Record<string, unknown>> {
  readonly id: string;
  readonly type: string;
  readonly z?: string;
  readonly x?: number;
  readonly y?: number;
  readonly wires?: readonly (readonly string[])[];
}

const folder = join(packageRoot, "examples");
const files = readdirSync(folder).filter((file) => file.endsWith(".json"));
const sources = nodeSources();

describe("example flows", () => {
  for (const file of files) {
    describe(file, () => {
      const text = readFileSync(join(folder, file), "utf8");
      const flow = JSON.parse(text) as readonly FlowNode[];
      const byId = new Map(flow.map((node) => [node.id, node]));
      const tabs = flow.filter(({ type }) => type === "tab");

      it("has nodes with ids of their own, each on a tab of the file", () => {
        equal(byId.size, flow.length);
        for (const node of flow) if (node.wires !== undefined) equal(byId.get(node.z ?? "")?.type, "tab", node.id);
      });

      it("has wires that end at nodes of the same tab", () => {
        for (const node of flow) {
          for (const id of node.wires?.flat() ?? []) equal(byId.get(id)?.z, node.z, `${node.id} -> ${id}`);
        }
      });

      it("listens only to nodes that exist", () => {
        for (const { id, type, scope } of flow) {
          if (!["catch", "complete", "status"].includes(type) || !Array.isArray(scope)) continue;
          for (const target of scope) ok(byId.has(String(target)), `${id} -> ${String(target)}`);
        }
      });

      it("saves every property of this package's nodes, and no credential", () => {
        for (const node of flow) {
          const definition = sources.find(({ type }) => type === node.type)?.definition;
          if (definition === undefined) continue;
          const saved = Object.keys(node).filter((key) => !["id", "type", "z", "x", "y", "wires"].includes(key));
          deepEqual(saved.sort(), Object.keys(definition.defaults).sort(), node.id);
          for (const [property, { type, required }] of Object.entries(definition.defaults)) {
            const reference = node[property];
            if (type === undefined || (reference === "" && required !== true)) continue;
            equal(byId.get(String(reference))?.type, type, `${node.id}: ${property}`);
          }
          if ("outputs" in definition.defaults) equal(node.wires?.length, node.outputs, node.id);
        }
        equal(/"(credentials|password|clientSecret|authToken|apiKeySecret|webhookSecret)":/.test(text), false);
      });

      it("says what it does in a comment at its head", () => {
        for (const tab of tabs) {
          const onTab = flow.filter(({ z, wires }) => z === tab.id && wires !== undefined);
          const top = onTab.reduce((one, other) => (Number(other.y) < Number(one.y) ? other : one));
          equal(top.type, "comment");
          match(String(top.info), /\w+\./);
        }
      });

      it("draws no node over another", () => {
        const drawn = flow.filter(({ x }) => x !== undefined);
        for (const [index, one] of drawn.entries()) {
          for (const other of drawn.slice(index + 1)) {
            const apart = Math.abs(one.x! - other.x!) >= 120 || Math.abs(one.y! - other.y!) >= 40;
            ok(apart || one.z !== other.z, `${one.id} and ${other.id}`);
          }
        }
      });

      it("shows where failures go", () => {
        const sending = flow.filter(({ type }) => ["cellular-sms-send", "supersim-command"].includes(type));
        for (const { id, outputs } of sending) {
          const caught = flow.some(({ type, scope }) => type === "catch" && Array.isArray(scope) && scope.includes(id));
          ok(caught || outputs === 2, id);
        }
      });
    });
  }

  it("show every flow node of the package", () => {
    const used = new Set(
      files
        .flatMap((file) => [...readFileSync(join(folder, file), "utf8").matchAll(/"type": "(.*?)"/g)])
        .map(([, type]) => type),
    );
    deepEqual(
      sources.map(({ type }) => type).filter((type) => !used.has(type)),
      [],
    );
  });

  it("use fictional phone numbers only, as all texts do", () => {
    const texts = [
      ...files.map((file) => readFileSync(join(folder, file), "utf8")),
      ...sources.flatMap(({ help, catalog, template }) => [help, template, JSON.stringify(catalog)]),
    ];
    const numbers = texts.flatMap((text) => text.match(/(?<![\w.])(?:\+|00)\d{7,15}\b/g) ?? []);
    ok(numbers.length > 0);
    deepEqual(
      numbers.filter((number) => !/^\+(447700900\d{3}|120255501\d\d)$/.test(number)),
      [],
    );
  });
});
