import { PAGE_SIZE } from "../events";
import type { CommandFilter, SmsCommand } from "../gateways/super-sim";
import type { AccountRuntime } from "./account-runtime";

/**
 * Lists an account's commands, page by page, each in a turn of the lane of its own: what is to be sent goes in between.
 * As many entries as a page has are one request.
 */
export async function* listInTurns(
  runtime: AccountRuntime,
  filter: CommandFilter,
  signal: AbortSignal,
): AsyncGenerator<SmsCommand, void, undefined> {
  let list: AsyncGenerator<SmsCommand, void, undefined> | undefined;
  for (let isMore = true; isMore;) {
    const page = await runtime.ask(async (driver) => {
      signal.throwIfAborted();
      list ??= driver.listSmsCommands(filter, { signal });
      return nextOf(list, PAGE_SIZE);
    }, "poll");
    isMore = page.length === PAGE_SIZE;
    yield* page;
  }
}

async function nextOf<T>(list: AsyncGenerator<T, void, undefined>, most: number): Promise<readonly T[]> {
  const taken: T[] = [];
  while (taken.length < most) {
    const { done, value } = await list.next();
    if (done === true) break;
    taken.push(value);
  }
  return taken;
}
