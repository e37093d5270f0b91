import { SaxesParser } from "saxes";
import { MOST_RECORDS, type ListedSms } from "./text-list";

const LABELS = ["index", "date", "sender", "text", "status"] as const;
type Label = (typeof LABELS)[number];

/** A list needs three levels; more than this many, and attributes beyond this number, come from no router. */
const MOST_LEVELS = 16;
const MOST_ATTRIBUTES = 32;

interface OpenElement {
  readonly label: Label | undefined;
  text: string;
  fields: Partial<Record<Label, string>>;
}

/**
 * Reads the list in an XML form. Some firmware is said to answer so, but nobody has shown an example: an element is one
 * SMS if its children, or its attributes, are named like the labels of the text form, in any case, the text and one more
 * of them at least. A document type is refused, and no entity is expanded but those of XML itself.
 *
 * @returns undefined for what is no XML, or is none of a list; nothing for one empty element that is named like a list.
 */
export function readXmlList(xml: string): readonly ListedSms[] | undefined {
  if (!/^\s*</.test(xml)) return undefined;
  const reading = new XmlReading();
  try {
    reading.read(xml.trimStart());
  } catch {
    // Whatever the parser minds, or this reader: it is no list.
    return undefined;
  }
  return reading.entries.length > 0 || reading.isEmptyStore ? reading.entries : undefined;
}

class XmlReading {
  readonly entries: ListedSms[] = [];
  readonly #open: OpenElement[] = [];
  #elements = 0;
  /** Of the outermost element. */
  #root = { name: "", text: "" };

  /** Whether the document is one element with the words for an empty store, or one such as `<messages/>`. */
  get isEmptyStore(): boolean {
    const { name, text } = this.#root;
    if (this.#elements !== 1) return false;
    // Anything else that is empty, such as `<error/>`, says nothing about the store.
    return /^\s*NO MESSAGES?\s*$/i.test(text) || (text.trim() === "" && /sms|message|list|inbox/i.test(name));
  }

  /** @throws Error for what is not well-formed, or is refused. */
  read(xml: string): void {
    const parser = new SaxesParser({ xmlns: false, position: false });
    let attributes = 0;
    parser.on("doctype", () => {
      throw new Error("a document type");
    });
    parser.on("opentagstart", () => {
      attributes = 0;
    });
    parser.on("attribute", () => {
      attributes += 1;
      if (attributes > MOST_ATTRIBUTES) throw new Error("too many attributes");
    });
    parser.on("opentag", (tag) => {
      this.#begin(tag.name, tag.attributes);
    });
    parser.on("text", (text) => {
      this.#add(text);
    });
    parser.on("cdata", (text) => {
      this.#add(text);
    });
    parser.on("closetag", (tag) => {
      this.#end(tag.name);
    });
    parser.write(xml).close();
  }

  #begin(name: string, attributes: Readonly<Record<string, string>>): void {
    if (this.#open.length >= MOST_LEVELS) throw new Error("too many levels");
    this.#elements += 1;
    const element: OpenElement = { label: labelOf(name), text: "", fields: {} };
    for (const [attribute, value] of Object.entries(attributes)) setField(element, labelOf(attribute), value);
    this.#open.push(element);
  }

  #add(text: string): void {
    const element = this.#open.at(-1);
    if (element !== undefined) element.text += text;
  }

  #end(name: string): void {
    const element = this.#open.pop();
    if (element === undefined) return;
    const parent = this.#open.at(-1);
    if (parent === undefined) this.#root = { name, text: element.text };
    else setField(parent, element.label, element.text);
    const { text, ...others } = element.fields;
    const isRecord = text !== undefined && ("index" in others || "date" in others || "sender" in others);
    if (isRecord) this.entries.push({ ...others, text });
    if (this.entries.length > MOST_RECORDS) throw new Error("too many records");
  }
}

/** The first one of each name counts. Only the text may begin or end with a space. */
function setField(element: OpenElement, label: Label | undefined, value: string): void {
  if (label === undefined) return;
  element.fields[label] ??= label === "text" ? value : value.trim();
}

/** Without what stands before a colon. */
function labelOf(name: string): Label | undefined {
  const local = name.slice(name.lastIndexOf(":") + 1).toLowerCase();
  return LABELS.find((label) => label === local);
}
