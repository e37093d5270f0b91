import { badParameter } from "./answers.js";
import type { SimulatedCommand } from "./fleet.js";
import type { SimulatedSim } from "./options.js";

/** ISO 8601 in whole seconds, as the service writes dates. */
const dateOf = (date: Date): string => `${date.toISOString().slice(0, 19)}Z`;

/** A command as the resource at `path` shows it. */
export function commandResource(
  command: SimulatedCommand,
  accountSid: string,
  base: string,
  path: "/v1/SmsCommands" | "/v1/Commands",
): Record<string, unknown> {
  return {
    sid: command.sid,
    account_sid: accountSid,
    sim_sid: command.simSid,
    [path === "/v1/Commands" ? "command" : "payload"]: command.payload,
    status: command.status,
    direction: command.direction,
    date_created: dateOf(command.createdAt),
    date_updated: dateOf(command.updatedAt),
    url: `${base}${path}/${command.sid}`,
  };
}

export function simResource(sim: SimulatedSim, accountSid: string, base: string, since: Date): Record<string, unknown> {
  const url = `${base}/v1/Sims/${sim.sid}`;
  return {
    sid: sim.sid,
    unique_name: sim.uniqueName ?? null,
    account_sid: accountSid,
    iccid: sim.iccid,
    status: sim.status ?? "active",
    fleet_sid: sim.fleetSid ?? null,
    date_created: dateOf(since),
    date_updated: dateOf(since),
    url,
    links: { billing_periods: `${url}/BillingPeriods`, sim_ip_addresses: `${url}/IpAddresses` },
  };
}

/**
 * One page of a list. A page's token names the entry next to it, so that entries that come in meanwhile move nothing.
 * @throws Refusal for a page, a page size or a token that is none.
 */
export function pageOf(
  resources: readonly Record<string, unknown>[],
  key: string,
  query: URLSearchParams,
  address: string,
): Record<string, unknown> {
  const size = Number(query.get("PageSize") ?? 50);
  if (!Number.isInteger(size) || size < 1 || size > 1000) throw badParameter("PageSize");
  const token = query.get("PageToken");
  const start = startOf(resources, token, size);
  const entries = resources.slice(start, start + size);
  const page = Number(query.get("Page") ?? 0);
  if (!Number.isInteger(page) || page < 0) throw badParameter("Page");
  const addressOf = (number: number, beside?: string): string => {
    const fields = new URLSearchParams(query);
    fields.delete("PageToken");
    fields.set("PageSize", String(size));
    fields.set("Page", String(number));
    if (beside !== undefined) fields.set("PageToken", beside);
    return `${address}?${fields.toString()}`;
  };
  const hasMore = start + size < resources.length;
  return {
    [key]: entries,
    meta: {
      first_page_url: addressOf(0),
      key,
      next_page_url: hasMore ? addressOf(page + 1, `PA${String(entries.at(-1)?.sid)}`) : null,
      page,
      page_size: size,
      previous_page_url: start > 0 ? addressOf(Math.max(0, page - 1), `PB${String(entries[0]?.sid)}`) : null,
      url: addressOf(page, token ?? undefined),
    },
  };
}

/** Where a page begins: `PA` and the entry before it, or `PB` and the entry behind it. */
function startOf(resources: readonly Record<string, unknown>[], token: string | null, size: number): number {
  if (token === null) return 0;
  const beside = resources.findIndex(({ sid }) => String(sid) === token.slice(2));
  if (beside !== -1 && token.startsWith("PA")) return beside + 1;
  if (beside !== -1 && token.startsWith("PB")) return Math.max(0, beside - size);
  throw badParameter("PageToken");
}
