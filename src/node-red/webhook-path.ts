import type { NodeAPI } from "node-red";
import { CellularError } from "../errors/cellular-error";

/**
 * The parts of a path between its slashes, each decoded once; one slash at the end does not matter. Undefined for what
 * escapes nothing that can be.
 */
export function segmentsOf(path: string): readonly string[] | undefined {
  const [pathname = ""] = path.split(/[?#]/, 1);
  const parts = pathname.replace(/^\//, "").replace(/\/$/, "").split("/");
  try {
    return parts.length === 1 && parts[0] === "" ? [] : parts.map(decodeURIComponent);
  } catch {
    return undefined;
  }
}

/** As one text; no two paths have the same. */
export function keyOf(segments: readonly string[]): string {
  return JSON.stringify(segments);
}

/**
 * The path of a node in the form in which it is called, without slashes at its ends.
 * @throws CellularError `CONFIG_MISSING`
 */
export function checkPath(path: string): string {
  const trimmed = path.trim().replace(/^\/+|\/+$/g, "");
  const segments = segmentsOf(trimmed);
  const isPath =
    segments !== undefined && segments.length > 0 && segments.every((segment) => !/^\.{0,2}$/.test(segment));
  if (isPath && !/[\s?#\\]/.test(trimmed)) return trimmed;
  throw new CellularError(
    "CONFIG_MISSING",
    'The setting "path" is not a path such as supersim. Correct it in the node\'s settings.',
  );
}

/** First parts of what the editor asks Node-RED for. */
const EDITORS: ReadonlySet<string> = new Set(
  (
    "auth comms context credentials debug diagnostics favicon.ico flow flows icons inject library locales nodes " +
    "plugins projects red resources settings supersim-account theme types vendor"
  ).split(" "),
);

/**
 * Looks whether a path is one that the editor needs, be its root that of HTTP nodes or one below: nobody could deploy
 * then, not even to mend that.
 * @param root Of the HTTP nodes, without a slash at its end.
 * @param adminRoot Of the editor, as Node-RED's settings have it.
 * @throws CellularError `CONFIG_MISSING`
 */
export function checkEditorsOwn(path: string, root: string, adminRoot: string | false | undefined): void {
  if (adminRoot === false) return;
  const editor = segmentsOf(adminRoot ?? "/") ?? [];
  const called = [...(segmentsOf(root) ?? []), ...(segmentsOf(path) ?? [])];
  // Node-RED's own routes do not tell large letters from small ones.
  if (!editor.every((segment, at) => segment.toLowerCase() === called[at]?.toLowerCase())) return;
  const [first] = called.slice(editor.length);
  if (first !== undefined && !EDITORS.has(first.toLowerCase())) return;
  throw new CellularError(
    "CONFIG_MISSING",
    `The path "${path}" belongs to the editor. Choose another one, such as supersim.`,
  );
}

/** Whether an `http in` node is at a path too, with a method that callbacks use. */
export function isHttpInAt(RED: Pick<NodeAPI, "nodes">, path: string): boolean {
  const key = keyOf(segmentsOf(path) ?? []);
  const off = new Set<string>();
  const flowsThere: string[] = [];
  RED.nodes.eachNode((node: object) => {
    const { id = "", type = "", z = "", disabled, d, url = "", method = "" } = textsOf(node);
    if (type === "tab" && disabled === "true") off.add(id);
    if (type !== "http in" || d === "true" || !/^(get|post)$/i.test(method)) return;
    if (keyOf(segmentsOf(url) ?? []) === key) flowsThere.push(z);
  });
  return flowsThere.some((flow) => !off.has(flow));
}

function textsOf(node: object): Readonly<Record<string, string | undefined>> {
  return Object.fromEntries(Object.entries(node).map(([name, value]) => [name, String(value)]));
}
