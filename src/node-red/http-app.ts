import type { IncomingMessage, ServerResponse } from "node:http";

export type Next = (error?: unknown) => void;
export type Layer = (request: IncomingMessage, response: ServerResponse, next: Next) => void;

/** As much of an Express application as is used here. */
export interface HttpApp {
  /** The application that it is mounted in, if it is one. */
  readonly parent?: unknown;
  /** Where it is mounted, below all that it is mounted in. */
  path(): string;
  use(layer: Layer): unknown;
}

/** The application that sees a request first. */
export function rootOf(app: HttpApp): HttpApp {
  return isHttpApp(app.parent) ? rootOf(app.parent) : app;
}

/**
 * Puts a layer before all others of an application: also before body parsers of the admin API, which is mounted first
 * and eats every body where both roots are the same.
 */
export function useFirst(app: HttpApp, layer: Layer): void {
  app.use(layer);
  const stack = stackOf(app);
  // Not always the last one: some frameworks keep an order of their own.
  const at = stack.findIndex((one) => isObject(one) && one.handle === layer);
  if (at > 0) stack.unshift(...stack.splice(at, 1));
}

/** Express 4 has its layers in `_router`, where asking for `router` throws; Express 5 has them in `router`. */
function stackOf(app: object): unknown[] {
  const router: unknown = "_router" in app && app._router !== undefined ? app._router : "router" in app && app.router;
  const isRouter = isObject(router) || typeof router === "function";
  const stack: unknown = isRouter && "stack" in router ? router.stack : undefined;
  return Array.isArray(stack) ? stack : [];
}

function isHttpApp(value: unknown): value is HttpApp {
  const isAny = isObject(value) || typeof value === "function";
  return isAny && "path" in value && typeof value.path === "function" && "use" in value;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}
