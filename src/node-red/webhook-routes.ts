import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from "node:http";
import type { NodeAPI } from "node-red";
import { CellularError } from "../errors/cellular-error";
import { systemClock, type Clock } from "../lane";
import { FlowsGate, type FlowsOf } from "./flows-gate";
import { rootOf, useFirst, type HttpApp, type Next } from "./http-app";
import { readBody } from "./raw-body";
import { keyOf, segmentsOf } from "./webhook-path";

/** A request to a webhook, read to its end. */
export interface WebhookRequest {
  readonly method: "GET" | "POST";
  /** Path and query as they came, below the root of Node-RED's HTTP nodes. */
  readonly path: string;
  /** The same below the root of the server. */
  readonly wholePath: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export interface WebhookAnswer {
  readonly status: number;
  /** Seconds after which it may come again. */
  readonly retryAfter?: number;
}

export interface WebhookHandler {
  /** The node that it is of. */
  readonly node: string;
  answer(request: WebhookRequest): Promise<WebhookAnswer>;
  /** Told of what was refused before it got here. */
  refused(): void;
}

interface Route {
  /** Undefined while a deploy starts the node anew. */
  handler: WebhookHandler | undefined;
  readonly waiting: Set<(handler: WebhookHandler | "gone" | "late") => void>;
}

/** As much as is to be known of deploys. */
export interface Deploys {
  /** Calls `watcher` each time the flows have started. */
  watch(watcher: () => void): void;
}

/**
 * How long a request waits for a node that a deploy starts anew, in ms: the services wait for 15 s, and call twice at
 * most.
 */
const DEPLOY_MS = 10_000;

/** For what cannot be taken now: it may come again. */
export const LATER: WebhookAnswer = { status: 503, retryAfter: 10 };

/**
 * The webhooks of a Node-RED, below the root of its HTTP nodes. A body is read before all else; whether the request
 * gets here is for Node-RED to say, whose login for HTTP nodes stands before.
 */
export class WebhookRoutes {
  static readonly #ofApp = new WeakMap<object, WebhookRoutes>();
  readonly #app: HttpApp;
  readonly #clock: Clock;
  readonly #routes = new Map<string, Route>();
  readonly #bodies = new WeakMap<IncomingMessage, Buffer>();

  /**
   * Those of a Node-RED.
   * @throws CellularError `CONFIG_MISSING` where HTTP nodes are switched off
   */
  static of(RED: Pick<NodeAPI, "settings" | "httpNode"> & FlowsOf): WebhookRoutes {
    const { httpNodeRoot } = RED.settings;
    if (httpNodeRoot === false) {
      throw new CellularError(
        "CONFIG_MISSING",
        "Node-RED's setting httpNodeRoot is false: nothing can be called back. Poll instead, or change the setting.",
      );
    }
    const app: HttpApp = RED.httpNode;
    const routes = WebhookRoutes.#ofApp.get(app) ?? new WebhookRoutes(app, FlowsGate.of(RED));
    WebhookRoutes.#ofApp.set(app, routes);
    return routes;
  }

  constructor(app: HttpApp, deploys: Deploys, clock: Clock = systemClock) {
    this.#app = app;
    this.#clock = clock;
    deploys.watch(() => {
      for (const [key, route] of this.#routes) if (route.handler === undefined) this.#end(key, route);
    });
    // Before all http in nodes, whichever were there first.
    useFirst(app, (request, response, next) => {
      void this.#serve(request, response, next);
    });
    useFirst(rootOf(app), (request, response, next) => {
      void this.#readFirst(request, response, next);
    });
  }

  /** The root of HTTP nodes, with a slash before each of its parts and none at its end; empty for the server's own. */
  get root(): string {
    const segments = this.#app.path().split("/");
    return segments.flatMap((segment) => (segment === "" ? [] : [`/${segment}`])).join("");
  }

  /**
   * Lets a node answer at a path.
   * @returns what ends that: at once, or, if a deploy starts the node anew, once the flows have started without it
   * @throws CellularError `CONFIG_MISSING` if another node has that path
   */
  open(path: string, handler: WebhookHandler): (isGone: boolean) => void {
    const key = keyOf(segmentsOf(path) ?? []);
    const route: Route = this.#routes.get(key) ?? { handler: undefined, waiting: new Set() };
    if (route.handler !== undefined && route.handler.node !== handler.node) {
      throw new CellularError("CONFIG_MISSING", "Another node has that path. Choose another one.");
    }
    route.handler = handler;
    this.#routes.set(key, route);
    for (const go of route.waiting) go(handler);
    return (isGone) => {
      if (route.handler !== handler) return;
      route.handler = undefined;
      if (isGone) this.#end(key, route);
    };
  }

  #end(key: string, route: Route): void {
    if (this.#routes.get(key) === route) this.#routes.delete(key);
    for (const go of route.waiting) go("gone");
  }

  #routeOf(segments: readonly string[] | undefined): Route | undefined {
    return segments === undefined ? undefined : this.#routes.get(keyOf(segments));
  }

  async #readFirst(request: IncomingMessage, response: ServerResponse, next: Next): Promise<void> {
    const route = request.method === "POST" ? this.#routeOf(this.#belowRoot(request.url ?? "")) : undefined;
    if (route === undefined || request.readableEnded || this.#bodies.has(request)) {
      next();
      return;
    }
    const body = await readBody(request, response);
    if (body === undefined) {
      if (response.headersSent) route.handler?.refused();
      return;
    }
    this.#bodies.set(request, body);
    // By that Node-RED's body parsers know that there is nothing left to read.
    Object.assign(request, { _body: true, skipRawBodyParser: true });
    next();
  }

  #belowRoot(url: string): readonly string[] | undefined {
    if (this.#routes.size === 0) return undefined;
    const root = segmentsOf(this.root) ?? [];
    const segments = segmentsOf(url);
    return root.every((segment, at) => segment === segments?.[at]) ? segments?.slice(root.length) : undefined;
  }

  async #serve(request: IncomingMessage, response: ServerResponse, next: Next): Promise<void> {
    const { url = "", method = "" } = request;
    const route = this.#routeOf(segmentsOf(url));
    const handler = route === undefined ? "gone" : (route.handler ?? (await this.#successor(route)));
    if (handler === "gone") {
      next();
      return;
    }
    if (handler === "late") {
      answer(response, LATER);
      return;
    }
    if (method !== "GET" && method !== "POST") {
      handler.refused();
      answer(response, { status: 405 }, { allow: "GET, POST" });
      return;
    }
    const body = method === "GET" ? Buffer.alloc(0) : this.#bodies.get(request);
    if (body === undefined) {
      // Something that stands before Node-RED has read it, or the node is newer than the request.
      answer(response, { status: 503, retryAfter: 1 });
      return;
    }
    const wholePath = "originalUrl" in request && typeof request.originalUrl === "string" ? request.originalUrl : url;
    const { headers } = request;
    try {
      answer(response, await handler.answer({ method, path: url, wholePath, headers, body }));
    } catch {
      answer(response, { status: 500 });
    }
  }

  /** The node that a deploy puts there. */
  #successor({ waiting }: Route): Promise<WebhookHandler | "gone" | "late"> {
    return new Promise((resolve) => {
      const go = (handler: WebhookHandler | "gone" | "late"): void => {
        waiting.delete(go);
        cancel();
        resolve(handler);
      };
      const cancel = this.#clock.after(DEPLOY_MS, () => {
        go("late");
      });
      waiting.add(go);
    });
  }
}

function answer(
  response: ServerResponse,
  { status, retryAfter }: WebhookAnswer,
  more: Readonly<Record<string, string>> = {},
): void {
  if (response.headersSent || response.destroyed) return;
  const retry = retryAfter === undefined ? {} : { "retry-after": String(retryAfter) };
  response.writeHead(status, { "content-length": 0, ...retry, ...more }).end();
}
