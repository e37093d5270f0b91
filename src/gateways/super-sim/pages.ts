import * as v from "valibot";
import { CellularError } from "../../errors/cellular-error";
import type { SuperSimApi } from "./api";
import type { ReadOptions } from "./read-options";
import { Page } from "./wire";

/** In bytes: a page of 1000 SIMs has about 1 MiB. */
const LARGEST_PAGE = 8 * 1024 * 1024;

/** One list of the service. */
export interface ListResource<T> {
  readonly path: string;
  /** The name of the array, where the answer does not name it in `meta.key`. */
  readonly key: string;
  readonly item: v.GenericSchema<unknown, T>;
}

/**
 * All entries of a list, in the order in which the service gives them, page by page as they are taken.
 * @param basePath Path of the base URL, which the client puts before every path.
 * @throws CellularError `BAD_RESPONSE` if a page is none, or the next one is at another origin or was read before.
 */
export async function* entriesOf<T>(
  api: SuperSimApi,
  resource: ListResource<T>,
  query: URLSearchParams,
  basePath: string,
  call: ReadOptions,
): AsyncGenerator<T, void, undefined> {
  const search = query.toString();
  const read = new Set<string>();
  let path: string | undefined = `${resource.path}${search === "" ? "" : `?${search}`}`;
  while (path !== undefined) {
    if (read.has(path)) throw unusable(api, "names a page as the next one that was read before");
    read.add(path);
    const page: v.InferOutput<typeof Page> = await api.get(path, Page, call, LARGEST_PAGE);
    const entries = v.safeParse(v.array(resource.item), ownValue(page, page.meta.key ?? resource.key));
    if (!entries.success) throw unusable(api, "holds no list of the kind that was asked for");
    yield* entries.output;
    path = nextPath(api, page.meta.next_page_url, basePath);
  }
}

function ownValue(page: Readonly<Record<string, unknown>>, key: string): unknown {
  return Object.hasOwn(page, key) ? page[key] : undefined;
}

/** The credentials go along with the request for the next page: never to another host. */
function nextPath(api: SuperSimApi, address: string | null, basePath: string): string | undefined {
  if (address === null || address === "") return undefined;
  const next = URL.canParse(address, api.origin) ? new URL(address, api.origin) : undefined;
  if (next?.origin !== api.origin) throw unusable(api, "names a next page at another address than this service");
  const { pathname, search } = next;
  return `${pathname.startsWith(`${basePath}/`) ? pathname.slice(basePath.length) : pathname}${search}`;
}

function unusable(api: SuperSimApi, what: string): CellularError {
  return new CellularError("BAD_RESPONSE", `${api.label}: the list ${what}. Check the URL.`);
}
