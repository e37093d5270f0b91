import type { Locator } from "playwright-core";
import type { Form } from "./editor-page";
import { attributes, type NodeSource } from "./node-source";

/** One field of a form, found in the node's template; what is hidden and what refers to other packages is no field here. */
export interface Field {
  readonly name: string;
  readonly sort: "text" | "typed" | "choice" | "check" | "reference";
}

export type Values = Readonly<Record<string, string | boolean>>;

export function fieldsOf({ template, definition }: NodeSource): readonly Field[] {
  const { defaults } = definition;
  return attributes(template, "id")
    .map((id) => /^node-(?:config-)?input-(.+)$/.exec(id)?.[1] ?? "")
    .filter((name) => name !== "")
    .flatMap((name): Field[] => {
      const type = defaults[name]?.type;
      if (type !== undefined) return /^(cellular|supersim)-/.test(type) ? [{ name, sort: "reference" }] : [];
      const tag = new RegExp(`<(?:input|select)[^>]*input-${name}"[^>]*>`).exec(template)?.[0] ?? "";
      if (tag.includes('type="hidden"')) return [];
      if (tag.startsWith("<select")) return [{ name, sort: "choice" }];
      if (tag.includes('type="checkbox"')) return [{ name, sort: "check" }];
      return [{ name, sort: `${name}Type` in defaults ? "typed" : "text" }];
    });
}

/** Fills every field that the form shows with something else than its default: the values given, the last choice, the other tick. */
export async function fill(form: Form, source: NodeSource, values: Values): Promise<void> {
  for (const { name, sort } of fieldsOf(source)) {
    const field = form.field(name);
    const value = String(values[name] ?? "2");
    if (sort !== "typed" && !(await field.isVisible())) continue;
    if (sort === "text") await write(field, value);
    else if (sort === "typed") await writeTyped(form, name, value);
    else if (sort === "check") await field.setChecked(!(await field.isChecked()));
    else if (sort === "reference") await field.selectOption({ label: value });
    else if (name in values) await field.selectOption(value);
    else await field.selectOption({ index: (await field.locator("option").count()) - 1 });
  }
}

/** What stands in the form. */
export async function read(form: Form, source: NodeSource): Promise<Values> {
  const values: Record<string, string | boolean> = {};
  for (const { name, sort } of fieldsOf(source)) {
    values[name] = sort === "check" ? await form.field(name).isChecked() : await form.field(name).inputValue();
    if (sort === "typed") values[`${name}Type`] = await form.field(`${name}Type`).inputValue();
  }
  return values;
}

/** Those of the fields with these names that can be seen. */
export async function shownFields(form: Form, names: readonly string[]): Promise<readonly string[]> {
  const seen: string[] = [];
  for (const name of names) if (await form.field(name).isVisible()) seen.push(name);
  return seen;
}

/** Puts a value into a text field or a typed one, and leaves it. */
export async function enter(form: Form, { name, sort }: Field, value: string): Promise<void> {
  if (sort === "typed") await writeTyped(form, name, value);
  else await write(form.field(name), value);
}

/** Whether a field has the mark of a value that was refused. */
export async function isRefused(form: Form, name: string): Promise<boolean> {
  const marked = form.field(name).locator("xpath=self::*[contains(@class,'input-error')]");
  const box = typedBox(form, name).and(form.editor.page.locator(".input-error"));
  return (await marked.count()) + (await box.count()) > 0;
}

async function write(field: Locator, value: string): Promise<void> {
  await field.fill(value);
  await field.blur();
}

/** Chooses text as the type, or an expression where text is not offered. */
async function writeTyped(form: Form, name: string, value: string): Promise<void> {
  const { page } = form.editor;
  const box = typedBox(form, name);
  const isText = form.field(`${name}Type`).and(page.locator("[value='str']"));
  let text = value;
  if ((await isText.count()) === 0) {
    await box.locator(".red-ui-typedInput-type-select").click();
    const menu = page.locator(".red-ui-typedInput-options:visible");
    const offersText = (await menu.locator("[value='str']").count()) > 0;
    if (!offersText) text = JSON.stringify(value);
    await menu.locator(`[value='${offersText ? "str" : "jsonata"}']`).click();
  }
  await write(box.locator(".red-ui-typedInput-input"), text);
}

function typedBox(form: Form, name: string): Locator {
  return form.field(name).locator("xpath=following-sibling::*[contains(@class,'red-ui-typedInput-container')][1]");
}
