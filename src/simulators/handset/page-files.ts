import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { extname, join } from "node:path";

const FOLDER = join(__dirname, "page");
const FILES = ["page.css", "phone.css", "fleet.css"].concat([
  "page.js",
  "phone.js",
  "fleet.js",
  "composer.js",
  "dom.js",
  "server.js",
]);
const TYPES: Readonly<Record<string, string>> = { ".css": "text/css", ".js": "text/javascript" };

export interface PageFile {
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
}

/** The page as the browser gets it: one document, its styles and its scripts. */
export class PageFiles {
  readonly #files = new Map<string, PageFile>();
  #template = "";

  async read(): Promise<void> {
    this.#template = await readFile(join(FOLDER, "page.html"), "utf8");
    for (const name of FILES) {
      const text = await readFile(join(FOLDER, name), "utf8");
      const type = TYPES[extname(name)] ?? "text/plain";
      this.#files.set(`/${name}`, { headers: { "content-type": `${type}; charset=utf-8` }, text });
    }
  }

  /** What lies at a path; undefined where nothing does. The document runs and draws only what has its nonce. */
  at(path: string): PageFile | undefined {
    return path === "/" ? this.#document() : this.#files.get(path);
  }

  #document(): PageFile {
    const nonce = randomBytes(16).toString("base64");
    const policy = [
      "default-src 'none'",
      `script-src 'nonce-${nonce}'`,
      `style-src 'nonce-${nonce}'`,
      "connect-src 'self'",
      "img-src data:",
      "base-uri 'none'",
      "form-action 'none'",
      "frame-ancestors 'none'",
    ].join("; ");
    return {
      headers: { "content-type": "text/html; charset=utf-8", "content-security-policy": policy },
      text: this.#template.replaceAll("NONCE", nonce),
    };
  }
}
