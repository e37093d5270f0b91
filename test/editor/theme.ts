import { deepEqual, ok } from "node:assert/strict";
import type { EditorPage, Form, Theme } from "./editor-page";

/** A text on the page, and how far its colour is from what lies behind it: 1 (none) to 21 (black on white). */
export interface ShownText {
  readonly text: string;
  readonly contrast: number;
}

/**
 * Shows the editor in a theme. Node-RED 5 has a dark one of its own; for older ones all colours of Node-RED's style
 * sheet change from light to dark and back, as the style sheet of a user would do it.
 */
export async function applyTheme({ page }: EditorPage, theme: Theme): Promise<void> {
  await page.evaluate(`(${TURN_DARK})(${String(theme === "dark")})`);
}

/** Every text in a form, fields included, with its contrast; not the buttons of Node-RED itself. */
export async function shownTexts(form: Form): Promise<readonly ShownText[]> {
  const body = `document.querySelector(${JSON.stringify(form.selector)})`;
  return form.editor.page.evaluate<readonly ShownText[]>(`(${CONTRASTS})(${body})`);
}

/** Takes a picture of a form, and looks whether each of its texts can be read. */
export async function assertReadable(form: Form, name: string): Promise<void> {
  await form.editor.screenshot(name);
  const texts = await shownTexts(form);
  ok(texts.length > 5, name);
  deepEqual(
    texts.filter(({ contrast }) => contrast < 4.5),
    [],
    name,
  );
}

const COLOURS = `
  const context = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  /** Red, green, blue and opacity (0 to 255) of a CSS colour, or undefined where it is none. */
  const rgba = (colour) => {
    if (!CSS.supports("color", colour)) return undefined;
    context.clearRect(0, 0, 1, 1);
    context.fillStyle = colour;
    context.fillRect(0, 0, 1, 1);
    return [...context.getImageData(0, 0, 1, 1).data];
  };
`;

const TURN_DARK = `(isDark) => {
  ${COLOURS}
  const root = document.documentElement;
  const rules = [...document.styleSheets].flatMap((sheet) => [...sheet.cssRules]);
  root.style.colorScheme = isDark ? "dark" : "light";
  if (rules.some(({ selectorText }) => selectorText === "html.nr-theme-dark")) {
    root.classList.toggle("nr-theme-dark", isDark);
    return;
  }
  const names = rules
    .filter(({ selectorText }) => selectorText === ":root")
    .flatMap(({ style }) => [...style].filter((name) => name.startsWith("--red-ui-")));
  for (const name of names) root.style.removeProperty(name);
  if (!isDark) return;
  // Read before the first is changed: many of them name another one.
  const colours = names.map((name) => [name, rgba(getComputedStyle(root).getPropertyValue(name).trim())]);
  for (const [name, colour] of colours.filter(([, colour]) => colour !== undefined)) {
    const [red, green, blue, opacity] = colour;
    // Turns light into dark and leaves the hue: what all three have in common is mirrored.
    const shift = 255 - Math.max(red, green, blue) - Math.min(red, green, blue);
    root.style.setProperty(name, "rgb(" + [red + shift, green + shift, blue + shift] + "," + opacity / 255 + ")");
  }
}`;

const CONTRASTS = `(body) => {
  ${COLOURS}
  const over = ([r, g, b, opacity], below) => [r, g, b].map((each, i) => (each * opacity + below[i] * (255 - opacity)) / 255);
  const behind = (element) => {
    if (element === null) return [255, 255, 255];
    const colour = rgba(getComputedStyle(element).backgroundColor);
    return colour[3] === 0 ? behind(element.parentElement) : over(colour, behind(element.parentElement));
  };
  const light = (colour) => {
    const [r, g, b] = colour.map((each) => (each <= 10 ? each / 3294 : ((each / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const isField = (element) => element.matches("input:not([type=checkbox]), select");
  const ownText = (element) => isField(element)
    ? element.selectedOptions?.[0]?.text ?? element.value
    : [...element.childNodes].filter(({ nodeType }) => nodeType === 3).map(({ data }) => data.trim()).join("");
  return [...body.querySelectorAll("*")]
    .filter((element) => element.checkVisibility({ visibilityProperty: true }) && !element.matches("option"))
    .filter((element) => element.closest(".red-ui-button, .red-ui-typedInput-container") === null)
    .filter((element) => ownText(element) !== "" || element.matches("i.fa"))
    .map((element) => {
      const background = behind(element);
      const colour = over(rgba(getComputedStyle(element).color), background);
      const [high, low] = [light(colour), light(background)].sort((a, b) => b - a);
      return { text: ownText(element) || element.className, contrast: (high + 0.05) / (low + 0.05) };
    });
}`;
