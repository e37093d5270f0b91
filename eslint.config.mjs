import js from "@eslint/js";
import importX from "eslint-plugin-import-x";
import tseslint from "typescript-eslint";

/**
 * Which room may import which. A room sees itself and the rooms named here, nothing else; `test` sees everything.
 * The picture and its reasons: docs/decisions/001-rooms.md.
 */
const rooms = {
  "src/errors": [],
  "src/sms": ["src/errors"],
  "src/http": ["src/errors"],
  "src/store": ["src/errors"],
  "src/gateways": ["src/errors", "src/sms", "src/http"],
  "src/lane": ["src/errors"],
  "src/outbox": ["src/errors", "src/sms", "src/gateways", "src/lane", "src/store"],
  "src/inbox": ["src/errors", "src/sms", "src/gateways", "src/lane", "src/store"],
  "src/events": ["src/errors", "src/gateways", "src/lane", "src/store"],
  "src/node-red": [
    "src/errors",
    "src/sms",
    "src/http",
    "src/gateways",
    "src/lane",
    "src/outbox",
    "src/inbox",
    "src/events",
    "src/store",
  ],
  "src/simulators": [],
  "src/demo": ["src/simulators"],
  nodes: ["src/node-red"],
};
const everyRoom = [...Object.keys(rooms), "test"];
const zones = Object.entries(rooms).map(([room, allowed]) => ({
  target: `./${room}`,
  from: everyRoom.filter((other) => other !== room && !allowed.includes(other)).map((other) => `./${other}`),
  message: `${room} may import only: ${allowed.join(", ") || "nothing of this project"}.`,
}));

const rawNodeEvent = ["input", "close"].map((event) => ({
  selector: `CallExpression[callee.property.name=/^(on|once|addListener)$/][arguments.0.value="${event}"]`,
  message: `A rejected promise in a raw "${event}" handler ends Node-RED: use the wrappers of src/node-red.`,
}));

export default tseslint.config(
  { ignores: ["dist/", "coverage/", "node_modules/"] },
  js.configs.recommended,
  {
    files: ["**/*.ts"],
    extends: [...tseslint.configs.strictTypeChecked, ...tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    plugins: { "import-x": importX },
    settings: { "import-x/resolver": { node: { extensions: [".ts", ".js"] } } },
    rules: {
      "import-x/no-restricted-paths": ["error", { zones }],
      "import-x/no-cycle": "error",
      "@typescript-eslint/consistent-type-imports": "error",
      "@typescript-eslint/explicit-module-boundary-types": "error",
      "@typescript-eslint/no-unsafe-type-assertion": "error",
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      "@typescript-eslint/switch-exhaustiveness-check": ["error", { considerDefaultExhaustiveForUnions: true }],
      eqeqeq: "error",
    },
  },
  {
    // Runs in the page of the simulated phone.
    files: ["src/simulators/handset/page/*.js"],
    languageOptions: {
      globals: { document: "readonly", fetch: "readonly", EventSource: "readonly", setTimeout: "readonly" },
    },
  },
  {
    // Runs in the page of Node-RED's editor.
    files: ["resources/*.js"],
    languageOptions: { sourceType: "script", globals: { RED: "readonly", $: "readonly" } },
  },
  {
    files: ["src/**/*.ts", "nodes/**/*.ts"],
    ignores: ["src/node-red/**", "src/simulators/**", "src/demo/**"],
    rules: { "no-restricted-syntax": ["error", ...rawNodeEvent] },
  },
  {
    files: ["test/**/*.ts"],
    rules: { "@typescript-eslint/no-unsafe-type-assertion": "off", "@typescript-eslint/no-non-null-assertion": "off" },
  },
);
