import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import Ajv, { type ValidateFunction } from "ajv";
import addFormats from "ajv-formats";

/** A request and its answer, as they went over the wire. */
export interface Exchange {
  readonly method: string;
  /** Path and query. */
  readonly target: string;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: string;
  readonly answer: {
    readonly status: number;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: string;
  };
}

type Node = Readonly<Record<string, unknown>>;

/** The vendor's file lies outside of this repository, which holds no text of others. */
const PATH = process.env.SUPER_SIM_OPENAPI ?? "";

const FORM = "application/x-www-form-urlencoded";
const JSON_TYPE = "application/json";

/** Says where an exchange departs from the vendor's OpenAPI file, which describes what succeeds and no error. */
export class OpenApiFile {
  readonly #root: Node;
  /** All that a form or a query holds is text: `1` counts as a number there, in an answer it does not. */
  readonly #ajv = { fields: reader(true), answers: reader(false) };
  readonly #checks = new Map<string, ValidateFunction>();

  constructor(root: Node) {
    this.#root = root;
  }

  /** Whether the file describes a path at all. */
  knows(path: string): boolean {
    return this.#template(path) !== undefined;
  }

  /** The bodies that the file gives as examples of requests to, or of answers of, one operation. */
  examples(path: string, method: "get" | "post", of: "requests" | "answers"): readonly Node[] {
    const operation = node(node(node(this.#root, "paths"), path), method);
    const [status = ""] = Object.keys(node(operation, "responses"));
    const content = node(
      of === "requests" ? node(operation, "requestBody") : node(node(operation, "responses"), status),
      "content",
    );
    const examples = node(node(content, of === "requests" ? FORM : JSON_TYPE), "examples");
    return Object.values(examples).map((example) => node(example as Node, "value"));
  }

  /** Everything that is wrong with an exchange; an answer of 400 and above is the errors' own matter. */
  faults({ method, target, headers, body, answer }: Exchange): string[] {
    const { pathname, searchParams } = new URL(target, "http://service");
    const template = this.#template(pathname);
    if (template === undefined) return [`the path ${pathname} is unknown`];
    const operation = template.item[method.toLowerCase()] as Node | undefined;
    if (operation === undefined) return [`${method} is unknown at ${template.path}`];
    const parameters = [template.item, operation].flatMap(({ parameters = [] }) => parameters as readonly Node[]);
    const where = `${method} ${template.path}`;
    return [
      ...this.#wrong(`${where} path`, () => fieldsOf(parameters, "path"), template.values),
      ...this.#fields(`${where} query`, () => fieldsOf(parameters, "query"), searchParams),
      ...this.#loginFaults(headers),
      ...this.#bodyFaults(where, operation, headers, body),
      ...(answer.status >= 400 ? [] : this.#answerFaults(where, operation, answer)),
    ];
  }

  #template(path: string): { path: string; item: Node; values: Node } | undefined {
    for (const [template, item] of Object.entries(node(this.#root, "paths"))) {
      const pattern = new RegExp(`^${template.replace(/\{(\w+)\}/g, "(?<$1>[^/]+)")}$`);
      const found = pattern.exec(path);
      if (found !== null) return { path: template, item: item as Node, values: { ...found.groups } };
    }
    return undefined;
  }

  #loginFaults({ authorization }: Exchange["headers"]): string[] {
    const isBasic = typeof authorization === "string" && /^Basic [A-Za-z0-9+/]+=*$/.test(authorization);
    return isBasic ? [] : ["the login is not Basic"];
  }

  #bodyFaults(where: string, operation: Node, headers: Exchange["headers"], body: string): string[] {
    if (operation.requestBody === undefined) return body === "" ? [] : [`${where} has a body`];
    if (headers["content-type"] !== FORM) return [`${where} sends ${String(headers["content-type"])}`];
    const schema = (): unknown => node(node(node(operation, "requestBody"), "content"), FORM).schema;
    return this.#fields(`${where} form`, schema, new URLSearchParams(body));
  }

  #answerFaults(where: string, operation: Node, { status, headers, body }: Exchange["answer"]): string[] {
    const responses = node(operation, "responses");
    if (!Object.hasOwn(responses, String(status))) return [`${where} answers ${String(status)}`];
    if (headers["content-type"] !== JSON_TYPE) return [`${where} answers ${String(headers["content-type"])}`];
    const schema = (): unknown => node(node(node(responses, String(status)), "content"), JSON_TYPE).schema;
    return this.#wrong(`${where} answer`, schema, JSON.parse(body), "answers");
  }

  /** Fields of a form or a query, each at most once. */
  #fields(where: string, schema: () => unknown, fields: URLSearchParams): string[] {
    const names = [...fields.keys()];
    const twice = names.filter((name, index) => names.indexOf(name) !== index);
    return [
      ...twice.map((name) => `${where}: ${name} is there twice`),
      ...this.#wrong(where, schema, Object.fromEntries(fields)),
    ];
  }

  #wrong(where: string, schema: () => unknown, value: unknown, of: "fields" | "answers" = "fields"): string[] {
    const check = this.#checks.get(where) ?? this.#ajv[of].compile(this.#inlined(schema() as Node, of === "answers"));
    this.#checks.set(where, check);
    if (check(value)) return [];
    return (check.errors ?? []).map(({ instancePath, message, params }) => {
      return `${where}: ${instancePath} ${String(message)} ${JSON.stringify(params)}`;
    });
  }

  /**
   * A schema of OpenAPI 3.0 as one that ajv reads: no references, no property beside those that are listed.
   * @param isWhole Whether each property that is listed must be there.
   */
  #inlined(schema: Node, isWhole: boolean): Node {
    const { $ref, format, properties, items, ...rest } = schema;
    if (typeof $ref === "string") {
      return this.#inlined($ref.split("/").slice(1).reduce<Node>(node, this.#root), isWhole);
    }
    const shown: Record<string, unknown> = { ...rest };
    if (items !== undefined) shown.items = this.#inlined(items as Node, isWhole);
    if (format === "uri-map") shown.additionalProperties = { type: "string", format: "uri" };
    else if (format !== undefined) shown.format = format;
    if (properties === undefined) return shown;
    const own = Object.entries(properties as Readonly<Record<string, Node>>);
    shown.properties = Object.fromEntries(own.map(([name, part]) => [name, this.#inlined(part, isWhole)]));
    shown.additionalProperties = false;
    if (isWhole) shown.required = own.map(([name]) => name);
    return shown;
  }
}

function reader(coerceTypes: boolean): Ajv {
  const ajv = new Ajv({ strict: true, allErrors: true, coerceTypes });
  ajv.addVocabulary(["x-twilio", "example"]);
  ajv.addFormat("http-method", /^(GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS)$/);
  addFormats(ajv);
  return ajv;
}

/** The parameters of one place as the schema of an object. */
function fieldsOf(parameters: readonly Node[], place: "path" | "query"): Node {
  const own = parameters.filter((parameter) => parameter.in === place);
  const properties = Object.fromEntries(own.map(({ name, schema }) => [String(name), schema]));
  const required = own.filter((parameter) => parameter.required === true).map(({ name }) => name);
  return { type: "object", properties, required };
}

function node(parent: Node, key: string): Node {
  return (parent[key] ?? {}) as Node;
}

/** Tests against the file; skipped, with a title that says so, where there is none. */
export function describeByOpenApi(title: string, tests: (vendor: () => OpenApiFile) => void): void {
  const isThere = PATH !== "";
  describe(isThere ? title : `${title} (no file: name it by SUPER_SIM_OPENAPI)`, () => {
    let vendor: OpenApiFile | undefined;

    before(function () {
      if (!isThere) this.skip();
      vendor = new OpenApiFile(JSON.parse(readFileSync(PATH, "utf8")) as Node);
    });

    tests(() => vendor ?? assert.fail("the file was not read"));
  });
}
