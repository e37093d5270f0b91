import { join } from "node:path";
import type { Browser, ConsoleMessage, Locator, Page } from "playwright-core";

export type Theme = "light" | "dark";

/** Node-RED's editor in a browser, moved by mouse and keys as a person does. */
export class EditorPage {
  readonly page: Page;
  /** What the page complained of: errors that nobody caught, and errors in the console. */
  readonly complaints: string[] = [];

  private constructor(page: Page) {
    this.page = page;
    page.on("pageerror", (error) => this.complaints.push(error.stack ?? error.message));
    page.on("console", (message: ConsoleMessage) => {
      if (message.type() === "error") this.complaints.push(`${message.text()} ${message.location().url}`);
    });
  }

  static async open(browser: Browser, url: string): Promise<EditorPage> {
    const editor = await EditorPage.blank(browser);
    await editor.page.goto(url);
    await editor.ready();
    return editor;
  }

  /** A page that has yet to open the editor. */
  static async blank(browser: Browser): Promise<EditorPage> {
    const viewport = { width: 1400, height: 1250 };
    const context = await browser.newContext({ viewport, reducedMotion: "reduce" });
    context.setDefaultTimeout(25_000);
    return new EditorPage(await context.newPage());
  }

  /** Resolves when the editor has loaded its nodes and flows. */
  async ready(): Promise<void> {
    await this.paletteNode("inject").waitFor();
    await this.page.locator("#red-ui-loading-progress").waitFor({ state: "hidden" });
  }

  async close(): Promise<void> {
    await this.page.context().close();
  }

  paletteNode(type: string): Locator {
    return this.page.locator(`.red-ui-palette-node[data-palette-type='${type}']`);
  }

  /** Drags a node from the palette to a place on the canvas; returns its id. */
  async drop(type: string, x: number, y: number): Promise<string> {
    const before = await this.#nodeIds();
    await this.paletteNode(type).scrollIntoViewIfNeeded();
    await this.paletteNode(type).dragTo(this.page.locator("#red-ui-workspace-chart"), { targetPosition: { x, y } });
    const [id] = (await this.#nodeIds()).filter((each) => !before.includes(each));
    if (id === undefined) throw new Error(`${type} was not dropped`);
    return id;
  }

  /** The node as it is drawn on the canvas. */
  drawn(id: string): Locator {
    return this.page.locator(`[id="${id}"]`);
  }

  /** Draws a wire from the output of one node to the input of another. */
  async wire(from: string, to: string): Promise<void> {
    const output = this.drawn(from).locator(".red-ui-flow-port-output .red-ui-flow-port").first();
    const input = this.drawn(to).locator(".red-ui-flow-port-input .red-ui-flow-port");
    await output.hover();
    await this.page.mouse.down();
    await input.hover();
    await this.page.mouse.up();
  }

  /** Opens the form of a node by a double click. */
  async edit(id: string): Promise<Form> {
    const form = new Form(this, "node");
    // On a busy machine the editor may take the two clicks for two that have nothing to do with each other.
    for (let tries = 0; tries < 4 && !(await form.ok.isVisible()); tries += 1) {
      // The form of the clicks before may come in between, and cover the node.
      const clicked = this.drawn(id).locator("rect.red-ui-flow-node").dblclick({ timeout: 5000 });
      await clicked.catch(() => undefined);
      await form.ok.waitFor({ timeout: 2500 }).catch(() => undefined);
    }
    return this.#shown(form);
  }

  /** The form of a configuration node, once something has opened it. */
  async configForm(): Promise<Form> {
    return this.#shown(new Form(this, "node-config"));
  }

  /** Presses Deploy and waits until it is done. */
  async deploy(): Promise<void> {
    const answered = this.page.waitForResponse(
      (response) => response.url().endsWith("/flows") && response.request().method() === "POST",
    );
    await this.page.locator("#red-ui-header-button-deploy").click();
    const status = (await answered).status();
    if (status !== 200) throw new Error(`The deploy was refused with status ${status}`);
    await this.page.locator("#red-ui-header-button-deploy.disabled").waitFor();
  }

  /** Presses the button of an inject node. */
  async press(id: string): Promise<void> {
    await this.drawn(id).locator(".red-ui-flow-node-button-button").click();
  }

  /** The node as the editor would save it. */
  async saved(id: string): Promise<Readonly<Record<string, unknown>>> {
    const script = `JSON.stringify(RED.nodes.convertNode(RED.nodes.node(${JSON.stringify(id)})))`;
    return JSON.parse(await this.page.evaluate<string>(script)) as Readonly<Record<string, unknown>>;
  }

  /** Keeps a picture of the page in the folder named by `SCREENSHOT_DIR`, if there is one. */
  async screenshot(name: string): Promise<void> {
    const folder = process.env.SCREENSHOT_DIR;
    if (folder !== undefined) await this.page.screenshot({ path: join(folder, `${process.version}-${name}.png`) });
  }

  async #nodeIds(): Promise<readonly string[]> {
    return this.page.evaluate<readonly string[]>(
      "RED.nodes.createCompleteNodeSet().filter(({ wires }) => wires).map(({ id }) => id)",
    );
  }

  async #shown(form: Form): Promise<Form> {
    await form.ok.waitFor();
    // The form slides in; what is clicked before it stands still is missed.
    await form.settled();
    return form;
  }
}

/** Opens the form of the gateway that is chosen in the open form of a node. */
export async function openGateway(editor: EditorPage): Promise<Form> {
  return openConfig(editor, "gateway");
}

/** Opens the form of the configuration node that is chosen for a property in the open form of a node, or of a new one. */
export async function openConfig(editor: EditorPage, property: string, action: "edit" | "add" = "edit"): Promise<Form> {
  await editor.page.locator(`#node-input-btn-${property}-${action}`).click();
  return editor.configForm();
}

/** An open form: of a flow node, or of a configuration node above it. */
export class Form {
  readonly editor: EditorPage;
  readonly #kind: "node" | "node-config";

  constructor(editor: EditorPage, kind: "node" | "node-config") {
    this.editor = editor;
    this.#kind = kind;
  }

  get ok(): Locator {
    return this.editor.page.locator(`#${this.#kind}-dialog-ok`);
  }

  get selector(): string {
    return this.#kind === "node" ? "#dialog-form" : "#node-config-dialog-edit-form";
  }

  get body(): Locator {
    return this.editor.page.locator(this.selector);
  }

  field(name: string): Locator {
    return this.editor.page.locator(`#${this.#kind}-input-${name}`);
  }

  async save(): Promise<void> {
    await this.#leaveBy(this.ok);
  }

  async cancel(): Promise<void> {
    await this.#leaveBy(this.editor.page.locator(`#${this.#kind}-dialog-cancel`));
  }

  async #leaveBy(button: Locator): Promise<void> {
    await button.click();
    await this.ok.waitFor({ state: "detached" });
    if (this.#kind === "node") await this.editor.page.locator("#red-ui-editor-shade").waitFor({ state: "hidden" });
    else await this.settled();
  }

  async settled(): Promise<void> {
    const tray = this.editor.page.locator(".red-ui-tray").last();
    let last = "";
    for (;;) {
      const box = JSON.stringify(await tray.boundingBox());
      if (box === last) return;
      last = box;
      await this.editor.page.evaluate(
        "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))",
      );
    }
  }
}
